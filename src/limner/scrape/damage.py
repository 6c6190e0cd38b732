"""Damage that decoders forgive: they fill what is missing with gray or stripes, and say so past Python, if at all."""

import os
import re
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import TiffImagePlugin

from limner.errors import SourceError
from limner.scrape import tiffs

SPOILT = re.compile(
    r"premature end of data segment|bad Huffman code|bad arithmetic code|found marker \w+ instead of RST"
    r"|(\d+) extraneous bytes before marker 0x(\w+)"
)
"""What libjpeg says of a JPEG that was cut or overwritten. Of what it has to say of a picture it says the first."""
MOST = {"c4": 0, "da": 0, **dict.fromkeys((f"d{k}" for k in range(8)), 10)}
"""Superfluous bytes before a marker, by its number, that do no harm: none between the scans of a picture, and so many
as webcams leave before each restart."""
FEW = 32
"""The same before any other, as some cameras leave them: of a spoilt picture nearly always more are left over."""
PADDING = 4096
"""Fewer bytes than this, all of them the same, fill up a picture before its end; the like of a lost block are more."""
END = b"\xff\xd9"
HEARD = re.compile(r"(?i)jpeg|jpg|png|tiff?\b|decod|heif|avif|webp|imread|imdecode|\bwarn")
"""By which a line is a decoder's. All others are somebody else's, and go on to the terminal."""
SMALL = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
"""As small as OpenCV can read a JPEG: all of it is unpacked, and nearly nothing calculated."""
ALONE = threading.Lock()
"""The terminal is the whole process's: of two threads the second would take the first one's file for it."""
TURNED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""By byte, the one of the same bits from last to first."""


@contextmanager
def listening() -> Iterator[list[str]]:
    """Keep from the terminal what decoders write to it in this block; it is in the list afterwards. Nothing is heard
    where a process has no terminal, or no room for what is said."""
    heard: list[str] = []
    with ALONE, ExitStack() as opened:
        try:
            stream = opened.enter_context(tempfile.TemporaryFile())  # a pipe could fill, and nobody would empty it
            terminal = os.dup(2)
        except OSError:
            stream = None
        if stream is None:
            yield heard
            return
        opened.callback(os.close, terminal)
        os.dup2(stream.fileno(), 2)
        try:
            yield heard
        finally:
            os.dup2(terminal, 2)
            stream.seek(0)
            for line in stream.read().splitlines(keepends=True):
                if HEARD.search(text := line.decode(errors="replace")):
                    heard.append(text)
                else:
                    os.write(terminal, line)


def refuse_spoilt(heard: Iterable[str], jpeg: Path | None) -> None:
    """Refuse a picture of which libjpeg said, when it was read, that it is spoilt.

    Args:
        heard: as `listening` has it.
        jpeg: the picture, if it is a JPEG file.

    Raises:
        SourceError: it is.
    """
    said = "".join(heard)
    if not SPOILT.search(said):
        return
    data = jpeg.read_bytes() if jpeg else b""
    if len(bare := _without_spare(data)) < len(data):  # which it told of instead of what comes behind
        with listening() as again:
            cv2.imdecode(np.frombuffer(bare, np.uint8), SMALL)
        said = "".join(again)
    for found in SPOILT.finditer(said):
        count, marker = found.groups()
        if count is None or int(count) > max(MOST.get(marker, FEW), _padding(data) if marker == "d9" else 0):
            raise SourceError(f"it is a damaged picture: a part of it is missing or spoilt ({found[0]})")


def _without_spare(data: bytes) -> bytes:
    """A JPEG without what stands between the parts of its head, where nothing of the picture lies."""
    kept, here = [data[:2]], 2
    while (start := data.find(b"\xff", here)) >= 0 and start + 4 <= len(data):
        marker = data[start + 1]
        if marker in (0x00, 0xFF):
            here = start + 1
            continue
        if marker == 0xDA:  # the first scan begins
            return b"".join((*kept, data[start:]))
        bare = 0xD0 <= marker <= 0xD9 or marker == 0x01
        here = start + 2 + (0 if bare else int.from_bytes(data[start + 2 : start + 4], "big"))
        kept.append(data[start:here])
    return data


def _padding(data: bytes) -> int:
    """Bytes that fill up a JPEG before its end; 0 if they are too many for that."""
    before = data[: max(data.rfind(END), 0)]
    count = len(before) - len(before.rstrip(before[-1:]))
    return count if count < PADDING else 0


def look_at_jpeg(path: Path) -> None:
    """Have libjpeg say what it thinks of a JPEG, in a block of `listening`; Pillow keeps it quiet."""
    cv2.imread(str(path), SMALL)


def look_at_tiff(file: Pillow.Image, path: Path) -> None:
    """The same of a TIFF packed as JPEGs. Of one packed with Deflate the checksums are looked at: libtiff stops before.

    Raises:
        SourceError: a checksum is wrong.
    """
    if not isinstance(file, TiffImagePlugin.TiffImageFile):
        return
    packing = file.tag_v2.get(tiffs.COMPRESSION)
    if packing == tiffs.JPEG:
        tables = file.tag_v2.get(tiffs.JPEG_TABLES, b"")
        for part in tiffs.parts(file, path):
            whole = tables[:-2] + part[2:] if tables else part  # but for the end of one and the start of the other
            cv2.imdecode(np.frombuffer(whole, np.uint8), SMALL)
    elif packing in tiffs.DEFLATE:
        turned = file.tag_v2.get(tiffs.FILL_ORDER) == tiffs.LAST_FIRST
        for part in tiffs.parts(file, path):
            _check(part.translate(TURNED) if turned else part)


def _check(packed: bytes) -> None:
    unpack, rest = zlib.decompressobj(), packed
    try:
        while rest and not unpack.eof:
            unpack.decompress(rest, 1 << 20)  # and no more at once: it may be made to fill the memory
            rest = unpack.unconsumed_tail
    except zlib.error as error:
        raise SourceError(f"it is a damaged picture: a part of it is missing or spoilt ({error})") from None
