"""Faces that lie on their side or stand on their head are found where they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from limner import images
from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.landmarks import Landmarker
from limner.align.search import find
from limner.images import Image


def turned(image: Image, degrees: float) -> tuple[Image, Floats]:
    """The whole picture turned clockwise on a gray ground, and the matrix that does it."""
    height, width = image.shape[:2]
    radians = np.radians(degrees)
    across, down = abs(np.cos(radians)), abs(np.sin(radians))
    size = round(width * across + height * down), round(width * down + height * across)
    middle = np.array([width - 1, height - 1]) / 2
    matrix = geometry.about(middle, (np.array(size) - 1) / 2, degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, matrix, size, borderValue=(200, 200, 200)), np.uint8), matrix


@pytest.mark.parametrize("degrees", [45, 90, 110, 160, 180, -60, -90, -135])
@pytest.mark.parametrize("kind", ["photos", "sketches"])
def test_a_turned_face_has_its_eyes_where_they_are(
    landmarker: Landmarker, shared: Path, kind: str, degrees: float
) -> None:
    """Within the 3.5 % of the eye distance of what is seen of the upright picture; unturned, all are at 0."""
    for name in ("image_101.jpg", "image_110.jpg"):
        image = images.read(shared / "cuhk" / kind / name)
        upright = find(landmarker, image)[0].irises
        picture, matrix = turned(image, degrees)
        irises, wanted = find(landmarker, picture)[0].irises, geometry.transform(matrix, upright)
        off = np.hypot(*(irises - wanted).T).max() / geometry.distance(wanted)
        assert off < 0.035, f"{name}: {off:.1%}"


def test_what_is_upright_is_looked_at_no_further(landmarker: Landmarker, photo: Image) -> None:
    assert np.array_equal(find(landmarker, photo)[0].points, landmarker.detect(photo)[0].points)


def test_the_detector_is_less_sure_of_a_face_on_its_head(landmarker: Landmarker, photo: Image) -> None:
    assert landmarker.sureness(photo) > 0.9 > landmarker.sureness(photo[::-1, ::-1])
    assert landmarker.sureness(np.full((90, 90, 3), 128, np.uint8)) == 0
