"""Pictures that are copies of earlier ones: exact, resized, recompressed or cropped a little.

Comparing each with each would take the square of their number. So an index of coarse descriptions (a graph of
neighbours: Malkov and Yashunin 2018) names the earlier pictures that look most like a new one, and of those only the
few are laid over it that fit it best at a glance (see `registration.unfit`). A crop moves the description: the best
tell where the new picture lies, and the index is asked a second time for what looks like the new one put there. So a
cropped frame finds its own frame among hundreds of the same film, of which dozens have a description nearer than its.
"""

import tempfile
from array import array
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import numpy.typing as npt
from voyager import Index, RecallError, Space

from limner.files import cache_dir
from limner.scrape import registration
from limner.scrape.registration import SIDE, Thumbnail

CELLS = 8
"""A description is the brightness of CELLS x CELLS places, its mean taken away."""
BORDER = 8
"""Pixels of the thumbnail's edge that a description leaves out, since a crop takes them away."""
ASKED = 3
"""Pictures that are asked where the new one lies."""
NEAR = 64
"""Pictures that the index names, each time it is asked."""
JUDGED = 12
"""Of all of those, the pictures that are laid over the new one: to do so takes longer than all the rest."""
FROZEN = 0.15
"""Share of the threshold that two frames of one film must differ by at least: none is a crop of another."""
IN_SIGHT = 0.5
"""Squared distance of two descriptions beyond which pictures are not of the same thing: crops come to 0.4."""
ALIGNED = 0.05
"""The same once one of them was put where it lies in the other: copies come to 0.03."""
CANDIDATES = 64
"""Breadth of the search through the index, at least `NEAR`: more finds more, and takes longer."""


@dataclass(frozen=True)
class Twin:
    """An earlier picture that a new one is a copy of."""

    number: int
    """Counted from 0, in the order in which pictures were added."""
    difference: float
    """See `registration.difference`; of frames of one film `registration.movement`."""


class Twins:
    """The pictures seen so far, to be asked for copies of a new one. Close it, or use it in a `with` block.

    A picture costs about half a kilobyte of memory; its thumbnail lies in a temporary file.

    Args:
        threshold: gray levels, of 255, by which a picture may differ from a cropped or resized copy; see
            `registration.difference`.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._index = Index(Space.Euclidean, CELLS**2, M=12, ef_construction=CANDIDATES, random_seed=1)
        self._facts = array("L")
        """Width, height and film of each."""
        self._store = tempfile.TemporaryFile(dir=cache_dir("pictures"))  # noqa: SIM115  closed by close

    def close(self) -> None:
        """Drop the thumbnails."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._facts) // 3

    def add(self, picture: Thumbnail, film: int = 0) -> int:
        """Remember one picture, a frame of a film unless that is 0; return its number."""
        number = len(self)
        self._store.seek(number * SIDE**2)
        self._store.write(np.ascontiguousarray(picture.pixels).tobytes())
        self._facts.extend((picture.width, picture.height, film))
        self._index.add_item(_description(picture.pixels), number)
        return number

    def find(self, picture: Thumbnail, film: int = 0) -> list[Twin]:
        """The earlier pictures that `picture` is a copy of, the most alike first, the earliest among equals."""
        found = []
        for number in self._candidates(picture, film):
            apart: float | None
            if self._is_of(film, number):
                apart, most = registration.movement(picture, self._kept(number)), FROZEN * self._threshold
            else:
                apart, most = registration.difference(picture, self._kept(number)), self._threshold
            if apart is not None and apart <= most:
                found.append(Twin(number, apart))
        return sorted(found, key=lambda twin: (round(twin.difference, 1), twin.number))

    def _is_of(self, film: int, number: int) -> bool:
        return film != 0 and self._facts[3 * number + 2] == film

    def _candidates(self, picture: Thumbnail, film: int) -> list[int]:
        """The numbers of those that may be copies, in ascending order."""
        near = self._nearest(picture.pixels, IN_SIGHT)
        unfit = self._unfit(picture.pixels, [number for number, _ in near])
        candidates = {number: unfit[number] for number, far in near if far <= ALIGNED}
        others = [number for number in unfit if not self._is_of(film, number)]
        for number in sorted(others, key=unfit.__getitem__)[:ASKED]:
            place = registration.roughly(picture, self._kept(number))
            if place is not None:
                there = registration.moved(picture.pixels, place)
                again = self._unfit(there, [number for number, _ in self._nearest(there, ALIGNED)])
                candidates |= {number: min(share, candidates.get(number, share)) for number, share in again.items()}
        return sorted(sorted(candidates, key=candidates.__getitem__)[:JUDGED])

    def _nearest(self, pixels: npt.NDArray[np.uint8], within: float) -> list[tuple[int, float]]:
        """(number, squared distance) of those whose descriptions are most like that of `pixels`, nearest first."""
        description, count = _description(pixels), min(NEAR, len(self))
        while count:
            try:
                numbers, far = self._index.query(description, k=count, query_ef=CANDIDATES)
            except RecallError:  # where many have the same description, its graph leads to no more of them
                count //= 2
            else:
                return [(int(number), float(f)) for number, f in zip(numbers, far, strict=True) if f <= within]
        return []

    def _unfit(self, pixels: npt.NDArray[np.uint8], numbers: list[int]) -> dict[int, float]:
        """By number, how badly they fit at a glance; see `registration.unfit`."""
        if not numbers:
            return {}
        shares = registration.unfit(pixels, [self._kept(number).pixels for number in numbers])
        return dict(zip(numbers, map(float, shares), strict=True))

    def _kept(self, number: int) -> Thumbnail:
        self._store.seek(number * SIDE**2)
        pixels = np.frombuffer(self._store.read(SIDE**2), np.uint8).reshape(SIDE, SIDE)
        return Thumbnail(pixels, *self._facts[3 * number : 3 * number + 2])


def _description(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """(CELLS * CELLS,) brightness of each place, with the mean taken away and of unit length."""
    soft = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), SIDE / CELLS / 3)[BORDER:-BORDER, BORDER:-BORDER]
    cells = np.asarray(cv2.resize(soft, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32).ravel()
    cells -= cells.mean()
    return cells / max(float(np.linalg.norm(cells)), 1e-3)
