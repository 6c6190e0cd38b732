"""Tars read with care: Python's own reader trusts their headers with all the memory and time there is."""

import re
import tarfile
from collections.abc import Iterable, Iterator
from typing import Any, Self, TypeVar

from limner.errors import SourceError

MOST_MEMBERS = 200_000
"""Folders among them: nearly nothing, packed, can unpack to millions of them."""
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

T = TypeVar("T")


def counted(entries: Iterable[T]) -> Iterator[T]:
    """The entries of an archive, of whatever kind they are.

    Raises:
        SourceError: there are more than are looked at; those before are yielded.
    """
    for number, entry in enumerate(entries):
        if number >= MOST_MEMBERS:
            raise SourceError(f"it holds more than {MOST_MEMBERS} members, and the rest is not looked at")
        yield entry


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
