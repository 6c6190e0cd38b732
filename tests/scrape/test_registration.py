"""Copies lie close to one another wherever they were cropped; other pictures, and the next frame, do not."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from limner.images import Image
from limner.scrape.registration import Thumbnail, difference, roughly, thumbnail
from tests.sites import scene

COPY = 3.0
"""params.yaml's scrape.near_duplicate."""


def small(image: Image) -> Thumbnail:
    height, width = image.shape[:2]
    return Thumbnail(thumbnail(image), width, height)


def compressed(image: Image, quality: int) -> Image:
    stream = io.BytesIO()
    Pillow.fromarray(image).save(stream, "JPEG", quality=quality)
    return np.asarray(Pillow.open(stream))


def resized(image: Image, share: float) -> Image:
    height, width = image.shape[:2]
    return np.asarray(Pillow.fromarray(image).resize((round(width * share), round(height * share))))


def cropped(image: Image, left: float, right: float, top: float, bottom: float) -> Image:
    """Shares of the sides are cut off."""
    height, width = image.shape[:2]
    return image[round(height * top) : round(height * (1 - bottom)), round(width * left) : round(width * (1 - right))]


CHANGES = {
    "compressed": lambda image: compressed(image, 50),
    "half": lambda image: resized(image, 0.5),
    "larger": lambda image: resized(image, 1.4),
    "cropped": lambda image: cropped(image, 0.05, 0.05, 0.05, 0.05),
    "one corner": lambda image: cropped(image, 0.05, 0, 0, 0.05),
    "all of it": lambda image: compressed(resized(cropped(image, 0.04, 0.01, 0.0, 0.05), 0.6), 60),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(4))
def test_a_copy_is_known_from_either_side(seed: int, change: str) -> None:
    image = np.asarray(scene(seed, 480, 320, detail=2 ** (seed % 3)))
    one, other = small(image), small(CHANGES[change](image))
    for apart in (difference(one, other), difference(other, one)):
        assert apart is not None
        assert apart < COPY


@pytest.mark.parametrize("detail", [1, 2, 4, 8])
def test_another_picture_is_no_copy(detail: int) -> None:
    pictures = [small(np.asarray(scene(seed, 480, 320, detail=detail))) for seed in range(6)]
    for k, one in enumerate(pictures):
        assert difference(one, one) == 0
        for other in pictures[:k]:
            apart = difference(one, other)
            assert apart is None or apart > 3 * COPY


def test_where_a_crop_lies_is_found() -> None:
    image = np.asarray(scene(3, 600, 400, detail=2))
    place = roughly(small(cropped(image, 0.06, 0.02, 0.0, 0.04)), small(image))
    assert place is not None
    assert place == pytest.approx([0.92, 0.02, 0.96, -0.02], abs=0.02)


def test_a_small_change_is_no_compression() -> None:
    """As of an eyelid in the next frame: a spot of a fiftieth of the width, four times a compression's noise."""
    image = np.asarray(scene(5, 640, 360, detail=4))
    next_frame = image.copy()
    cv2.circle(next_frame, (320, 180), 12, (0, 0, 0), -1)
    apart = difference(small(image), small(next_frame))
    assert apart is not None
    assert apart > COPY


def test_flat_pictures_are_the_same_only_if_they_are_equal() -> None:
    black, gray, again = (small(np.full((60, 80, 3), value, np.uint8)) for value in (0, 99, 99))
    assert difference(gray, again) == 0
    assert difference(black, gray) is None
    faint = small(np.clip(np.asarray(scene(1, 480, 320)).astype(int) // 40 + 100, 0, 255).astype(np.uint8))
    other = small(np.clip(np.asarray(scene(2, 480, 320)).astype(int) // 40 + 100, 0, 255).astype(np.uint8))
    apart = difference(faint, other)
    assert apart is None or apart > COPY


def test_real_faces(shared: Path) -> None:
    """Every change of every photo is known; no two people are the same, though all sat in the same chair."""
    photos = [np.asarray(Pillow.open(path)) for path in sorted((shared / "cuhk" / "photos").iterdir())[:5]]
    smalls = [small(photo) for photo in photos]
    for photo, own in zip(photos, smalls, strict=True):
        for change in CHANGES.values():
            changed = small(change(photo))
            apart = [difference(changed, other) for other in smalls]
            assert [other for other, a in zip(smalls, apart, strict=True) if a is not None and a <= COPY] == [own]
