"""AlexNet and VGG16 without aliasing.

Ghildyal and Liu, "Shift-tolerant perceptual similarity metric", ECCV 2022; weights of stlpips-pytorch 0.0.2
(BSD-2). Every stride is taken by a blur with a generous reflected border, after Zhang, "Making convolutional
networks shift-invariant again", ICML 2019, so that a picture moved by a pixel has nearly the same features.
"""

from functools import cache
from pathlib import Path
from pickle import UnpicklingError
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from limner.errors import ModelError
from limner.nets.perceptual import Perceptual, scaled

ALEXNET, VGG = "alex_shift_tolerant.pth", "vgg_shift_tolerant.pth"
"""Files of data/weights."""

CHANNELS = (64, 192, 384, 256, 256)
"""Of AlexNet's five feature maps."""
TAPS = (2, 6, 10, 12, 14)
"""The layers after which they are taken."""


Network = TypeVar("Network", bound=nn.Module)


class Blur(nn.Module):
    """Halve the resolution: binomial 3 x 3 filter at stride 2 on a reflected border of 2."""

    def forward(self, x: Tensor) -> Tensor:
        row = x.new_tensor([0.25, 0.5, 0.25])
        kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), kernel, stride=2, groups=x.shape[1])


class BlurredConv(nn.Conv2d):
    """A convolution and `Blur` in one step, at a third of the time: both are linear, so that their kernels make one
    kernel at the blur's stride, but for where the blur sees its reflected border."""

    def forward(self, x: Tensor) -> Tensor:
        row = x.new_tensor([0.25, 0.5, 0.25])
        both = F.conv2d(self.weight.flatten(0, 1)[:, None], torch.outer(row, row)[None, None], padding=2)
        both = both.reshape(*self.weight.shape[:2], *both.shape[-2:]).contiguous(memory_format=torch.channels_last)
        inner = F.conv2d(x, both, self.bias, stride=2, padding=self.padding)
        # A symmetric blur sees the same before the border as behind it, so its first outputs are the second ones.
        above = F.pad(inner, (1, 0, 1, 0), mode="replicate")
        below, right = self._last(x, 2), self._last(x, 3)
        return torch.cat([torch.cat([above, below[:, :, :, :-1]], 2), right], 3)

    def _last(self, x: Tensor, along: int) -> Tensor:
        """The last row (`along` 2) or column (3), by the two steps, of as much of the picture's end as it sees; of odd
        length if the picture's is odd."""
        side, seen = x.shape[along], self.kernel_size[0] - int(self.padding[0]) + 2
        seen += (seen + side) % 2
        blurred: Tensor = Blur()(super().forward(x.narrow(along, side - seen, seen)))
        return blurred.narrow(along, blurred.shape[along] - 1, 1)


class Middle(nn.Module):
    """VGG16 up to relu3_3: (N, 3, H, W) in [0, 1] -> (N, 256, about H / 4, about W / 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1), nn.ReLU()),
            *(nn.MaxPool2d(2, stride=1), Blur()),
            *(nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.Conv2d(128, 128, 3, padding=1), nn.ReLU()),
            *(nn.MaxPool2d(2, stride=1), Blur()),
            *(nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(), nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        maps: Tensor = self.features(scaled(pictures))
        return maps


@cache
def perceptual(file: Path) -> Perceptual:
    """The distance on AlexNet with the weights of `file`, frozen.

    Raises:
        ModelError: the file is missing, or is not what stlpips-pytorch 0.0.2 ships.
    """
    features = nn.Sequential(
        *(BlurredConv(3, 64, 11, padding=2), nn.Identity(), nn.ReLU()),  # the blur is counted as in the file
        *(nn.MaxPool2d(3, stride=1), Blur(), nn.Conv2d(64, 192, 5, padding=2), nn.ReLU()),
        *(nn.MaxPool2d(3, stride=1), Blur(), nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
    )
    return _filled(Perceptual(features, TAPS, CHANNELS), file)


@cache
def vgg(file: Path) -> Middle:
    """VGG16 with the weights of `file`, frozen.

    Raises:
        ModelError: the file is missing, or is not what stlpips-pytorch 0.0.2 ships.
    """
    return _filled(Middle(), file)


def _filled(network: Network, file: Path) -> Network:
    """`network` with those of the file's weights that it has places for; it must not lack any."""
    if not file.is_file():
        raise ModelError(f"{file} is missing: `dvc repro scrape` fetches what data/manifests/models.csv names")
    try:
        saved = torch.load(file, map_location="cpu", weights_only=True)
        state = {}
        for key, value in saved.items():
            # net.slice2.5.weight: the slices count their layers through, as `features` does; lin0.model.1.weight.
            part, _, place = key.partition(".slice")
            if part == "net":
                state["features." + place.partition(".")[2]] = value
            elif key.startswith("lin"):
                state[f"heads.{key[3]}"] = value
        network.load_state_dict({key: state[key] for key in network.state_dict()})
    except (UnpicklingError, KeyError, RuntimeError, EOFError) as error:
        raise ModelError(f"{file} is not what stlpips-pytorch 0.0.2 ships: {error}") from error
    return network.eval().requires_grad_(False).to(memory_format=torch.channels_last)
