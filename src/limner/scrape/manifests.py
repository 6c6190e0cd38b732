"""Manifests: committed CSVs in data/manifests, one row a source, checked before anything is fetched.

id, person, url                 required
sha256                          of the file at url; without it the bytes are taken on trust
kind                            photo (if empty) or video
every                           of a video: every how many frames one is taken (1 if empty)
channels                        rgb (if empty), or bgr where red and blue are swapped
sketch_url, sketch_sha256       a drawing of that photo
style                           of the drawing; the manifest's file name if empty
split                           train, test or other (in neither); if empty, `split` decides
license                         required, but with scrape.allow_unlicensed
author, credit                  passed on to the report, as license is
reference                       yes on a photo of nobody but that person: the faces in the others are compared with it
any other column                passed on as it is; those that limner itself adds are refused
"""

import difflib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath

from limner import tables
from limner.errors import LimnerError, ParamsError, SourceError, choices
from limner.scrape.homes import home, seen_from_here
from limner.tables import Problem

NEEDED = ("id", "person", "url")
KINDS = ("photo", "video")
CHANNELS = ("rgb", "bgr")
SPLITS = ("train", "test", "other")
SWITCH = ("yes", "no")
WRITTEN = (
    *("file", "group", "time", "width", "height", "manifest", "source", "sketch_file"),
    *("eye_distance", "yaw", "roll", "faces_found", "outside"),
)
"""Columns that limner itself adds, in data/raw.csv and in data/faces.csv."""

LONGEST = 100
"""Characters of an id."""
PLAIN = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LONGEST - 1}}}")
WHOLE = re.compile(r"([0-9]{1,9})(?:\.0*)?")  # spreadsheets make 4.0 of 4 where a cell of the column is empty
SCHEME = re.compile(r"(?:^|(?<=::))[A-Za-z][A-Za-z0-9+.-]*://")
SHA256 = re.compile(r"[0-9a-f]{64}")

NOTHING: Mapping[str, str] = {}
"""Shared by all rows without further columns."""


@dataclass(frozen=True, slots=True)
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
    extra: Mapping[str, str] = field(default_factory=dict)
    manifest: str = field(default="", compare=False)
    """Where it stands, as params.yaml names it."""
    line: int = field(default=0, compare=False)
    """On which it begins in its manifest, as an editor counts."""


COLUMNS = tuple(f.name for f in fields(Row) if f.name not in ("extra", "manifest", "line"))


def read_all(manifests: Sequence[str], allow_unlicensed: bool = False) -> tuple[list[Row], list[Problem]]:
    """The rows of all manifests in their order; a row with a mistake is a problem, the others come through.

    Args:
        manifests: paths in data/manifests.
        allow_unlicensed: let rows without a licence through, with one note a manifest.

    Raises:
        ParamsError: a manifest is missing.
        LimnerError: one is no CSV, outside data/manifests or lacks a needed column.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for name in manifests:
        around, columns, lines = opened(name)
        problems += _misspelt(columns, name)
        unlicensed = 0
        numbers = (number for number, cells in numbered(Path(name)) if cells)
        next(numbers)  # of the columns' names
        for line, cells in zip(numbers, lines, strict=True):
            texts = {column: cell.strip() for column, cell in cells.items()}
            if not any(texts.values()):  # spreadsheets leave such lines at the end
                continue
            place = f"{name}, line {line}"
            try:
                row = _row(texts, name, around, line, allow_unlicensed)
                # Some file systems take A and a for the same name.
                earlier = places.setdefault(row.id.lower(), place)
                if earlier != place:
                    raise SourceError(f"the id {row.id!r} is taken by {earlier}: every id names one source")
            except SourceError as error:
                problems.append(Problem(texts["id"] or place, "failed", f"{place}: {error}"))
            else:
                rows.append(row)
                unlicensed += not row.license
        if unlicensed:
            why = f"{unlicensed} of its rows have no licence and are used all the same (scrape.allow_unlicensed)"
            problems.append(Problem(name, "noted", why))
    return rows, problems + list(_alike(rows))


def opened(name: str) -> tuple[PurePosixPath, list[str], Iterator[tables.Row]]:
    """The `home` of a manifest, its columns, and its lines, which are read as they are asked for.

    Raises:
        ParamsError: it is missing.
        LimnerError: it is no CSV, outside data/manifests, lacks a needed column, or has one that limner writes.
    """
    around = home(name)
    if not Path(name).is_file():
        there = sorted(path.as_posix() for path in Path(name).parent.glob("*.csv"))
        raise ParamsError(f"manifests: {name} does not exist; {choices(name, there)}")
    columns, lines = tables.rows(Path(name), NEEDED)
    if clash := [column for column in columns if column in WRITTEN]:
        raise LimnerError(f"{name}: the columns {', '.join(clash)} are written by limner itself: rename them")
    return around, columns, lines


def _alike(rows: Iterable[Row]) -> Iterator[Problem]:
    """People whose names differ in the case of letters alone: one of them may have no reference photo, say."""
    spelt: dict[str, Row] = {}
    for row in rows:
        spelt.setdefault(row.person, row)
    known: dict[str, Row] = {}
    for row in spelt.values():
        other = known.setdefault(row.person.casefold(), row)
        if other is not row:
            place, there = (f"{one.manifest}, line {one.line}" for one in (row, other))
            why = f"{row.person!r} is another person to limner than {other.person!r} ({there})"
            yield Problem(row.id, "noted", f"{place}: {why}: if they are one, write both alike")


def numbered(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a CSV, blank ones too, and the number on which each begins as an editor counts: cells may have
    line breaks in them."""
    number = 1
    for cells in tables.lines_of(path):
        yield number, cells
        text = ",".join(cells)
        number += 1 + text.count("\n") + text.count("\r") - text.count("\r\n")


def address(url: str) -> str:
    """A url as urls are compared here: `HTTPS://` means `https://` (RFC 3986, 3.1), in each link of a chain."""
    return SCHEME.sub(lambda found: found[0].lower(), url)


def named(person: str) -> str:
    """A person's name as people are told apart: some systems write é as two characters."""
    return unicodedata.normalize("NFC", person.strip())


def meant(url: str, around: PurePosixPath) -> str:
    """A url of a manifest as its `Row` has it; `around` is the manifest's `home`."""
    return seen_from_here(address(url), around)


def _row(cells: dict[str, str], manifest: str, around: PurePosixPath, line: int, allow_unlicensed: bool) -> Row:
    """Check the cells of one row of a manifest.

    Raises:
        SourceError: lists all that is wrong with it.
    """
    surplus = cells.pop(tables.SURPLUS, "")
    row = Row(
        id=cells["id"],
        person=sys.intern(named(cells["person"])),  # one text for all the rows that share it
        url=meant(cells["url"], around),
        kind=cells.get("kind") or "photo",
        sha256=cells.get("sha256", "").lower(),
        every=int(found[1]) if (found := WHOLE.fullmatch(cells.get("every") or "1")) else 0,
        channels=cells.get("channels") or "rgb",
        sketch_url=meant(cells.get("sketch_url", ""), around),
        sketch_sha256=cells.get("sketch_sha256", "").lower(),
        style=(cells.get("style") or Path(manifest).stem) if cells.get("sketch_url") else "",
        split=cells.get("split", ""),
        license=sys.intern(cells.get("license", "")),
        author=sys.intern(cells.get("author", "")),
        credit=sys.intern(cells.get("credit", "")),
        reference=cells.get("reference", "").lower(),
        extra={name: cell for name, cell in cells.items() if name and name not in COLUMNS} or NOTHING,
        manifest=manifest,
        line=line,
    )
    faults = [f"the column {name} is empty" for name in NEEDED if not cells[name]]
    if surplus:
        faults.append(f"it goes on behind the last column with {surplus!r}: a text with commas needs quotes around it")
    if row.id and not PLAIN.fullmatch(row.id):
        rule = f"use up to {LONGEST} of A-Z a-z 0-9 - _, no - or _ first"
        faults.append(f"the id {row.id!r} cannot be a file name{_odd(row.id)}: {rule}")
    for name, value, allowed in (
        ("kind", row.kind, KINDS),
        ("channels", row.channels, CHANNELS),
        ("split", row.split, ("", *SPLITS)),
        ("reference", row.reference, ("", *SWITCH)),
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
    if row.reference == "yes" and row.kind != "photo":
        faults.append("a reference is a photo, not a video")
    if not row.license and not allow_unlicensed:
        faults.append("it has no licence: fill its column license, or set scrape.allow_unlicensed to true")
    if row.style and not PLAIN.fullmatch(row.style):
        faults.append(f"the style {row.style!r} cannot be a folder's name: use A-Z, a-z, 0-9, - and _")
    if faults:
        raise SourceError("; ".join(faults))
    return row


def _odd(id_: str) -> str:
    """Which character cannot be in an id, by its name: some look just like those that can."""
    odd = re.search(r"[^A-Za-z0-9_-]", id_)
    if odd is None:
        return ""
    name = unicodedata.name(odd[0], f"U+{ord(odd[0]):04X}")
    return f", for its {odd[0]!r} ({name})"


def _misspelt(columns: Iterable[str], name: str) -> list[Problem]:
    """Any column may be added, so a misspelt one would be passed on in silence."""
    found = []
    for column in columns:
        near = difflib.get_close_matches(column.lower(), COLUMNS, n=1, cutoff=0.75)
        if column not in COLUMNS and near:
            found.append(Problem(name, "noted", f"the column {column!r} means nothing to limner; is it {near[0]!r}?"))
    return found
