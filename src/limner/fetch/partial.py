"""A download on its way: what came so far, and enough to ask for the rest later."""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from io import FileIO
from itertools import count
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from limner.fetch import landing
from limner.files import whole

SPILL = landing.SLOT
"""Bytes that are kept in memory: where a process is killed, so little is cheaper fetched again than gone on with."""
LONGEST = 1024
"""Characters by which a server may name a version: they are remembered of every file."""
ABANDONED = 7 * 24 * 3600
"""Seconds after which a download that nobody went on with is dropped."""


@dataclass(frozen=True, slots=True)
class Validator:
    """By what a server tells one version of a file from another."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """What the headers of an answer say, of which nothing is taken that could not be sent back, or is too long."""
        told = (headers.get(name, "") for name in ("ETag", "Last-Modified"))
        return cls(*(text if len(text) <= LONGEST and text.isascii() and text.isprintable() else "" for text in told))

    @property
    def condition(self) -> str:
        """For If-Range, which a weak ETag is not good enough for; empty if there is nothing that is."""
        return self.modified if not self.etag or self.etag.startswith("W/") else self.etag


NOTHING = Validator()
"""A server tells nothing of the version."""


def is_left(path: Path | str) -> bool:
    """Whether an earlier run left bytes of a file at `path`: a `Partial` reads them all, so let a thread make it."""
    return os.path.exists(f"{path}.json")  # noqa: PTH110  asked for every file, and Path.exists takes thrice the time


class Partial:
    """The first bytes of a file: few of them in memory, more at `path`, where they outlive the process.

    Args:
        path: of the bytes; what they are of stands beside it with the suffix .json.
        pinned: the whole's hash is known, so that bytes without a validator may be gone on with too.
    """

    def __init__(self, path: Path | str, pinned: bool) -> None:
        self.path = str(path)
        self._note = f"{path}.json"
        self._pinned = pinned
        self._stream: FileIO | None = None
        self._on_disk = False
        self._hashed = 0
        self._clear()
        self.validator = NOTHING
        self.total: int | None = None
        """Bytes of the whole, if the server has told it."""
        self.resumable = False
        if is_left(path):
            self._resume()

    def begin(self, validator: Validator, total: int | None, resumable: bool) -> None:
        """Forget what came, if anything, and start with the first byte of the version that `validator` names."""
        self.discard()
        self.validator = validator
        self.total = total
        self.resumable = resumable and (self._pinned or bool(validator.condition))

    def add(self, chunk: bytes) -> None:
        """The next bytes."""
        self.size += len(chunk)
        self._memory.append(chunk)
        self._held += len(chunk)
        if self._held > SPILL:
            self._spill()

    def keep(self) -> None:
        """Leave what came for the next try or run, or nothing if it could not be gone on with."""
        if self.resumable and self.size:
            self._spill()
            self._close()
        else:
            self.discard()

    @property
    def held(self) -> list[bytes] | None:
        """All of it, if not a byte of it went to disk."""
        return None if self._on_disk else self._memory

    def sha256(self) -> str:
        """Hex digest of what came. What is in memory is hashed only now: let a thread call it."""
        for chunk in self._memory[self._hashed :]:
            self._hash.update(chunk)
        self._hashed = len(self._memory)
        return self._hash.hexdigest()

    def land(self, path: Path) -> None:
        """It is whole: give it this name, on the same file system."""
        if self._stream is None:
            self._open()
        self.sha256()
        self._write()
        self._close()
        os.replace(self.path, path)  # noqa: PTH105
        if self._on_disk:
            Path(self._note).unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what came."""
        self._close()
        if self._on_disk:
            Path(self._note).unlink(missing_ok=True)  # first: without it nobody takes the bytes for anything
            Path(self.path).unlink(missing_ok=True)
            self._on_disk = False
        self._clear()

    def _clear(self) -> None:
        self._hash = hashlib.sha256()
        self._memory: list[bytes] = []
        self._held = self._hashed = self.size = 0

    def _resume(self) -> None:
        """Take up what an earlier run left: the note was written first, so it is true of all bytes beside it."""
        self._on_disk = True
        # Of a note that says nothing, nothing is taken up.
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
            note = json.loads(Path(self._note).read_text(encoding="utf-8"))
            total, validator = note.pop("total", None), Validator(**note)
            if self._pinned or validator.condition:
                self._stream = FileIO(self.path, "r+b")
                while chunk := self._stream.read(1 << 20):
                    self._hash.update(chunk)
                    self.size += len(chunk)
                self.validator, self.total, self.resumable = validator, total, True
        if not self.resumable:
            self.discard()

    def _spill(self) -> None:
        """Write what is in memory to disk; before the first bytes, what they are of."""
        if self._stream is None:
            if self.resumable:
                with whole(Path(self._note)) as part:
                    part.write_text(json.dumps(asdict(self.validator) | {"total": self.total}), encoding="utf-8")
            self._on_disk = True
            self._open()
        self.sha256()
        self._write()

    def _open(self) -> None:
        self._stream = FileIO(self.path, "wb")

    def _write(self) -> None:
        assert self._stream is not None
        rest, start = memoryview(b"".join(self._memory)), self._stream.tell()
        try:
            # Once: at each call to the system a thread gives Python's one lock away, and has to get it back.
            while rest:
                rest = rest[self._stream.write(rest) :]
        except OSError:  # a part of it may be there, and all of it will be written again
            self._stream.seek(start)
            self._stream.truncate()
            raise
        self._memory = []
        self._held = self._hashed = 0

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None


class Unfinished:
    """The folder of this run's partial files, which begins with what runs before it left.

    Each run has a folder and a lock of its own, so two of them never write to the same file; the system
    gives the lock of a killed run free.

    Args:
        root: the folder of all runs' folders.
    """

    def __init__(self, root: Path) -> None:
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        root.mkdir(parents=True, exist_ok=True)
        self.folder = root / name
        self._numbers = count()
        self._lock = FileLock(root / f"{name}.lock")
        with FileLock(root.with_suffix(".lock")):  # so that no other run finds a lock that is there and not yet held
            self._lock.acquire(timeout=0)
            self.folder.mkdir()
            for lock in root.glob("*.lock"):
                if lock.stem != name:
                    self._take_over(lock)

    def path(self, url: str) -> str:
        """Where the bytes of a url are kept on their way."""
        return f"{self.folder}/{hashlib.sha256(url.encode()).hexdigest()}"

    @contextlib.contextmanager
    def copy(self) -> Iterator[Path]:
        """A file that is gone in the end, if it has not been given another name."""
        part = self.folder / f"copy-{next(self._numbers)}"
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)

    def close(self) -> None:
        """Leave what can be gone on with, and nothing else but what threads that nobody waits for still write."""
        kept = {note.stem for note in self.folder.glob("*.json")}
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.stem not in kept:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # it is not empty
            self.folder.rmdir()
        self._lock.release()
        if not self.folder.exists():  # else the next run takes it over
            Path(self._lock.lock_file).unlink(missing_ok=True)

    def _take_over(self, lock: Path) -> None:
        try:
            with FileLock(lock, timeout=0):
                folder = lock.with_suffix("")
                for note in folder.glob("*.json"):
                    data = note.with_suffix("")
                    if data.is_file() and time.time() - data.stat().st_mtime < ABANDONED:
                        data.replace(self.folder / data.name)
                        note.replace(self.folder / note.name)
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)
        except Timeout:
            return  # that run is still at work
