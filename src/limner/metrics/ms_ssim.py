"""Structural similarity at several scales."""

from torch import Tensor
from torch.nn import functional as F

from limner.metrics.views.windows import GAUSSIAN, compare

TITLE = "MS-SSIM: multi-scale structural similarity, RGB (up to five scales; fewer below 176 pixels)"
DIRECTION = "higher"
BOUNDS = (0, 1)

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The paper's, of the scales from fine to coarse."""


def ms_ssim(fake: Tensor, real: Tensor) -> Tensor:
    """Product over scales of the likeness of structure, and of light at the coarsest, each to its scale's weight;
    averaged over the channels; 1 for equal pictures.

    Wang et al., "Multi-scale structural similarity for image quality assessment", Asilomar 2003; each scale is the
    one before averaged by 2 x 2. Agrees with pytorch_msssim.ms_ssim(data_range=1) from 176 pixels on. Smaller pictures
    have as many of the scales, from the finest on, as leave the window of 11 pixels inside, with the weights made to
    sum to 1 again: 4 at 128 pixels, 3 at 64. Figures of different sizes do not compare below 176 pixels.
    """
    number = scales(min(fake.shape[-2:]))
    weights = fake.new_tensor(WEIGHTS[:number])
    product = fake.new_ones(fake.shape[:2])
    for scale, weight in enumerate(weights / weights.sum()):
        if scale:
            fake, real = _halved(fake), _halved(real)
        light, structure = compare(fake, real, GAUSSIAN)
        likeness = light * structure if scale == number - 1 else structure
        # Structures that contradict each other have a negative mean, of which there is no power.
        product = product * likeness.mean((2, 3)).clamp_min(0) ** weight
    return product.mean(1)


def scales(side: int) -> int:
    """How many of the scales a picture of this shorter side, pixels, has; at least one."""
    return max(1, sum(side // (1 << scale) >= len(GAUSSIAN.weights) for scale in range(len(WEIGHTS))))


def _halved(pictures: Tensor) -> Tensor:
    height, width = pictures.shape[-2:]
    return F.avg_pool2d(pictures, 2, padding=(height % 2, width % 2))
