"""The generator: pix2pix's U-Net for any square picture whose side is a power of two.

Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks", CVPR 2017 (phillipi/pix2pix,
models.lua), and what a recipe may change in it.
"""

import torch
from torch import Tensor, nn

from limner.nets import norm as norms
from limner.nets.attention import SelfAttention
from limner.nets.conv import Conv2d, DoubledConv2d
from limner.recipe import Bottleneck, Norm, Upsample


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
        norm: its kind, after every convolution but the first, the last, and the one that makes the 1x1 map.
        bottleneck: `normed` is pix2pix's: what comes up from the 1x1 map is normed too. At batch 1 that leaves of each
            channel but how its four values differ, so little of what the bottleneck knows of the picture gets through;
            `alive` leaves that norm out.
        upsample: `transposed` is pix2pix's 4x4 transposed convolution; `resize` doubles each pixel and convolves 3x3
            (Odena et al., "Deconvolution and checkerboard artifacts", Distill 2016).
        attention: side of the map on the way up, skip and all, whose places look at one another; 0: none.
        mirror: read the input's mirror image too, as further channels. Faces are level and in the middle: what is
            missing on one side of a face is then, from the other, at its place.

    Raises:
        ValueError: `size` is not such a side, or there is no map of side `attention`.
    """

    def __init__(
        self,
        size: int,
        inputs: int,
        outputs: int,
        width: int,
        dropout: float = 0.0,
        norm: Norm = "batch",
        bottleneck: Bottleneck = "alive",
        upsample: Upsample = "transposed",
        attention: int = 0,
        mirror: bool = False,
    ) -> None:
        super().__init__()
        self.mirror = mirror
        depth = size.bit_length() - 1
        if size < 16 or size != 1 << depth:
            raise ValueError(f"a U-Net needs a side that is a power of two, 16 at least, not {size}")
        if attention and attention not in [size >> level for level in range(1, depth)]:
            raise ValueError(f"a U-Net of {size} pixels has no map of {attention} to look about in, only of its halves")
        channels = [width * min(2**level, 8) for level in range(depth)]
        self.down = nn.ModuleList()
        for level, out in enumerate(channels):
            below = inputs * (1 + mirror) if level == 0 else channels[level - 1]
            normed = 0 < level < depth - 1
            conv = Conv2d(below, out, 4, stride=2, padding=1, bias=not normed or norm == "none")
            parts: list[nn.Module] = [] if level == 0 else [nn.LeakyReLU(0.2)]
            self.down.append(nn.Sequential(*parts, conv, *([norms.norm(norm, out)] if normed else [])))
        self.up = nn.ModuleList()
        for level in reversed(range(depth)):
            # The innermost layer reads the bottleneck alone; the others also the skip of their level.
            below = channels[level] * (1 if level == depth - 1 else 2)
            out = outputs if level == 0 else channels[level - 1]
            normed = level > 0 and (level < depth - 1 or bottleneck == "normed")
            tail: list[nn.Module] = [norms.norm(norm, out)] if normed else []
            if dropout > 0 and level >= max(1, depth - 3):
                tail.append(nn.Dropout(dropout))
            bias = not normed or norm == "none"
            # What a layer reads is half as large as what it makes.
            head = [SelfAttention(below)] if attention == size >> (level + 1) else []
            self.up.append(nn.Sequential(*head, nn.ReLU(), _doubled(upsample, below, out, bias), *tail))

    def forward(self, picture: Tensor) -> Tensor:
        """(N, inputs, S, S) -> (N, outputs, S, S) in [-1, 1]."""
        skips = []
        x = torch.cat([picture, picture.flip(3)], dim=1) if self.mirror else picture
        for layer in self.down:
            x = layer(x)
            skips.append(x)  # (N, C, S / 2, S / 2), ..., (N, 8 width, 1, 1)
        x = self.up[0](skips.pop())
        for layer in self.up[1:]:
            x = layer(torch.cat([x, skips.pop()], dim=1))
        return torch.tanh(x)


def _doubled(how: Upsample, below: int, out: int, bias: bool) -> nn.Module:
    """(N, below, s, s) -> (N, out, 2 s, 2 s)."""
    if how == "transposed":
        return nn.ConvTranspose2d(below, out, 4, stride=2, padding=1, bias=bias)
    return DoubledConv2d(below, out, bias)
