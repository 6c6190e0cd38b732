"""The perceptual distance on a network's features."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# What brings values in [-1, 1] to the mean and the deviation of ImageNet's.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


AT_ONCE = 4
"""Pictures whose feature maps are in memory together: few, so that they stay in the processor's cache."""


class Perceptual(nn.Module):
    """(N, 3, H, W) and (N or 1, 3, H, W) in [0, 1] -> (N,): weighted squared distance of unit-length features.

    Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018.

    Args:
        features: layers from the picture on.
        taps: the layers after which feature maps are taken, by their place.
        channels: of these maps.
    """

    def __init__(self, features: nn.Sequential, taps: Sequence[int], channels: Sequence[int]) -> None:
        super().__init__()
        self.features = features
        self.taps = frozenset(taps)
        self.heads = nn.ParameterList(torch.zeros(1, number, 1, 1) for number in channels)

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        shared = self._maps(real) if len(real) == 1 else None
        distances = []
        for start in range(0, len(fake), AT_ONCE):
            mine = self._maps(fake[start : start + AT_ONCE])
            true = shared or self._maps(real[start : start + AT_ONCE])
            of_map = [
                F.conv2d((one - other).square(), head).mean((1, 2, 3))
                for one, other, head in zip(mine, true, self.heads, strict=True)
            ]
            distances.append(torch.stack(of_map).sum(0))
        return torch.cat(distances)

    def _maps(self, pictures: Tensor) -> list[Tensor]:
        """The feature maps, each pixel's vector of length 1."""
        x = scaled(pictures)
        maps = []
        for place, layer in enumerate(self.features):
            x = layer(x)
            if place in self.taps:
                maps.append(x / (torch.linalg.vector_norm(x, dim=1, keepdim=True) + 1e-10))
        return maps


def scaled(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) in [0, 1] -> the same as networks trained on ImageNet want it."""
    shift, scale = (pictures.new_tensor(values).reshape(1, 3, 1, 1) for values in (SHIFT, SCALE))
    # Channels last: a third less time on a processor.
    return ((2 * pictures - 1 - shift) / scale).contiguous(memory_format=torch.channels_last)
