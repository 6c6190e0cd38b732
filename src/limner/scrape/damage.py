"""Damage that decoders forgive: they fill what is missing with gray or stripes, and say so past Python, if at all."""

import os
import re
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
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
FEW = 32
"""Superfluous bytes that some cameras leave: of a spoilt picture nearly always more are left over."""
EXACT = re.compile("c4|d[0-7a]")
"""Markers between the parts of a picture, before which nothing may be left over."""
SMALL = cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_IGNORE_ORIENTATION
"""As small as OpenCV can read a JPEG: all of it is unpacked, and nearly nothing calculated."""
ALONE = threading.Lock()
"""The terminal is the whole process's: of two threads the second would take the first one's file for it."""


@contextmanager
def refused() -> Iterator[None]:
    """Listen to what decoders write to the terminal in this block, and keep it from there.

    Raises:
        SourceError: when the block is left: libjpeg found a picture spoilt.
    """
    with ALONE, tempfile.TemporaryFile() as stream:  # a pipe could fill, and nobody would empty it
        terminal = os.dup(2)
        os.dup2(stream.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
        stream.seek(0)
        for said in SPOILT.finditer(stream.read().decode(errors="replace")):
            count, marker = said.groups()
            if count is None or int(count) > FEW or EXACT.fullmatch(marker):
                raise SourceError(f"it is a damaged picture: a part of it is missing or spoilt ({said[0]})")


def look_at_jpeg(path: Path) -> None:
    """Have libjpeg say what it thinks of a JPEG, in a block of `refused`; Pillow keeps it quiet."""
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
        for part in tiffs.parts(file, path):
            _check(part)


def _check(packed: bytes) -> None:
    unpack, rest = zlib.decompressobj(), packed
    try:
        while rest and not unpack.eof:
            unpack.decompress(rest, 1 << 20)  # and no more at once: it may be made to fill the memory
            rest = unpack.unconsumed_tail
    except zlib.error as error:
        raise SourceError(f"it is a damaged picture: a part of it is missing or spoilt ({error})") from None
