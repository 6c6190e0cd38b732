"""The imprecision of a hand: a drawing whose features stand somewhat out of place and whose lines tremble."""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image
from limner.sketch.tone import scale

SIDE = 400
"""Pixels of the face that displacements are measured on and drawn for; other sizes take theirs from it."""
PARTS = ((28.0, 0.8), (12.0, 0.16), (6.0, 0.04))
"""How far a displacement reaches, the standard deviation of a Gaussian in pixels of the 400x400 face, and its share of
the variance: a feature as a whole is misplaced most, then bent, and along its lines the hand trembles. The
finer, the less: its slopes make the field fold lines over, which happens in places from 8 pixels on."""
STEPS = 30
"""That lead from a point's old place to its new one, each shorter than the last where nothing is folded."""

Floats = npt.NDArray[np.floating[Any]]


def wobble(drawing: Image, pixels: float, seed: str) -> Image:
    """Displace a drawing's lines smoothly, as a hand that copies it would.

    A seed has one field, which `pixels` only makes stronger: drawings of one seed differ in nothing else.

    Args:
        drawing: (H, W) gray.
        pixels: root mean square of the displacements over the drawing, pixels of the 400x400 face; 0 changes nothing.
        seed: whatever tells drawings apart that are to be displaced differently.

    Returns:
        (H, W), a new picture.
    """
    if not pixels:
        return drawing.copy()
    height, width = drawing.shape
    ys, xs = np.indices(drawing.shape, dtype=np.float32)
    dx, dy = (pixels * scale(height) * cv2.resize(part, (width, height)) for part in _field(seed))
    moved: Any = cv2.remap(drawing, xs + dx, ys + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def displaced(points: Floats, pixels: float, seed: str, size: int) -> Floats:
    """Where points of a drawing lie after `wobble`.

    Args:
        points: (N, 2 or more) x, y in pixels of the drawing; further columns stay as they are.
        pixels: as given to `wobble`.
        seed: as given to `wobble`.
        size: side of the drawing, pixels.

    Returns:
        Of the same shape.
    """
    unit = scale(size)
    start = np.asarray(points[:, :2] / unit, np.float32)
    field = np.ascontiguousarray(pixels * np.moveaxis(_field(seed), 0, -1))
    now = start
    for _ in range(STEPS):
        there: Any = cv2.remap(field, now[:, :1], now[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        now = start - there[:, 0]
    moved = points.copy()
    moved[:, :2] = now * unit
    return moved


@lru_cache(maxsize=1)  # a drawing and its landmarks, one after the other
def _field(seed: str) -> npt.NDArray[np.float32]:
    """(2, SIDE, SIDE): from where, right and below, each pixel is taken; 1 in root mean square, and 0 on average.

    White noise with its spectrum shaped: as strong anywhere, where a blur would make it stronger at the borders.
    """
    noise = np.random.default_rng(list(f"wobble {seed}".encode())).standard_normal((2, SIDE, SIDE))
    field = np.fft.irfft2(np.fft.rfft2(noise) * _strength(), (SIDE, SIDE))
    field -= field.mean(axis=(1, 2), keepdims=True)
    field /= np.sqrt(np.square(field).sum(axis=0).mean())
    return field.astype(np.float32)


@lru_cache(maxsize=1)
def _strength() -> Floats:
    """(SIDE, SIDE // 2 + 1): of each frequency of the field, down and across."""
    down, across = 2 * np.pi * np.fft.fftfreq(SIDE)[:, None], 2 * np.pi * np.fft.rfftfreq(SIDE)
    square = down**2 + across**2
    power: Floats = np.sum([share * reach**2 * np.exp(-(reach**2) * square) for reach, share in PARTS], axis=0)
    strength: Floats = np.sqrt(power)
    return strength
