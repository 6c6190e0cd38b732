"""Drawings with their photos."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from limner.pairs import store
from limner.pairs.pixels import SHARD, Held, Layout, Mapped, Pixels
from limner.pairs.sources import Sources, find

Learns = Literal["sketch", "photo"]

PIECE = 256
"""Pictures that are copied to a device at a time."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Drawings with their photos, in a file or in the memory of a device."""

    sources: Sources
    learns: Learns
    side: int
    """Of the pictures, pixels."""
    digest: str
    """Hex digest of all that decides the pixels, their names and their order."""
    pixels: Pixels
    photo_row: Tensor
    """(K,) int64: where in `pixels` the photo of each drawing is."""
    sketch_row: Tensor
    """(K,) int64: where in `pixels` each drawing is."""
    shard: Tensor
    """(K,) int64: pairs of the same number lie together, those of different numbers apart."""
    codes: Tensor
    """(K, L) float32, on the CPU: what fills the planes of each pair's label; L is 0 without labels."""
    whole_row: Tensor | None = None
    """(K,) int64: where in `pixels` each drawing is before something was rubbed out, if that is asked."""

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """By drawing: (style, id)."""
        return self.sources.names

    @property
    def device(self) -> torch.device:
        """Where batches come from."""
        return self.pixels.device

    @property
    def bytes(self) -> int:
        """What they take in the memory of a device."""
        photos, sketches = (torch.unique(rows) for rows in (self.photo_row, self._sketch_rows))
        return (3 * len(photos) + len(sketches)) * self.side**2

    @property
    def _sketch_rows(self) -> Tensor:
        """(K,) or (2 K,): of all drawings that batches are made of."""
        return self.sketch_row if self.whole_row is None else torch.cat([self.sketch_row, self.whole_row])

    @classmethod
    def mapped(
        cls, path: Path, digest: str, sources: Sources, learns: Learns, side: int, shard: int = SHARD
    ) -> "Pairs":
        """The pairs whose pixels `limner.pairs.store` wrote to `path`, read in shards of about `shard` bytes."""
        layout = Layout.of(sources, side, shard)
        sketch_row = np.empty(len(sources), np.int64)
        sketch_row[sources.by_photo] = np.arange(len(sources))
        rows = (sources.photo_of, sketch_row, layout.shard_of[sources.photo_of])
        by_pair = [*map(torch.from_numpy, rows), torch.zeros(len(sources), 0)]
        return cls(sources, learns, side, digest, Mapped(path, layout), *by_pair)

    def take(self, indices: Sequence[int]) -> "Pairs":
        """Only the pairs `indices`, in that order; they share the pixels of all."""
        chosen = torch.tensor(indices, dtype=torch.int64)
        digest = hashlib.sha256(self.digest.encode() + chosen.numpy().tobytes()).hexdigest()
        rows = (self.photo_row[chosen], self.sketch_row[chosen], self.shard[chosen], self.codes[chosen])
        whole_row = None if self.whole_row is None else self.whole_row[chosen]
        return Pairs(self.sources.take(indices), self.learns, self.side, digest, self.pixels, *rows, whole_row)

    def labelled(self, codes: Mapping[str, Sequence[float]]) -> "Pairs":
        """The same pairs, told apart by label: `codes` has by id what fills the planes of that face's pictures."""
        of_pair = torch.tensor([list(codes[id]) for _, id in self.names], dtype=torch.float32)
        digest = hashlib.sha256(self.digest.encode() + of_pair.numpy().tobytes()).hexdigest()
        return replace(self, digest=digest, codes=of_pair)

    def to(self, device: torch.device) -> "Pairs":
        """The same pairs in the memory of `device`."""
        photos, photo_row = torch.unique(self.photo_row, return_inverse=True)
        sketches, sketch_row = torch.unique(self._sketch_rows, return_inverse=True)
        held = [torch.empty((len(photos), 3, self.side, self.side), dtype=torch.uint8, device=device)]
        held += [torch.empty((len(sketches), 1, self.side, self.side), dtype=torch.uint8, device=device)]
        for into, rows, read in zip(held, (photos, sketches), (self.pixels.photos, self.pixels.sketches), strict=True):
            for part, some in zip(torch.split(into, PIECE), torch.split(rows, PIECE), strict=True):
                part.copy_(read(some))
        sketch_row, *whole_row = sketch_row.split(len(self))
        return replace(
            self, pixels=Held(*held), photo_row=photo_row, sketch_row=sketch_row, whole_row=next(iter(whole_row), None)
        )

    def batch(self, indices: Tensor, pinned: bool = False) -> tuple[Tensor, Tensor]:
        """(input, target) of the pairs `indices` (B,): uint8, drawing and photo in the model's direction; and, where it
        is asked what is rubbed out, as a last channel of the target 255 where the drawing lacks something, 0 elsewhere.

        They are in pinned memory if that is asked for and they come from a file.
        """
        sketch = self.pixels.sketches(self.sketch_row[indices], pinned)
        photo = self.pixels.photos(self.photo_row[indices], pinned and self.whole_row is None)
        if self.whole_row is not None:
            missing = (sketch != self.pixels.sketches(self.whole_row[indices])).to(torch.uint8) * 255
            photo = torch.cat([photo, missing], dim=1)
            photo = photo.pin_memory() if pinned and isinstance(self.pixels, Mapped) else photo
        return (photo, sketch) if self.learns == "sketch" else (sketch, photo)


def open_pairs(sources: Sources, learns: Learns, side: int, whole: Mapping[str, Path] | None = None) -> Pairs:
    """The pairs of `sources` at `side` pixels, in a file that is written the first time (`limner.pairs.store`).

    Args:
        sources: the files.
        learns: what a model learns to make of the other.
        side: of the pictures, pixels.
        whole: where it is asked what is rubbed out, by style with something rubbed out, the folder, named as its style,
            of the drawings it was rubbed out of.

    Raises:
        SourceError: a picture is missing or broken.
        LimnerError: the disk has no room for them.
    """
    if not whole:
        return Pairs.mapped(*store.stored(sources, side), sources, learns, side)
    both, of = sources.beside(whole)
    pairs = Pairs.mapped(*store.stored(both, side), both, learns, side)
    whole_row = pairs.sketch_row[torch.from_numpy(of)]
    digest = hashlib.sha256(pairs.digest.encode() + whole_row.numpy().tobytes()).hexdigest()
    return replace(pairs.take(range(len(of))), digest=digest, whole_row=whole_row)


def parted(target: Tensor) -> tuple[Tensor, Tensor]:
    """What the target of a varied batch, (N, C, S, S) in [-1, 1], is made of: the picture, and (N, 1, S, S) in [0, 1]
    how much the drawing lacks, or (N, 0, S, S) where that is not asked (`Pairs.batch`)."""
    colours = 1 if target.shape[1] == 1 else 3
    return target[:, :colours], (target[:, colours:] + 1) / 2


def read_pairs(faces: Path, folders: Mapping[str, Path], ids: Iterable[str], learns: Learns, side: int) -> Pairs:
    """Every drawing in `folders` (by style) of the faces `ids`, and their photos, at `side` pixels.

    Raises:
        LimnerError: there is not one pair, or as `open_pairs` does.
    """
    return open_pairs(find(faces, folders, ids), learns, side)
