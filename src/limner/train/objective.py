"""What the two networks of a training lower: the seam between the loop, which knows of no loss, and the losses.

Every loss is a mean over the pictures of a batch, so that a batch dealt out to several processes has the loss of the
whole: the mean of its parts, weighed by their pictures. Nothing here may read a value back from the device.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from limner.train.losses import fool_loss, judge_loss, pixel_loss, structure_loss


@dataclass(frozen=True)
class Recipe:
    """The numbers that decide what is learned (meanings and units in params.yaml)."""

    seed: int
    epochs: int
    batch: int
    """Pairs a step, of all processes together."""
    lr: float
    beta1: float
    decay: float
    l1: float
    ssim: float
    discriminator_width: int
    ema: float


Told = dict[str, Tensor]
"""Detached scalars by name, each a mean over the pictures of a batch: what the diary tells of an epoch."""
Scores = Callable[[Tensor], Tensor]
"""A discriminator: pairs (N, A + B, S, S) -> scores (N, 1, s, s), positive where a patch looks true."""


class Objective:
    """The losses of a recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def judge(self, discriminator: Scores, picture: Tensor, truth: Tensor, painted: Tensor) -> tuple[Tensor, Told]:
        """What the discriminator lowers; `painted` carries no gradient.

        Args:
            discriminator: to be trained.
            picture: (N, A, S, S) in [-1, 1], what was painted from.
            truth: (N, B, S, S) in [-1, 1].
            painted: (N, B, S, S) in [-1, 1].

        Returns:
            The loss, and what is told: the loss `discriminator`, and the shares of patches judged right,
            `true_right` and `painted_right`.
        """
        true, fake = discriminator(stack(picture, truth)), discriminator(stack(picture, painted))
        loss = judge_loss(true, fake)
        right = {"true_right": (true > 0).float().mean(), "painted_right": (fake < 0).float().mean()}
        return loss, {"discriminator": loss.detach(), **right}

    def paint(self, discriminator: Scores, picture: Tensor, truth: Tensor, painted: Tensor) -> tuple[Tensor, Told]:
        """What the generator lowers; the discriminator's weights take no gradient.

        Returns:
            The loss, and what is told: its parts before they are weighed (`l1` of pictures in [-1, 1], `ssim` as
            1 - SSIM, `generator` in nats).
        """
        fooled = fool_loss(discriminator(stack(picture, painted)))
        near, alike = pixel_loss(painted, truth), structure_loss(painted, truth)
        told = {"l1": near.detach(), "ssim": alike.detach(), "generator": fooled.detach()}
        return fooled + self.recipe.l1 * near + self.recipe.ssim * alike, told


def stack(picture: Tensor, other: Tensor) -> Tensor:
    """The pair the discriminator sees: (N, A, S, S) and (N, B, S, S) -> (N, A + B, S, S)."""
    return torch.cat([picture, other.to(picture.dtype)], dim=1)
