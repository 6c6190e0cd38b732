"""Resampling and the border rule, on pictures whose right answer is known."""

import cv2
import numpy as np
import pytest

from limner import images
from limner.align import geometry
from limner.align.warp import squared, warp


def about(photo: np.ndarray, scale: float, degrees: float, size: int = 100) -> geometry.Floats:
    """The transform that shows the middle of `photo` in the middle of the frame."""
    angle = np.radians(degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (np.array([photo.shape[1], photo.shape[0]]) - 1) / 2
    return np.column_stack([turn, (size - 1) / 2 - turn @ middle])


@pytest.mark.parametrize(("scale", "degrees"), [(0.4, 0), (0.31, 12), (0.2, -30), (0.05, 7)])
def test_a_checkerboard_shrinks_to_flat_gray(scale: float, degrees: float) -> None:
    side = int(150 / scale)
    board = (255 * (np.indices((side, side)).sum(axis=0) % 2)).astype(np.uint8)
    frame, outside = warp(board, about(board, scale, degrees), 100)
    assert outside == 0
    # A box that holds 2.5 or 3.2 cells cannot cancel the last part of one.
    assert frame.mean() == pytest.approx(127.5, abs=0.5)
    assert frame.std() < 3
    assert np.abs(frame - 127.5).max() < 9
    # What is avoided: interpolation alone shows a pattern that is not there.
    naive = cv2.warpAffine(board, about(board, scale, degrees), (100, 100), flags=cv2.INTER_LINEAR)
    assert naive.std() > 30


def test_the_same_pixels_come_back() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    frame, outside = warp(photo, np.array([[1.0, 0, 0], [0, 1, 0]]), 100)
    assert outside == 0
    assert np.array_equal(frame, photo)


@pytest.mark.parametrize("scale", [0.13, 0.5, 0.77, 1.0, 1.2, 2.0, 3.7, 6.0])
@pytest.mark.parametrize("degrees", [0, -25, 140])
def test_a_ramp_keeps_its_place_at_every_scale(scale: float, degrees: float) -> None:
    """A linear ramp is reproduced by every sound resampling, if it shifts nothing: each value tells its x."""
    side = int(160 / scale)
    photo = np.tile(np.linspace(10, 245, side), (side, 1)).round().astype(np.uint8)
    matrix = about(photo, scale, degrees)
    frame, _ = warp(photo, matrix, 100)
    rows, columns = np.mgrid[10:90:10, 10:90:10]
    at = geometry.transform(geometry.inverse(matrix), np.column_stack([columns.ravel(), rows.ravel()]) * 1.0)
    wanted = 10 + 235 * at[:, 0] / (side - 1)
    assert np.abs(frame[rows.ravel(), columns.ravel()] - wanted).max() < 2


def test_as_sharp_as_lanczos() -> None:
    """Nearer to OpenCV's own Lanczos warp than its bicubic one is."""
    rng = np.random.default_rng(0)
    photo = cv2.GaussianBlur(rng.integers(0, 256, (240, 240, 3), dtype=np.uint8), (0, 0), 1.0)
    matrix = about(photo, 1.2, 8, size=200)
    ours = warp(photo, matrix, 200)[0].astype(float)
    best, cubic = (
        cv2.warpAffine(photo, matrix, (200, 200), flags=how).astype(float)
        for how in (cv2.INTER_LANCZOS4, cv2.INTER_CUBIC)
    )
    assert np.square(ours - best).mean() < np.square(cubic - best).mean()


def test_a_large_photo_is_cropped_not_changed() -> None:
    rng = np.random.default_rng(0)
    photo = cv2.GaussianBlur(rng.integers(0, 256, (900, 900), dtype=np.uint8), (0, 0), 2.0)
    middle = photo[300:600, 300:600]
    whole, _ = warp(photo, about(photo, 0.9, 20), 100)
    part, _ = warp(middle, about(middle, 0.9, 20), 100)
    assert np.abs(whole.astype(int) - part).max() <= 6  # area cells fall elsewhere


def test_outside_is_counted_by_hand() -> None:
    photo = np.full((50, 100, 3), 90, np.uint8)
    frame, outside = warp(photo, np.array([[1.0, 0, 0], [0, 1, 25]]), 100)
    assert outside == pytest.approx(0.5)
    assert np.abs(frame.astype(int) - 90).max() <= 1  # the colour goes on


@pytest.mark.parametrize("channels", [1, 3])
def test_the_border_has_no_streaks_and_no_mirror_image(channels: int) -> None:
    """A photo whose last rows are stripes: replicated they would run on as streaks, mirrored they would return."""
    rng = np.random.default_rng(0)
    photo = rng.integers(100, 140, (100, 100, channels), dtype=np.uint8).squeeze()
    photo[90:] = np.where(np.arange(100) // 4 % 2, 255, 0).reshape(1, 100, *[1] * (photo.ndim - 2))
    frame, outside = warp(photo, np.array([[1.0, 0, 0], [0, 1, -40]]), 100)
    assert outside == pytest.approx(0.4)
    assert np.array_equal(frame[:60], photo[40:])
    beyond = frame[60:].astype(float)
    assert np.abs(np.diff(beyond, axis=1)).max() < 60 < 255  # inside, stripes jump by 255
    assert np.abs(np.diff(beyond[8:], axis=1)).max() < 12
    assert beyond.min() > 30
    assert beyond.max() < 225


def test_gray_in_gray_out() -> None:
    assert warp(np.zeros((60, 60), np.uint8), np.array([[1.0, 0, 0], [0, 1, 0]]), 50)[0].shape == (50, 50)
    assert warp(np.zeros((60, 60, 3), np.uint8), np.array([[1.0, 0, 0], [0, 1, 0]]), 50)[0].shape == (50, 50, 3)


def test_a_picture_that_grew_gives_itself_when_it_is_shrunk_again() -> None:
    small = np.random.default_rng(1).integers(0, 256, (20, 16, 3), dtype=np.uint8)
    photo = images.resize(small, 64, 64)
    frames = images.resize(photo, 400, 400), squared(photo, 400)
    plain, corrected = (np.square(photo - images.resize(frame, 64, 64).astype(float)).mean() for frame in frames)
    assert corrected < 0.5 < 2 < plain
    assert np.array_equal(squared(photo, 64), photo)


@pytest.mark.parametrize("shape", [(30, 60, 3), (300, 200), (50, 300)])
def test_any_proportions_become_square(shape: tuple[int, ...]) -> None:
    grey = np.full(shape, 77, np.uint8)
    assert np.array_equal(squared(grey, 100), np.full((100, 100, *shape[2:]), 77, np.uint8))
