"""Faces cut out by the place of their eyes, as dlib's network was shown them."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

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
    # A chip's pixel that covers more than one of the picture is the mean of as many samples a side.
    samples = max(1, math.ceil(float(side.max()) / CHIP))
    shares = (torch.arange(CHIP * samples).to(pictures) + 0.5) / (CHIP * samples)
    height, width = pictures.shape[-2:]
    x, y = ((start[:, axis, None] + side * shares) for axis in (0, 1))
    # Beyond the outermost pixels their colour goes on for half a pixel, then there is nothing.
    inside = _within(y, height)[:, :, None] & _within(x, width)[:, None]
    across, down = (2 * x / width - 1)[:, None], (2 * y / height - 1)[:, :, None]  # (N, 1, W) and (N, H, 1)
    grid = torch.stack([across + 0 * down, down + 0 * across], dim=-1)
    grid, inside = (one.expand(len(pictures), *one.shape[1:]) for one in (grid, inside[:, None]))
    seen = F.grid_sample(pictures, grid, padding_mode="border", align_corners=False) * inside
    return F.avg_pool2d(seen, samples)


def _within(place: Tensor, side: int) -> Tensor:
    return (place >= -0.5) & (place <= side + 0.5)


def embed(network: Embedding, pictures: Tensor, eyes: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 128), nan where `eyes` (N or 1, 2, 2) are nan."""
    known = eyes.isfinite().all((1, 2)).expand(len(pictures))
    vectors = pictures.new_full((len(pictures), 128), torch.nan)
    if known.any():
        vectors[known] = network(cut(pictures[known], eyes.expand(len(pictures), 2, 2)[known]))
    return vectors
