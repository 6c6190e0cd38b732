"""The hash stays near when a picture is re-encoded, and banding finds what comparing all finds."""

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from limner.scrape.duplicates import BITS, Twins, perceptual_hash

from .conftest import scene


def distance(a: np.ndarray, b: np.ndarray) -> int:
    return (perceptual_hash(a) ^ perceptual_hash(b)).bit_count()


@pytest.mark.parametrize("seed", range(5))
def test_copies_are_near_and_others_far(seed: int) -> None:
    image = np.asarray(scene(seed, 480, 320, detail=4))
    _, coded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 60])
    half = np.asarray(Pillow.fromarray(image).resize((240, 160), Pillow.Resampling.LANCZOS))
    assert distance(image, image) == 0
    assert distance(image, cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].copy()) <= 8
    assert distance(image, half) <= 8
    assert distance(image, np.asarray(scene(seed + 100, 480, 320, detail=4))) > 64


@pytest.mark.parametrize("threshold", [0, 1, 4, 20])
def test_banding_finds_what_comparing_all_finds(threshold: int) -> None:
    draw = np.random.default_rng(7)
    bases = [int.from_bytes(draw.bytes(BITS // 8), "big") for _ in range(20)]
    seen: dict[str, int] = {}
    twins = Twins(threshold)
    for k in range(400):
        hash_ = bases[k % 20]
        for bit in draw.integers(0, BITS, draw.integers(0, 2 * threshold + 2)):
            hash_ ^= 1 << int(bit)
        apart = {name: (hash_ ^ other).bit_count() for name, other in seen.items()}
        nearest = min(apart.values(), default=BITS)
        found = twins.find(hash_)
        if nearest > threshold:
            assert found is None
        else:
            assert found is not None
            assert found[1] == nearest == apart[found[0]]
        seen[str(k)] = hash_
        twins.add(hash_, str(k))
