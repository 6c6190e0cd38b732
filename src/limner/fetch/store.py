"""Files by their content: each lies under its sha256, and a url is remembered by the content it had."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from limner.errors import SourceError
from limner.fetch.delays import Delays
from limner.fetch.notes import Note, Notes
from limner.fetch.partial import NOTHING, Partial, Validator
from limner.files import sha256

DOUBTED = "?"
"""Before the hash in a note, of what may have come in part or spoilt."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file on this machine, and the hash of its bytes."""

    path: Path
    sha256: str
    note: str = ""
    """What a person should know of how it was had; empty if there is nothing."""
    recalled: bool = field(default=False, compare=False)
    """Whether it is what came from its url once, and nobody was asked in this run."""
    version: tuple[int, int] | None = field(default=None, compare=False)
    """Of one that lies where anybody may change it: its `version` from before it was hashed."""

    def stayed(self) -> None:
        """Make sure that what was read of it until now is what its hash is of.

        Raises:
            SourceError: it may be something else.
        """
        if self.version and self.version != version(self.path):
            raise SourceError("it was changed while it was read")


@dataclass(frozen=True, slots=True)
class Known:
    """What came from a url before."""

    file: Fetched
    validator: Validator
    """Of its version."""
    doubted: bool
    """Whether it may have come in part or spoilt: to be used if there is nothing better."""


def version(path: Path) -> tuple[int, int]:
    """By what a file that was written to is known: its bytes and its time; none of one that is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def verify(url: str, digest: str, expected: str) -> str:
    """The digest itself, of the file at `url`.

    Raises:
        SourceError: it is not the expected one.
    """
    if expected and digest != expected:
        raise SourceError(f"{url} has the sha256 {digest}, but {expected} is expected: it is another file")
    return digest


class Store:
    """A folder of files named by their sha256; only whole and right bytes ever get that name.

    Its methods read or write disks: let a thread call them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notes = Notes(folder / "notes.sqlite")
        self.delays = Delays(self._notes)
        """That hosts asked for, in this run or an earlier one."""
        self._doubted: dict[str, str] = {}
        """By url, the hash of what was doubted when it was recalled."""

    def close(self) -> None:
        """Nothing is asked any more."""
        self._notes.close()

    def has(self, digest: str) -> bool:
        """Whether there is a file of that name, right or not: quick enough for any thread."""
        return bool(digest) and os.path.exists(f"{self._folder}/{digest}")  # noqa: PTH110  a third of Path's time

    def find(self, digest: str) -> Fetched | None:
        """The file of that hash, if it is here and still the same bytes."""
        found = self.named(digest)
        return found if digest and found.path.is_file() and sha256(found.path) == digest else None

    def named(self, digest: str) -> Fetched:
        """The file that bears this hash as its name; whether it is here, and the same bytes, is not looked at."""
        return Fetched(self._folder / digest, digest)

    def recall(self, url: str, digest: str = "") -> Known | None:
        """What came from a url and which version it was, if it is still here (and has the hash `digest`)."""
        note = self._notes.get(url)
        kept = note.sha256.removeprefix(DOUBTED) if note else ""
        if note is None or (digest and kept != digest):
            return None
        if doubted := kept != note.sha256:
            self._doubted[url] = kept
        found = self.find(kept)
        return Known(found, note.validator, doubted) if found else None

    def remembered(self, urls: Iterable[str]) -> set[str]:
        """Those of which something came that is here and not doubted; whether it is right is not looked at."""
        return {url for url in urls if (note := self._notes.get(url)) and self.has(note.sha256)}

    def land(self, bytes_: Partial | Path, digest: str) -> Fetched:
        """Take in a file that lies on the same file system; its hash has just been found to be `digest`."""
        landed = self.named(digest)
        if isinstance(bytes_, Partial):
            bytes_.land(landed.path)
        else:
            bytes_.replace(landed.path)
        return landed

    def take(self, coming: Partial, expected: str) -> str:
        """Take in what came if it is the file of that hash, or none is expected; and the hash that it has."""
        digest = coming.sha256()
        if expected in ("", digest):
            self.land(coming, digest)
        else:
            coming.discard()
        return digest

    def remember(self, url: str, digest: str, validator: Validator = NOTHING) -> None:
        """This came from `url`, in this version. Quick enough for any thread; it is there for good after `settle`."""
        self._notes.put(url, Note(digest, validator))

    def forget(self, url: str) -> None:
        """What came from `url` was not what it should be."""
        self._notes.drop(url)

    def doubt(self, url: str) -> None:
        """What came from `url` may not be all of it, or not as it was sent, until something is remembered of it anew.

        A version that came spoilt has the name of the true one: by that a server is asked only for what came twice.
        """
        self.settle()
        if (note := self._notes.get(url)) and not note.sha256.startswith(DOUBTED):
            validator = note.validator if self._doubted.get(url) == note.sha256 else NOTHING
            self._notes.put(url, Note(DOUBTED + note.sha256, validator))
            self.settle()

    def settle(self) -> None:
        """Have what is to be remembered there for good."""
        self._notes.write()

    def copy(self, path: Path, part: Path, expected: str) -> str:
        """Take in a copy of a file, by way of `part`, if that is the file of this hash; and the hash that it has."""
        shutil.copyfile(path, part)
        if (digest := sha256(part)) == expected:
            self.land(part, digest)
        return digest
