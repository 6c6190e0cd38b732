"""What an archive holds. It is only ever listed: no path that it names is written to."""

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from limner.errors import SourceError, tellable
from limner.fetch.tars import CarefulTar, counted

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What systems put into archives unasked, beside files that begin with a dot."""
MOST_NAME = 4000
"""Characters of a name: Linux takes no path of more than 4096."""
DAMAGES = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError),
    *(ValueError, IndexError, RuntimeError),
)
"""What reading a damaged archive ends in, names that cannot be decoded among it."""
PACKERS: dict[bytes, Callable[[Path], IO[bytes]]] = {
    b"\x1f\x8b": lambda path: cast(IO[bytes], gzip.open(path)),  # noqa: SIM115  whoever asks for it closes it
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
"""How a compressed tar is read, by its first bytes."""
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""How a zip begins: with a member, with its end if it holds none, or as a part of many."""


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
    damaged: bool = False
    """Whether it stands for all that lies behind the damage of an archive."""
    archive: str = ""
    """The hash of the archive that it was listed in."""


class Damaged(SourceError):
    """An archive that cannot be read to its end, as one is that came in part; what is too large is whole."""


def is_archive(url: str) -> bool:
    """Whether a url or a path ends as an archive does."""
    bare = re.sub(r"[?#].*", "", url) if "://" in url else url
    return bare.lower().endswith(SUFFIXES)


def members(path: Path) -> Iterator[Member]:
    """The files in a zip or tar, whatever its name, in its order; folders and litter are left out.

    Of a name that stands twice the last is taken, as unpacking does: `tar rf` appends a newer version.

    Raises:
        Damaged: it is neither, or damaged; the members before are yielded.
        SourceError: it is too large to be listed; likewise.
    """
    protocol, entries = ("zip", _zip(path)) if _is_zip(path) else ("tar", _tar(path))
    found: list[tuple[str, str | None]] = []
    end: SourceError | None = None
    try:
        for name, fault in counted(entries):
            long = f"has a name of {len(name)} characters, and at most {MOST_NAME} are read"
            found.append((name, fault) if len(name) <= MOST_NAME else (f"{name[:100]}…", long))
    except SourceError as error:
        end = error
    except DAMAGES as error:
        end = Damaged(f"it is no archive that can be read to its end: {error}")
    last = {plain(name): number for number, (name, _) in enumerate(found)}
    for number, (name, fault) in enumerate(found):
        unsafe = _unsafe(name)
        litter = any(part in LITTER or part.startswith(".") for part in PurePosixPath(name).parts)
        if fault is None or (litter and not unsafe):
            continue
        told = name if tellable(name) else ascii(name)[1:-1]
        url, why = f"{protocol}://{told}", unsafe or fault
        if not unsafe and last[plain(name)] != number:
            yield Member(told, url, "stands in the archive again later, and that one counts")
        elif not why and is_archive(name):
            yield Member(told, url, "is an archive in an archive: unpack it yourself")
        else:
            yield Member(told, url, why, bool(why))
    if end:
        raise end


def plain(name: str) -> str:
    """By what a member is known, as `tar czf x.tgz .` writes ./name: of two that are known by one, the last counts."""
    return name.removeprefix("./").strip("/")


def _is_zip(path: Path) -> bool:
    """By its beginning, as a tar may end in a zip that it holds; a zip, though, may have something else before it."""
    first = _beginning(path)
    if _is_tar(first):  # whatever its first member is named
        return False
    return first.startswith(ZIPS) or (not first.startswith(tuple(PACKERS)) and zipfile.is_zipfile(path))


def packer(path: Path) -> Callable[[Path], IO[bytes]] | None:
    """How a compressed tar is opened to be read; None if it is not compressed."""
    first = _beginning(path)
    if _is_tar(first):
        return None
    return next((opener for magic, opener in PACKERS.items() if first.startswith(magic)), None)


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(tarfile.BLOCKSIZE)


def _is_tar(first: bytes) -> bool:
    """Whether a file that begins so says that it is a tar; those of before 1988 do not."""
    return first[257:262] == b"ustar"


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


def _zip(path: Path) -> Iterator[tuple[str, str | None]]:
    """The name of each entry, and its fault: an empty one if it has none, and None if it is a folder."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            mode = entry.external_attr >> 16 if entry.create_system == 3 else 0
            if stat.S_ISLNK(mode):
                yield entry.filename, "is a link: put the file itself into the archive"
            elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                yield entry.filename, "is a device, not a file"
            elif entry.is_dir():
                yield entry.filename, None
            elif entry.flag_bits & 1:
                yield entry.filename, "is encrypted: unpack the archive yourself, with its password"
            else:
                yield entry.filename, ""


def _tar(path: Path) -> Iterator[tuple[str, str | None]]:
    """As `_zip`."""
    opener = packer(path) or (lambda path: path.open("rb"))
    with opener(path) as stream, CarefulTar.open(fileobj=stream, mode="r:") as archive:
        for entry in archive:
            if entry.issym() or entry.islnk():
                yield entry.name, "is a link: put the file itself into the archive"
            elif entry.isdir():
                yield entry.name, None
            elif not entry.isreg():
                yield entry.name, "is a device, not a file"
            else:
                yield entry.name, ""
