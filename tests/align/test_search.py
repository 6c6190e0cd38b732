"""Faces of every size, several faces, no face."""

from pathlib import Path

import numpy as np
import pytest

from limner import images
from limner.align.landmarks import Face, Landmarker
from limner.align.search import distinct, find, parts
from limner.images import Image, resize


@pytest.mark.parametrize(("width", "height"), [(640, 480), (480, 640), (500, 500), (1000, 90), (7, 5)])
@pytest.mark.parametrize("division", [2, 4])
def test_parts_cover_the_picture_and_overlap(width: int, height: int, division: int) -> None:
    seen = np.zeros((height, width), int)
    for x0, y0, x1, y1 in parts(width, height, division):
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        seen[y0:y1, x0:x1] += 1
    assert seen.min() >= 1
    if min(width, height) > 100:
        inner = seen[height // 4 : -height // 4, width // 4 : -width // 4]
        assert inner.min() >= 2


def face(x: float, y: float, side: float) -> Face:
    """A face whose box is a square."""
    points = np.zeros((478, 3))
    points[:, :2] = x, y
    points[0, :2] += side
    return Face(points, 0.0)


def test_the_same_face_in_two_parts_is_one() -> None:
    found = distinct([face(100, 100, 40), face(103, 99, 44), face(300, 100, 30)])
    assert [one.extent for one in found] == [44, 30]


def on_canvas(photo: Image, share: float, width: int = 1200, height: int = 900) -> Image:
    """The photo's face (400 pixels wide) shrunk to `share` of a gray canvas's width, right of its middle."""
    small = resize(photo, round(1024 * share * width / 400), round(768 * share * width / 400))
    canvas = np.full((height, width, 3), 190, np.uint8)
    canvas[200 : 200 + small.shape[0], 700 : 700 + small.shape[1]] = small
    return canvas


@pytest.mark.parametrize("share", [0.12, 0.07, 0.04])
def test_small_faces_are_found_where_they_are(landmarker: Landmarker, photo: Image, share: float) -> None:
    canvas = on_canvas(photo, share)
    found = find(landmarker, canvas)
    assert len(found) == 1
    scale = share * 1200 / 400
    wanted = landmarker.detect(photo)[0].irises * scale + [700, 200]
    eye_distance = np.hypot(*(wanted[1] - wanted[0]))
    assert np.abs(found[0].irises - wanted).max() < 0.05 * eye_distance


def test_the_largest_of_three_comes_first(landmarker: Landmarker, photo: Image) -> None:
    group = np.full((800, 2000, 3), 190, np.uint8)
    for x, width in ((0, 500), (520, 900), (1440, 540)):
        small = resize(photo, width, round(width * 0.75))
        group[50 : 50 + small.shape[0], x : x + width] = small
    found = find(landmarker, group)
    assert len(found) == 3
    assert 520 < found[0].box[:, 0].mean() < 1420


def test_no_face(landmarker: Landmarker) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    assert find(landmarker, noise) == []
    assert find(landmarker, np.full((40, 60, 3), 255, np.uint8)) == []


def test_a_face_that_smaller_parts_alone_show(landmarker: Landmarker, photo: Image) -> None:
    """Its eyes are 33 pixels apart, and more than 3,800 others are not."""
    canvas = on_canvas(photo, 0.026, 3800, 3800)
    (found,) = find(landmarker, canvas)
    wanted = landmarker.detect(photo)[0].irises * (0.026 * 3800 / 400) + [700, 200]
    assert np.abs(found.irises - wanted).max() < 0.05 * np.hypot(*(wanted[1] - wanted[0]))


def test_faces_behind_a_large_one(landmarker: Landmarker, photo: Image, drawing_file: Path) -> None:
    other = images.read(drawing_file)
    large = resize(photo, 1600, 1200)
    crowd = np.full((1300, 2000, 3), 190, np.uint8)
    crowd[50:1250, :1600] = large
    for y in (60, 480, 900):
        crowd[y : y + 240, 1660:1980] = resize(other, 320, 240)
    assert len(find(landmarker, crowd)) == 1, "the others are too small for a look at the whole picture"
    assert len(find(landmarker, crowd, every=True)) == 4
