"""Pairs varied in batches, on the device that trains."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

JITTER = 286 / 256
"""pix2pix reads pictures at this multiple of the training size and cuts the size out of them."""


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_pixels(pictures: Tensor) -> Tensor:
    """Float in [-1, 1] -> uint8 in [0, 255], rounded to the nearest."""
    return ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


@dataclass(frozen=True)
class Augment:
    """Random resize-and-crop and mirroring, the same draw for both pictures of a pair.

    Args:
        size: side of what comes out, pixels.
        zoom: lowest and highest enlargement, 1 to `JITTER`; None leaves every picture as it is.
            (`JITTER`, `JITTER`) is pix2pix's own: resize to 286, crop 256 at whole pixels. A range that
            starts at 1 also shows the network the frame it will be tested in.
        flip: mirror half of the pairs.
    """

    size: int
    zoom: tuple[float, float] | None
    flip: bool

    @property
    def side(self) -> int:
        """The side to load pictures at, pixels."""
        return round(self.size * JITTER) if self.zoom else self.size

    def __call__(
        self, first: Tensor, second: Tensor, draw: Generator, batch: int | None = None, part: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Two uint8 batches (B, C, side, side) -> float32 (B, C, size, size) in [-1, 1].

        Args:
            first: of a pair's pictures.
            second: of its pictures.
            draw: of the CPU, so that every device gets the same numbers.
            batch: length of the whole batch that these are a part of, so that every part draws the same; None: B.
            part: where in the whole batch this part begins.
        """
        batch, device = batch or first.shape[0], first.device
        mine = slice(part, part + first.shape[0])
        mirrored = torch.rand(batch, generator=draw) < 0.5 if self.flip else torch.zeros(batch, dtype=torch.bool)
        if self.zoom is None:
            where = _send(mirrored[mine], device).view(-1, 1, 1, 1)
            flipped = [torch.where(where, picture.flip(-1), picture) for picture in (first, second)]
            return to_unit(flipped[0]), to_unit(flipped[1])
        # `side` is a whole number of pixels, so the greatest enlargement is it over `size`, not quite `JITTER`.
        low, high = (1 + (zoom - 1) / (JITTER - 1) * (self.side / self.size - 1) for zoom in self.zoom)
        window = self.side / (low + (high - low) * torch.rand(batch, generator=draw))
        room = (self.side - window + 1e-4).floor().unsqueeze(1)  # whole pixels, so that a plain crop stays exact
        start = (torch.rand(batch, 2, generator=draw) * (room + 1)).floor().minimum(room)
        # grid_sample counts from -1 to 1 across the whole picture.
        scale = window / self.side
        shift = (2 * start + window.unsqueeze(1)) / self.side - 1
        theta = torch.zeros(batch, 2, 3)
        theta[:, 0, 0] = torch.where(mirrored, -scale, scale)
        theta[:, 1, 1] = scale
        theta[:, :, 2] = shift
        theta = _send(theta[mine], device)
        grid = F.affine_grid(theta, [len(theta), 1, self.size, self.size], align_corners=False)
        return _sample(first, grid), _sample(second, grid)


def _send(drawn: Tensor, device: torch.device) -> Tensor:
    """To the device, without waiting for what it is at."""
    return drawn.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else drawn.to(device)


def _sample(pictures: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(to_unit(pictures), grid, mode="bilinear", padding_mode="border", align_corners=False)
