"""The floors in closed form."""

from collections.abc import Sequence

import numpy as np
import pytest

from limner.errors import LimnerError
from limner.evaluate.floors import WINDOW, Fit, Floors
from limner.images import Image


def pictures(seed: int, number: int, *shape: int) -> list[Image]:
    draw = np.random.default_rng(seed)
    return [draw.integers(0, 256, shape, dtype=np.uint8) for _ in range(number)]


def fit(drawings: Sequence[Image], photos: Sequence[Image]) -> Floors:
    fitted = Fit()
    for drawing, photo in zip(drawings, photos, strict=True):
        fitted.add(drawing, photo)
    return fitted.floors()


def filtered(drawing: Image, kernels: np.ndarray) -> np.ndarray:
    """(H, W) and (5, 5, 3) -> (H, W, 3): plain correlation, the border repeated outwards."""
    padded = np.pad(drawing.astype(float), WINDOW // 2, mode="edge")
    height, width = drawing.shape
    shifted = np.stack([padded[y : y + height, x : x + width] for y in range(WINDOW) for x in range(WINDOW)], axis=-1)
    return shifted @ kernels.reshape(-1, 3)


def test_a_photo_that_is_a_filter_of_the_drawing_is_found_exactly() -> None:
    drawings = pictures(0, 6, 24, 24)
    kernels = np.random.default_rng(1).uniform(0, 1, (WINDOW, WINDOW, 3))
    kernels /= kernels.sum((0, 1)) * 2  # photos in the lower half, so that nothing is clipped
    photos = [filtered(drawing, kernels).round().astype(np.uint8) for drawing in drawings]
    floors = fit(drawings, photos)
    # The photos were rounded to whole values: each filter value is off by a thousandth at most.
    np.testing.assert_allclose(floors.filter, kernels.reshape(-1, 3), atol=2e-3)
    (unseen,) = pictures(2, 1, 24, 24)
    off = floors.linear(unseen).astype(int) - filtered(unseen, kernels)
    # What is left is the per-pixel mean of six drawings, which the filter explains as well.
    assert np.abs(off).max() <= 2


def test_the_filter_is_the_least_squares_of_the_centred_pairs() -> None:
    drawings, photos = pictures(3, 4, 12, 12), pictures(4, 4, 12, 12, 3)
    floors = fit(drawings, photos)
    x, y = np.stack(drawings) / 255, np.stack(photos) / 255
    rows = [
        np.stack([np.pad(one, 2, mode="edge")[i : i + 12, j : j + 12] for i in range(5) for j in range(5)], axis=-1)
        for one in x - x.mean(0)
    ]
    expected = np.linalg.lstsq(np.concatenate(rows).reshape(-1, 25), (y - y.mean(0)).reshape(-1, 3), rcond=None)[0]
    np.testing.assert_allclose(floors.filter, expected, atol=1e-9)


def test_the_mean_is_the_mean() -> None:
    photos = [np.full((8, 8, 3), value, np.uint8) for value in (10, 20, 60)]
    floors = fit(pictures(0, 3, 8, 8), photos)
    assert (floors.mean(pictures(9, 1, 8, 8)[0]) == 30).all()


def test_drawings_that_say_nothing_leave_the_mean() -> None:
    drawings = [np.full((8, 8), 255, np.uint8)] * 3
    photos = pictures(1, 3, 8, 8, 3)
    floors = fit(drawings, photos)
    assert np.abs(floors.filter).max() < 1e-9
    np.testing.assert_array_equal(floors.linear(drawings[0]), floors.mean(drawings[0]))


@pytest.mark.parametrize(("shape", "truth"), [((8, 8), (8, 8, 3)), ((8, 8, 3), (8, 8)), ((8, 8), (8, 8))])
def test_every_floor_has_the_shape_of_the_truth(shape: tuple[int, ...], truth: tuple[int, ...]) -> None:
    floors = fit(pictures(0, 3, *shape), pictures(1, 3, *truth))
    (picture,) = pictures(2, 1, *shape)
    for made in (floors.copy(picture), floors.mean(picture), floors.linear(picture)):
        assert made.shape == truth
        assert made.dtype == np.uint8


def test_a_copy_is_the_input() -> None:
    (drawing,) = pictures(0, 1, 8, 8)
    zeros = np.zeros((1, 1, 1))
    to_photo = Floors(zeros, np.zeros((8, 8, 3)), zeros).copy(drawing)
    np.testing.assert_array_equal(to_photo, np.stack([drawing] * 3, axis=-1))
    np.testing.assert_array_equal(Floors(zeros, np.zeros((8, 8, 1)), zeros).copy(to_photo), drawing)


def test_no_pairs_are_refused() -> None:
    with pytest.raises(LimnerError, match="at least one training pair"):
        fit([], [])
