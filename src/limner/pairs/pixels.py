"""Where the pixels of pairs are: in a file, a shard of which is mapped at a time, or in a device's memory.

Pages of a mapped file count as this process's memory until they are unmapped, so that only `WINDOW` shards are mapped
at once, however many there are.
"""

import mmap
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from limner.pairs import store
from limner.pairs.sources import Rows, Sources
from limner.pairs.use import share

SHARD = 64 * 2**20
"""Bytes of the photos and drawings that are mapped together."""
WINDOW = 4
"""Shards that are mapped at once, and whose pairs are mixed."""

Array = npt.NDArray[np.uint8]


def load(paths: Sequence[Path], side: int, channels: Literal[1, 3]) -> Tensor:
    """Decode pictures at `side` pixels: (N, channels, side, side) uint8.

    Raises:
        SourceError: one of them is missing or no picture.
    """
    pictures = np.empty((len(paths), channels, side, side), np.uint8)
    for index, path in enumerate(paths):
        pictures[index] = store.decode(path, side, channels)
    return torch.from_numpy(pictures)


class Pixels(Protocol):
    """Photos and drawings by row."""

    @property
    def device(self) -> torch.device:
        """Where `photos` and `sketches` come from."""
        ...

    def photos(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """(B,) -> (B, 3, side, side) uint8."""
        ...

    def sketches(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """(B,) -> (B, 1, side, side) uint8."""
        ...


@dataclass(frozen=True)
class Held:
    """Pixels in a device's memory."""

    all_photos: Tensor
    all_sketches: Tensor

    @property
    def device(self) -> torch.device:
        """That device."""
        return self.all_photos.device

    def photos(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """See `Pixels`; they are where they are needed, so none are pinned."""
        return self.all_photos.index_select(0, rows.to(self.device, non_blocking=True))

    def sketches(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """See `photos`."""
        return self.all_sketches.index_select(0, rows.to(self.device, non_blocking=True))


@dataclass(frozen=True)
class Layout:
    """Which shard holds what: photos with all their drawings."""

    side: int
    photos: Rows
    """(shards + 1,): the first photo of each shard, and at the end their number."""
    sketches: Rows
    """(shards + 1,): the same of the drawings."""

    @classmethod
    def of(cls, sources: Sources, side: int, shard: int) -> "Layout":
        """Shards of about `shard` bytes."""
        drawings = np.bincount(sources.photo_of, minlength=len(sources.ids))
        ends = np.cumsum(3 + drawings) * side**2
        count = max(1, -(-int(ends[-1]) // shard))
        photos = np.unique([0, *np.searchsorted(ends, ends[-1] * np.arange(1, count + 1) // count) + 1])
        return cls(side, photos, np.concatenate([[0], np.cumsum(drawings)])[photos])

    @property
    def shard_of(self) -> Rows:
        """(photos,): the shard of each photo, and of its drawings."""
        return np.repeat(np.arange(len(self.photos) - 1), np.diff(self.photos))


class Mapped:
    """Pixels in a file written by `limner.pairs.store`.

    Args:
        path: the file; it stays open, and thereby in use.
        layout: of its shards.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        file = path.open("rb")
        share(file)
        after_photos = 3 * layout.side**2 * int(layout.photos[-1])
        self._photos = Region(file, layout.photos, (3, layout.side, layout.side), 0)
        self._sketches = Region(file, layout.sketches, (1, layout.side, layout.side), after_photos)

    device = torch.device("cpu")

    def photos(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """See `Pixels`."""
        return self._photos.gather(rows, pinned)

    def sketches(self, rows: Tensor, pinned: bool = False) -> Tensor:
        """See `Pixels`."""
        return self._sketches.gather(rows, pinned)


class Region:
    """Pictures of one shape, one after the other in a file.

    Args:
        file: open for reading.
        firsts: (shards + 1,): the first picture of each shard, and at the end their number.
        shape: of a picture.
        start: where the first one begins, bytes.
    """

    def __init__(self, file: IO[bytes], firsts: Rows, shape: tuple[int, int, int], start: int) -> None:
        self.file, self.firsts, self.shape, self.start = file, firsts, shape, start
        self._mapped: OrderedDict[int, Array] = OrderedDict()

    def gather(self, rows: Tensor, pinned: bool) -> Tensor:
        """(B,) -> (B, *shape) uint8, in pinned memory or not."""
        pictures = torch.empty((len(rows), *self.shape), dtype=torch.uint8, pin_memory=pinned)
        into, wanted = pictures.numpy(), rows.numpy()
        for index, shard in enumerate((np.searchsorted(self.firsts, wanted, side="right") - 1).tolist()):
            into[index] = self._shard(shard)[wanted[index] - self.firsts[shard]]
        return pictures

    def _shard(self, shard: int) -> Array:
        """The pictures of a shard; the one whose last use is longest ago is unmapped when there are too many."""
        if shard not in self._mapped:
            while len(self._mapped) >= WINDOW:
                self._mapped.popitem(last=False)
            self._mapped[shard] = self._map(shard)
        self._mapped.move_to_end(shard)
        return self._mapped[shard]

    def _map(self, shard: int) -> Array:
        start, end = (self.start + prod(self.shape) * int(row) for row in self.firsts[shard : shard + 2])
        page = start // mmap.ALLOCATIONGRANULARITY * mmap.ALLOCATIONGRANULARITY
        pages = mmap.mmap(self.file.fileno(), end - page, access=mmap.ACCESS_READ, offset=page)
        if hasattr(mmap, "MADV_WILLNEED"):  # read it in one go, before the first picture is asked for
            pages.madvise(mmap.MADV_WILLNEED)
        # They stay mapped as long as this array is kept.
        return np.frombuffer(pages, np.uint8, end - start, start - page).reshape(-1, *self.shape)
