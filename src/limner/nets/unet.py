"""The generator: pix2pix's U-Net for any square picture whose side is a power of two.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017
(phillipi/pix2pix, models.lua), with one change: the innermost map has no batch norm, neither going
down (as in pix2pix) nor coming up. On a 1x1 map at batch 1 a norm sees one value a channel and puts
out only its own offset, so what the bottleneck knows of the picture would be lost.
"""

import torch
from torch import Tensor, nn


class UNet(nn.Module):
    """Picture to picture, (N, inputs, S, S) -> (N, outputs, S, S), both in [-1, 1].

    Halving goes on to a 1x1 map: 8 layers at 256 pixels, 7 at 128, 6 at 64. Channels double from `width`
    to at most 8 times it.

    Args:
        size: side of the pictures, pixels: a power of two, 16 at least.
        inputs: channels of the input.
        outputs: channels of the output.
        width: channels after the first layer.
        dropout: probability of a zeroed channel value in the three innermost up layers, training only.
    """

    def __init__(self, size: int, inputs: int, outputs: int, width: int, dropout: float) -> None:
        super().__init__()
        self.width = width
        depth = size.bit_length() - 1
        if size < 16 or size != 1 << depth:
            raise ValueError(f"a U-Net needs a side that is a power of two, 16 at least, not {size}")
        channels = [width * min(2**level, 8) for level in range(depth)]
        self.down = nn.ModuleList()
        for level, out in enumerate(channels):
            below = inputs if level == 0 else channels[level - 1]
            plain = level in (0, depth - 1)
            conv = nn.Conv2d(below, out, 4, stride=2, padding=1, bias=plain)
            parts: list[nn.Module] = [] if level == 0 else [nn.LeakyReLU(0.2)]
            self.down.append(nn.Sequential(*parts, conv, *([] if plain else [nn.BatchNorm2d(out)])))
        self.up = nn.ModuleList()
        for level in reversed(range(depth)):
            # The innermost layer reads the bottleneck alone; the others also the skip of their level.
            below = channels[level] * (1 if level == depth - 1 else 2)
            out = outputs if level == 0 else channels[level - 1]
            normed = 0 < level < depth - 1
            widen = nn.ConvTranspose2d(below, out, 4, stride=2, padding=1, bias=not normed)
            tail: list[nn.Module] = [nn.BatchNorm2d(out)] if normed else []
            if dropout > 0 and level >= max(1, depth - 3):
                tail.append(nn.Dropout(dropout))
            self.up.append(nn.Sequential(nn.ReLU(), widen, *tail))

    def forward(self, picture: Tensor) -> Tensor:
        """(N, inputs, S, S) -> (N, outputs, S, S) in [-1, 1]."""
        skips = []
        x = picture
        for layer in self.down:
            x = layer(x)
            skips.append(x)  # (N, C, S / 2, S / 2), ..., (N, 8 width, 1, 1)
        x = self.up[0](skips.pop())
        for layer in self.up[1:]:
            x = layer(torch.cat([x, skips.pop()], dim=1))
        return torch.tanh(x)
