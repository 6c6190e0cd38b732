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

SHAPE = ("size", "inputs", "outputs", "width", "norm", "bottleneck", "upsample", "attention", "mirror")
"""What of a card decides a network's weights and what they mean, as the arguments of `UNet` are named."""

if TYPE_CHECKING:
    from limner.nets.unet import UNet

CARD, WEIGHTS, ONNX = "model.json", "weights.safetensors", "model.onnx"
"""The files of a model's folder: what it is, its weights for torch, and both in one for everybody else."""
METADATA = "limner"
"""The key under which an ONNX file carries the card."""


@dataclass(frozen=True, config=Strict)
class Card:
    """What a model is and what it takes: pictures (N, inputs, size, size) in [-1, 1] to (N, outputs, size, size).

    Where it knows labels, their planes follow the picture's channels: `limner.pairs.labels`.
    """

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
    frame_eyes: tuple[float, float] | None
    """Midpoint of the irises in that frame, pixels (x, y); None if they were not all in one place."""
    frame_eye_distance: float | None
    """Distance of the irises in that frame, pixels; None likewise."""
    attention: int = 0
    mirror: bool = False
    label: str = ""
    """The column of data/faces.csv that the labels came from."""
    labels: tuple[str, ...] = ()
    """What it is told of a picture is one of these; none: it is given the picture alone."""

    @property
    def eyes(self) -> tuple[tuple[float, float], float]:
        """Where the irises belong in the frame: `frame_eyes` and `frame_eye_distance`.

        Raises:
            ModelError: they were not all in one place.
        """
        if self.frame_eyes is None or self.frame_eye_distance is None:
            raise ModelError(
                f"{self.name} learned from faces whose eyes lie in no one place, so no picture can be put right for "
                "it: give it pictures framed like those it learned from, and say --aligned"
            )
        return self.frame_eyes, self.frame_eye_distance

    @property
    def channels(self) -> int:
        """Of what the network reads: the picture's, and a plane for each label."""
        return self.inputs + len(self.labels)

    def code(self, label: str) -> tuple[float, ...]:
        """What fills the planes of a picture of that label: 1 for its own, -1 for the others; of a label that is empty
        or none of `labels`, 0 all of them."""
        return tuple((1.0 if name == label else -1.0) if label in self.labels else 0.0 for name in self.labels)

    def network(self) -> "UNet":
        """A generator of this shape, with random weights."""
        from limner.nets.unet import UNet  # loads torch, which a card is read without

        shape = {name: getattr(self, name) for name in SHAPE} | {"inputs": self.channels}
        return UNet(**shape, dropout=self.dropout)


def encode(card: Card) -> str:
    """The card as JSON, as it lies in a model's folder and within its ONNX file."""
    told = asdict(card)
    # A model without labels, attention or mirror is written as it was before there were any.
    if not card.labels:
        del told["label"], told["labels"]
    for name in ("attention", "mirror"):
        if not told[name]:
            del told[name]
    return json.dumps(told, indent=2) + "\n"


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
