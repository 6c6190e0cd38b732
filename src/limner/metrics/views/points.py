"""Landmarks of produced pictures and of true ones, found alike in both."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from limner.align.landmarks import shared
from limner.images import resize

FILE = "face_landmarker.task"
POINTS = 478
SMALLEST = 256
"""Pictures with a shorter side are enlarged to it: what the detector's second network looks at is that large."""


def find(pictures: Tensor, weights: Path) -> Tensor:
    """(N, 3, H, W) in [0, 1] -> (N, 478, 2): the largest face's x, y in pixels, counted from pixel centres; nan
    where there is none.

    Whoever ends an evaluation calls `limner.align.landmarks.close_shared`.

    Raises:
        LimnerError: the detector's file is missing from `weights`.
    """
    landmarker = shared(weights / FILE)
    height, width = pictures.shape[-2:]
    grow = max(1.0, SMALLEST / min(height, width))
    found = torch.full((len(pictures), POINTS, 2), torch.nan)
    for place, picture in enumerate((255 * pictures).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).cpu()):
        image = resize(np.ascontiguousarray(picture.numpy()), round(width * grow), round(height * grow))
        if faces := landmarker.detect(image):
            found[place] = torch.from_numpy(faces[0].points[:, :2]) / grow - 0.5
    return found.to(pictures)
