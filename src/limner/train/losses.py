"""The losses a recipe weighs. Pictures are (N, C, S, S) in [-1, 1]; every loss is a mean over the batch."""

from collections.abc import Sequence

import piq
import torch
import torch.nn.functional as F
from torch import Tensor

from limner.recipe import Game


def judge_loss(game: Game, true: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator lowers, of its scores of true pairs and of painted ones.

    - cross_entropy: pix2pix's and the first GAN's (Goodfellow et al., NeurIPS 2014; scores are logits);
    - least_squares: Mao et al., ICCV 2017;
    - hinge: Lim and Ye, "Geometric GAN", 2017.

    Each is the mean of its two halves; Adam's steps do not depend on a loss's scale.
    """
    true, fake = true.float(), fake.float()
    if game == "cross_entropy":
        halves = F.softplus(-true).mean(), F.softplus(fake).mean()
    elif game == "least_squares":
        halves = (true - 1).square().mean(), fake.square().mean()
    else:
        halves = F.relu(1 - true).mean(), F.relu(1 + fake).mean()
    return torch.stack(halves).mean()


def fool_loss(game: Game, fake: Tensor) -> Tensor:
    """What the generator lowers: that the discriminator's scores of painted pairs are not those of true ones."""
    fake = fake.float()
    if game == "cross_entropy":
        return F.softplus(-fake).mean()
    return (fake - 1).square().mean() if game == "least_squares" else -fake.mean()


def pixel_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference."""
    return (painted.float() - truth).abs().mean()


def structure_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """1 - SSIM: 11-pixel Gaussian windows, sigma 1.5, mean over channels.

    L1 alone lets go of faint texture (hair, lashes, the grain of skin) that costs few gray levels and
    makes a face. Zhao et al., "Loss Functions for Image Restoration with Neural Networks", TCI 2017.
    """
    unit = [((picture.float() + 1) / 2).clamp(0, 1) for picture in (painted, truth)]
    similarity: Tensor = piq.ssim(unit[0], unit[1], data_range=1.0, downsample=False)
    return 1 - similarity


def feature_loss(painted: Sequence[Tensor], truth: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of the discriminator's maps, each layer alike (Wang et al., "High-Resolution Image
    Synthesis with Conditional GANs", CVPR 2018)."""
    far = [(one.float() - other.float()).abs().mean() for one, other in zip(painted, truth, strict=True)]
    return torch.stack(far).mean()
