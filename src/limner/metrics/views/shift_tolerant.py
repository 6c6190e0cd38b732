"""AlexNet without aliasing, and the perceptual distance on its features.

Ghildyal and Liu, "Shift-tolerant perceptual similarity metric", ECCV 2022; weights of stlpips-pytorch 0.0.2
(BSD-2). Every stride is taken by a blur with a generous reflected border, after Zhang, "Making convolutional
networks shift-invariant again", ICML 2019, so that a picture moved by a pixel has nearly the same features.
"""

from functools import cache
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from limner.errors import ModelError

CHANNELS = (64, 192, 384, 256, 256)
"""Of the five feature maps."""
TAPS = (2, 6, 10, 12, 14)
"""The layers after which they are taken."""


class Blur(nn.Module):
    """Halve the resolution: binomial 3 x 3 filter at stride 2 on a reflected border of 2."""

    def forward(self, x: Tensor) -> Tensor:
        row = x.new_tensor([0.25, 0.5, 0.25])
        kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), kernel, stride=2, groups=x.shape[1])


class Perceptual(nn.Module):
    """(N, 3, H, W) and (N or 1, 3, H, W) in [0, 1] -> (N,): weighted squared distance of unit-length
    features."""

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 64, 11, padding=2), Blur(), nn.ReLU()),
            *(nn.MaxPool2d(3, stride=1), Blur(), nn.Conv2d(64, 192, 5, padding=2), nn.ReLU()),
            *(nn.MaxPool2d(3, stride=1), Blur(), nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
        )
        self.heads = nn.ParameterList(torch.zeros(1, channels, 1, 1) for channels in CHANNELS)
        self.register_buffer("shift", torch.zeros(1, 3, 1, 1))
        self.register_buffer("scale", torch.ones(1, 3, 1, 1))

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        distance = fake.new_zeros(len(fake))
        for mine, true, head in zip(self._maps(fake), self._maps(real), self.heads, strict=True):
            distance = distance + F.conv2d((mine - true).square(), head).mean((1, 2, 3))
        return distance

    def _maps(self, pictures: Tensor) -> list[Tensor]:
        """The five feature maps, each pixel's vector of length 1."""
        # Channels last: a third less time on a processor.
        x = ((2 * pictures - 1 - self.shift) / self.scale).contiguous(memory_format=torch.channels_last)
        maps = []
        for index, layer in enumerate(self.features):
            x = layer(x)
            if index in TAPS:
                maps.append(x / (torch.linalg.vector_norm(x, dim=1, keepdim=True) + 1e-10))
        return maps


@cache
def perceptual(file: Path) -> Perceptual:
    """The network with the weights of `file`, frozen.

    Raises:
        ModelError: the file is missing, or is not what stlpips-pytorch 0.0.2 ships.
    """
    if not file.is_file():
        raise ModelError(f"{file} is missing: `dvc repro scrape` fetches what data/manifests/models.csv names")
    network = Perceptual()
    try:
        saved = torch.load(file, map_location="cpu", weights_only=True)
        state = {"shift": saved["scaling_layer.shift"], "scale": saved["scaling_layer.scale"]}
        state |= {f"heads.{index}": saved[f"lin{index}.model.1.weight"] for index in range(len(CHANNELS))}
        for key, value in saved.items():
            # net.slice2.5.weight: the slices count their layers through, as `features` does.
            part, _, place = key.partition(".slice")
            if part == "net" and not place.endswith("filt"):
                state["features." + place.partition(".")[2]] = value
        network.load_state_dict(state)
    except (UnpicklingError, KeyError, RuntimeError, EOFError) as error:
        raise ModelError(
            f"{file} does not hold the shift-tolerant AlexNet of stlpips-pytorch 0.0.2: {error}"
        ) from error
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
