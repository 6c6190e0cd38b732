"""How much quicker the generator learns on a processor than one of torch's own layers, which computes the same.

`limner.nets.conv` and `limner.nets.norm` take products of matrices, transposed convolutions and gradients without gaps
where those are quicker. Here the same U-Net, with the same weights, runs forward and backward with them and with
`nn.Conv2d`, `nn.Upsample` and `nn.BatchNorm2d`, in turns in one process, since other work on the machine slows both
alike; a ratio is of two turns that follow one another.

    python benchmarks/conv_speed.py --sizes 64,128,256
"""

import argparse
import copy
import statistics
import time

import torch
from torch import Tensor, nn

from limner import device as devices
from limner.nets.conv import Conv2d, DoubledConv2d
from limner.nets.norm import BatchNorm2d
from limner.nets.unet import UNet


class Torchs(nn.Module):
    """A doubled convolution as two of torch's layers."""

    def __init__(self, layer: DoubledConv2d) -> None:
        super().__init__()
        self.enlarge = nn.Upsample(scale_factor=2, mode="nearest")
        self.convolve = torchs(layer)

    def forward(self, picture: Tensor) -> Tensor:
        made: Tensor = self.convolve(self.enlarge(picture))
        return made


def torchs(layer: nn.Module) -> nn.Module:
    """A copy of the layer whose class is torch's; its forward pass is the only thing that differs."""
    copied = copy.deepcopy(layer)
    copied.__class__ = nn.Conv2d if isinstance(layer, Conv2d) else nn.BatchNorm2d
    return copied


def plain(network: nn.Module) -> nn.Module:
    """The network with torch's own layers in the place of ours, in place."""
    for name, child in network.named_children():
        if isinstance(child, DoubledConv2d):
            setattr(network, name, Torchs(child))
        elif isinstance(child, Conv2d | BatchNorm2d):
            setattr(network, name, torchs(child))
        else:
            plain(child)
    return network


def step(network: nn.Module, picture: Tensor, bfloat16: bool) -> float:
    """Forward and backward; returns the seconds."""
    begin = time.perf_counter()
    with devices.autocast(picture.device, bfloat16):
        made = network(picture)
    (made.float() - picture).abs().mean().backward()
    network.zero_grad(set_to_none=True)
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="64,128,256")
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--steps", type=int, default=4, help="in a turn")
    options = parser.parse_args()
    device = torch.device("cpu")
    bfloat16 = devices.mixed(device, "auto")
    print(f"{torch.get_num_threads()} threads, bfloat16 {bfloat16}, width {options.width}, batch {options.batch}")
    for size in map(int, options.sizes.split(",")):
        torch.manual_seed(0)
        ours = UNet(size, 3, 3, options.width, upsample="resize").to(memory_format=torch.channels_last)
        both = ours, plain(copy.deepcopy(ours))
        picture = torch.rand(options.batch, 3, size, size).contiguous(memory_format=torch.channels_last)
        turns: list[list[float]] = []
        for turn in range(options.turns + 1):
            took = [sum(step(one, picture, bfloat16) for _ in range(options.steps)) for one in both]
            if turn:  # the first one warms up
                turns.append([1e3 * seconds / options.steps for seconds in took])
        ratios = sorted(mine / other for mine, other in turns)
        mine, other = (statistics.median(times) for times in zip(*turns, strict=True))
        tenth = len(ratios) // 10
        print(
            f"{size} px: {mine:.0f} ms, torch's layers {other:.0f} ms; ratio {statistics.median(ratios):.2f} "
            f"(80% between {ratios[tenth]:.2f} and {ratios[-1 - tenth]:.2f})"
        )


if __name__ == "__main__":
    main()
