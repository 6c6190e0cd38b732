"""Half-trained models, kept until their training is done.

DVC empties a stage's outputs before it runs, so a checkpoint lies in limner's cache, under a hash of all that decides
the result: only the very training that was stopped finds it again. Two files take turns, so that the one before the
last is still there when the last turns out to be spoilt. What no training came back for in `KEPT` days is deleted.
"""

import hashlib
import io
import os
import shutil
import struct
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import torch
from torch import Tensor

from limner.files import cache_dir, whole
from limner.train.machine import Machine

EVERY = 45.0
"""Seconds of work that a killed training may lose; writing a state takes a fraction of one."""

KEPT = 30
"""Days after which a checkpoint is given up."""

CODE = ("train", "nets", "pairs", "device.py")
"""What of limner decides how a training goes; its source is part of the hash."""

HEAD = struct.Struct("<8sQ32s")
"""Of a file: a mark, the step, and the SHA-256 of the step and all that follows."""
MARK = b"limner 1"

DAY = 24 * 3600.0


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
    """The state of one training on disk.

    Args:
        key: of the training.
        machine: its main process alone reads and writes.
    """

    def __init__(self, key: str, machine: Machine) -> None:
        self.machine = machine
        self.folder = cache_dir("training")
        self.files = [self.folder / f"{key}-{turn}.checkpoint" for turn in "ab"]
        self.saved = time.monotonic()
        self.step: int | None = None
        """Of the last state that is safe on disk."""
        _prune(self.folder)

    def load(self) -> dict[str, Any] | None:
        """The last state of this training that is whole, or None when it starts anew. Names what is not whole."""
        return self.machine.tell(self._load() if self.machine.main else None)

    def _load(self) -> dict[str, Any] | None:
        found: list[tuple[int, Path, dict[str, Any]]] = []
        spoilt: list[str] = []
        for path in self.files:
            try:
                step, state = _read(path)
            except FileNotFoundError:
                continue
            except (OSError, _Spoilt) as error:
                spoilt.append(f"{path} ({error})")
            else:
                found.append((step, path, state))
        last = max(found, key=lambda one: one[0], default=None)
        if spoilt:
            goes = f"training goes on from the one of step {last[0]}" if last else "training starts anew"
            print(f"limner: a checkpoint cannot be used: {', '.join(spoilt)}; {goes}", flush=True)
        if last is None:
            return None
        self.step, path, state = last
        self.files.sort(key=lambda other: other == path)  # the next save replaces the other one
        return state

    def due(self) -> bool:
        """Whether so much was learned since the last save that losing it would hurt."""
        return self.machine.main and time.monotonic() - self.saved > EVERY

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Put the state after `step` steps on disk, whole or not at all.

        Where there is no room for it the one before stays, a warning says so, and training can go on.
        """
        if not self.machine.main:
            return
        try:
            with whole(self.files[0]) as part, part.open("w+b") as stream:
                _write(stream, step, state)
            _sync(self.folder)
        except OSError as error:
            before = "there is none before it" if self.step is None else f"that of step {self.step} is kept"
            print(
                f"limner: no checkpoint at step {step}: {self.folder} takes no file of {_size(state) / 1e6:.0f} MB "
                f"({error.strerror}; {shutil.disk_usage(self.folder).free / 1e6:.0f} MB are free); {before}, and "
                "training goes on",
                flush=True,
            )
        else:
            self.files.reverse()
            self.step = step
        self.saved = time.monotonic()

    def forget(self) -> None:
        """The training is done: its states are of no more use."""
        if self.machine.main:
            for path in self.files:
                path.unlink(missing_ok=True)


class _Spoilt(Exception):
    """A file is not what was written."""


class _Hashed(io.RawIOBase):
    """A stream that hashes what goes through it, and keeps the error that torch's writer would hide."""

    def __init__(self, stream: IO[bytes], step: int) -> None:
        self.stream = stream
        self.digest = hashlib.sha256(struct.pack("<Q", step))
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            self.stream.write(data)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(data)
        return len(data)


def _write(stream: IO[bytes], step: int, state: dict[str, Any]) -> None:
    stream.write(bytes(HEAD.size))
    through = _Hashed(stream, step)
    try:
        torch.save(state, cast(IO[bytes], through))
    except RuntimeError:
        if through.error is None:
            raise
        raise through.error from None
    stream.seek(0)
    stream.write(HEAD.pack(MARK, step, through.digest.digest()))
    stream.flush()
    os.fsync(stream.fileno())


def _read(path: Path) -> tuple[int, dict[str, Any]]:
    data = path.read_bytes()
    if len(data) < HEAD.size:
        raise _Spoilt("it is cut off")
    mark, step, digest = HEAD.unpack_from(data)
    body = memoryview(data)[HEAD.size :]
    told = hashlib.sha256(struct.pack("<Q", step))
    told.update(body)
    if mark != MARK or told.digest() != digest:
        raise _Spoilt("its checksum does not fit its content")
    state: dict[str, Any] = torch.load(io.BytesIO(body), map_location="cpu", weights_only=True)
    return step, state


def _sync(folder: Path) -> None:
    """Make the new name last; Windows knows no such thing for folders."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _size(state: Any) -> int:
    """Bytes of the tensors in a tree of dicts and lists."""
    if isinstance(state, Tensor):
        return state.numel() * state.element_size()
    if isinstance(state, dict):
        return sum(map(_size, state.values()))
    return sum(map(_size, state)) if isinstance(state, list | tuple) else 0


def _prune(folder: Path) -> None:
    """Delete what has waited too long, and after a day what a killed process left half-written."""
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another training may prune too
            days = (time.time() - path.stat().st_mtime) / DAY
            if days > (1 if path.name.startswith(".part-") else KEPT):
                path.unlink()
