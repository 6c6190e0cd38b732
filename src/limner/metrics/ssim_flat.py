"""Structural similarity as scikit-image measures it unless told otherwise."""

from torch import Tensor

from limner.metrics.views.windows import FLAT, similarity

TITLE = "SSIM flat: structural similarity, RGB, flat window 7 (scikit-image's default)"
DIRECTION = "higher"
BOUNDS = (-1, 1)


def ssim_flat(fake: Tensor, real: Tensor) -> Tensor:
    """SSIM of each colour channel through a flat window, averaged: 1 for equal pictures.

    Window of 7 x 7 pixels that weigh the same, variances of a sample: skimage.metrics.structural_similarity with
    channel_axis and data_range alone. Most projects' published figures are these; they are higher or lower than
    `ssim`, so compare like with like.
    """
    return similarity(fake, real, FLAT)
