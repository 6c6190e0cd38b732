"""Near-duplicate pictures, by perceptual hash, in about linear time."""

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from limner.images import Image, resize

BITS = 256
SIDE = 16
"""Lowest frequencies kept in each direction: SIDE x SIDE = BITS signs."""
SCALE = 64
"""Pixels a side of the small gray picture that is hashed."""


def perceptual_hash(image: Image) -> int:
    """256 bits that stay nearly the same when a picture is resized or compressed.

    Signs of the lowest 16x16 DCT coefficients against their median, of the gray picture at 64x64
    (pHash: Zauner 2010). The usual 64 bits of 8x8 coefficients cannot tell the next frame of a
    slow video from a recompressed copy; 256 can.

    Args:
        image: (H, W, 3) RGB uint8.
    """
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    waves = cv2.dct(resize(gray, SCALE, SCALE).astype(np.float32))[:SIDE, :SIDE].ravel()
    signs = waves > np.median(waves[1:])  # the first is the mean brightness
    return int.from_bytes(np.packbits(signs).tobytes(), "big")


class Twins:
    """The hashes seen so far, to be asked for one near a new one.

    If two hashes differ in at most t bits, then cut into t + 1 bands they agree in one band at
    least (Manber 1994): only those that share a band are compared.

    Args:
        threshold: bits of 256 in which two hashes may differ and still be of the same picture.
    """

    def __init__(self, threshold: int) -> None:
        self._threshold = threshold
        self._bands = min(threshold + 1, BITS)
        self._seen: dict[tuple[int, int], list[tuple[int, str]]] = {}

    def find(self, hash_: int) -> tuple[str, int] | None:
        """(name, bits apart) of the nearest within the threshold, the earliest among equals; or None."""
        near: dict[str, int] = {}
        for band in self._cut(hash_):
            for other, name in self._seen.get(band, ()):
                near.setdefault(name, (hash_ ^ other).bit_count())
        if not near:
            return None
        name = min(near, key=near.__getitem__)
        return (name, near[name]) if near[name] <= self._threshold else None

    def add(self, hash_: int, name: str) -> None:
        """Remember one picture."""
        for band in self._cut(hash_):
            self._seen.setdefault(band, []).append((hash_, name))

    def _cut(self, hash_: int) -> Iterator[tuple[int, int]]:
        edges = [BITS * k // self._bands for k in range(self._bands + 1)]
        for k, (low, high) in enumerate(pairwise(edges)):
            yield k, (hash_ >> low) & ((1 << (high - low)) - 1)
