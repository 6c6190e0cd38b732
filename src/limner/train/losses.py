"""pix2pix's objective: an adversarial loss on patches and L1 on pixels; and structural similarity beside L1.

Isola et al., CVPR 2017, equations 1 to 4. The loss of the discriminator is halved, which slows it
against the generator (junyanz/pytorch-CycleGAN-and-pix2pix).
"""

import piq
import torch
import torch.nn.functional as F
from torch import Tensor


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
    """
    unit = [((picture.float() + 1) / 2).clamp(0, 1) for picture in (painted, truth)]
    similarity: Tensor = piq.ssim(unit[0], unit[1], data_range=1.0, downsample=False)
    return 1 - similarity


def stack(picture: Tensor, other: Tensor) -> Tensor:
    """The pair the discriminator sees: (N, A, S, S) and (N, B, S, S) -> (N, A + B, S, S)."""
    return torch.cat([picture, other.to(picture.dtype)], dim=1)
