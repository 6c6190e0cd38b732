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
    """(N, 3, H, W) faces with eyes (N or 1, 2, 2) -> (N, 3, CHIP, CHIP) with level ones, averaged or interpolated;
    black outside, as in dlib."""
    middle = eyes.mean(1) + 0.5  # pixel centres lie at half numbers of the coordinates that a box is given in
    line = eyes[:, 1] - eyes[:, 0]
    distance = line.norm(dim=1)
    across, down = (line / distance[:, None]).unbind(1)  # along the eye line; a chip's side down is that turned by 90
    side = distance / CHIP_EYE_DISTANCE
    # A chip's pixel that covers more than one of the picture is the mean of as many samples a side.
    samples = max(1, math.ceil(float(side.max()) / CHIP))
    shares = (torch.arange(CHIP * samples).to(pictures) + 0.5) / (CHIP * samples)
    right, below = shares[None, None, :], shares[None, :, None]
    x, y = (
        (middle[:, axis] - side * (along * CHIP_EYES[0] + off * CHIP_EYES[1]))[:, None, None]
        + side[:, None, None] * (along[:, None, None] * right + off[:, None, None] * below)
        for axis, along, off in ((0, across, -down), (1, down, across))
    )
    height, width = pictures.shape[-2:]
    # Beyond the outermost pixels their colour goes on for half a pixel, then there is nothing.
    inside = (_within(y, height) & _within(x, width))[:, None]
    grid = torch.stack([2 * x / width - 1, 2 * y / height - 1], dim=-1)
    grid, inside = (one.expand(len(pictures), *one.shape[1:]) for one in (grid, inside))
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
