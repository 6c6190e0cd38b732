"""A download on its way: what came so far, hashed as it came, and enough to ask for the rest later."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

from limner.files import whole

SPILL = 256 * 1024
"""Bytes that are kept in memory: what is smaller is cheaper fetched again than resumed."""


@dataclass(frozen=True)
class Validator:
    """By what a server tells one version of a file from another."""

    etag: str = ""
    modified: str = ""

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Self:
        """What the headers of an answer say."""
        return cls(headers.get("ETag", ""), headers.get("Last-Modified", ""))

    @property
    def condition(self) -> str:
        """For If-Range: which a weak ETag is not good enough for; empty if there is nothing that is."""
        return self.modified if not self.etag or self.etag.startswith("W/") else self.etag


class Partial:
    """The first bytes of a file: few in memory, more at `path`, where they outlive the process.

    Args:
        path: of the bytes; what they are of stands beside it with the suffix .json.
        pinned: the whole's hash is known, so that bytes without a validator may be gone on with too.
    """

    def __init__(self, path: Path, pinned: bool) -> None:
        self._path = path
        self._note = path.with_suffix(".json")
        self._pinned = pinned
        self._stream: IO[bytes] | None = None
        self.resumable = False
        self.begin(Validator(), resumable=False)
        if self._note.is_file():
            self._resume()

    def begin(self, validator: Validator, resumable: bool) -> None:
        """Forget what came, if anything, and start with the first byte of the version that `validator` names."""
        self.discard()
        self.validator = validator
        self.resumable = resumable and (self._pinned or bool(validator.condition))

    def add(self, chunk: bytes) -> None:
        """The next bytes."""
        self._hash.update(chunk)
        self.size += len(chunk)
        if self._stream is not None:
            self._stream.write(chunk)
        else:
            self._memory.append(chunk)
            if self.size > SPILL:
                self._spill()

    def keep(self) -> None:
        """Leave what came for the next run, or nothing if it could not be gone on with."""
        if not self.resumable or not self.size:
            self.discard()
            return
        if self._stream is None:
            self._spill()
        self._close()

    def land(self, path: Path) -> None:
        """It is whole: give it this name, on the same file system."""
        if self._stream is None:
            self._spill(noted=False)
        self._close()
        self._path.replace(path)
        self._note.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget what came."""
        self._close()
        self._path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self._hash = hashlib.sha256()
        self._memory: list[bytes] = []
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hex digest of what came."""
        return self._hash.hexdigest()

    def _resume(self) -> None:
        """Take up what an earlier run left; the note was written first, so it is true of all bytes beside it."""
        try:
            validator = Validator(**json.loads(self._note.read_text(encoding="utf-8")))
            stream = self._path.open("r+b")
        except (OSError, ValueError, TypeError):
            self.discard()
            return
        if not (self._pinned or validator.condition):
            stream.close()
            self.discard()
            return
        while chunk := stream.read(1 << 20):
            self._hash.update(chunk)
            self.size += len(chunk)
        self._stream, self.validator, self.resumable = stream, validator, True

    def _spill(self, noted: bool = True) -> None:
        if noted and self.resumable:
            with whole(self._note) as part:
                part.write_text(json.dumps(asdict(self.validator)), encoding="utf-8")
        self._stream = self._path.open("wb")
        self._stream.writelines(self._memory)
        self._memory = []

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
