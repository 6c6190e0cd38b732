"""What a model is: the card in its folder, which is read without torch."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic.dataclasses import dataclass

from limner.build import build
from limner.errors import ModelError, ParamsError
from limner.recipe import Bottleneck, Norm, Upsample
from limner.strict import Strict

SHAPE = ("size", "inputs", "outputs", "width", "norm", "bottleneck", "upsample")
"""What of a card decides a network's weights and what they mean, as the arguments of `UNet` are named."""

if TYPE_CHECKING:
    from limner.nets.unet import UNet

CARD, WEIGHTS, ONNX = "model.json", "weights.safetensors", "model.onnx"
"""The files of a model's folder: what it is, its weights for torch, and both in one for everybody else."""
METADATA = "limner"
"""The key under which an ONNX file carries the card."""


@dataclass(frozen=True, config=Strict)
class Card:
    """What a model is and what it takes: pictures (N, inputs, size, size) in [-1, 1] to (N, outputs, size, size)."""

    name: str
    learns: Literal["sketch", "photo"]
    size: int
    inputs: Literal[1, 3]
    outputs: Literal[1, 3]
    width: int
    norm: Norm
    bottleneck: Bottleneck
    upsample: Upsample
    dropout: float
    people: tuple[str, ...]
    styles: tuple[str, ...]
    frame_size: int
    """Side of the aligned faces it learned from, pixels."""
    frame_eyes: tuple[float, float]
    """Midpoint of the irises in that frame, pixels (x, y)."""
    frame_eye_distance: float
    """Distance of the irises in that frame, pixels."""

    def network(self) -> "UNet":
        """A generator of this shape, with random weights."""
        from limner.nets.unet import UNet  # loads torch, which a card is read without

        return UNet(**{name: getattr(self, name) for name in SHAPE}, dropout=self.dropout)


def encode(card: Card) -> str:
    """The card as JSON, as it lies in a model's folder and within its ONNX file."""
    return json.dumps(asdict(card), indent=2) + "\n"


def decode(text: str, where: str) -> Card:
    """The card that `encode` wrote; `where` names its place in messages.

    Raises:
        ModelError: it is no JSON, or a key is unknown, missing or mistyped.
    """
    try:
        return build(Card, json.loads(text), where)
    except (ValueError, ParamsError) as error:
        raise ModelError(f"{where} describes no usable model: {error}") from error


def read(folder: Path) -> Card:
    """The card of a model's folder.

    Raises:
        ModelError: the folder holds none, or one that cannot be used; with the models that lie beside it.
    """
    path = folder / CARD
    if not path.is_file():
        beside = sorted(str(other.parent) for other in folder.parent.glob(f"*/{CARD}"))
        there = f"there are {', '.join(beside)}" if beside else "`dvc repro` trains models, `dvc pull` fetches them"
        raise ModelError(f"{folder} holds no model: {CARD} is missing; {there}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error
    return decode(text, str(path))
