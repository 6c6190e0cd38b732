"""Thumbnails: small WebP files under safe names, each picture of the project encoded once."""

import hashlib
import os
import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from limner import images
from limner.errors import SourceError
from limner.files import whole
from limner.workers import parallel_map

QUALITY = 88
"""Of WebP, in [0, 100]: hard lines of a drawing stay clean, a face of 128 px takes about 5 kB."""
EFFORT = 2
"""Of the WebP encoder, 0 to 6: takes half the time of its default, 4, and 2% more bytes."""
LARGEST = 256
"""Longest side of a thumbnail, pixels: twice what the page shows, for dense screens."""


@dataclass(frozen=True)
class Picture:
    """One `<img>`."""

    src: str
    """Relative to the folder `reports`, made of `[a-z0-9./-]` only."""
    width: int
    height: int
    alt: str


def safe_name(*parts: str) -> str:
    """A file name for `parts` that every file system and url takes; different parts, different names.

    Ids may hold anything a file name may: the readable half loses what it must, a digest keeps names apart.
    """
    readable = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")[:60]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    return f"{readable}.{digest}" if readable else digest


@dataclass(frozen=True)
class Thumbnail:
    """One file to write."""

    source: Path
    path: Path
    width: int
    height: int


class Gallery:
    """The folder of the pages' pictures: pages ask for pictures as they are laid out, then all are encoded at once.

    Args:
        folder: where the files go.
        root: the project's; a picture is named after its place below it.
        side: longest side of a picture, pixels; smaller pictures stay as they are.
    """

    def __init__(self, folder: Path, root: Path, side: int) -> None:
        self.folder, self.root = folder, root
        self.side = min(side, LARGEST)
        self._known: dict[Path, Thumbnail] = {}

    def add(self, path: Path, alt: str) -> Picture:
        """Ask for the picture at `path`.

        Raises:
            SourceError: the file is missing or no picture.
        """
        if path not in self._known:
            width, height = _size(path)
            scale = min(1.0, self.side / max(height, width))
            name = safe_name(*Path(os.path.relpath(path, self.root)).with_suffix("").parts)
            file = self.folder / f"{name}.webp"
            self._known[path] = Thumbnail(path, file, max(1, round(width * scale)), max(1, round(height * scale)))
        known = self._known[path]
        return Picture(f"{self.folder.name}/{known.path.name}", known.width, known.height, alt)

    def write(self, workers: int = 0) -> None:
        """Encode what was asked for, on `workers` processes (0: every core).

        Raises:
            SourceError: a file cannot be decoded.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        deque(parallel_map(encode, list(self._known.values()), "thumbnails", workers), maxlen=0)


def _size(path: Path) -> tuple[int, int]:
    """Width and height, from the file's head alone."""
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, UnidentifiedImageError) as error:
        raise SourceError(f"{path} is missing or no picture") from error


def encode(thumbnail: Thumbnail) -> None:
    """Write one thumbnail.

    Raises:
        SourceError: its source cannot be decoded.
    """
    small = images.resize(images.read(thumbnail.source), thumbnail.width, thumbnail.height)
    with whole(thumbnail.path) as part:
        Image.fromarray(small).save(part, "WEBP", quality=QUALITY, method=EFFORT)
