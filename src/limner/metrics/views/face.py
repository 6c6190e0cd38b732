"""dlib's face embedding as a torch network: a ResNet with 29 convolutions, 150 x 150 RGB -> 128 numbers.

King, "High quality face recognition with deep metric learning", 2017; weights
dlib_face_recognition_resnet_model_v1 (CC0). The wheels of dlib compute it without a BLAS, on one thread, at
about 170 ms a face; here a batch of faces costs a few ms each, on any device. The tests hold it to dlib's own
figures.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from limner.errors import ModelError

# Each residual block's channels and stride, from the picture on.
BLOCKS = [
    *[(32, 1)] * 3,
    *[(64, 2), *[(64, 1)] * 3],
    *[(128, 2), *[(128, 1)] * 2],
    *[(256, 2), *[(256, 1)] * 2],
    (256, 2),
]
# What dlib subtracts from the values in [0, 255] before it divides by 256.
MEAN_COLOUR = (122.782, 117.001, 104.298)


class Block(nn.Module):
    """Two 3 x 3 convolutions added to their input; a stride of 2 takes the input averaged by 2 x 2."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        # dlib pads only where the stride is 1.
        self.first = nn.Conv2d(channels_in, channels, 3, stride, padding=2 - stride)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        change = self.second(F.relu(self.first(x)))
        kept = F.avg_pool2d(x, 2) if self.stride == 2 else x
        # Sums of unequal shapes take the larger one: channels and pixels that one of them lacks are zero
        # there.
        shape = [max(sides) for sides in zip(change.shape[1:], kept.shape[1:], strict=True)]
        return F.relu(_grown(change, shape) + _grown(kept, shape))


def _grown(x: Tensor, shape: list[int]) -> Tensor:
    """(N, C, H, W) with zeros behind and below up to `shape`."""
    channels, height, width = (wanted - has for wanted, has in zip(shape, x.shape[1:], strict=True))
    return F.pad(x, (0, width, 0, height, 0, channels))


class Embedding(nn.Module):
    """(N, 3, CHIP, CHIP) RGB in [0, 1] -> (N, 128)."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN_COLOUR).reshape(1, 3, 1, 1))
        self.stem = nn.Conv2d(3, 32, 7, stride=2)
        widths = [32, *(channels for channels, _ in BLOCKS)]
        self.blocks = nn.Sequential(
            *(Block(before, channels, stride) for before, (channels, stride) in zip(widths, BLOCKS, strict=False))
        )
        self.head = nn.Linear(256, 128, bias=False)

    def forward(self, chips: Tensor) -> Tensor:
        # Channels last: a fifth less time on a processor.
        x = ((255 * chips - self.mean) / 256).contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu(self.stem(x)), 3, stride=2)  # (N, 32, 35, 35)
        vectors: Tensor = self.head(self.blocks(x).mean((2, 3)))
        return vectors


@cache
def embedding(file: Path) -> Embedding:
    """The network with the weights of `file`, frozen.

    Raises:
        ModelError: the file is missing, or is not dlib's face recognition model.
    """
    if not file.is_file():
        raise ModelError(f"{file} is missing: `dvc repro scrape` fetches what data/manifests/models.csv names")
    network = Embedding()
    try:
        parameters = list(_parameters(file.read_bytes()))
        convolutions = [module for module in network.modules() if isinstance(module, nn.Conv2d)]
        *pairs, (_, head) = parameters
        filters = [values for kind, values in pairs if kind == b"con_4"]
        affines = [values for kind, values in pairs if kind == b"affine_"]
        with torch.no_grad():
            for convolution, values, affine in zip(convolutions, filters, affines, strict=True):
                _fill(convolution, values, affine)
            network.head.weight.copy_(head.reshape(256, 128).T)
    except (ValueError, IndexError, RuntimeError) as error:
        raise ModelError(f"{file} is not dlib's face_recognition_model_v1: {error}") from error
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _fill(convolution: nn.Conv2d, values: Tensor, affine: Tensor) -> None:
    """Set a convolution's filters and biases, with the scale and offset of the layer behind it multiplied
    in."""
    assert convolution.bias is not None
    scale, offset = affine.chunk(2)
    filters, biases = values[: convolution.weight.numel()], values[convolution.weight.numel() :]
    convolution.weight.copy_(filters.reshape(convolution.weight.shape) * scale.reshape(-1, 1, 1, 1))
    convolution.bias.copy_(biases * scale + offset)


def _parameters(data: bytes) -> Iterator[tuple[bytes, Tensor]]:
    """The parameters of each layer that has some, in the order of computation, with the layer's kind.

    A dlib file is the layers' fields one after another, each layer opened by its kind. An integer is a byte
    that tells how many bytes of it follow, then those. A tensor is a version (2), four sizes, and its values
    in float32.
    """
    for layer in re.finditer(rb"\x01\x05(con_4)|\x01\x07(affine_)|\x01\x04(fc_2)", data):
        kind = layer[layer.lastindex or 0]
        place = layer.end()
        numbers = []
        for _ in range(7 if kind == b"fc_2" else 5):  # a dense layer tells its outputs and inputs first
            length = data[place]
            numbers.append(int.from_bytes(data[place + 1 : place + 1 + length], "little"))
            place += 1 + length
        values = np.frombuffer(data, "<f4", count=int(np.prod(numbers[-4:])), offset=place)
        yield kind, torch.from_numpy(values.copy())
