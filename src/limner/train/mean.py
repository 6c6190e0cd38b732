"""A running mean of a network's weights."""

from copy import deepcopy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


class RunningMean(Generic[Network]):
    """A copy of a network whose weights and buffers follow it slowly.

    Its first steps forget faster, or the random start would stay in it.

    Args:
        network: to follow.
        decay: of the mean, a step.
    """

    def __init__(self, network: Network, decay: float) -> None:
        self.decay = decay
        self.network = deepcopy(network).requires_grad_(False).eval()
        both = list(zip(_tensors(self.network), _tensors(network), strict=True))
        self.means = [mean for mean, now in both if now.is_floating_point()]
        self.now = [now for _, now in both if now.is_floating_point()]
        self.counts = [(mean, now) for mean, now in both if not now.is_floating_point()]

    def update(self, step: int) -> None:
        """Follow the network after its `step`-th step, from 0."""
        keep = min(self.decay, (1 + step) / (10 + step)) if step else 0.0
        with torch.no_grad():
            torch._foreach_lerp_(self.means, self.now, 1 - keep)
            for mean, now in self.counts:
                mean.copy_(now)


def _tensors(network: nn.Module) -> list[Tensor]:
    return [*(weight.detach() for weight in network.parameters()), *network.buffers()]
