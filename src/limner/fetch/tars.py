"""Tars read with care: Python's own reader trusts their headers with all the memory and time there is."""

import bz2
import io
import lzma
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic
from typing import IO, Any, Self, TypeVar

from limner.errors import SourceError

MOST_MEMBERS = 200_000
"""Folders among them: nearly nothing, packed, can unpack to millions of them."""
MOST_BYTES = 200 * 10**9
"""All of a tar: what its members take on a disk."""
MOST_UNPACKED = 25 * 10**9
"""All of a tar that is compressed: to list one, all of it is unpacked once, and a few KB can be 200 GB of zeros."""
MOST_SECONDS = 600.0
"""To list a tar: bytes that unpack slowly take hours."""
MOST_AT_ONCE = 10**6
"""Bytes of one header: a tar may name a length for it that fills the memory."""
MOST_HEADERS = 500 * 10**6
"""Bytes of all headers of a tar together, names among them, which are kept."""
MOST_NAMES = 200 * 10**6
"""Bytes of memory for all names of a tar: Python takes four for each letter of a name that has an emoji in it."""
MOST_MEMORY = 200 * 10**6
"""Bytes that xz may take to unpack: `xz -9` asks for 65 MB, and a header may for 4 GB."""
MOST_SHARED = 100
"""Keywords that a tar gives to all its members: each of them is looked at for each member."""
MOST_DIGITS = 255
"""In a row in a pax header, as in a file's name: Python's parser looks at each again for each that is before it."""
STEP = 10**7
"""Bytes that are skipped at once."""
BITE, PIECE = 1 << 14, 1 << 18
"""Bytes that are unpacked at once, and that come of them at most. A bite is looked at again for each stream in it."""

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


def _is_header(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _too_much(most: int) -> SourceError:
    return SourceError(f"it unpacks to more than {most / 1e9:g} GB, and the rest is not looked at")


class CarefulTar(tarfile.TarFile):
    """A tar whose headers take no more memory and time than honest ones do, and which is read to its end or not at
    all.

    Args:
        stream: at its beginning.
        packed: whether it is unpacked only as it is read.
    """

    tarinfo = _Whole

    def __init__(self, stream: IO[bytes], packed: bool = False) -> None:
        self._careful = _Careful(stream)
        self._most = MOST_UNPACKED if packed else MOST_BYTES
        self._names = 0
        super().__init__(fileobj=self._careful)

    def __iter__(self) -> Iterator[tarfile.TarInfo]:
        return counted(iter(self.next, None))

    def next(self) -> tarfile.TarInfo | None:
        self.members: list[tarfile.TarInfo] = []  # else it keeps them all, a kilobyte each
        self._careful.begin()
        info = super().next()
        if info is None:
            self._careful.refuse_more(self._most)
        if max(self.offset, info.size if info else 0) > self._most:
            raise _too_much(self._most)
        self._names += sys.getsizeof(info.name) if info else 0
        if self._names > MOST_NAMES:
            raise SourceError(f"its names take more than {MOST_NAMES / 1e6:g} MB, and the rest is not looked at")
        if len(self.pax_headers) > MOST_SHARED:
            raise SourceError(f"it tells more than {MOST_SHARED} things of all its members at once")
        return info


class _Careful:
    """A stream that gives no more than honest headers take."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._one, self._all, self._again = stream, 0, 0, b""
        self._until = monotonic() + MOST_SECONDS

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
        self._watch()
        data: bytes = self._stream.read(size)
        return data

    def refuse_more(self, most: int) -> None:
        """Read on behind the end mark, at most to place `most`: anything may stand there (POSIX leaves open what fills
        up the last record) but a further member."""
        while data := self._stream.read(PIECE):
            self._watch()
            blocks = (data[k : k + tarfile.BLOCKSIZE] for k in range(0, len(data), tarfile.BLOCKSIZE))
            if data.strip(b"\0") and any(map(_is_header, blocks)):
                raise tarfile.ReadError("behind its end mark there is more: a part came as zeros, or tars were joined")
            if self._stream.tell() > most:
                raise _too_much(most)

    def seek(self, place: int) -> None:
        """Go on there, by steps between which one can look at the clock: to skip what is packed is to unpack it."""
        for step in range(self._stream.tell(), place, STEP):
            self._watch()
            self._stream.seek(step)
        self._stream.seek(place)

    def _watch(self) -> None:
        if monotonic() > self._until:
            raise SourceError(f"to list it takes more than {MOST_SECONDS:g} s, and the rest is not looked at")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Gzip:
    """The decompressor of gzip, which is asked as those of bzip2 and xz are."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.needs_input = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._zlib, name)

    def decompress(self, data: bytes, most: int) -> bytes:
        found = self._zlib.decompress(self._zlib.unconsumed_tail + data, most)
        self.needs_input = not self._zlib.eof and len(found) < most
        return found


PACKERS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_MEMORY),
}
"""What unpacks a compressed tar, by its first bytes."""


def unpacked(path: Path) -> io.BufferedReader:
    """A compressed tar, unpacked as it is read.

    Python's own readers take as much memory as a stream of xz asks for, and what stands behind the end of one of gzip
    for damage of it.
    """
    return io.BufferedReader(_Unpacked(path), PIECE)


class _Unpacked(io.RawIOBase):
    """Pieces, as a stream that is only read on."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb")
        self._pieces, self._piece, self._place = _pieces(self._packed), memoryview(b""), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, _: int = io.SEEK_SET) -> int:
        while self._place < place and self.read(min(PIECE, place - self._place)):
            pass
        return self._place

    def readinto(self, buffer: Any) -> int:
        self._piece = self._piece or memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._piece))
        buffer[:size], self._piece = self._piece[:size], self._piece[size:]
        self._place += size
        return size

    def close(self) -> None:
        self._packed.close()
        super().close()


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    """What streams of one kind behind one another unpack to; zeros between them fill up blocks of a tape, and what
    stands behind them is no part of them."""
    rest = packed.read(BITE)
    magic = next(magic for magic in PACKERS if rest.startswith(magic))
    while rest.startswith(magic):
        stream = PACKERS[magic]()
        while not stream.eof:
            try:
                piece = stream.decompress(rest, PIECE)
            except lzma.LZMAError as error:
                if "Memory" not in str(error):
                    raise
                raise SourceError(f"it takes more than {MOST_MEMORY / 1e6:g} MB of memory to unpack") from error
            if piece:
                yield piece
            rest = packed.read(BITE) if stream.needs_input else b""
            if stream.needs_input and not rest:
                raise EOFError("its end is missing")
        rest = stream.unused_data.lstrip(b"\0")
        while len(rest) < len(magic) and (more := packed.read(BITE)):
            rest = (rest + more).lstrip(b"\0")
