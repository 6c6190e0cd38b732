"""Structural similarity."""

from torch import Tensor

from limner.metrics.views.windows import GAUSSIAN, similarity

TITLE = "SSIM: structural similarity, RGB, Gaussian window 11, sigma 1.5"
DIRECTION = "higher"
BOUNDS = (-1, 1)


def ssim(fake: Tensor, real: Tensor) -> Tensor:
    """SSIM of each colour channel, averaged: 1 for equal pictures.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004:
    Gaussian window of 11 x 11 pixels, sigma 1.5, K1 0.01, K2 0.03, mean over the windows that lie inside the
    picture, at full resolution whatever the size. Agrees with piq.ssim(downsample=False) and with
    skimage.metrics.structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
    """
    return similarity(fake, real, GAUSSIAN)
