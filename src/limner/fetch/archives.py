"""What an archive holds. It is only ever listed: no path that it names is written to."""

import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from limner.errors import SourceError, tellable

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What systems put into archives unasked, beside files that begin with a dot."""
MOST_MEMBERS = 200_000
MOST_BYTES = 200 * 10**9
"""All members of a tar together, unpacked: to list one, all of it is unpacked once."""
MOST_AT_ONCE = 10**6
"""Bytes of one header: a tar may name a length for it that fills the memory."""


@dataclass(frozen=True)
class Member:
    """One of many files: in an archive, a folder, or what a pattern matches."""

    name: str
    """Relative to where it lies."""
    url: str
    """In an archive `zip://NAME` or `tar://NAME`; the archive's own url comes behind it, after `::`."""
    fault: str = ""
    """Why it cannot be used."""
    refused: bool = False
    """Whether the fault is that it could do harm, or cannot be read, rather than that it is of no use."""


def is_archive(url: str) -> bool:
    """Whether a url or a path ends as an archive does."""
    bare = re.sub(r"[?#].*", "", url) if "://" in url else url
    return bare.lower().endswith(SUFFIXES)


def members(path: Path) -> Iterator[Member]:
    """The files in a zip or tar, whatever its name, in its order; folders and litter are left out.

    Raises:
        SourceError: it is neither, or damaged, or too large to be listed; the members before are yielded.
    """
    if zipfile.is_zipfile(path):
        protocol, entries = "zip", _zip(path)
    else:
        protocol, entries = "tar", _tar(path)
    seen: set[str] = set()
    try:
        for number, (name, fault) in enumerate(entries):
            if number >= MOST_MEMBERS:
                raise SourceError(f"it holds more than {MOST_MEMBERS} members, and the rest is not looked at")
            why = _unsafe(name)
            if not why and any(part in LITTER or part.startswith(".") for part in PurePosixPath(name).parts):
                continue
            why = why or fault
            if not why and name in seen:
                why = "stands in the archive twice"
            seen.add(name)
            name = name if tellable(name) else ascii(name)[1:-1]
            if not why and is_archive(name):
                yield Member(name, f"{protocol}://{name}", "is an archive in an archive: unpack it yourself")
            else:
                yield Member(name, f"{protocol}://{name}", why, bool(why))
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise SourceError(f"it is no archive that can be read to its end: {error}") from error


def _unsafe(name: str) -> str:
    """Why a member's name cannot be trusted, or nothing."""
    slashed = name.replace("\\", "/")  # which separates folders on Windows
    if slashed.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path: members lie below the archive's top"
    if ".." in slashed.split("/"):
        return "leads out of the archive by `..`"
    if "::" in name or not tellable(name):
        return "has characters in its name that no url can hold"
    return ""


def _zip(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16 if entry.create_system == 3 else 0
            if stat.S_ISLNK(mode):
                yield entry.filename, "is a link: put the file itself into the archive"
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                yield entry.filename, "is a device, not a file"
            elif entry.is_dir():
                continue
            elif entry.flag_bits & 1:
                yield entry.filename, "is encrypted: unpack the archive yourself, with its password"
            else:
                yield entry.filename, ""


def _tar(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as stream, CarefulTar.open(fileobj=stream) as archive:
        total = 0
        while (entry := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # else all of them stay in memory
            total += entry.size
            if total > MOST_BYTES:
                raise SourceError(f"it unpacks to more than {MOST_BYTES / 1e9:g} GB, and the rest is not looked at")
            if entry.issym() or entry.islnk():
                yield entry.name, "is a link: put the file itself into the archive"
            elif entry.isdir():
                continue
            elif not entry.isreg():
                yield entry.name, "is a device, not a file"
            else:
                yield entry.name, ""


class CarefulTar(tarfile.TarFile):
    """A tar whose headers take no more memory than honest ones do."""

    def __init__(self, name: str | None = None, mode: Any = "r", fileobj: Any = None, **options: Any) -> None:
        super().__init__(name, mode, _Careful(fileobj), **options)


class _Careful:
    """A stream that gives no more at once than an honest header takes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        if size > MOST_AT_ONCE:
            raise SourceError(f"it has a header of {size} bytes, and at most {MOST_AT_ONCE} are read")
        data: bytes = self._stream.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
