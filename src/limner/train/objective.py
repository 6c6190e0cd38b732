"""What the two networks of a training lower: the seam between the loop, which knows of no loss, and the losses.

Every loss is a mean over the pictures of a batch, so that a batch dealt out to several processes has the loss of the
whole: the mean of its parts, weighed by their pictures. Nothing here may read a value back from the device.
"""

from collections.abc import Callable
from pathlib import Path

import torch
from pydantic.dataclasses import dataclass
from torch import Tensor

from limner import recipe
from limner.strict import Strict
from limner.train.losses import (
    feature_loss,
    fool_loss,
    judge_loss,
    missing_loss,
    pixel_loss,
    slope_loss,
    structure_loss,
)
from limner.train.machine import Machine
from limner.train.perceptual import PerceptualLoss


@dataclass(frozen=True, config=Strict)
class Recipe(recipe.Recipe):
    """A recipe, and how long and from where it is followed."""

    seed: int
    epochs: int | None
    """None: as many as make at least `steps` steps."""
    steps: int | None = None

    def rounds(self, steps: int) -> int:
        """How many epochs it takes, if each has so many steps."""
        if self.epochs is not None:
            return self.epochs
        assert self.steps is not None, "a recipe without epochs says how many steps it takes"
        return -(-self.steps // steps)


SLOPES_EVERY = 8
"""Steps from one look at the discriminator's slope to the next, which then weighs as much as it would in all of them
(Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020), at a fraction of the cost."""

Told = dict[str, Tensor]
"""Detached scalars by name, each a mean over the pictures of a batch: what the diary tells of an epoch."""
Maps = Callable[[Tensor], list[Tensor]]
"""A discriminator: pairs (N, A + B, S, S) -> the maps of its layers, the last of them the scores (N, 1, s, s), positive
where a patch looks true."""


class Objective:
    """The losses of a recipe.

    Args:
        recipe: their weights; what weighs nothing is not computed.
        machine: where to.
        weights: the folder of the perceptual loss's network, data/weights.

    Raises:
        ModelError: the recipe wants the perceptual loss, whose network is missing.
    """

    def __init__(self, recipe: Recipe, machine: Machine, weights: Path) -> None:
        self.recipe = recipe
        self.see = machine.fast(PerceptualLoss(weights).to(machine.device)) if recipe.perceptual else None

    def judge(self, discriminator: Maps, picture: Tensor, truth: Tensor, painted: Tensor) -> tuple[Tensor, Told]:
        """What the discriminator lowers; `painted` carries no gradient.

        Args:
            discriminator: to be trained.
            picture: (N, A, S, S) in [-1, 1], what was painted from, with the planes of its label if it has one.
            truth: (N, B, S, S) in [-1, 1].
            painted: (N, B, S, S) in [-1, 1].

        Returns:
            The loss, and what is told: the loss `discriminator`, and the shares of patches judged right,
            `true_right` and `painted_right`.
        """
        true, fake = (discriminator(stack(picture, other))[-1] for other in (truth, painted))
        loss = judge_loss(self.recipe.game, true, fake)
        line = 0.5 if self.recipe.game == "least_squares" else 0.0  # between a true patch's score and a painted one's
        right = {"true_right": (true > line).float().mean(), "painted_right": (fake < line).float().mean()}
        return loss, {"discriminator": loss.detach(), **right}

    def flatten(self, discriminator: Maps, picture: Tensor, truth: Tensor, step: int) -> Tensor | None:
        """What the discriminator lowers besides in some steps: R1, weighed.

        Args:
            discriminator: the network itself, neither compiled nor shared: its derivative is derived again.
            picture: as in `judge`.
            truth: likewise.
            step: the step that is being made.

        Returns:
            None in a step without.
        """
        if not self.recipe.r1 or step % SLOPES_EVERY:
            return None
        slope = slope_loss(lambda true: discriminator(stack(picture, true))[-1], truth)
        return SLOPES_EVERY * self.recipe.r1 / 2 * slope

    def paint(
        self, discriminator: Maps, picture: Tensor, truth: Tensor, painted: Tensor, missing: Tensor
    ) -> tuple[Tensor, Told]:
        """What the generator lowers; the discriminator's weights take no gradient.

        Args:
            discriminator: gives the maps of its layers, its scores last.
            picture: what the generator was given, (N, A, S, S) in [-1, 1].
            truth: (N, B, S, S), likewise.
            painted: what it made, likewise.
            missing: (N, 1, S, S) in [0, 1], how much of what was drawn at each pixel the picture lacks; (N, 0, S, S)
                where nobody asks.

        Returns:
            The loss, and what is told: its parts before they are weighed (`l1` of pictures in [-1, 1], `missing` its
            share that lies where something is missing, `ssim` as 1 - SSIM, `features`, `perceptual`, `generator` in the
            game's units).
        """
        weigh = self.recipe
        maps = discriminator(stack(picture, painted))
        fooled, near = fool_loss(weigh.game, maps[-1]), pixel_loss(painted, truth)
        parts = {"generator": (1.0, fooled), "l1": (weigh.l1, near)}
        if weigh.ssim:
            parts["ssim"] = weigh.ssim, structure_loss(painted, truth)
        if weigh.missing and missing.shape[1]:
            parts["missing"] = weigh.missing, missing_loss(painted, truth, missing)
        if weigh.features:
            with torch.no_grad():
                true = discriminator(stack(picture, truth))
            parts["features"] = weigh.features, feature_loss(maps[:-1], true[:-1])
        if self.see:
            parts["perceptual"] = weigh.perceptual, self.see(painted, truth)
        loss = torch.stack([weight * part for weight, part in parts.values()]).sum()
        return loss, {name: part.detach() for name, (_, part) in parts.items()}


def stack(picture: Tensor, other: Tensor) -> Tensor:
    """The pair the discriminator sees: (N, A, S, S) and (N, B, S, S) -> (N, A + B, S, S)."""
    return torch.cat([picture, other.to(picture.dtype)], dim=1)
