"""A model's folder: `weights.safetensors` and `model.json`, which holds all that is needed to use them."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from limner.errors import ModelError, ParamsError
from limner.files import whole
from limner.nets.unet import UNet
from limner.params import Strict, build

WEIGHTS, CARD = "weights.safetensors", "model.json"
DISCRIMINATOR = "discriminator.safetensors"
"""The weights it was trained against: of use only to a training that starts from it."""


@dataclass(frozen=True, config=Strict)
class Card:
    """What a model is and what it takes: pictures (N, inputs, size, size) in [-1, 1] to (N, outputs, size, size)."""

    name: str
    learns: Literal["sketch", "photo"]
    size: int
    inputs: Literal[1, 3]
    outputs: Literal[1, 3]
    width: int
    dropout: float
    people: tuple[str, ...]
    styles: tuple[str, ...]
    frame_size: int
    """Side of the aligned faces it learned from, pixels."""
    frame_eyes: tuple[float, float]
    """Midpoint of the irises in that frame, pixels (x, y)."""
    frame_eye_distance: float
    """Distance of the irises in that frame, pixels."""

    def network(self) -> UNet:
        """A generator of this shape, with random weights."""
        return UNet(self.size, self.inputs, self.outputs, self.width, self.dropout)


def save(folder: Path, card: Card, network: nn.Module, discriminator: nn.Module) -> None:
    """Write the model; the card comes last, so that a folder with a card is whole."""
    for name, net in ((WEIGHTS, network), (DISCRIMINATOR, discriminator)):
        weights = {key: value.detach().cpu().contiguous() for key, value in net.state_dict().items()}
        with whole(folder / name) as part:
            save_file(weights, part)
    with whole(folder / CARD) as part:
        part.write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def load(folder: Path) -> tuple[Card, UNet]:
    """Read a model, ready to be applied (eval mode, on the CPU).

    Raises:
        ModelError: the folder is missing or incomplete, or its two files do not fit each other.
    """
    for name in (CARD, WEIGHTS):
        if not (folder / name).is_file():
            raise ModelError(f"{folder} holds no model: {name} is missing; train it with `dvc repro`")
    try:
        card = build(Card, json.loads((folder / CARD).read_text(encoding="utf-8")), str(folder / CARD))
        network = card.network()
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (ValueError, RuntimeError, ParamsError) as error:
        raise ModelError(f"{folder} holds no usable model: {error}") from error
    return card, network.eval()


def load_discriminator(folder: Path) -> dict[str, Tensor]:
    """The weights a model was trained against; empty where they were not kept.

    Raises:
        ModelError: the file is not readable as weights.
    """
    path = folder / DISCRIMINATOR
    try:
        weights: dict[str, Tensor] = load_file(path) if path.is_file() else {}
    except SafetensorError as error:
        raise ModelError(f"{path} holds no usable weights: {error}") from error
    return weights
