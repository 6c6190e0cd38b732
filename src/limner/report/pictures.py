"""Thumbnails: small WebP files under safe names, each picture of the project encoded once."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import cv2

from limner import images
from limner.errors import SourceError
from limner.files import whole

QUALITY = 88
"""Of WebP, in [0, 100]: hard lines of a drawing stay clean, a face of 128 px takes about 5 kB."""
LARGEST = 256
"""Longest side of a thumbnail, pixels: twice what the page shows, for dense screens."""


@dataclass(frozen=True)
class Picture:
    """One `<img>`."""

    src: str
    """Relative to the page, made of `[a-z0-9./-]` only."""
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


class Gallery:
    """The folder of a page's pictures.

    Args:
        folder: where the files go; the page lies beside it.
        side: longest side of a picture, pixels; smaller pictures stay as they are.
    """

    def __init__(self, folder: Path, side: int) -> None:
        self.folder = folder
        self.side = min(side, LARGEST)
        self._known: dict[Path, tuple[str, int, int]] = {}

    def add(self, path: Path, alt: str, *name: str) -> Picture:
        """Encode the picture at `path` under a name made of `name`, unless that was done before.

        Raises:
            SourceError: the file is missing or no picture.
        """
        if path not in self._known:
            self._known[path] = self._encode(path, f"{safe_name(*name)}.webp")
        src, width, height = self._known[path]
        return Picture(src, width, height, alt)

    def _encode(self, path: Path, name: str) -> tuple[str, int, int]:
        image = images.read(path)
        height, width = image.shape[:2]
        scale = min(1.0, self.side / max(height, width))
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.cvtColor(images.resize(image, width, height), cv2.COLOR_RGB2BGR)
        done, data = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
        if not done:
            raise SourceError(f"{path} could not be encoded as a thumbnail")
        with whole(self.folder / name) as part:
            part.write_bytes(data.tobytes())
        return f"{self.folder.name}/{name}", width, height
