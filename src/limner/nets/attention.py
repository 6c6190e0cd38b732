"""Places of a map that look at one another, however far apart."""

import torch
from torch import Tensor, nn


class SelfAttention(nn.Module):
    """To what each place holds, a mean of what all places hold is added, weighed by how well they fit to what it asks.

    Zhang et al., "Self-attention generative adversarial networks", ICML 2019. A convolution sees a few pixels; this
    lets one eye know what the other looks like. What is added begins at nothing and grows as it is learned.

    Args:
        channels: of the map.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner, carried = max(4, channels // 8), max(4, channels // 2)
        self.ask, self.key = (nn.Conv2d(channels, inner, 1, bias=False) for _ in range(2))
        self.value, self.out = nn.Conv2d(channels, carried, 1, bias=False), nn.Conv2d(carried, channels, 1, bias=False)
        self.share = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        ask, key, value = (layer(x).flatten(2) for layer in (self.ask, self.key, self.value))  # (N, ., H W)
        # Written out: torch's own attention has, on a GPU, no backward pass that repeats itself to the bit.
        fit = (ask.transpose(1, 2) @ key) / ask.shape[1] ** 0.5  # (N, H W, H W): a row for each place that asks
        seen = value @ fit.softmax(dim=2).transpose(1, 2)
        added: Tensor = self.share * self.out(seen.unflatten(2, x.shape[2:]))
        return x + added
