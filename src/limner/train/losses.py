"""The losses a recipe weighs. Pictures are (N, C, S, S) in [-1, 1]; every loss is a mean over the batch."""

import math
from collections.abc import Callable, Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.recipe import Game

TAPS, SIGMA = 11, 1.5
"""Of SSIM's Gaussian window, pixels."""


def judge_loss(game: Game, true: Tensor, fake: Tensor) -> Tensor:
    """What the discriminator lowers, of its scores of true pairs and of painted ones, (N, 1, s, s) each.

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


def slope_loss(score: Callable[[Tensor], Tensor], truth: Tensor) -> Tensor:
    """R1: the squared slope of a patch's score at true pictures (Mescheder et al., "Which Training Methods for GANs do
    actually Converge?", ICML 2018), which keeps a discriminator from telling a few pictures by heart.

    Args:
        score: pictures (N, C, S, S) to scores (N, 1, s, s). Its derivative is derived again, which compiled networks
            cannot do.
        truth: (N, C, S, S).

    Returns:
        For each picture the sum over its pixels of the squared derivative of its scores' sum, by the number of scores,
        so that one patch has the same slope in pictures of any size; the mean over pictures.
    """
    truth = truth.detach().requires_grad_()
    scores = score(truth).float()
    (slope,) = torch.autograd.grad(scores.sum(), truth, create_graph=True)
    return slope.square().sum() / scores.numel()


def fool_loss(game: Game, fake: Tensor) -> Tensor:
    """What the generator lowers: that the discriminator's scores of painted pairs, (N, 1, s, s), are not those of true
    ones."""
    fake = fake.float()
    if game == "cross_entropy":
        return F.softplus(-fake).mean()
    return (fake - 1).square().mean() if game == "least_squares" else -fake.mean()


def pixel_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Mean absolute difference of pictures, (N, C, S, S) in [-1, 1]."""
    return (painted.float() - truth).abs().mean()


def missing_loss(painted: Tensor, truth: Tensor, missing: Tensor) -> Tensor:
    """The share of `pixel_loss` that lies where a drawing lacks something: a mean over all pixels, those others as 0.

    Where things are filled in, their pixels weigh more than those that were given: 6 times as much with Liu et al.,
    "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018.

    Args:
        painted: (N, C, S, S) in [-1, 1].
        truth: likewise.
        missing: (N, 1, S, S) in [0, 1], how much of each pixel.
    """
    return ((painted.float() - truth).abs() * missing).mean()


def feature_loss(painted: Sequence[Tensor], truth: Sequence[Tensor]) -> Tensor:
    """Mean absolute difference of the discriminator's maps, (N, C, h, w) a layer, each layer alike.

    Wang et al., "High-Resolution Image Synthesis with Conditional GANs", CVPR 2018.
    """
    far = [(one.float() - other.float()).abs().mean() for one, other in zip(painted, truth, strict=True)]
    return torch.stack(far).mean()


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
