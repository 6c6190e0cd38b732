"""The training loop of a conditional GAN: one step of the discriminator, one of the generator, a running mean of its
weights.

Everything that decides how training goes on is in `Trainer.state_dict`, so that a training that was killed goes on
from its last checkpoint, in the middle of an epoch too, and ends with the same bytes as one that was not.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Generator, Tensor, nn

from limner.errors import TrainingError
from limner.nets.unet import UNet
from limner.pairs import Augment, Feed, Pairs, parted, settle, with_planes
from limner.pairs.feed import Batch, Batches
from limner.train.machine import Machine
from limner.train.mean import RunningMean
from limner.train.objective import Objective, Recipe
from limner.train.tally import Tally
from limner.train.watch import Watch

NORMS_EVERY = 8
"""Steps from one reading of the gradients' norms to the next: it takes a pass over all gradients."""


class Trainer:
    """A generator and a discriminator that learn from `pairs`, a batch a step.

    With several processes each holds the same networks and learns from its slice of every batch; the result is that
    of one process.

    Args:
        generator: the network to train; its weights are where training starts.
        discriminator: likewise.
        pairs: in their file; they are moved where the machine keeps them.
        augment: how a batch is drawn from them.
        recipe: the numbers.
        objective: its losses.
        machine: where to run.
        unmoved: the same pairs at the side of what is made, for the epochs in which they are not moved about; needed
            if `augment` moves them and `recipe.unmoved` says that there are such epochs.

    Attributes:
        epochs: in all.
        steps: likewise.
        step: done so far.
        tally: what was told of the epoch so far; whoever closes an epoch's books clears it.
        watch: whether all goes well.
    """

    def __init__(
        self,
        generator: UNet,
        discriminator: nn.Module,
        pairs: Pairs,
        augment: Augment,
        recipe: Recipe,
        objective: Objective,
        machine: Machine,
        unmoved: Pairs | None = None,
    ) -> None:
        self.recipe, self.objective, self.machine = recipe, objective, machine
        self.moved = self._feed(pairs), augment
        self.unmoved = self.moved if unmoved is None else (self._feed(unmoved), augment.unmoved())
        self.feed = self.moved[0]
        self.lesson = self.moved
        """What the current epoch is learned from, and how it is varied: an epoch goes on as it began, whatever `steps`
        is meanwhile."""
        self.generator, self.discriminator = machine.place(generator), machine.place(discriminator)
        self.mean = RunningMean(self.generator, recipe.ema)
        self.optimisers = {
            "generator": machine.adam(self.generator, recipe.lr, recipe.beta1),
            "discriminator": machine.adam(self.discriminator, recipe.discriminator_lr, recipe.beta1),
        }
        self.epochs = recipe.rounds(self.feed.steps)
        self.steps = self.epochs * self.feed.steps
        self.step = 0
        self.draw = Generator().manual_seed(recipe.seed)
        self.order = torch.arange(len(pairs))
        """Of the current epoch's pairs."""
        self.coming: Iterator[tuple[int, Tensor, Batch]] = iter(())
        self.tally = Tally(machine.device)
        self.watch = Watch(machine, recipe)
        self._paint = machine.fast(machine.shared(self.generator))
        self._judge = machine.fast(machine.shared(self.discriminator))
        # While the generator learns, the discriminator only passes gradients on, and has none to share.
        self._look = machine.fast(self.discriminator)

    def _feed(self, pairs: Pairs) -> Feed:
        machine = self.machine
        pairs = settle(pairs, machine.memory, machine.device)
        return Feed(pairs, self.recipe.batch, machine.device, machine.rank, machine.world)

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return self.step // self.feed.steps

    @property
    def place(self) -> int:
        """Steps done in the current epoch."""
        return self.step % self.feed.steps

    @property
    def done(self) -> bool:
        """Whether every step is done."""
        return self.step == self.steps

    def learn(self) -> None:
        """One step. The processor does not wait for the device anywhere in it."""
        if self.place == 0:
            self.order = self.feed.epoch(self.draw).order
            self._fetch()
        length, codes, batch = next(self.coming)
        # Every process draws for the whole batch, so that all of them draw the same.
        feed, augment = self.lesson
        varied, target = augment(*batch, self.draw, length, feed.first(length))
        truth, missing = parted(target)
        picture, truth = map(self.machine.lay, (with_planes(varied, codes), truth))
        share = len(picture) * self.machine.world / length  # of the mean over processes
        rates = self.recipe.lr, self.recipe.discriminator_lr
        for optimiser, rate in zip(self.optimisers.values(), rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * self._pace()
        norms = self.step % NORMS_EVERY == 0

        painted = self._paint(picture)
        self.discriminator.requires_grad_(True)
        loss, judged = self.objective.judge(self._judge, picture, truth, painted.detach())
        if (slope := self.objective.flatten(self.discriminator, picture, truth, self.step)) is not None:
            loss = loss + slope
        push = self._descend("discriminator", loss * share, norms)
        self.discriminator.requires_grad_(False)
        loss, fooled = self.objective.paint(self._look, picture, truth, painted, missing)
        pull = self._descend("generator", loss * share, norms)

        self.mean.update(self.step)
        told = {**fooled, **judged}
        self.tally.add(told, len(picture))
        self.watch.see(self.step, told, painted, truth)
        if norms:
            self.tally.add({"generator_gradient": pull, "discriminator_gradient": push}, 1)
        self.step += 1

    def _fetch(self) -> None:
        """Ask for the batches that are left of the epoch: the length of each, and this process's part, with what it is
        told of it."""
        begun = self.step - self.place
        self.lesson = self.unmoved if begun >= (1 - self.recipe.unmoved) * self.steps else self.moved
        feed, _ = self.lesson
        left = Batches(self.order, feed.steps)[self.place :]
        self.coming = zip(map(len, left), map(feed.codes, left), feed.batches(left), strict=True)

    def _descend(self, name: str, loss: Tensor, norm: bool) -> Tensor:
        """Follow the gradient of a loss; returns its norm, if asked for."""
        optimiser = self.optimisers[name]
        optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        gradients = [weight.grad for weight in optimiser.param_groups[0]["params"] if norm and weight.grad is not None]
        length = torch.stack(torch._foreach_norm(gradients)).norm() if gradients else loss.new_zeros(())
        optimiser.step()
        return length

    def _pace(self) -> float:
        """Share of the step size: 1, then falling linearly to 0 over the last `decay` of the training."""
        if self.recipe.decay == 0:
            return 1.0
        return min(1.0, (1 - self.step / self.steps) / self.recipe.decay)

    def check(self) -> None:
        """Refuse to go on with, or to keep, what is no number. Waits for the device.

        Raises:
            TrainingError: a loss or a weight is not finite.
        """
        self.watch.check()
        weights = [*self.generator.parameters(), *self.discriminator.parameters()]
        if not torch.stack(torch._foreach_norm([weight.detach() for weight in weights])).isfinite().all():
            raise TrainingError(f"after step {self.step} some weights are no finite numbers any more: try a lower lr")

    def painter(self) -> UNet:
        """The network to keep: the running mean, in eval mode."""
        return self.mean.network

    def state_dict(self) -> dict[str, Any]:
        """All that decides how training goes on; the same in every process, which all have to ask for it."""
        return {
            "step": self.step,
            "order": self.order,
            "draw": self.draw.get_state(),
            "randomness": self.machine.randomness(),
            "tally": self.tally.state_dict(self.machine),
            "watch": self.watch.state_dict(),
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "mean": self.mean.network.state_dict(),
            **{f"adam_{name}": optimiser.state_dict() for name, optimiser in self.optimisers.items()},
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`."""
        self.step, self.order = state["step"], state["order"]
        self.draw.set_state(state["draw"])
        self.tally.load_state_dict(state["tally"], self.machine)
        self.watch.load_state_dict(state["watch"])
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.mean.network.load_state_dict(state["mean"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state[f"adam_{name}"])
        self._fetch()
        self.machine.restore_randomness(state["randomness"])
