"""Which drawings there are, and of which photos."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from limner.errors import LimnerError

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sources:
    """The files of pairs, as numbers instead of a hundred thousand paths."""

    faces: Path
    """The folder of the photos."""
    folders: Mapping[str, Path]
    """By style, the folder of its drawings."""
    ids: tuple[str, ...]
    """The photos, in the order in which their pixels lie: one that has nothing to do with what they show."""
    style_of: Rows
    """(K,): the place in `folders` of each drawing's style."""
    photo_of: Rows
    """(K,): the place in `ids` of each drawing's photo."""

    def __len__(self) -> int:
        return len(self.photo_of)

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """By drawing: (style, id)."""
        styles = list(self.folders)
        return tuple(
            (styles[style], self.ids[photo]) for style, photo in zip(self.style_of, self.photo_of, strict=True)
        )

    @property
    def by_photo(self) -> Rows:
        """(K,): the drawings in the order in which their pixels lie, those of a photo together."""
        return np.argsort(self.photo_of, kind="stable")

    def photos(self) -> Iterator[Path]:
        """The files of the photos, in the order of their pixels."""
        return (self.faces / f"{id}.png" for id in self.ids)

    def sketches(self) -> Iterator[Path]:
        """The files of the drawings, in the order of their pixels."""
        folders = list(self.folders.values())
        return (folders[self.style_of[index]] / f"{self.ids[self.photo_of[index]]}.png" for index in self.by_photo)

    def take(self, indices: Sequence[int]) -> "Sources":
        """Only the pairs `indices`, in that order."""
        chosen = np.asarray(indices, np.int64)
        photos, photo_of = np.unique(self.photo_of[chosen], return_inverse=True)
        return Sources(
            self.faces, self.folders, tuple(self.ids[photo] for photo in photos), self.style_of[chosen], photo_of
        )

    def beside(self, whole: Mapping[str, Path]) -> tuple["Sources", Rows]:
        """The same pairs and, after them, the whole drawings of those in which something is rubbed out.

        Args:
            whole: by style with something rubbed out, the folder, named as its style, of the drawings it was rubbed
                out of.

        Returns:
            The pairs, and by pair of this one, (K,), the place in them of the drawing that is whole: its own where
            nothing is rubbed out.
        """
        names = self.names
        place = {name: index for index, name in enumerate(names)}
        wholes = [(whole[style].name if style in whole else style, id) for style, id in names]
        of = [place.setdefault(name, len(place)) for name in wholes]
        folders = {**self.folders, **{folder.name: folder for folder in whole.values()}}
        style_at = {style: index for index, style in enumerate(folders)}
        photo_at = {id: index for index, id in enumerate(self.ids)}
        style_of, photo_of = zip(*((style_at[style], photo_at[id]) for style, id in place), strict=True)
        both = Sources(self.faces, folders, self.ids, np.array(style_of, np.int64), np.array(photo_of, np.int64))
        return both, np.array(of, np.int64)


def find(faces: Path, folders: Mapping[str, Path], ids: Iterable[str]) -> Sources:
    """Every drawing in `folders` (by style) of the faces `ids`: style by style, each by id.

    An effect has drawn every face, an artist only some: a drawing that is not there makes no pair.

    Photos lie in the order of a hash of their ids, and their drawings with them. So neighbours in the file are no
    neighbours in a film, and any stretch of it is a fair sample of all pairs.

    Raises:
        LimnerError: there is not one pair.
    """
    ids = sorted(set(ids))
    there = (
        (style, index)
        for style, folder in enumerate(folders.values())
        for index, id in enumerate(ids)
        if (folder / f"{id}.png").is_file()
    )
    drawn: Rows = np.fromiter(there, np.dtype((np.int64, 2)))
    if not len(drawn):
        raise LimnerError(f"no drawing in {', '.join(map(str, folders.values()))} is of one of the {len(ids)} faces")
    wanted = sorted(np.unique(drawn[:, 1]), key=lambda index: hashlib.sha256(ids[index].encode()).digest())
    place = np.zeros(len(ids), np.int64)
    place[wanted] = np.arange(len(wanted))
    return Sources(faces, dict(folders), tuple(ids[index] for index in wanted), drawn[:, 0].copy(), place[drawn[:, 1]])
