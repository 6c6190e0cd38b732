"""Landmarks of produced pictures and of true ones, found alike in both."""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from limner.align.landmarks import shared
from limner.images import Image, resize

FILE = "face_landmarker.task"
POINTS = 478
SMALLEST = 256
"""Pictures with a shorter side are enlarged to it: what the detector's second network looks at is that large."""
MOST_KNOWN = 4096
"""Pictures whose landmarks are remembered: the mean face and the training pictures come again and again, as floors."""

_known: dict[bytes, int] = {}
"""By digest of a picture, the row of `_points` that has its landmarks."""
_points = np.empty((MOST_KNOWN, POINTS, 2), np.float32)
"""Taken once: a small array kept for each picture would lie between the large ones that come and go, whose places glibc
(up to 2.37) then does not use again."""


def find(pictures: Tensor, weights: Path) -> Tensor:
    """(N, 3, H, W) in [0, 1] -> (N, 478, 2): the largest face's x, y in pixels, counted from pixel centres; nan
    where there is none.

    Whoever ends an evaluation calls `limner.align.landmarks.close_shared`.

    Raises:
        LimnerError: the detector's file is missing from `weights`.
    """
    pixels = (255 * pictures).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu()
    found = torch.full((len(pictures), POINTS, 2), torch.nan)
    for place, picture in enumerate(pixels.numpy()):
        image = np.ascontiguousarray(picture)
        key = hashlib.sha256(repr((weights, image.shape)).encode() + image.tobytes()).digest()
        if key not in _known:
            seen = _look(image, weights)  # first: where it fails, no row is lost
            row = _known.pop(next(iter(_known))) if len(_known) >= MOST_KNOWN else len(_known)
            _points[row] = seen
            _known[key] = row
        found[place] = torch.from_numpy(_points[_known[key]])
    return found.to(pictures)


def _look(image: Image, weights: Path) -> npt.NDArray[np.float32]:
    """(H, W, 3) -> (478, 2)."""
    height, width = image.shape[:2]
    grow = max(1.0, SMALLEST / min(height, width))
    faces = shared(weights / FILE, most_faces=1).detect(resize(image, round(width * grow), round(height * grow)))
    if not faces:
        return np.full((POINTS, 2), np.nan, np.float32)
    return faces[0].points[:, :2].astype(np.float32) / np.float32(grow) - np.float32(0.5)
