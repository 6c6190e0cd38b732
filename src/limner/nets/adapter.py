"""Small changes of a trained generator: what a person costs to store beside the model that knows everybody.

- norms: the gains and offsets of its norms, their running statistics, and the last layer's bias. Huang and Belongie,
  "Arbitrary style transfer in real-time with adaptive instance normalization", ICCV 2017: much of what a picture looks
  like is in them.
- lora: the same, and a change of low rank of every convolution (Hu et al., "LoRA: Low-rank adaptation of large language
  models", ICLR 2022), written as the factors of each.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from limner.blocks import Tune
from limner.errors import ModelError
from limner.files import whole
from limner.nets import card as cards
from limner.nets import store
from limner.nets.card import Card
from limner.nets.start import NORMS
from limner.nets.unet import UNet

ADAPTER = "adapter.safetensors"
"""The file in a model's folder: what differs from the model that its training started from."""
RANK = 4
SPREAD = 0.5
"""Standard deviation that the factor `down` starts with: with it the first steps change a convolution about as far as
they do where all its weights are trained."""

UP, DOWN = "weight.up", "weight.down"
"""How the names of a convolution's factors end in the file."""

Convolution = nn.Conv2d | nn.ConvTranspose2d


class LowRank(nn.Module):
    """A weight (rows, ...) plus the product of (rows, rank) and (rank, the other axes); at first that is zero."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        rows, columns = weight.shape[0], weight[0].numel()
        rank = min(RANK, rows, columns)
        self.up = nn.Parameter(torch.zeros(rows, rank))
        self.down = nn.Parameter(SPREAD * torch.randn(rank, columns))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight as it is applied; in float32 where a network multiplies in bfloat16."""
        with torch.autocast(weight.device.type, enabled=False):
            return changed(weight, self.up, self.down)


def changed(weight: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """A weight, (O, ...), and its change: `up` (O, R) times `down` (R, all that follows), in the weight's shape."""
    return weight + (up @ down).view_as(weight)


def adapt(network: nn.Module, tune: Tune) -> None:
    """Let only what `tune` says of a network be trained; `lora` draws the start of its factors at random."""
    if tune == "all":
        return
    network.requires_grad_(False)
    for _, module in _norms(network):
        module.requires_grad_(True)
    _, last = _convolutions(network)[-1]
    if last.bias is not None:
        last.bias.requires_grad_(True)
    if tune == "lora":
        for _, convolution in _convolutions(network):
            parametrize.register_parametrization(convolution, "weight", LowRank(convolution.weight))


def save(folder: Path, network: nn.Module) -> None:
    """Write what an adapted network has changed into a model's folder."""
    with whole(folder / ADAPTER) as part:
        save_file({name: value.detach().cpu().contiguous() for name, value in changes(network).items()}, part)


def changes(network: nn.Module) -> dict[str, Tensor]:
    """What `adapt` lets be trained, by its name in the network: weights, statistics, factors; as `join` takes them."""
    found: dict[str, Tensor] = {}
    for name, module in _norms(network):
        found |= {f"{name}.{key}": value for key, value in module.state_dict().items()}
    for name, convolution in _convolutions(network):
        if parametrize.is_parametrized(convolution, "weight"):
            change = cast(LowRank, convolution.get_submodule("parametrizations.weight.0"))
            found |= {f"{name}.{UP}": change.up, f"{name}.{DOWN}": change.down}
    name, last = _convolutions(network)[-1]
    return found if last.bias is None else found | {f"{name}.bias": last.bias}


def join(start: Mapping[str, Tensor], adapter: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of an adapted network: those it started from, and what `changes` gave.

    Raises:
        ModelError: the adapter changes what is not there, or is of another shape.
    """
    both = dict(start)
    for name, value in adapter.items():
        stem = name.removesuffix(".up").removesuffix(".down")
        if stem not in start:
            raise ModelError(f"an adapter changes {stem}, which the model that it shall be joined to does not have")
        if name.endswith(UP):
            down = adapter[f"{stem}.down"]
            if (len(value), down.shape[1]) != (len(start[stem]), start[stem][0].numel()):
                raise ModelError(f"an adapter's change of {stem} does not fit its shape {tuple(start[stem].shape)}")
            both[stem] = changed(start[stem], value, down)
        elif not name.endswith(DOWN):
            both[name] = value
    return both


def load(folder: Path, start: Path) -> tuple[Card, UNet]:
    """Read a model of which only the card and the adapter are kept, ready to be applied (eval mode, on the CPU).

    Args:
        folder: with both.
        start: of the model that its training started from.

    Raises:
        ModelError: a folder is missing or incomplete, or the two do not fit each other.
    """
    card, (_, first) = cards.read(folder), store.load(start)
    try:
        adapter = load_file(folder / ADAPTER)
        network = card.network()
        network.load_state_dict(join(first.state_dict(), adapter))
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{folder / ADAPTER} cannot be joined to {start}: {error}") from error
    return card, network.eval()


def _norms(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    return ((name, module) for name, module in network.named_modules() if isinstance(module, NORMS))


def _convolutions(network: nn.Module) -> list[tuple[str, Convolution]]:
    """By name, in the order in which a picture passes them."""
    return [(name, module) for name, module in network.named_modules() if isinstance(module, Convolution)]
