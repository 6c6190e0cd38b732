"""Colour spaces."""

import torch
from torch import Tensor

BT601 = (0.299, 0.587, 0.114)
"""What red, green and blue weigh in gray (ITU-R BT.601)."""

# sRGB to XYZ, and its white: IEC 61966-2-1, illuminant D65, observer of 2 degrees.
TO_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
WHITE = (0.95047, 1.0, 1.08883)


def gray(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) RGB -> (N, 1, H, W)."""
    return torch.einsum("c,nchw->nhw", pictures.new_tensor(BT601), pictures)[:, None]


def lab(colours: Tensor) -> Tensor:
    """(..., 3) sRGB in [0, 1] -> (..., 3) CIE L*a*b*, as skimage.color.rgb2lab gives it: L in [0, 100]."""
    linear = torch.where(colours > 0.04045, ((colours + 0.055) / 1.055) ** 2.4, colours / 12.92)
    shares = linear @ colours.new_tensor(TO_XYZ).T / colours.new_tensor(WHITE)
    x, y, z = torch.where(shares > 0.008856, shares ** (1 / 3), 7.787 * shares + 16 / 116).unbind(-1)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def under(pictures: Tensor, masks: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB in [0, 1] and masks (N or 1, K, H, W) -> (N, K, 3): mean L*a*b* under each mask; nan under an
    empty one."""
    there = (masks > 0).any(1).any(0)
    weights = masks[:, :, there].expand(len(pictures), -1, -1)
    return weights @ lab(pictures[:, :, there].mT) / weights.sum(2, keepdim=True)
