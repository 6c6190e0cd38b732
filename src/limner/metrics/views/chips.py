"""Faces cut out by the place of their eyes, as dlib's network was shown them."""

import torch
from torch import Tensor
from torchvision.ops import roi_align

from limner.chip import CHIP, CHIP_EYE_DISTANCE, CHIP_EYES, FILE
from limner.metrics.views.face import Embedding

__all__ = ["FILE", "cut", "embed", "eyes"]


def eyes(shares: tuple[tuple[float, float], tuple[float, float]], pictures: Tensor) -> Tensor:
    """Shares of the sides -> (1, 2, 2) x, y in pixels of `pictures` (N, 3, H, W), counted from pixel centres."""
    height, width = pictures.shape[-2:]
    return pictures.new_tensor([shares]) * pictures.new_tensor([width, height]) - 0.5


def cut(pictures: Tensor, eyes: Tensor) -> Tensor:
    """(N, 3, H, W) faces with level eyes (N or 1, 2, 2) -> (N, 3, CHIP, CHIP), averaged or interpolated; black
    outside, as in dlib."""
    middle = eyes.mean(1) + 0.5  # pixel centres lie at half numbers of the coordinates that a box is given in
    side = (eyes[:, 1] - eyes[:, 0]).norm(dim=1, keepdim=True) / CHIP_EYE_DISTANCE
    start = middle - side * eyes.new_tensor(CHIP_EYES)
    boxes = torch.cat([start, start + side], dim=1).expand(len(pictures), 4)
    chips: Tensor = roi_align(pictures, list(boxes[:, None].unbind()), CHIP, aligned=True)
    return chips


def embed(network: Embedding, pictures: Tensor, eyes: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 128), nan where `eyes` (N or 1, 2, 2) are nan."""
    known = eyes.isfinite().all((1, 2)).expand(len(pictures))
    vectors = pictures.new_full((len(pictures), 128), torch.nan)
    if known.any():
        vectors[known] = network(cut(pictures[known], eyes.expand(len(pictures), 2, 2)[known]))
    return vectors
