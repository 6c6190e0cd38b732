"""What a suite holds, and how it is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from limner import images
from limner.errors import LimnerError
from limner.params import Model, Suite
from tests.evaluate.conftest import PAINTER, SIZE, SKETCHER, faces_of


def test_a_suite_goes_face_by_face_in_every_style(project: Path) -> None:
    samples = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "unseen")
    assert [(sample.id, sample.style) for sample in samples] == [
        (face, style) for face in ("ann-4", "ann-5") for style in ("ink", "wash", "learned")
    ]


@pytest.mark.parametrize(("split", "faces"), [("train", 4), ("test", 2), ("all", 6)])
def test_a_split_is_part_of_the_faces(project: Path, split: str, faces: int) -> None:
    suite = replace(PAINTER.suites["unseen"], split=split, styles=("ink",))
    assert len(faces_of(project, PAINTER).samples(suite, "s")) == faces


def test_a_face_without_a_drawing_is_no_sample(project: Path) -> None:
    suite = Suite(people=("ann", "bob"), split="all", styles=("chalk",))
    samples = faces_of(project, PAINTER).samples(suite, "s")
    assert {sample.person for sample in samples} == {"ann"}


def test_a_painter_reads_drawings_and_a_sketcher_photos(project: Path) -> None:
    (painted, *_) = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "s")
    (drawn, *_) = faces_of(project, SKETCHER).samples(SKETCHER.suites["unseen"], "s")
    assert painted.truth == project / "data/faces/ann-4.png"
    assert painted.output == project / "runs/painter/pictures/ink/ann-4.png"
    assert drawn.truth == project / "data/sketches/effects/ink/ann-4.png"
    assert drawn.output == project / "data/sketches/learned/ann-4.png"
    assert (
        painted.read_input(SIZE).shape == drawn.read_truth(SIZE).shape == drawn.read_output(SIZE).shape == (SIZE, SIZE)
    )
    assert (
        painted.read_truth(SIZE).shape
        == painted.read_output(SIZE).shape
        == drawn.read_input(SIZE).shape
        == (SIZE, SIZE, 3)
    )


def test_the_truth_is_the_face_at_the_models_size(project: Path) -> None:
    (sample, *_) = faces_of(project, PAINTER).samples(PAINTER.suites["unseen"], "s")
    expected = images.resize(images.read(project / "data/faces/ann-4.png"), SIZE, SIZE)
    np.testing.assert_array_equal(sample.read_truth(SIZE), expected)


def test_what_models_drew_does_not_count_as_drawn(project: Path) -> None:
    faces = faces_of(project, PAINTER)
    assert faces.drawn(("ink", "learned", "chalk")) == ["ink", "chalk"]
    assert faces.drawn(("learned",)) == ["learned"]
    assert faces_of(project, SKETCHER).drawn(("ink",)) == ["ink"]


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        (
            Suite(("eve",), "test", ("ink",)),
            r"'s' is empty.*people eve, split test.*ann test: 2; ann train: 4; bob train: 3",
        ),
        (Suite(("bob",), "test", ("ink",)), r"people bob, split test"),
        (Suite(("bob",), "all", ("chalk",)), r"none of the 3 faces .*drawn in chalk"),
        (Suite(("ann",), "test", ("inc",)), r"'s': no drawings in the style 'inc'.*allowed: .*did you mean 'ink'"),
    ],
)
def test_an_empty_suite_says_what_there_is(project: Path, suite: Suite, message: str) -> None:
    with pytest.raises(LimnerError, match=message):
        faces_of(project, PAINTER).samples(suite, "s")


@pytest.mark.parametrize("model", [PAINTER, SKETCHER])
def test_a_missing_output_is_named(project: Path, model: Model) -> None:
    (sample, *_) = faces_of(project, model).samples(model.suites["unseen"], "s")
    sample.output.unlink()
    with pytest.raises(LimnerError, match=r"ann-4.png is missing.*'ann-4' in the style 'ink'.*translate"):
        sample.read_output(SIZE)
