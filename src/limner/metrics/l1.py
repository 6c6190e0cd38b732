"""Mean absolute difference of the pixels."""

from torch import Tensor

TITLE = "L1: mean absolute difference, of 1"
DIRECTION = "lower"
BOUNDS = (0, 1)


def l1(fake: Tensor, real: Tensor) -> Tensor:
    """Mean of |fake - real| over pixels and channels: 0 for equal pictures, 1 for black against white.

    The term that pix2pix minimises beside its adversarial loss: Isola et al., "Image-to-image translation
    with conditional adversarial networks", CVPR 2017.
    """
    return (fake - real).abs().mean((1, 2, 3))
