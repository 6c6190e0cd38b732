"""A model's folder: the card, and the network that it describes with its weights."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from limner.errors import ModelError
from limner.files import whole
from limner.nets import card as cards
from limner.nets.card import CARD, WEIGHTS, Card
from limner.nets.unet import UNet

DISCRIMINATOR = "discriminator.safetensors"
"""The weights it was trained against: of use only to a training that starts from it."""

__all__ = ["CARD", "WEIGHTS", "Card", "load", "save"]


def save(folder: Path, card: Card, network: nn.Module, discriminator: nn.Module | None = None) -> None:
    """Write the model; the card comes last, so that a folder with a card is whole."""
    both = {WEIGHTS: network} | ({DISCRIMINATOR: discriminator} if discriminator else {})
    for name, net in both.items():
        weights = {key: value.detach().cpu().contiguous() for key, value in net.state_dict().items()}
        with whole(folder / name) as part:
            save_file(weights, part)
    with whole(folder / CARD) as part:
        part.write_text(cards.encode(card), encoding="utf-8")


def load(folder: Path) -> tuple[Card, UNet]:
    """Read a model, ready to be applied (eval mode, on the CPU).

    Raises:
        ModelError: the folder is missing or incomplete, or its two files do not fit each other.
    """
    card = cards.read(folder)
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{folder} holds no model: {WEIGHTS} is missing; train it with `dvc repro`")
    try:
        network = card.network()
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (ValueError, RuntimeError, SafetensorError) as error:
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
