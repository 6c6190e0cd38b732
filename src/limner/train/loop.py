"""The training loop of pix2pix: one step of the discriminator, one of the generator, a running mean of its weights.

Everything that decides the result is in `State`, so a training that was killed goes on from its last
checkpoint and ends with the same bytes as one that was not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Generator, Tensor, nn
from torch.optim.swa_utils import AveragedModel

from limner.device import autocast
from limner.nets.patchgan import PatchGAN, layers_for
from limner.nets.unet import UNet
from limner.pairs import Augment, Feed, Pairs
from limner.train.losses import fool_loss, judge_loss, pixel_loss, stack, structure_loss


@dataclass(frozen=True)
class Recipe:
    """How to train: the numbers of params.yaml's `train:` and of the model's block (meanings and units there)."""

    seed: int
    epochs: int
    batch: int
    lr: float
    beta1: float
    decay: float
    l1: float
    ssim: float
    discriminator_width: int
    ema: float
    bfloat16: bool


Losses = dict[str, float]
"""Means over an epoch: `l1` (pictures in [-1, 1]), `ssim` (1 - SSIM), `generator`, `discriminator` (in nats)."""


class Trainer:
    """A generator and a discriminator that learn from `pairs`, an epoch at a time.

    Args:
        generator: the network to train, its weights are where training starts.
        pairs: what it learns from.
        device: to train on.
        augment: how a batch is drawn from them.
        recipe: the numbers.
    """

    def __init__(self, generator: UNet, pairs: Pairs, device: torch.device, augment: Augment, recipe: Recipe) -> None:
        self.pairs, self.augment, self.recipe = pairs, augment, recipe
        self.device = device
        self.feed = Feed(pairs, recipe.batch, device)
        self.epoch = 0
        self.step = 0
        # Channels last is what both the CPU's and CUDA's convolutions are fastest with.
        self.generator = generator.to(self.device).to(memory_format=torch.channels_last)
        discriminator = PatchGAN(4, recipe.discriminator_width, layers_for(augment.size))
        for module in discriminator.modules():
            start_normal(module)
        self.discriminator = discriminator.to(self.device).to(memory_format=torch.channels_last)
        self.mean = AveragedModel(self.generator, avg_fn=self._towards, use_buffers=True)
        self.optimisers = {
            "generator": self._adam(self.generator),
            "discriminator": self._adam(self.discriminator),
        }
        self.draw = Generator().manual_seed(recipe.seed)
        self.steps = recipe.epochs * self.feed.steps
        self._paint: Callable[[Tensor], Tensor] = self.generator
        self._judge: Callable[[Tensor], Tensor] = self.discriminator
        if self.device.type == "cuda":
            self._paint, self._judge = torch.compile(self.generator), torch.compile(self.discriminator)

    def _adam(self, network: nn.Module) -> torch.optim.Adam:
        return torch.optim.Adam(
            network.parameters(), lr=self.recipe.lr, betas=(self.recipe.beta1, 0.999), fused=self.device.type != "mps"
        )

    def _towards(self, mean: Tensor, now: Tensor, updates: Tensor | int) -> Tensor:
        """The running mean; its first steps forget faster, or the random start would stay in it."""
        if not mean.is_floating_point():
            return now
        count = int(updates)
        keep = min(self.recipe.ema, (1 + count) / (10 + count))
        return mean.lerp(now, 1 - keep)

    def run_epoch(self, tick: Callable[[], object] = lambda: None) -> Losses:
        """Learn from every pair once, in a random order; `tick` is called after each step."""
        batches = self.feed.epoch(self.draw)
        sums: dict[str, Tensor] = {}
        self.generator.train()
        for batch in self.feed.batches(batches):
            for name, loss in self._learn(*batch).items():
                sums[name] = sums.get(name, torch.zeros((), device=self.device)) + loss * len(batch[0])
            tick()
        self.epoch += 1
        return {name: float(value) / len(self.pairs) for name, value in sums.items()}

    def _learn(self, picture: Tensor, truth: Tensor) -> dict[str, Tensor]:
        picture, truth = self.augment(picture, truth, self.draw)
        picture = picture.contiguous(memory_format=torch.channels_last)
        truth = truth.contiguous(memory_format=torch.channels_last)
        for optimiser in self.optimisers.values():
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.lr * self._pace()
        with autocast(self.device, self.recipe.bfloat16):
            painted = self._paint(picture)

        self.discriminator.requires_grad_(True)
        with autocast(self.device, self.recipe.bfloat16):
            judged = judge_loss(self._judge(stack(picture, truth)), self._judge(stack(picture, painted.detach())))
        self._descend("discriminator", judged)

        self.discriminator.requires_grad_(False)
        with autocast(self.device, self.recipe.bfloat16):
            fooled = fool_loss(self._judge(stack(picture, painted)))
        near, alike = pixel_loss(painted, truth), structure_loss(painted, truth)
        self._descend("generator", fooled + self.recipe.l1 * near + self.recipe.ssim * alike)
        self.mean.update_parameters(self.generator)
        self.step += 1
        told = {"l1": near, "ssim": alike, "generator": fooled, "discriminator": judged}
        return {name: loss.detach() for name, loss in told.items()}

    def _descend(self, name: str, loss: Tensor) -> None:
        self.optimisers[name].zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimisers[name].step()

    def _pace(self) -> float:
        """Share of the step size: 1, then falling linearly to 0 over the last `decay` of the training."""
        if self.recipe.decay == 0:
            return 1.0
        return min(1.0, (1 - self.step / self.steps) / self.recipe.decay)

    def painter(self) -> UNet:
        """The network to keep: the running mean, in eval mode."""
        return cast(UNet, self.mean.module).eval()

    def state_dict(self) -> dict[str, Any]:
        """All that decides how training goes on."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "mean": self.mean.state_dict(),
            **{f"adam_{name}": optimiser.state_dict() for name, optimiser in self.optimisers.items()},
            "draw": self.draw.get_state(),
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`."""
        self.epoch, self.step = state["epoch"], state["step"]
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.mean.load_state_dict(state["mean"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state[f"adam_{name}"])
        self.draw.set_state(state["draw"])
        torch.set_rng_state(state["random"])
        if state["random_cuda"]:
            torch.cuda.set_rng_state_all(state["random_cuda"])


def start_normal(module: nn.Module) -> None:
    """pix2pix's start: weights from N(0, 0.02), norm gains from N(1, 0.02), biases zero."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1, 0.02)
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.BatchNorm2d) and module.bias is not None:
        nn.init.zeros_(module.bias)
