"""A photo as the tones a draughtsman would see, and the filters that simplify them; what the effects share.

Tones are (H, W) float32, 0 ink to 1 paper. No effect imports another, so a change to one redraws that style
alone.
"""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image

Tone = npt.NDArray[Any]
"""(H, W) float32, 0 ink to 1 paper unless said otherwise."""

SKIN = 0.7
"""The tone that the middle of a face gets whatever the light: shade lies below it, highlights above."""


def scale(height: int) -> float:
    """Pixels of a picture of this height to one of the 400x400 face, the unit of the effects' lengths."""
    return height / 400


def tone(photo: Image) -> Tone:
    """The gray of an (H, W, 3) RGB face, exposed for the face: its middle at `SKIN`, its dark parts at 0.

    A gain and an offset, from two quantiles under a window on the face: so light, exposure and complexion do
    not change what is drawn, and from frame to frame the levels move as smoothly as the photo does. What is
    brighter than the skin is bent into the range that is left, as the shoulder of a film's curve does.
    """
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    below = np.cumsum(np.bincount(gray.ravel(), _window(*gray.shape).ravel(), minlength=256))
    dark, skin = np.interp([0.02, 0.65], below, np.arange(256.0))
    dark = min(dark, 0.5 * skin)  # a flat photo has no shadows: all of it is skin
    lit = (SKIN / max(skin - dark, 1.0)) * (gray.astype(np.float32) - float(dark))
    shoulder = 1 - (1 - SKIN) * np.exp((SKIN - np.maximum(lit, SKIN)) / (1 - SKIN))
    exposed: Tone = np.where(lit > SKIN, shoulder, np.maximum(lit, 0)).astype(np.float32)
    return exposed


@lru_cache(maxsize=2)
def _window(height: int, width: int) -> npt.NDArray[np.float64]:
    """Weights that sum to 1: a Gaussian over the place where every aligned face lies."""
    x = (np.arange(width) / width - 0.5) / 0.17
    y = (np.arange(height) / height - 0.55) / 0.22
    window = np.exp(-(x[None] ** 2 + y[:, None] ** 2) / 2)
    shares: npt.NDArray[np.float64] = window / window.sum()
    return shares


def blur(image: Tone, sigma: float) -> Tone:
    """Gaussian blur by `sigma` pixels of `image`; a wide one is done at a quarter of the size."""
    height, width = image.shape
    if sigma > 8 and min(height, width) > 32:
        small = cv2.resize(image, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        return cv2.resize(blur(small, sigma / 4), (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.GaussianBlur(image, (0, 0), max(sigma, 1e-3), borderType=cv2.BORDER_REFLECT_101)


def flatten(image: Tone, radius: float, contrast: float) -> Tone:
    """Wash out what differs by less than `contrast` (tones) within `radius` pixels, and keep the edges.

    Two passes of the guided filter (He, Sun & Tang 2010), which leaves no steps in a gradient as a bilateral
    one does.
    """
    for _ in range(2):
        image = cv2.ximgproc.guidedFilter(image, image, max(round(radius), 1), contrast**2)
    return image


def deepen(image: Tone, sigma: float, gain: float) -> Tone:
    """Darken what is darker than its surroundings within `sigma` pixels, features, folds: by `gain` times as much."""
    deeper: Tone = image + gain * np.minimum(image - blur(image, sigma), 0)
    return deeper


def ramp(value: Tone, low: float, high: float) -> Tone:
    """0 below `low`, 1 above `high`, smooth between."""
    part = np.clip((value - low) / (high - low), 0, 1)
    smooth: Tone = part * part * (3 - 2 * part)
    return smooth


def cut(value: Tone, least: float) -> Tone:
    """1 where `value` is above 0, else 0, antialiased.

    The value over its slope is the distance to the border in pixels. Slopes count as `least` a pixel at
    least, which keeps a border soft where it would wander at the slightest noise.
    """
    dx = cv2.Sobel(value, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(value, cv2.CV_32F, 0, 1, scale=1 / 8)
    inside: Tone = np.clip(value / np.maximum(cv2.magnitude(dx, dy), least) + 0.5, 0, 1)
    return inside


def to_image(paper: Tone) -> Image:
    """A tone as (H, W) uint8 gray."""
    drawing: Image = np.rint(255 * np.clip(paper, 0, 1)).astype(np.uint8)
    return drawing
