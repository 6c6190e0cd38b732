"""Structural similarity."""

import piq
from torch import Tensor

TITLE = "SSIM: structural similarity, RGB, Gaussian window 11, sigma 1.5"
DIRECTION = "higher"


def ssim(fake: Tensor, real: Tensor) -> Tensor:
    """SSIM of each colour channel, averaged: 1 for equal pictures.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004, by
    piq: Gaussian window of 11 x 11 pixels, sigma 1.5, K1 0.01, K2 0.03, mean over the windows that lie inside
    the picture, at full resolution whatever the size. The same as skimage.metrics.structural_similarity with
    gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.
    """
    similarity: Tensor = piq.ssim(
        fake, real.expand_as(fake), kernel_size=11, kernel_sigma=1.5, downsample=False, reduction="none"
    )
    return similarity
