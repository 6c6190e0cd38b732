"""The norms a recipe may choose."""

from torch import nn

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
        return nn.BatchNorm2d(channels)
    if kind == "instance":
        return nn.InstanceNorm2d(channels, affine=True)
    if kind == "group":
        return nn.GroupNorm(max(1, channels // GROUP), channels)
    return nn.Identity()
