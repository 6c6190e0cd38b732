"""Whether a picture is more likely a photo than a drawing. A gray photo cannot be told from a drawing this way."""

import cv2
import numpy as np

from limner.images import Image, resize

SIDE = 200
"""Pixels of the longer side at which colours are looked at: no noise, and quick."""
SPREAD = 3.0
"""Units of L*a*b* by which hues differ in a photo: 4.4 and more in the colour photos of five sets, 1.3 at most in the
drawings of two, the scans of tinted paper among them."""


def is_photo(picture: Image) -> bool:
    """Whether an (H, W, 3) picture has several hues, as a colour photo has and a drawing on tinted paper has not."""
    height, width = picture.shape[:2]
    scale = min(1, SIDE / max(height, width))
    small = resize(picture, max(1, round(width * scale)), max(1, round(height * scale)))
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return float(np.hypot(lab[..., 1].std(), lab[..., 2].std())) > SPREAD
