"""A wobbling hand displaces lines by so many pixels, smoothly, and the same way for one seed."""

import cv2
import numpy as np
import pytest

from limner import images
from limner.sketch.wobble import Floats, displaced, wobble

GRID = np.stack(np.meshgrid(np.arange(40.0, 361, 8), np.arange(40.0, 361, 8)), axis=-1).reshape(-1, 2)


@pytest.fixture
def drawing() -> np.ndarray:
    """(400, 400) gray: rings of several widths on paper."""
    picture = np.full((400, 400), 255, np.uint8)
    for radius in range(20, 200, 25):
        cv2.circle(picture, (200, 200), radius, 0, 1 + radius // 40, cv2.LINE_AA)
    return picture


def moves(pixels: float, seed: str = "ann-1 0") -> Floats:
    """(N, 2): how the points of the grid are displaced in a drawing of 400 pixels."""
    return displaced(GRID, pixels, seed, 400) - GRID


def dot_at(picture: np.ndarray) -> Floats:
    """(2,): the middle x, y of the ink."""
    ink = 255 - picture.astype(float)
    ys, xs = np.indices(ink.shape)
    return np.array([(ink * xs).sum(), (ink * ys).sum()]) / ink.sum()


def test_none_leaves_every_byte(drawing: np.ndarray) -> None:
    done = wobble(drawing, 0, "ann-1 0")
    np.testing.assert_array_equal(done, drawing)
    assert done is not drawing


def test_it_is_gray_of_the_same_size_and_repeats(drawing: np.ndarray) -> None:
    before = drawing.copy()
    done = wobble(drawing, 4.0, "ann-1 0")
    assert done.dtype == np.uint8
    assert done.shape == drawing.shape
    np.testing.assert_array_equal(done, wobble(drawing, 4.0, "ann-1 0"))
    np.testing.assert_array_equal(drawing, before)


def test_pixels_are_the_root_mean_square_of_the_displacements() -> None:
    for pixels in (0.5, 2.0, 6.0):
        squares = [np.square(moves(pixels, f"ann-{face} 0")).sum(axis=1).mean() for face in range(10)]
        assert np.sqrt(np.mean(squares)) == pytest.approx(pixels, rel=0.08)


def test_a_seed_has_one_field_that_is_only_scaled() -> None:
    weak, strong = moves(0.1), moves(2.0)
    assert np.corrcoef(weak.ravel(), strong.ravel())[0, 1] > 0.98
    assert abs(np.corrcoef(strong.ravel(), moves(2.0, "ann-2 0").ravel())[0, 1]) < 0.5


def test_features_move_as_a_whole_and_lines_tremble() -> None:
    steps = moves(4.0).reshape(41, 41, 2)
    near, far = (np.square(np.diff(steps[:, ::by], axis=1)).sum(axis=-1).mean() ** 0.5 for by in (1, 20))
    assert near < 0.4 * 4.0, "8 pixels away all is displaced alike"
    assert near > 0.1 * 4.0, "but not quite"
    assert far > 0.9 * 4.0, "160 pixels away, by itself"


@pytest.mark.parametrize("size", [400, 256])
def test_points_go_where_the_lines_go(size: int) -> None:
    for place in ((120, 130), (200, 90), (85, 180)):
        picture = np.full((size, size), 255, np.uint8)
        cv2.circle(picture, place, 2, 0, -1)
        before = np.array([[*place, 7.0]])
        after = displaced(before, 6.0, "ann-1 0", size)
        assert after[0, 2] == 7.0
        assert np.hypot(*(after[0, :2] - dot_at(wobble(picture, 6.0, "ann-1 0")))) < 0.6
        assert not np.array_equal(before, after)


def test_lengths_scale_with_the_drawing(drawing: np.ndarray) -> None:
    small = wobble(images.resize(drawing, 200, 200), 4.0, "ann-1 0").astype(float)
    shrunk = images.resize(wobble(drawing, 4.0, "ann-1 0"), 200, 200).astype(float)
    assert np.corrcoef(small.ravel(), shrunk.ravel())[0, 1] > 0.97
