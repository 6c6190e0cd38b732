"""Which pictures the sheet shows, and where."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from limner.evaluate import sheet
from limner.images import resize
from limner.suites import Sample
from tests.small import PAINTER, SEED, SIZE, faces_of


def many(project: Path, faces: int, styles: int) -> list[Sample]:
    (sample, *_) = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")
    return [
        replace(sample, id=f"{face:03d}", style=f"style{style}") for face in range(faces) for style in range(styles)
    ]


def test_styles_take_turns_and_faces_are_spread(project: Path) -> None:
    chosen = sheet.spread(many(project, 24, 6))
    assert [sample.style for sample in chosen] == [f"style{row}" for row in range(6)] * 2
    assert [int(sample.id) for sample in chosen] == list(range(1, 24, 2))


def test_few_samples_are_shown_once_each(project: Path) -> None:
    for faces, styles in ((1, 1), (2, 1), (1, 3), (2, 3)):
        chosen = sheet.spread(many(project, faces, styles))
        assert 1 <= len(chosen) <= faces * styles
        assert len({(sample.id, sample.style) for sample in chosen}) == len(chosen)


def test_a_row_is_input_output_and_truth(project: Path) -> None:
    samples = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")[:2]
    page = sheet.draw(samples, SIZE, SEED)
    side, (low, _) = sheet.SIDES[0], sheet.SIDES
    top = round(0.2 * low)
    for row, sample in enumerate(samples):
        for column, picture in enumerate(
            (sample.read_input(SIZE), sample.read_output(SIZE, SEED), sample.read_truth(SIZE))
        ):
            y, x = top + row * (side + round(0.17 * low)), sheet.MARGIN + column * (side + sheet.GAP)
            shown = page[y : y + side, x : x + side]
            expected = np.broadcast_to(np.atleast_3d(resize(picture, side, side)), shown.shape)
            np.testing.assert_array_equal(shown, expected)
    assert (page[0] == 255).all()
    assert (page[:top] < 128).any(), "the columns are named"
