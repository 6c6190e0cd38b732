"""How much of the truth's detail a picture has: less where it is blurrier, more where it is grainier."""

import cv2
import numpy as np

from limner.images import Image

NOISE = 2.0
"""Root mean square difference of two pixels, of 255, that is no detail."""


def detail(picture: Image, truth: Image) -> float:
    """Root mean square slope of a picture, as a share of the truth's; both (H, W, 3) RGB and of one size.

    The metric `sharpness` counts blur and grain alike; this tells which of them it is.
    """
    return _slope(picture) / _slope(truth)


def _slope(picture: Image) -> float:
    light = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float64)
    down, across = np.diff(light, axis=0)[:, :-1], np.diff(light, axis=1)[:-1]
    return float(np.sqrt((down**2 + across**2).mean() + NOISE**2))
