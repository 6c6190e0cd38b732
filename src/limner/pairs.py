"""Paired data: every picture is decoded once, kept as uint8 at training size, and augmented in batches
on the device that trains.

A pair is one drawing and the photo it was drawn from. Several drawings share a photo, so photos are
kept once and each drawing knows which one is its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from limner import images
from limner.errors import LimnerError

Learns = Literal["sketch", "photo"]

JITTER = 286 / 256
"""pix2pix reads pictures at this multiple of the training size and cuts the size out of them."""


def to_unit(pixels: Tensor) -> Tensor:
    """uint8 in [0, 255] -> float32 in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_pixels(pictures: Tensor) -> Tensor:
    """Float in [-1, 1] -> uint8 in [0, 255], rounded to the nearest."""
    return ((pictures.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def load(paths: Sequence[Path], side: int, channels: Literal[1, 3]) -> Tensor:
    """Decode pictures at `side` pixels: (N, channels, side, side) uint8.

    Raises:
        SourceError: one of them is missing or no picture.
    """
    read = images.read if channels == 3 else images.read_gray
    pictures = np.empty((len(paths), side, side, channels), np.uint8)
    for index, path in enumerate(paths):
        pictures[index] = images.resize(read(path), side, side).reshape(side, side, channels)
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()


@dataclass(frozen=True)
class Pairs:
    """Drawings with their photos, all on one device."""

    photos: Tensor
    """(F, 3, S, S) uint8."""
    sketches: Tensor
    """(K, 1, S, S) uint8."""
    photo_of: Tensor
    """(K,) int64: the index in `photos` of each drawing's own."""
    names: tuple[tuple[str, str], ...]
    """By drawing: (style, id)."""
    learns: Learns

    def __len__(self) -> int:
        return len(self.names)

    def to(self, device: torch.device) -> "Pairs":
        """The same pairs on `device`."""
        moved = [tensor.to(device) for tensor in (self.photos, self.sketches, self.photo_of)]
        return Pairs(moved[0], moved[1], moved[2], self.names, self.learns)

    def take(self, indices: Sequence[int]) -> "Pairs":
        """Only the pairs `indices`, in that order."""
        chosen = torch.tensor(indices)
        photos, photo_of = torch.unique(self.photo_of[chosen], return_inverse=True)
        names = tuple(self.names[index] for index in indices)
        return Pairs(self.photos[photos], self.sketches[chosen], photo_of, names, self.learns)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """(input, target) of the pairs `indices` (B,): uint8, drawing and photo in the model's direction."""
        sketch, photo = self.sketches[indices], self.photos[self.photo_of[indices]]
        return (photo, sketch) if self.learns == "sketch" else (sketch, photo)


def read_pairs(faces: Path, folders: Mapping[str, Path], ids: Iterable[str], learns: Learns, side: int) -> Pairs:
    """Read every drawing in `folders` (by style) of the faces `ids`, and their photos, at `side` pixels.

    An effect has drawn every face, an artist only some: a drawing that is not there makes no pair.

    Raises:
        LimnerError: there is not one pair.
    """
    ids = sorted(ids)
    drawn = [
        (style, id, path) for style, folder in folders.items() for id in ids if (path := folder / f"{id}.png").is_file()
    ]
    if not drawn:
        raise LimnerError(f"no drawing in {', '.join(map(str, folders.values()))} is of one of the {len(ids)} faces")
    wanted = sorted({id for _, id, _ in drawn})
    place = {id: index for index, id in enumerate(wanted)}
    return Pairs(
        photos=load([faces / f"{id}.png" for id in wanted], side, 3),
        sketches=load([path for _, _, path in drawn], side, 1),
        photo_of=torch.tensor([place[id] for _, id, _ in drawn]),
        names=tuple((style, id) for style, id, _ in drawn),
        learns=learns,
    )


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

    def __call__(self, first: Tensor, second: Tensor, draw: Generator) -> tuple[Tensor, Tensor]:
        """Two uint8 batches (B, C, side, side) -> float32 (B, C, size, size) in [-1, 1].

        `draw` is a generator of the CPU, so that every device gets the same numbers.
        """
        batch, device = first.shape[0], first.device
        mirrored = torch.rand(batch, generator=draw) < 0.5 if self.flip else torch.zeros(batch, dtype=torch.bool)
        if self.zoom is None:
            where = mirrored.to(device).view(-1, 1, 1, 1)
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
        grid = F.affine_grid(theta.to(device), [batch, 1, self.size, self.size], align_corners=False)
        return _sample(first, grid), _sample(second, grid)


def _sample(pictures: Tensor, grid: Tensor) -> Tensor:
    return F.grid_sample(to_unit(pictures), grid, mode="bilinear", padding_mode="border", align_corners=False)
