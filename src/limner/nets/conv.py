"""Convolutions that a processor learns quickly: torch's functions, with the same weights, computed in another way where
torch's own takes long.

torch hands a convolution to oneDNN, which lays its weights out anew in every pass. The inner layers of a U-Net have
thousands of weights to a value, so that this is most of their time: one product of matrices does without. In the outer
layers it is doubling a map before it is convolved that takes long. `benchmarks/conv_speed.py` measures both. Nothing of
this is done on a GPU, while compiling, or where no gradient is wanted (so not in an exported file either).
"""

from functools import cache
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Conv2d(nn.Conv2d):
    """`nn.Conv2d` of square kernels; learned by a product of matrices where it makes few places of many channels."""

    def _conv_forward(self, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        stride, padding = self.stride[0], int(self.padding[0])
        places = input[:, 0].numel() / stride**2  # of the map it makes, of all pictures
        if not _learned_here(input, weight) or places > 2 * self.out_channels:
            plain: Tensor = super()._conv_forward(input, weight, bias)
            return plain
        made: Tensor = _Product.apply(*_cast(input, weight), stride, padding)
        return made if bias is None else made + bias.to(made.dtype).view(1, -1, 1, 1)


class DoubledConv2d(Conv2d):
    """Each pixel doubled, then a 3x3 convolution (Odena et al., "Deconvolution and checkerboard artifacts", Distill
    2016).

    Where there are many pixels to a channel it is learned as a transposed convolution, with the kernel that doubling
    makes of this one: the same map, by 4 products a channel for each value instead of 9, and without the doubled map.
    """

    def __init__(self, below: int, out: int, bias: bool) -> None:
        super().__init__(below, out, 3, padding=1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """(N, below, H, W) -> (N, out, 2 H, 2 W)."""
        if _learned_here(input, self.weight) and 2 * input[0, 0].numel() >= self.in_channels:
            return F.conv_transpose2d(input, doubled(self.weight), self.bias, stride=2, padding=1)
        return super().forward(F.interpolate(input, scale_factor=2, mode="nearest"))


def doubled(weight: Tensor) -> Tensor:
    """The kernel of a transposed convolution of stride 2 that equals doubling and then convolving by `weight`.

    (out, below, 3, 3) -> (below, out, 4, 4): a value stands at the four pixels of a square, and the kernel, turned
    about as a transposed one is, adds up over that square.
    """
    out, below = weight.shape[:2]
    return (weight.reshape(-1, 9) @ _spread(weight.dtype)).view(out, below, 4, 4).transpose(0, 1)


@cache
def _spread(dtype: torch.dtype) -> Tensor:
    """(9, 16): which of a 3x3 kernel's weights each of the 4x4 kernel's is the sum of."""
    one_way = torch.zeros(3, 4, dtype=dtype)
    for place in range(3):
        one_way[place, 2 - place : 4 - place] = 1
    return torch.kron(one_way, one_way)


class _Product(torch.autograd.Function):
    """A square convolution as one product: of all patches, a row each, and of the kernels, a column each."""

    @staticmethod
    def forward(ctx: Any, picture: Tensor, weight: Tensor, stride: int, padding: int) -> Tensor:
        """(N, C, H, W) and (O, C, K, K) -> (N, O, h, w), which lies in memory channels last."""
        rows, (height, width) = _patches(picture, weight.shape[2], stride, padding)
        ctx.save_for_backward(picture, weight)
        ctx.stride, ctx.padding = stride, padding
        return (rows @ _rows(weight).T).view(len(picture), height, width, -1).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        picture, weight = ctx.saved_tensors
        stride, padding = ctx.stride, ctx.padding
        (count, channels, *sides), (out, _, side, _) = picture.shape, weight.shape
        gradient = gradients[0].permute(0, 2, 3, 1)
        height, width = gradient.shape[1:3]
        gradient = gradient.reshape(-1, out)
        of_weight = of_picture = None
        if ctx.needs_input_grad[1]:
            rows, _ = _patches(picture, side, stride, padding)
            of_weight = (gradient.T @ rows).view(out, side, side, channels).permute(0, 3, 1, 2)
        if ctx.needs_input_grad[0]:
            patches = (gradient @ _rows(weight)).view(count, height, width, side, side, channels)
            padded = patches.new_zeros(count, *(length + 2 * padding for length in sides), channels)
            for y, x in product(range(side), repeat=2):
                padded[:, y : y + stride * height : stride, x : x + stride * width : stride] += patches[:, :, :, y, x]
            of_picture = padded[:, padding : padding + sides[0], padding : padding + sides[1]].permute(0, 3, 1, 2)
        return of_picture, of_weight, None, None


def _patches(picture: Tensor, side: int, stride: int, padding: int) -> tuple[Tensor, torch.Size]:
    """(N, C, H, W) -> (N h w, side side C), a row for each place of the map to be made, and that map's (h, w)."""
    padded = F.pad(picture.permute(0, 2, 3, 1), (0, 0, padding, padding, padding, padding))
    patches = padded.unfold(1, side, stride).unfold(2, side, stride).permute(0, 1, 2, 4, 5, 3)
    return patches.flatten(3).flatten(0, 2), patches.shape[1:3]


def _rows(weight: Tensor) -> Tensor:
    """(O, C, K, K) -> (O, K K C), of channels-last weights a view."""
    return weight.permute(0, 2, 3, 1).flatten(1)


def _learned_here(picture: Tensor, weight: Tensor) -> bool:
    wanted = torch.is_grad_enabled() and (picture.requires_grad or weight.requires_grad)
    return wanted and picture.device.type == "cpu" and not torch.compiler.is_compiling()


def _cast(*tensors: Tensor) -> list[Tensor]:
    """As autocast would for a convolution."""
    if not torch.is_autocast_enabled("cpu"):
        return list(tensors)
    return [tensor.to(torch.get_autocast_dtype("cpu")) for tensor in tensors]
