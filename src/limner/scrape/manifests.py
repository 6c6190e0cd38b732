"""Manifests: committed CSVs in data/manifests, one row a source, checked before anything is fetched.

id, person, url                 required
sha256                          of the file at url; without it the bytes are taken on trust
kind                            photo (if empty) or video
every                           of a video: every how many frames one is taken (1 if empty)
channels                        rgb (if empty), or bgr for photos stored with red and blue swapped
sketch_url, sketch_sha256       a drawing of that photo
style                           of the drawing; the manifest's file name if empty
split                           train, test or other (in neither); if empty, `split` decides
license, credit                 passed on to the report
any other column                passed on as it is
"""

import difflib
import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath

from limner import tables
from limner.errors import LimnerError, SourceError, choices
from limner.tables import Problem

FOLDER = PurePosixPath("data/manifests")
NEEDED = ("id", "person", "url")
KINDS = ("photo", "video")
CHANNELS = ("rgb", "bgr")
SPLITS = ("train", "test", "other")
WRITTEN = ("file", "group", "time", "width", "height", "source", "sketch_file")
"""Columns that limner itself adds in data/raw.csv."""

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?")  # spreadsheets make 4.0 of 4 where a cell of the column is empty
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Row:
    """One source, with the defaults of its empty cells filled in."""

    id: str
    person: str
    url: str
    kind: str = "photo"
    sha256: str = ""
    every: int = 1
    channels: str = "rgb"
    sketch_url: str = ""
    sketch_sha256: str = ""
    style: str = ""
    split: str = ""
    license: str = ""
    author: str = ""
    credit: str = ""
    reference: str = ""
    extra: dict[str, str] = field(default_factory=dict)


COLUMNS = tuple(f.name for f in fields(Row) if f.name != "extra")


def read_all(manifests: Sequence[str]) -> tuple[list[Row], list[Problem]]:
    """The rows of all manifests in their order; a row with a mistake is a problem, the others come through.

    Raises:
        LimnerError: a manifest is missing, no CSV, outside data/manifests or lacks a needed column.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for name in manifests:
        # DVC watches data/manifests: a manifest elsewhere could change and nothing would be made anew.
        inside = PurePosixPath(posixpath.normpath(Path(name).as_posix()))
        if FOLDER not in inside.parents:
            raise LimnerError(f"the manifest {name} must lie in {FOLDER}, where its changes are seen")
        table = tables.read(Path(name), NEEDED)
        clash = [column for column in table.columns if column in WRITTEN]
        if clash:
            raise LimnerError(f"{name}: the columns {', '.join(clash)} are written by limner itself: rename them")
        problems += _misspelt(table.columns, name)
        for line, cells in enumerate(table.to_dict("records"), start=2):
            texts = {str(key): str(cell).strip() for key, cell in cells.items()}
            place = f"{name}, line {line}"
            try:
                row = _row(texts, inside.stem)
                # Some file systems take A and a for the same name.
                earlier = places.setdefault(row.id.lower(), place)
                if earlier != place:
                    raise SourceError(f"the id {row.id!r} is taken by {earlier}: every id names one source")
            except SourceError as error:
                problems.append(Problem(texts["id"] or place, "failed", f"{place}: {error}"))
            else:
                rows.append(row)
    return rows, problems


def _row(cells: dict[str, str], stem: str) -> Row:
    """Check one row's cells.

    Raises:
        SourceError: lists all that is wrong with it.
    """
    row = Row(
        id=cells["id"],
        person=cells["person"],
        url=cells["url"],
        kind=cells.get("kind") or "photo",
        sha256=cells.get("sha256", "").lower(),
        every=int(found[1]) if (found := WHOLE.fullmatch(cells.get("every") or "1")) else 0,
        channels=cells.get("channels") or "rgb",
        sketch_url=cells.get("sketch_url", ""),
        sketch_sha256=cells.get("sketch_sha256", "").lower(),
        style=(cells.get("style") or stem) if cells.get("sketch_url") else "",
        split=cells.get("split", ""),
        license=cells.get("license", ""),
        author=cells.get("author", ""),
        credit=cells.get("credit", ""),
        reference=cells.get("reference", ""),
        extra={name: cell for name, cell in cells.items() if name not in COLUMNS},
    )
    faults = [f"the column {name} is empty" for name in NEEDED if not cells[name]]
    if row.id and not PLAIN.fullmatch(row.id):
        faults.append(f"the id {row.id!r} cannot be a file name: use up to 100 of A-Z a-z 0-9 - _, no - or _ first")
    for name, value, allowed in (
        ("kind", row.kind, KINDS),
        ("channels", row.channels, CHANNELS),
        ("split", row.split, ("", *SPLITS)),
    ):
        if value not in allowed:
            faults.append(f"unknown {name} {value!r}; {choices(value, filter(None, allowed))}")
    for name, value in (("sha256", row.sha256), ("sketch_sha256", row.sketch_sha256)):
        if value and not SHA256.fullmatch(value):
            faults.append(f"{name} must be 64 hexadecimal digits, not {value!r}")
    if row.every < 1:
        faults.append(f"every must be a whole number of frames from 1, not {cells['every']!r}")
    if row.sketch_url and row.kind != "photo":
        faults.append("a drawing (sketch_url) belongs to a photo, not to a video")
    if row.style and not PLAIN.fullmatch(row.style):
        faults.append(f"the style {row.style!r} cannot be a folder's name: use A-Z, a-z, 0-9, - and _")
    if faults:
        raise SourceError("; ".join(faults))
    return row


def _misspelt(columns: Iterable[str], name: str) -> list[Problem]:
    """Any column may be added, so a misspelt one would be passed on in silence."""
    found = []
    for column in columns:
        near = difflib.get_close_matches(column.lower(), COLUMNS, n=1, cutoff=0.75)
        if column not in COLUMNS and near:
            found.append(Problem(name, "noted", f"the column {column!r} means nothing to limner; is it {near[0]!r}?"))
    return found
