"""All pictures of data/raw.csv to aligned faces, aligned drawings, their landmarks and a table."""

import shutil
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from limner import tables
from limner.align.batch import Job, align_pictures
from limner.align.memory import Aligned, Facts
from limner.blocks import Align
from limner.errors import LimnerError, ParamsError
from limner.files import whole
from limner.tables import Problem, Row

FACTS = ("eye_distance", "yaw", "roll", "faces_found", "outside")
FIRST = ("id", "person", "group", "time", "split", *FACTS)
ABOUT_RAW = ("file", "width", "height", "channels", "reference", "sketch_file")
"""Columns of raw.csv that tell something of the raw picture only; every other one is handed on."""


def align_all(
    raw: Sequence[Row],
    params: Align,
    model: Path,
    out: Path,
    workers: int = 0,
    columns: Sequence[str] | None = None,
) -> None:
    """Align every picture of `raw`, the lines of data/raw.csv, into the folder `out` (data, or that of a set).

    Writes faces/ID.png, sketches/artist/STYLE/ID.png, landmarks.npz (ID: (478, 3) float32, pixels of the
    aligned frame; whole pictures without a face have none), faces.csv and faces_problems.csv.

    Args:
        raw: the lines.
        params: of the frame.
        model: the landmarker's file.
        out: what it holds of faces is replaced.
        workers: processes; 0: every core.
        columns: of data/raw.csv, if there may be no line at all (all of a set's manifests are optional): the tables
            are then written without lines.

    Raises:
        LimnerError: no face remains, or the model file is missing.
        ParamsError: the eyes would lie outside the frame.
    """
    if not model.is_file():
        raise LimnerError(f"{model} does not exist: the scrape stage fetches it")
    if not all(0 <= place < params.size for place in params.eyes):
        raise ParamsError(f"align.eyes {params.eyes} is outside a face of {params.size} pixels (align.size)")
    faces_in, drawings_in = out / "faces", out / "sketches" / "artist"
    for folder in (faces_in, drawings_in):
        shutil.rmtree(folder, ignore_errors=True)  # what a former run left belongs to former inputs
        folder.mkdir(parents=True)

    references = _references(raw)
    photos = {
        row["id"]: Job(
            Path(row["file"]),
            faces_in / f"{row['id']}.png",
            gray=False,
            references=_compared_with(row, references),
            film=bool(row["time"]),
        )
        for row in raw
    }
    drawings = {
        row["id"]: Job(Path(row["sketch_file"]), drawings_in / _style(row) / f"{row['id']}.png", gray=True)
        for row in raw
        if row.get("sketch_file")
    }
    done = align_pictures([*photos.values(), *drawings.values()], params, model, workers)
    faces = {name: done[job.target] for name, job in photos.items()}
    drawn = {name: done[job.target] for name, job in drawings.items()}
    for name, job in drawings.items():
        if not faces[name].facts.usable:  # a drawing is of no use without its photo
            job.target.unlink(missing_ok=True)

    problems = [problem for name, value in faces.items() for problem in _problems(name, value.facts, "")]
    problems += [p for name, value in drawn.items() for p in _problems(name, value.facts, "its drawing: ")]
    tables.write_problems(out / "faces_problems.csv", problems, "align: pictures to know about")
    tables.write_rows(out / "faces.csv", _columns(columns or (raw[0] if raw else ())), _table(raw, faces, drawn))
    _write_landmarks(out / "landmarks.npz", faces)
    if not raw and columns is not None:
        print(f"{out}: no picture came, and none is missed (scrape.optional)", file=sys.stderr)
    elif not any(value.facts.usable for value in faces.values()):
        raise LimnerError(f"no usable face in {len(faces)} photos: see {out / 'faces_problems.csv'}")


def _references(raw: Sequence[Row]) -> dict[str, tuple[Path, ...]]:
    """By person, the photos that are said to show nobody else; frames of a film are none."""
    found: dict[str, tuple[Path, ...]] = {}
    for row in raw:
        if row.get("reference") == "yes" and not row["time"]:
            found[row["person"]] = (*found.get(row["person"], ()), Path(row["file"]))
    return found


def _compared_with(row: Row, references: dict[str, tuple[Path, ...]]) -> tuple[Path, ...]:
    """The references for one photo: none for a reference itself."""
    photos = references.get(row["person"], ())
    return () if Path(row["file"]) in photos else photos


def _style(row: Row) -> str:
    return row.get("style") or "artist"


def _problems(name: str, facts: Facts, prefix: str) -> Iterator[Problem]:
    if facts.left_out:
        yield Problem(name, facts.left_out, prefix + facts.reason)
    elif facts.reason:
        yield Problem(name, "noted", prefix + facts.reason)
    elif facts.faces_found > 1:
        used = "the largest" if facts.from_reference is None else "the one most like the reference photo"
        yield Problem(name, "noted", f"{prefix}{facts.faces_found} faces found, {used} is used")


def _columns(raw: Iterable[str]) -> list[str]:
    """Of faces.csv, for those of raw.csv."""
    rest = [name for name in raw if name not in (*FIRST, *ABOUT_RAW, "style")]
    return [*FIRST, "style", *rest]


def _table(raw: Sequence[Row], faces: dict[str, Aligned], drawn: dict[str, Aligned]) -> Iterator[dict[str, Any]]:
    """data/faces.csv: one line a face, in the order of raw.csv; `style` names the drawing there is of it."""
    for row in raw:
        facts = faces[row["id"]].facts
        drawing = drawn.get(row["id"])
        if facts.usable:
            style = _style(row) if drawing and drawing.facts.usable else ""
            yield {**row, **{name: getattr(facts, name) for name in FACTS}, "style": style}


def _write_landmarks(path: Path, faces: dict[str, Aligned]) -> None:
    """An .npz as `numpy.savez` writes it, which would refuse an id named `file`; equal faces, equal bytes."""
    with whole(path) as part, zipfile.ZipFile(part, "w") as archive:
        for name, value in faces.items():
            if value.points is not None:
                with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as stream:
                    np.lib.format.write_array(stream, value.points, allow_pickle=False)
