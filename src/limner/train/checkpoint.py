"""Half-trained models, kept until their training is done.

DVC empties a stage's outputs before it runs, so a checkpoint lies in limner's cache, under a hash of
all that decides the result: only the very training that was killed finds it again.
"""

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from limner.files import cache_dir, whole

EVERY = 45.0
"""Seconds of work that a killed training may lose; writing a state takes a fraction of one."""

CODE = ("train", "nets", "pairs", "device.py")
"""What of limner decides how a training goes; its source is part of the hash."""


def key(facts: object, tensors: Iterable[Tensor]) -> str:
    """Hex digest of a training: its settings (by `repr`), its data and starting weights, and its code."""
    digest = hashlib.sha256(f"{facts!r} torch {torch.__version__}".encode())
    for tensor in tensors:
        digest.update(tensor.detach().cpu().reshape(-1).view(torch.uint8).numpy().data)
    root = Path(__file__).parent.parent
    for name in CODE:
        place = root / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Checkpoint:
    """The state of one training on disk."""

    def __init__(self, key: str) -> None:
        self.path = cache_dir("training") / f"{key}.pt"
        self.saved = time.monotonic()

    def load(self) -> dict[str, Any] | None:
        """The last state of this training, or None when it starts anew."""
        if not self.path.is_file():
            return None
        state: dict[str, Any] = torch.load(self.path, map_location="cpu", weights_only=True)
        return state

    def due(self) -> bool:
        """Whether so much was learned since the last save that losing it would hurt."""
        return time.monotonic() - self.saved > EVERY

    def save(self, state: dict[str, Any]) -> None:
        """Replace the state on disk, whole or not at all."""
        with whole(self.path) as part:
            torch.save(state, part)
        self.saved = time.monotonic()

    def forget(self) -> None:
        """The training is done: its state is of no more use."""
        self.path.unlink(missing_ok=True)
