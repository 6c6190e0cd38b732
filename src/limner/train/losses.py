"""pix2pix's losses: an adversarial one on patches and L1 on pixels; and structural similarity beside L1.

Isola et al., CVPR 2017, equations 1 to 4. The loss of the discriminator is halved, which slows it
against the generator (junyanz/pytorch-CycleGAN-and-pix2pix).
"""

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

TAPS, SIGMA = 11, 1.5
"""Of SSIM's Gaussian window, pixels."""


def judge_loss(true_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """What the discriminator lowers: binary cross-entropy of its scores, true pairs up and painted ones down."""
    return (F.softplus(-true_scores.float()).mean() + F.softplus(fake_scores.float()).mean()) / 2


def fool_loss(fake_scores: Tensor) -> Tensor:
    """What the generator lowers: binary cross-entropy of the painted pairs being called true."""
    return F.softplus(-fake_scores.float()).mean()


def pixel_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference, pictures in [-1, 1]."""
    return (painted.float() - truth).abs().mean()


def structure_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """1 - SSIM, pictures in [-1, 1]: 11-pixel Gaussian windows, sigma 1.5, mean over channels.

    L1 alone lets go of faint texture (hair, lashes, the grain of skin) that costs few gray levels and
    makes a face. Zhao et al., "Loss Functions for Image Restoration with Neural Networks", TCI 2017.
    Agrees with piq.ssim(downsample=False), which reads its input's range back from the device at each call.
    """
    one, two = (((picture.float() + 1) / 2).contiguous() for picture in (painted, truth))
    mean_one, mean_two = _window(one), _window(two)
    of_one, of_two = _window(one * one) - mean_one.square(), _window(two * two) - mean_two.square()
    together = _window(one * two) - mean_one * mean_two
    light = (2 * mean_one * mean_two + 0.01**2) / (mean_one.square() + mean_two.square() + 0.01**2)
    return 1 - (light * (2 * together + 0.03**2) / (of_one + of_two + 0.03**2)).mean()


def _window(pictures: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, H - 10, W - 10): the mean under the window.

    A band matrix on either side: a product of matrices is many times as fast as a convolution of one channel.
    """
    height, width = (_band(length, pictures.device) for length in pictures.shape[-2:])
    return height @ pictures @ width.mT


@cache
def _band(length: int, device: torch.device) -> Tensor:
    """(length - 10, length): each row the window's weights, one pixel further on."""
    weights = [math.exp(-0.5 * ((place - TAPS // 2) / SIGMA) ** 2) for place in range(TAPS)]
    band = torch.zeros(length - TAPS + 1, length)
    for place, weight in enumerate(weights):
        band.diagonal(place).fill_(weight / sum(weights))
    return band.to(device)
