"""What an archive holds. It is only ever listed: no path that it names is written to."""

import bz2
import gzip
import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self, TypeVar, cast

from limner.errors import SourceError, tellable

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What systems put into archives unasked, beside files that begin with a dot."""
MOST_MEMBERS = 200_000
"""Folders among them: nearly nothing, packed, can unpack to millions of them."""
MOST_NAME = 4000
"""Characters of a name: Linux takes no path of more than 4096."""
MOST_BYTES = 200 * 10**9
"""All of a tar, unpacked: to list one, all of it is unpacked once."""
MOST_AT_ONCE = 10**6
"""Bytes of one header: a tar may name a length for it that fills the memory."""
MOST_HEADERS = 500 * 10**6
"""Bytes of all headers of a tar together, names among them, which are kept."""
MOST_SHARED = 100
"""Keywords that a tar gives to all its members: each of them is looked at for each member."""
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


T = TypeVar("T")


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
    protocol, entries = ("zip", _zip(path)) if _is_zip(path) else ("tar", _tar(path))
    seen: set[str] = set()
    try:
        for name, fault in counted(entries):
            if len(name) > MOST_NAME:
                fault = f"has a name of {len(name)} characters, and at most {MOST_NAME} are read"
                name = f"{name[:100]}…"
            why = _unsafe(name)
            if not why and any(part in LITTER or part.startswith(".") for part in PurePosixPath(name).parts):
                continue
            twice = plain(name) in seen
            seen.add(plain(name))
            if fault is None:
                continue
            why = why or fault or ("stands in the archive twice" if twice else "")
            name = name if tellable(name) else ascii(name)[1:-1]
            if not why and is_archive(name):
                yield Member(name, f"{protocol}://{name}", "is an archive in an archive: unpack it yourself")
            else:
                yield Member(name, f"{protocol}://{name}", why, bool(why))
    except DAMAGES as error:
        raise SourceError(f"it is no archive that can be read to its end: {error}") from error


def counted(entries: Iterable[T]) -> Iterator[T]:
    """The entries of an archive, of whatever kind they are.

    Raises:
        SourceError: there are more than are looked at; those before are yielded.
    """
    for number, entry in enumerate(entries):
        if number >= MOST_MEMBERS:
            raise SourceError(f"it holds more than {MOST_MEMBERS} members, and the rest is not looked at")
        yield entry


def plain(name: str) -> str:
    """By what a member is known, as `tar czf x.tgz .` writes ./name: of two that are known by one, the first counts."""
    return name.removeprefix("./").lstrip("/")


def _is_zip(path: Path) -> bool:
    """By its beginning, as a tar may end in a zip that it holds; a zip, though, may have something else before it."""
    with path.open("rb") as stream:
        first = stream.read(tarfile.BLOCKSIZE)
    tar = first[257:262] == b"ustar" or first.startswith(tuple(PACKERS))
    return first.startswith(b"PK") or (not tar and zipfile.is_zipfile(path))


def packer(path: Path) -> Callable[[Path], IO[bytes]] | None:
    """How a compressed tar is opened to be read; None if it is not compressed."""
    with path.open("rb") as stream:
        first = stream.read(max(map(len, PACKERS)))
    return next((opener for magic, opener in PACKERS.items() if first.startswith(magic)), None)


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


_NO_HEADERS = tuple(getattr(tarfile, f"{kind}HeaderError") for kind in ("Empty", "Truncated", "Invalid"))


class _Whole(tarfile.TarInfo):
    """A header which, if it is none, is not taken for the end: Python's own reader would list what is before it and
    say nothing. Nor is one that leads back, where it would read the same ones for ever (CVE-2025-8194)."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        info = super().frombuf(buf, encoding, errors)
        if info.size < 0:
            raise tarfile.ReadError(f"a header in it says that {info.size} bytes follow")
        return info

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            info = super().fromtarfile(archive)
        except _NO_HEADERS as error:
            raise tarfile.ReadError(str(error) if str(error) != "empty header" else "its end is missing") from error
        if info.size < 0 or archive.offset <= info.offset:  # as a pax header before it may tell
            raise tarfile.ReadError("a header in it leads back, not on")
        return info


class CarefulTar(tarfile.TarFile):
    """A tar whose headers take no more memory and time than honest ones do, and which is read to its end or not at
    all."""

    tarinfo = _Whole

    def __init__(self, name: str | None = None, mode: Any = "r", fileobj: Any = None, **options: Any) -> None:
        self._careful = _Careful(fileobj)
        super().__init__(name, mode, self._careful, **options)

    def __iter__(self) -> Iterator[tarfile.TarInfo]:
        return counted(iter(self.next, None))

    def next(self) -> tarfile.TarInfo | None:
        self.members: list[tarfile.TarInfo] = []  # else it keeps them all, a kilobyte each
        self._careful.begin()
        info = super().next()
        if max(self.offset, info.size if info else 0) > MOST_BYTES:
            raise SourceError(f"it unpacks to more than {MOST_BYTES / 1e9:g} GB, and the rest is not looked at")
        if len(self.pax_headers) > MOST_SHARED:
            raise SourceError(f"it tells more than {MOST_SHARED} things of all its members at once")
        return info


class _Careful:
    """A stream that gives no more than honest headers take."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._one, self._all = stream, 0, 0

    def begin(self) -> None:
        """What is read now belongs to another header."""
        self._one = 0

    def read(self, size: int) -> bytes:
        self._one += size
        self._all += size
        if self._one > MOST_AT_ONCE:
            raise SourceError(f"it has a header of {self._one} bytes or more, and at most {MOST_AT_ONCE} are read")
        if self._all > MOST_HEADERS:
            raise SourceError(f"its headers take more than {MOST_HEADERS / 1e6:g} MB, and the rest is not looked at")
        data: bytes = self._stream.read(size)
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
