"""Pictures at every border of limner: HWC uint8 RGB in sRGB, or HW uint8 for gray, values in [0, 255]."""

import struct
from pathlib import Path
from typing import Any

import cv2
import deflate
import numpy as np
import numpy.typing as npt

from limner.errors import SourceError
from limner.files import whole

Image = npt.NDArray[np.uint8]
"""(H, W, 3) RGB or (H, W) gray, uint8 in [0, 255]."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB = 0, 2
"""A PNG's types of colour."""
UP = 2
"""The PNG filter that subtracts from each byte the one above."""
LEVEL = 1
"""libdeflate's fastest; higher ones are slower and, of drawings, no smaller."""


def read(path: Path) -> Image:
    """Read a picture limner wrote (upright, sRGB) as (H, W, 3) RGB.

    Pictures from outside go through `limner.scrape` first, which puts orientation and colour right.

    Raises:
        SourceError: the file is missing or no picture.
    """
    image: Image = _decode(path, cv2.IMREAD_COLOR_RGB)
    return image


def read_gray(path: Path) -> Image:
    """Read a picture limner wrote as (H, W) gray.

    Raises:
        SourceError: the file is missing or no picture.
    """
    image: Image = _decode(path, cv2.IMREAD_GRAYSCALE)
    return image


def _decode(path: Path, flag: int) -> Any:
    data = np.fromfile(path, dtype=np.uint8) if path.is_file() else np.empty(0, np.uint8)
    image = cv2.imdecode(data, flag) if data.size else None
    if image is None:
        why = "cannot be decoded as a picture" if data.size else "is missing or empty"
        raise SourceError(f"{path} {why}")
    return image


def encode(image: Image) -> bytes:
    """(H, W, 3) RGB or (H, W) gray as the bytes of a PNG file (W3C, Portable Network Graphics, third edition).

    Each row is stored as its difference from the one above, compressed by libdeflate: the same bytes on any processor,
    so that one who builds elsewhere has the same files. ISA-L is twice as fast, but its bytes depend on the processor,
    and one process was seen to write others than the next. OpenCV takes twice as long (benchmarks/png_speed.py).

    Raises:
        SourceError: it has another shape, or no pixels.
    """
    height, width = image.shape[:2]
    if image.shape[2:] not in ((), (3,)) or not image.size:
        raise SourceError(f"a picture of shape {image.shape} cannot be encoded: only (H, W, 3) and (H, W) can")
    lines = np.ascontiguousarray(image, np.uint8).reshape(height, -1)
    rows = np.empty((height, 1 + lines.shape[1]), np.uint8)
    rows[:, 0] = UP
    rows[0, 1:] = lines[0]
    np.subtract(lines[1:], lines[:-1], out=rows[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, 8, RGB if image.ndim == 3 else GRAY, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", deflate.zlib_compress(rows, LEVEL)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes | bytearray) -> bytes:
    """One part of a PNG file: its length, kind, data and checksum."""
    checksum = deflate.crc32(data, deflate.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def write(path: Path, image: Image) -> None:
    """Write (H, W, 3) RGB or (H, W) gray as PNG, whole or not at all."""
    data = encode(image)
    with whole(path) as part:
        part.write_bytes(data)


def resize(image: Image, width: int, height: int) -> Image:
    """Resample (H, W, 3) or (H, W) to `width` x `height` pixels: by area when it shrinks, Lanczos when it grows."""
    if image.shape[:2] == (height, width):
        return image
    if width * height < image.shape[0] * image.shape[1]:
        return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    # OpenCV's Lanczos is three times as fast in floats as in bytes.
    grown = cv2.resize(image.astype(np.float32), (width, height), interpolation=cv2.INTER_LANCZOS4)
    return np.rint(grown).clip(0, 255).astype(np.uint8)
