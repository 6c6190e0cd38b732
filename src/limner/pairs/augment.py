"""Pairs varied in batches, on the device that trains."""

import math
from dataclasses import dataclass, replace
from typing import Self

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
    """Random variations of pairs: in geometry by the same draw for both pictures, in tone of the input alone.

    Args:
        size: side of what comes out, pixels.
        zoom: lowest and highest enlargement, 1 to `JITTER`; None leaves the geometry of every picture as it is.
            (`JITTER`, `JITTER`) is pix2pix's own: resize to 286, crop 256 at whole pixels. A range that
            starts at 1 also shows the network the frame it will be tested in.
        flip: mirror half of the pairs.
        rotate: greatest turn to either side, degrees.
        shift: greatest way in x and in y beyond what a crop moves, share of the whole picture's side, `size` or that of
            `zoom`.
        stretch: greatest change of a picture's proportions, share.
        tone: greatest change of the input's gamma, natural logarithm.
    """

    size: int
    zoom: tuple[float, float] | None
    flip: bool
    rotate: float = 0.0
    shift: float = 0.0
    stretch: float = 0.0
    tone: float = 0.0

    def unmoved(self) -> Self:
        """The same, but for the geometry, which stays as it is."""
        return replace(self, zoom=None)

    @property
    def side(self) -> int:
        """The side to load pictures at, pixels."""
        return round(self.size * JITTER) if self.zoom else self.size

    def __call__(
        self, first: Tensor, second: Tensor, draw: Generator, batch: int | None = None, part: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Two uint8 batches (B, C, side, side), input and target -> float32 (B, C, size, size) in [-1, 1].

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
            where = send(mirrored[mine], device).view(-1, 1, 1, 1)
            first, second = (torch.where(where, picture.flip(-1), picture) for picture in (first, second))
            pictures = to_unit(first), to_unit(second)
        else:
            theta = send(self._moved(mirrored, self.zoom, draw)[mine], device)
            grid = F.affine_grid(theta, [len(theta), 1, self.size, self.size], align_corners=False)
            pictures = _sample(first, grid), _sample(second, grid)
        if not self.tone:
            return pictures
        gamma = send(torch.exp(self.tone * _even(batch, draw))[mine], device).view(-1, 1, 1, 1)
        return ((pictures[0] + 1) / 2).clamp(0, 1).pow(gamma) * 2 - 1, pictures[1]

    def _moved(self, mirrored: Tensor, zoom: tuple[float, float], draw: Generator) -> Tensor:
        """(B, 2, 3): from where in the source, which reaches from -1 to 1, each pixel of the result comes."""
        batch = len(mirrored)
        # `side` is a whole number of pixels, so the greatest enlargement is it over `size`, not quite `JITTER`.
        low, high = (1 + (end - 1) / (JITTER - 1) * (self.side / self.size - 1) for end in zoom)
        window = self.side / (low + (high - low) * torch.rand(batch, generator=draw))
        room = (self.side - window + 1e-4).floor().unsqueeze(1)  # whole pixels, so that a plain crop stays exact
        start = (torch.rand(batch, 2, generator=draw) * (room + 1)).floor().minimum(room)
        scale = window / self.side
        centre = (2 * start + window.unsqueeze(1)) / self.side - 1
        wide = torch.where(mirrored, -scale, scale)
        theta = torch.zeros(batch, 2, 3)
        theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = wide, scale, centre
        if self.rotate or self.shift or self.stretch:
            turn = math.radians(self.rotate) * _even(batch, draw)
            stretch = 1 + self.stretch * _even(batch, draw)
            theta[:, :, 2] += 2 * self.shift * torch.stack([_even(batch, draw), _even(batch, draw)], 1)
            cosine, sine = torch.cos(turn), torch.sin(turn)
            wide, tall = wide * stretch, scale / stretch
            theta[:, 0, 0], theta[:, 0, 1] = wide * cosine, -tall * sine
            theta[:, 1, 0], theta[:, 1, 1] = wide * sine, tall * cosine
        return theta


def _even(batch: int, draw: Generator) -> Tensor:
    """(B,) in [-1, 1]."""
    return 2 * torch.rand(batch, generator=draw) - 1


def send(drawn: Tensor, device: torch.device) -> Tensor:
    """To the device, without waiting for what it is at."""
    return drawn.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else drawn.to(device)


def _sample(pictures: Tensor, grid: Tensor) -> Tensor:
    # What is turned or moved in from outside is the picture's own mirror image: no rim, no streaks to learn.
    return F.grid_sample(to_unit(pictures), grid, mode="bilinear", padding_mode="reflection", align_corners=False)
