"""When to stop: as soon as faces that were held out are not painted any better.

Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018: LPIPS agrees with
people's judgement better than losses on pixels do, which go on falling while pictures get worse.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from limner.pairs import Pairs, to_unit, with_planes
from limner.train.machine import Machine

LEAST, SHARE = 16, 1 / 16
"""Pairs that are measured an epoch: this share of those learned from, which costs some 6% of the time; at least so many
(of few pairs it would be chance)."""

AT_ONCE = 8
"""Pictures that are painted together."""


def measured(held: int, learned: int) -> int:
    """How many of `held` pairs are measured an epoch, beside `learned` that are learned from."""
    return min(held, max(LEAST, round(SHARE * learned)))


class Patience:
    """Measures the held-out pairs after each epoch, and keeps the best weights.

    Args:
        pairs: held out.
        weights: folder of the perceptual distance's weights, data/weights.
        epochs: without a better figure after which it is enough.
        machine: where to run; the main process measures.
    """

    def __init__(self, pairs: Pairs, weights: Path, epochs: int, machine: Machine) -> None:
        from limner.nets.shift_tolerant import (  # patience alone depends on how it is measured
            ALEXNET,
            perceptual,
        )

        self.pairs, self.epochs, self.machine = pairs, epochs, machine
        with torch.random.fork_rng(devices=[]):  # it is filled at random first, once a process
            self.distance = perceptual(weights / ALEXNET).to(machine.device)
        self.best: float | None = None
        self.since = 0
        """Epochs since the best."""
        self.kept: dict[str, Tensor] = {}
        """The best weights."""

    @property
    def over(self) -> bool:
        """Whether it has not become better for long enough."""
        return self.since >= self.epochs

    def measure(self, network: nn.Module) -> float:
        """The mean shift-tolerant LPIPS of what `network` paints of the held-out pairs; lower is better."""
        mean = self.machine.tell(self._distance(network) if self.machine.main else 0.0)
        if self.best is None or mean < self.best:
            self.best, self.since = mean, 0
            self.kept = {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
        else:
            self.since += 1
        return mean

    def _distance(self, network: nn.Module) -> float:
        far = []
        with torch.no_grad():
            for some in torch.split(torch.arange(len(self.pairs)), AT_ONCE):
                picture, truth = (to_unit(pixels.to(self.machine.device)) for pixels in self.pairs.batch(some))
                painted = network(self.machine.lay(with_planes(picture, self.pairs.codes[some])))
                both = [((one + 1) / 2).expand(-1, 3, -1, -1) for one in (painted, truth)]
                far.append(self.distance(*both).cpu())
        return float(torch.cat(far).double().mean())

    def state_dict(self) -> dict[str, Any]:
        """What decides when to stop, and with which weights."""
        return {"best": self.best, "since": self.since, "kept": self.kept}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict()`."""
        self.best, self.since, self.kept = state["best"], state["since"], state["kept"]
