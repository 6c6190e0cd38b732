"""What the faces are: where they came from, whose they are, what was left out, and how they are split."""

import json
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from limner import tables
from limner.errors import SourceError

SPLIT = ["id", "split", "nearest", "nearest_distance"]
"""What is read of data/split.csv."""


@dataclass(frozen=True)
class Face:
    """One aligned face."""

    id: str
    person: str
    time: float | None
    """Seconds into its video; None for a photo."""
    split: str
    """train, test, or gap."""
    nearest: str
    """Id of the nearest training face of the same person, or empty."""
    nearest_distance: float | None
    """How far that one is, as `limner.split` measures it."""


@dataclass(frozen=True)
class Source:
    """All pictures that came under one credit, author and licence."""

    credit: str
    author: str
    license: str
    """Empty if the manifest names none."""
    addresses: tuple[str, ...]
    people: tuple[str, ...]
    pictures: int
    drawings: int
    """Hand-made ones among them."""
    faces: int


@dataclass(frozen=True)
class Person:
    """How many pictures of one person came how far."""

    name: str
    pictures: int
    faces: int
    train: int
    test: int
    gap: int
    eye_distance: float
    """Median distance between the irises, pixels of the raw pictures; nan if unknown."""


@dataclass(frozen=True)
class Problems:
    """What went wrong, or was left out, in one stage: rows (id, what, reason)."""

    stage: str
    file: str
    rows: tuple[tables.Problem, ...]

    def count(self, what: str) -> int:
        """How many of one kind: failed, skipped or noted."""
        return sum(row.what == what for row in self.rows)


@dataclass(frozen=True)
class Dataset:
    faces: dict[str, Face]
    """By id, in order of person, time and id."""
    sources: tuple[Source, ...]
    people: tuple[Person, ...]
    problems: tuple[Problems, ...]
    distances: dict[str, dict[str, float]]
    """The distances of reports/split.json by person, and `all`: name and value."""

    @property
    def unlicensed(self) -> int:
        """How many pictures came without a licence."""
        return sum(source.pictures for source in self.sources if not source.license)

    def closest(self) -> list[Face]:
        """Of each person the test face nearest to a training face, nearest first: where a leak would show."""
        best: dict[str, Face] = {}
        for face in self.faces.values():
            if face.split != "test" or face.nearest not in self.faces or face.nearest_distance is None:
                continue
            so_far = best.get(face.person)
            if so_far is None or face.nearest_distance < (so_far.nearest_distance or 0.0):
                best[face.person] = face
        return sorted(best.values(), key=lambda face: face.nearest_distance or 0.0)


def collect(root: Path) -> Dataset:
    """Read the tables of scrape, align and split below `root`.

    Raises:
        SourceError: a table is missing, unreadable or lacks a column.
    """
    raw = read_raw(root)
    faces = tables.read(root / "data/faces.csv", ("id", "person", "time", "eye_distance"))
    split = tables.read(root / "data/split.csv", tuple(SPLIT))
    known = faces.drop(columns="split", errors="ignore").merge(split[SPLIT], on="id", how="left").fillna("")
    return Dataset(
        faces=_faces(known),
        sources=sources(raw, set(faces["id"])),
        people=_people(raw, known),
        problems=tuple(
            _problems(root, stage, f"data/{table}_problems.csv")
            for stage, table in (("scrape", "raw"), ("align", "faces"))
        ),
        distances=_distances(root / "reports/split.json"),
    )


def read_raw(root: Path) -> pd.DataFrame:
    """data/raw.csv below `root`.

    Raises:
        SourceError: it is missing, unreadable or lacks a column.
    """
    return tables.read(root / "data/raw.csv", ("id", "person", "source", "license", "credit"))


def number(text: str) -> float | None:
    """A cell as a number; None when it holds none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _faces(known: pd.DataFrame) -> dict[str, Face]:
    faces = [
        Face(
            id=row["id"],
            person=row["person"],
            time=number(row["time"]),
            split=row["split"],
            nearest=row["nearest"],
            nearest_distance=number(row["nearest_distance"]),
        )
        for row in known.to_dict("records")
    ]
    return {face.id: face for face in sorted(faces, key=lambda f: (f.person, f.time or 0.0, f.id))}


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def sources(raw: pd.DataFrame, kept: Collection[str] = ()) -> tuple[Source, ...]:
    """Where the pictures of raw.csv came from, in its order; `kept` are the ids of those that became faces."""
    raw = raw.reindex(columns=list(dict.fromkeys([*raw.columns, "sketch_file", "author"])), fill_value="")
    drawn = raw["sketch_file"]
    return tuple(
        Source(
            credit=str(credit),
            author=str(author),
            license=str(license),
            addresses=_unique(rows["source"]),
            people=_unique(rows["person"]),
            pictures=len(rows),
            drawings=int((drawn[rows.index] != "").sum()),
            faces=int(rows["id"].isin(kept).sum()),
        )
        for (credit, author, license), rows in raw.groupby(["credit", "author", "license"], sort=False)
    )


def _people(raw: pd.DataFrame, known: pd.DataFrame) -> tuple[Person, ...]:
    people = []
    for name in _unique(raw["person"]):
        own = known[known["person"] == name]
        eyes = pd.to_numeric(own["eye_distance"], errors="coerce")
        people.append(
            Person(
                name=name,
                pictures=int((raw["person"] == name).sum()),
                faces=len(own),
                train=int((own["split"] == "train").sum()),
                test=int((own["split"] == "test").sum()),
                gap=int((own["split"] == "gap").sum()),
                eye_distance=float(eyes.median()),
            )
        )
    return tuple(people)


def _problems(root: Path, stage: str, file: str) -> Problems:
    table = tables.read(root / file, ("id", "what", "reason"))
    rows = tuple(tables.Problem(row["id"], row["what"], row["reason"]) for row in table.to_dict("records"))
    return Problems(stage, file, rows)


def _distances(path: Path) -> dict[str, dict[str, float]]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        named = {**tree["people"], "all": tree["all"]}
        return {name: dict(_leaves(values)) for name, values in named.items()}
    except FileNotFoundError:
        raise SourceError(f"{path} does not exist") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path} does not hold the distances of a split by person: {error!r}") from error


def _leaves(tree: dict[str, Any]) -> Iterable[tuple[str, float]]:
    """The measures in {what: {measure: value}}, as (`what, measure`, value); counts are left out."""
    for what, measures in tree.items():
        if isinstance(measures, dict):
            name = what.replace("_", " ")
            yield from ((f"{name}, {measure}", float(value)) for measure, value in measures.items())
