"""Batch norm over the pictures of all processes.

torch's own SyncBatchNorm needs CUDA, and its backward pass has no derivative, which losses on gradients want.
"""

from typing import Any, TypeVar, cast

import torch
import torch.distributed as dist
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


class SharedBatchNorm2d(nn.BatchNorm2d):
    """`nn.BatchNorm2d` whose statistics are those of the pictures of all processes, however many each of them has.

    Two sums are exchanged: first of the values, then of their squared distances from the mean, which loses no digits
    where the mean is large.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) of this process -> the same, normed by the whole batch's mean and variance."""
        if not self.training:
            plain: Tensor = super().forward(x)
            return plain
        own = torch.full((1,), x.numel() / x.shape[1], device=x.device)
        values = x.float()
        sums = _total(torch.cat([values.sum((0, 2, 3)), own]))
        count = sums[-1].detach()
        mean = sums[:-1] / count
        centred = values - mean.view(1, -1, 1, 1)
        variance = _total(centred.square().sum((0, 2, 3))) / count
        if self.track_running_stats:
            self._remember(mean.detach(), variance.detach() * count / (count - 1))
        scale = torch.rsqrt(variance + self.eps) * self.weight
        normed: Tensor = (centred * scale.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)).to(x.dtype)
        return normed

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        assert self.momentum is not None
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)


class _Total(torch.autograd.Function):
    """The sum over all processes; what each of them lowers depends on all, so gradients are summed as well."""

    @staticmethod
    def forward(ctx: Any, own: Tensor) -> Tensor:
        total = own.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return _total(gradients[0])


def _total(own: Tensor) -> Tensor:
    return cast(Tensor, _Total.apply(own))


def synchronised(network: Network) -> Network:
    """Put `SharedBatchNorm2d`, with the same weights, in the place of every batch norm of the network."""
    for name, child in network.named_children():
        if isinstance(child, nn.BatchNorm2d):
            shared = SharedBatchNorm2d(child.num_features, child.eps, child.momentum)
            shared.load_state_dict(child.state_dict())
            setattr(network, name, shared)
        else:
            synchronised(child)
    return network
