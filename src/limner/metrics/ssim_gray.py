"""Structural similarity of the gray pictures."""

from torch import Tensor

from limner.metrics.views.colours import gray
from limner.metrics.views.windows import GAUSSIAN, similarity

TITLE = "SSIM gray: structural similarity, gray (BT.601), Gaussian window 11, sigma 1.5"
DIRECTION = "higher"
BOUNDS = (-1, 1)


def ssim_gray(fake: Tensor, real: Tensor) -> Tensor:
    """SSIM of the gray pictures: 1 for equal ones.

    As `ssim`, but of 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), as the literature of face sketches mostly gives it.
    Agrees with skimage.metrics.structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
    """
    return similarity(gray(fake), gray(real), GAUSSIAN)
