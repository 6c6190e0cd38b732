"""data/raw: the pictures under their ids, without near-duplicates, and the table of what they are."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from limner.files import whole
from limner.scrape import shots
from limner.scrape.duplicates import BITS, Twins
from limner.scrape.manifests import Row
from limner.scrape.shots import Taken
from limner.tables import Problem

COLUMNS = (
    *("id", "file", "person", "group", "time", "width", "height", "source", "license", "credit", "split"),
    *("sketch_file", "style"),
)
"""Of data/raw.csv; the manifests' further columns follow."""


class Album:
    """Pictures are added in the order of the manifests: of two that are the same, the earlier stays.

    Args:
        folder: is emptied.
        near_duplicate: bits of 256 in which two perceptual hashes of one person may differ and still
            be of the same picture.
        block_seconds: length of the blocks of time that group a video's frames.
    """

    def __init__(self, folder: Path, near_duplicate: int, block_seconds: float) -> None:
        self._folder = folder
        self._block_seconds = block_seconds
        self._rows: list[dict[str, str]] = []
        self._ids: set[str] = set()
        self._twins: defaultdict[str, Twins] = defaultdict(lambda: Twins(near_duplicate))
        self.problems: list[Problem] = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def add(self, row: Row, photo: Taken, drawing: Taken | None = None) -> None:
        """File what was taken for one row; what is wrong with it goes to `problems`."""
        self._report(row, row.url, photo)
        if drawing is not None:
            self._report(row, row.sketch_url, drawing)
        for shot in photo.shots:
            block = int(shot.time // self._block_seconds)
            film = row.kind == "video"
            name = f"{row.id}-{shot.frame:05d}" if film else row.id
            if self._is_new(name, row, shot):
                self._rows.append(
                    {
                        "id": name,
                        "file": self._copy(photo, shot, name),
                        "person": row.person,
                        "group": f"{row.id}@{block:03d}" if film else row.person,
                        "time": f"{shot.time:.3f}" if film else "",
                        "width": str(shot.width),
                        "height": str(shot.height),
                        "source": row.url,
                        "license": row.license,
                        "credit": row.credit,
                        "split": row.split,
                        **self._drawn(row, drawing, name),
                        **row.extra,
                    }
                )

    def table(self) -> pd.DataFrame:
        """One row a picture, every cell as text."""
        further: Sequence[str] = list(dict.fromkeys(name for row in self._rows for name in row if name not in COLUMNS))
        return pd.DataFrame(self._rows, columns=[*COLUMNS, *further]).fillna("")

    def _report(self, row: Row, url: str, taken: Taken) -> None:
        if taken.failure:
            # What could not be fetched names its url itself.
            why = taken.failure if url in taken.failure else f"{url}: {taken.failure}"
            self.problems.append(Problem(row.id, "failed", why))
        self.problems += [Problem(row.id, "noted", f"{url}: {note}") for note in taken.notes]

    def _is_new(self, name: str, row: Row, shot: shots.Shot) -> bool:
        if name.lower() in self._ids:
            why = f"another row already has a picture named {name!r}: rename the row {row.id!r}"
            self.problems.append(Problem(name, "failed", why))
            return False
        twins, hash_ = self._twins[row.person], int(shot.hash, 16)
        twin = twins.find(hash_)
        if twin is not None and not row.sketch_url:  # the same photo drawn twice makes two pairs
            why = f"the same picture as {twin[0]}: {twin[1]} of {BITS} bits of their perceptual hashes differ"
            self.problems.append(Problem(name, "skipped", why))
            return False
        twins.add(hash_, name)
        self._ids.add(name.lower())
        return True

    def _drawn(self, row: Row, drawing: Taken | None, name: str) -> dict[str, str]:
        if drawing is None or not drawing.shots:
            return {"sketch_file": "", "style": ""}
        return {"sketch_file": self._copy(drawing, drawing.shots[0], f"{name}.sketch"), "style": row.style}

    def _copy(self, taken: Taken, shot: shots.Shot, name: str) -> str:
        path = self._folder / f"{name}{shot.suffix}"
        with whole(path) as part:
            shutil.copyfile(taken.path(shot), part)
        return path.as_posix()
