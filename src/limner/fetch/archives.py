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
MOST_DIGITS = 255
"""In a row in a pax header, as in a file's name: Python's parser looks at each again for each that is before it."""
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

    def _proc_pax(self, archive: Any) -> Any:
        """Python's own parser takes hours over some pax headers, and all memory over others (CVE-2024-6232): of those
        it sees none."""
        block = archive.fileobj.read(self._block(self.size))  # type: ignore[attr-defined]
        said = block[: self.size]
        _refuse_odd(said)
        archive.fileobj.again(said.ljust(len(block), b"\0"))
        return super()._proc_pax(archive)  # type: ignore[misc]


_LENGTH = re.compile(rb"(\d{1,20}) ")


def _refuse_odd(said: bytes) -> None:
    """A pax header says records `LENGTH KEY=VALUE`, each with a line's end; LENGTH is that of all of it."""
    if max(map(len, re.findall(rb"\d+", said)), default=0) > MOST_DIGITS:
        raise tarfile.ReadError(f"a header in it has more than {MOST_DIGITS} digits in a row")
    place = 0
    while place < len(said) and said[place]:
        length = _LENGTH.match(said, place)
        end = place + int(length[1]) if length else 0
        framed = length and place + 5 <= end <= len(said) and said[end - 1 : end] == b"\n"
        if not length or not framed or said.find(b"=", length.end(), end - 1) <= length.end():  # no key before it
            raise tarfile.ReadError("a header in it is not written as pax headers are")
        place = end


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
        self._stream, self._one, self._all, self._again = stream, 0, 0, b""

    def begin(self) -> None:
        """What is read now belongs to another header."""
        self._one = 0

    def again(self, data: bytes) -> None:
        """What has just been read is to be read once more, by one who asks for as much."""
        self._again = data

    def read(self, size: int) -> bytes:
        if self._again:
            again, self._again = self._again, b""
            return again
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
