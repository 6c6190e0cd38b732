"""data/raw: the pictures under their ids, without copies of one another, and the table of what they are."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from limner import tables
from limner.files import cache_dir, whole
from limner.scrape.duplicates import Twin, Twins
from limner.scrape.manifests import Row
from limner.scrape.registration import Thumbnail
from limner.scrape.shots import Shot, Taken
from limner.tables import Problem

COLUMNS = (
    *("id", "file", "person", "group", "time", "width", "height", "manifest", "source", "license", "author", "credit"),
    *("reference", "split", "sketch_file", "style"),
)
"""Of data/raw.csv; the manifests' further columns follow."""
CLEARLY = 1.25
"""Times as many pixels make the better copy, gray or not: fewer are a matter of how it was cropped."""


@dataclass(slots=True)
class _Filed:
    """A picture that was filed under a person."""

    id: str
    suffix: str
    width: int
    height: int
    gray: bool
    film: bool
    drawn: bool
    """It has a drawing, which came."""
    reference: bool
    split: str
    """What its row says of it."""
    better: "_Filed | None" = None
    """The copy that came later and is better."""

    @classmethod
    def of(cls, row: Row, shot: Shot, drawn: bool) -> Self:
        """What is filed for one picture of a row."""
        film = row.kind == "video"
        name = f"{row.id}-{shot.frame:05d}" if film else row.id
        shown = shot.suffix, shot.width, shot.height, shot.gray
        return cls(name, *shown, film, drawn, row.reference == "yes", row.split)

    def best(self) -> "_Filed":
        """The copy that stands for all of them."""
        return self if self.better is None else self.better.best()

    def beats(self, other: "_Filed") -> bool:
        """Whether it is the better of two copies. It is the one of which a manifest says where it belongs; if it says
        so of both and they are to be parted, or one is a frame and one a photo, the earlier stays."""
        if self.split != other.split:
            return not other.split
        if self.film or other.film:
            return False
        ours, theirs = self.width * self.height, other.width * other.height
        if max(ours, theirs) >= CLEARLY * min(ours, theirs):
            return ours > theirs
        return other.gray and not self.gray


class Album:
    """Pictures are added in the order of the manifests: of two that are the same, the better stays, else the earlier.

    The better is the one whose row says its split, else it has clearly more pixels, or else colour. An earlier one
    leaves the folder and the table again when it comes, unless that has a drawing; if it was a reference photo, the
    better is one in its place.

    A picture costs about a kilobyte of memory: its row waits in a file for the columns of the rows behind it.
    Close it, or use it in a `with` block.

    Of people who have a reference photo it comes first, and nothing is filed of those of whom none came: in a picture
    of many a stranger would be taken for them.

    Args:
        folder: is emptied.
        near_duplicate: gray levels, of 255, by which a picture may differ from a copy; see
            `registration.difference`.
        block_seconds: length of the blocks of time that group a video's frames.
        compared: people who are to be known by a reference photo.
    """

    def __init__(
        self, folder: Path, near_duplicate: float, block_seconds: float, compared: Collection[str] = ()
    ) -> None:
        self._folder = folder
        self._block_seconds = block_seconds
        self._lacking = set(compared)
        """Those of them of whom no reference photo is here."""
        self._lines = tempfile.TemporaryFile("w+", encoding="utf-8", dir=cache_dir("pictures"))  # noqa: SIM115
        self._columns = dict.fromkeys(COLUMNS)
        self._ids: set[str] = set()
        self._twins = Twins(near_duplicate)
        self._films = 0
        self._shown: list[dict[str, _Filed]] = []
        """By number among the twins: by person, the first picture that looks like this."""
        self._photos: dict[bytes, int] = {}
        """The numbers of photos, by what they look like: the same again of the same person need not be searched for."""
        self._dropped: set[str] = set()
        """The ids of those whose place a better copy has taken."""
        self.problems: list[Problem] = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def close(self) -> None:
        """Drop what was kept in temporary files."""
        self._lines.close()
        self._twins.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._ids) - len(self._dropped)

    @property
    def people(self) -> int:
        """How many people the pictures show."""
        return len({person for shown in self._shown for person in shown})

    def add(self, row: Row, photo: Taken, drawing: Taken | None = None) -> None:
        """File what was taken for one row; what is wrong with it goes to `problems`."""
        self._report(row, row.url, photo)
        if drawing is not None:
            self._report(row, row.sketch_url, drawing)
        if photo.shots and row.person in self._lacking and row.reference != "yes":
            why = f"{row.url}: no reference photo of {row.person} came, and without one the face may be anybody's"
            self.problems.append(Problem(row.id, "skipped", why))
            return
        self._films += row.kind == "video"
        for shot, thumbnail in zip(photo.shots, photo.thumbnails(), strict=True):
            new = _Filed.of(row, shot, drawing is not None and bool(drawing.shots))
            if self._is_new(new, row, thumbnail):
                cells = {**self._cells(row, photo, shot, new), **self._drawn(row, drawing, new.id), **row.extra}
                self._columns |= dict.fromkeys(cells)
                print(json.dumps(cells), file=self._lines)
                if new.reference:
                    self._lacking.discard(row.person)

    def write(self, path: Path) -> None:
        """Write the table, one row a picture, whole or not at all."""
        tables.write_rows(path, list(self._columns), self._rows())

    def _rows(self) -> Iterator[dict[str, str]]:
        blank = dict.fromkeys(self._columns, "")
        self._lines.seek(0)
        rows = ({**blank, **json.loads(line)} for line in self._lines)
        yield from (row for row in rows if row["id"] not in self._dropped)

    def _report(self, row: Row, url: str, taken: Taken) -> None:
        if taken.failure:
            # What could not be fetched names its url itself.
            why = taken.failure if url in taken.failure else f"{url}: {taken.failure}"
            self.problems.append(Problem(row.id, "failed", why))
        self.problems += [Problem(row.id, "noted", f"{url}: {note}") for note in taken.notes]

    def _is_new(self, new: _Filed, row: Row, thumbnail: Thumbnail) -> bool:
        if new.id.lower() in self._ids:
            why = f"another row already has a picture named {new.id!r}: rename the row {row.id!r}"
            self.problems.append(Problem(new.id, "failed", why))
            return False
        film = self._films if new.film else 0
        look = b"" if film else _look(thumbnail)
        number = self._photos.get(look)
        twins = self._alike(row.person, thumbnail, film, number)
        own: dict[str, tuple[_Filed, Twin]] = {}
        for twin in twins:
            if first := self._shown[twin.number].get(row.person):
                own.setdefault(first.best().id, (first.best(), twin))
        if kept := next(((filed, twin) for filed, twin in own.values() if not new.beats(filed)), None):
            why = f"the same picture as {_named(*kept, new)}"
            if not new.drawn:
                self.problems.append(Problem(new.id, "skipped", why))
                return False
            self.problems.append(
                Problem(new.id, "noted", f"{why}: it is kept for its drawing, which makes another pair")
            )
        elif own:
            for filed, twin in own.values():
                self._give_way(filed, new, twin)
        elif twins:
            person, first = next(iter(self._shown[twins[0].number].items()))
            named = _named(first.best(), twins[0], new)
            why = f"the same picture as {named}, which is said to show {person}, not {row.person}"
            self.problems.append(Problem(new.id, "noted", why))
        if number is None:
            number = self._twins.add(thumbnail, film)
            self._shown.append({})
            if look:
                self._photos[look] = number
        self._shown[number].setdefault(row.person, new)
        self._ids.add(new.id.lower())
        return True

    def _alike(self, person: str, thumbnail: Thumbnail, film: int, number: int | None) -> list[Twin]:
        """The earlier pictures that one is a copy of, first the one, if any, of just this look: `number`."""
        if number is None:
            return self._twins.find(thumbnail, film)
        same = Twin(number, 0.0)
        if person in self._shown[number]:
            return [same]
        return [same, *(twin for twin in self._twins.find(thumbnail, film) if twin.number != number)]

    def _give_way(self, filed: _Filed, new: _Filed, twin: Twin) -> None:
        """Let a better copy stand for an earlier one, and drop that if it has no use of its own."""
        filed.better = new
        why = f"the same picture as {_named(new, twin, filed)}"
        if filed.drawn:
            why += ": it is kept for its drawing, which makes another pair"
            self.problems.append(Problem(filed.id, "noted", why))
        else:
            if filed.reference and not new.reference:
                why += f": {new.id} is the reference photo in its place"
                new.reference = True
            self.problems.append(Problem(filed.id, "skipped", why))
            self._dropped.add(filed.id)
            (self._folder / f"{filed.id}{filed.suffix}").unlink()

    def _cells(self, row: Row, photo: Taken, shot: Shot, new: _Filed) -> dict[str, str]:
        block = int(shot.time // self._block_seconds)
        return {
            "id": new.id,
            "file": self._copy(photo, shot, new.id),
            "person": row.person,
            "group": f"{row.id}@{block:03d}" if new.film else row.person,
            "time": f"{shot.time:.3f}" if new.film else "",
            "width": str(shot.width),
            "height": str(shot.height),
            "manifest": row.manifest,
            "source": row.url,
            "license": row.license,
            "author": row.author,
            "credit": row.credit,
            "reference": "yes" if new.reference else row.reference,
            "split": row.split,
        }

    def _drawn(self, row: Row, drawing: Taken | None, name: str) -> dict[str, str]:
        if drawing is None or not drawing.shots:
            return {"sketch_file": "", "style": ""}
        return {"sketch_file": self._copy(drawing, drawing.shots[0], f"{name}.sketch"), "style": row.style}

    def _copy(self, taken: Taken, shot: Shot, name: str) -> str:
        path = self._folder / f"{name}{shot.suffix}"
        with whole(path) as part:
            shutil.copyfile(taken.path(shot), part)
        return path.as_posix()


def _look(thumbnail: Thumbnail) -> bytes:
    """Equal for pictures of the same size that look the same."""
    size = f"{thumbnail.width}x{thumbnail.height}".encode()
    return hashlib.blake2b(thumbnail.pixels.tobytes() + size, digest_size=16).digest()


def _named(other: _Filed, twin: Twin, this: _Filed) -> str:
    """The other picture, how alike this one is, and what tells which is the better."""
    told = [f"laid over it, {twin.difference:.1f} gray levels apart at most"] if twin.difference else []
    if (this.width, this.height, this.gray) != (other.width, other.height, other.gray):
        told.append(f"{_size(this)} here, {_size(other)} there")
    if this.split != other.split:
        told.append(f"split {this.split or 'empty'} here, {other.split or 'empty'} there")
    changed = ", resized, cropped or compressed anew" if twin.difference else ""
    return f"{other.id}{changed} ({'; '.join(told)})" if told else other.id


def _size(filed: _Filed) -> str:
    return f"{filed.width}x{filed.height} {'gray ' if filed.gray else ''}pixels"
