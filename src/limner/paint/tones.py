"""The tones of one picture brought to those of another, in L*a*b*: mean and spread of lightness, mean of hues.

After Reinhard, Ashikhmin, Gooch and Shirley, "Color transfer between images", IEEE CG&A 2001, who move the spread of
hues too: where a picture is almost of one hue, that makes green lips of a trace of green.
"""

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image, resize


def like(picture: Image, other: Image, weight: npt.NDArray[np.float32]) -> Image:
    """`picture`, (S, S, 3), in the tones that `other` has.

    Args:
        picture: whose tones are moved.
        other: (F, F, 3), of the same place.
        weight: (F, F) in [0, 1], where one looks; not zero everywhere.
    """
    side = picture.shape[0]
    weights = cv2.resize(weight, (side, side), interpolation=cv2.INTER_AREA)
    lab, to = (_lab(image) for image in (picture, resize(other, side, side)))
    mean, to_mean = (np.average(image, axis=(0, 1), weights=weights) for image in (lab, to))
    lab -= mean
    spread, to_spread = (np.average((image[..., 0]) ** 2, weights=weights) ** 0.5 for image in (lab, to - to_mean))
    if spread > 0:
        lab[..., 0] *= to_spread / spread
        # Where there is less light there are fewer hues: those of a bright picture would have dark eyes glow in blue.
        lab[..., 1:] *= min(1.0, to_spread / spread)
    rgb = cv2.cvtColor((lab + to_mean).astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.rint(rgb.clip(0, 1) * 255), np.uint8)


def _lab(image: Image) -> npt.NDArray[np.float64]:
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float64)
