"""The norms a recipe may choose."""

from typing import Any

import torch
from torch import Tensor, nn

from limner.recipe import Norm

GROUP = 16
"""Channels a group: enough that a 2 x 2 map still has 64 values to norm by."""


def norm(kind: Norm, channels: int) -> nn.Module:
    """A norm with a gain and an offset a channel.

    - batch: over the pictures of a batch; applied with running means (Ioffe and Szegedy, ICML 2015).
    - instance: over each channel of each picture by itself, in training and when applied (Ulyanov et al., 2016). A
      batch norm that trains on single pictures and is applied in train mode, as pix2pix's, is the same function.
    - group: over `GROUP` channels of each picture (Wu and He, ECCV 2018).
    """
    if kind == "batch":
        return BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    if kind == "group":
        return nn.GroupNorm(max(1, channels // GROUP), channels)
    return nn.Identity()


class BatchNorm2d(nn.BatchNorm2d):
    """`nn.BatchNorm2d`, and its gradient is closed up before it is normed.

    What comes back to one of two stacked maps is a part of the stack's gradient, a view with gaps, and torch's backward
    pass of a batch norm takes some ten times as long for it on a processor (`benchmarks/conv_speed.py`).
    """

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, H, W) -> the same, normed."""
        normed: Tensor = super().forward(input)
        return _Closed.apply(normed) if normed.requires_grad and not torch.compiler.is_compiling() else normed


class _Closed(torch.autograd.Function):
    """The same value; its gradient without gaps, in the order of memory of the value."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        last = value.is_contiguous(memory_format=torch.channels_last)
        ctx.order = torch.channels_last if last else torch.contiguous_format
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        return gradients[0].contiguous(memory_format=ctx.order)
