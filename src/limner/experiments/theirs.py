"""The outputs that the second report shows, beside what a model makes of the same drawings.

They are five pictures of 64x64 pixels, in data/manifests/sketchtoface_outputs.csv: of three students of the CUHK set
(f005, f006, f007) and of two faces of another population (test1, test2). `id` in that manifest is theirs, `person` the
id of the photo in sketchtoface.csv.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pandas as pd

from limner import images, tables
from limner.blocks import Scrape
from limner.errors import LimnerError, ParamsError, SourceError
from limner.fetch.downloads import Downloads, Wanted
from limner.scrape import manifests, pictures
from limner.tables import Problem

FOLDER = Path("data/theirs")
LEFT_OUT = "left_out.txt"
FIGURES = ("lpips", "ssim_flat", "psnr", "l1", "sharpness")
"""What their pictures are measured by. SSIM of RGB, through scikit-image's window, PSNR and L1 have been told of them
before; these forgive blur, which LPIPS does not."""
DETAIL = "detail"
"""A further column: see `limner.experiments.detail`."""
COLUMNS = {
    "lpips": "LPIPS",
    "ssim_flat": "SSIM RGB",
    "psnr": "PSNR, dB",
    "l1": "L1, of 1",
    "sharpness": "Sharpness, octaves off",
    DETAIL: "Detail, of the truth's",
}
"""Heads of a table."""
THEIRS, OURS = "theirs", "ours"
STUDENTS = ("f005", "f006", "f007")
"""The pictures of the population that their model learned."""
PARTS = {"three students": True, "two others": False}
"""Of the five pictures, by whether they show `STUDENTS`."""
REPORTED = "the report's own outputs"
"""A row of a table."""


class Models(Protocol):
    """What is known of a project's models."""

    def left_out(self, model: str) -> str:
        """Why a model was not made; nothing if it was."""


def fetch(manifest: str, options: Scrape, folder: Path = FOLDER) -> list[Problem]:
    """Fetch the outputs that a manifest names into `folder`, emptied first, as PERSON.png, 8 bits, RGB.

    What cannot be had fails nothing: it is a problem, and a sentence in `LEFT_OUT`.

    Raises:
        LimnerError: the manifest is missing or lacks a column.
    """
    rows, problems = manifests.read_all([manifest], options.allow_unlicensed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with Downloads(options) as downloads:
        fetched = downloads.stream([Wanted((row.url,), row.sha256) for row in rows], len(rows))
        for row, file in zip(rows, fetched, strict=True):
            try:
                if isinstance(file, SourceError):
                    raise file
                images.write(folder / f"{row.person}.png", pictures.read(file.path, row.channels).image)
            except SourceError as error:
                problems.append(Problem(row.id, "failed", str(error)))
    failed = [problem for problem in problems if problem.what == "failed"]
    if failed:
        told = f"{len(failed)} of the outputs in {manifest} are left out: {', '.join(one.id for one in failed)}. "
        (folder / LEFT_OUT).write_text(f"{told}The first: {failed[0].reason}\n", encoding="utf-8")
    return problems


def compare(model: str, suite: str, style: str, seed: int = 0, root: Path = Path()) -> pd.DataFrame:
    """`beside` of one model of the project at `root`, trained from `seed`, on those of their pictures that came.

    Truths are the photos of data/raw, which nothing was done to: the model's faces must show them whole
    (`align.place: whole`).

    Raises:
        LimnerError: none of theirs came, or the model's output or the photo of one of them is missing.
    """
    ids = sorted(file.stem for file in (root / FOLDER).glob("*.png"))
    if not ids:
        left_out = root / FOLDER / LEFT_OUT
        why = left_out.read_text("utf-8").strip() if left_out.is_file() else f"{root / FOLDER} holds no pictures"
        raise LimnerError(f"there are no outputs of theirs to compare with: {why}")
    raw = tables.read(root / "data/raw.csv", needs=("id", "file"))
    photos = dict(zip(raw["id"], raw["file"], strict=True))
    if lacking := [id for id in ids if id not in photos]:
        raise LimnerError(f"data/raw.csv lacks the photos {', '.join(lacking)}: add the manifest that names them")
    made = root / "runs" / model / "suites" / str(seed) / suite / style
    truths = {id: root / photos[id] for id in ids}
    outputs = {id: made / f"{id}.png" for id in ids}
    return beside(root / FOLDER, outputs, truths, weights=root / "data/weights")


def beside(
    theirs: Path,
    ours: Mapping[str, Path],
    truths: Mapping[str, Path],
    names: Sequence[str] = FIGURES,
    weights: Path = Path("data/weights"),
) -> pd.DataFrame:
    """Their outputs and ours against the same photos, at the photos' own size.

    Of their three students LPIPS, SSIM, PSNR and L1 are .114, .703, 18.8 dB and .074 of 1, of the two others .288,
    .374, 8.5 dB and .31.

    Args:
        theirs: the folder that holds ID.png of each.
        ours: by id, what our model made; of any size, of the same frame.
        truths: by id, the photo.
        names: of metrics that need not know where eyes are.
        weights: the folder of model files.

    Returns:
        Columns id, whose (`theirs` or `ours`), one a figure, and `DETAIL`, two rows a picture, in the order of `ours`.

    Raises:
        LimnerError: a picture is missing, or theirs is of another size than the photo.
    """
    from limner import metrics  # loads torch, which takes seconds, and which `fetch` can do without
    from limner.evaluate.engine import to_tensor
    from limner.experiments.detail import detail
    from limner.metrics.views.case import Case, Setting

    chosen = metrics.load(names)
    rows = []
    for id, output in ours.items():
        truth, their = images.read(truths[id]), images.read(theirs / f"{id}.png")
        if their.shape != truth.shape:
            raise LimnerError(f"{theirs / id}.png has {their.shape[1]}x{their.shape[0]} pixels, unlike {truths[id]}")
        own = images.resize(images.read(output), truth.shape[1], truth.shape[0])
        case = Case(to_tensor([their, own]), to_tensor([truth]), Setting(weights, None))
        columns = [column for metric in chosen for column in metric(case).T.tolist()]
        columns.append([detail(one, truth) for one in (their, own)])
        rows += [(id, whose, *figures) for whose, *figures in zip((THEIRS, OURS), *columns, strict=True)]
    figures = [figure.name for one in chosen for figure in one.figures]
    return pd.DataFrame(rows, columns=["id", "whose", *figures, DETAIL])


def numbers(root: Path, models: Models, rows: Mapping[str, str]) -> pd.DataFrame:
    """The report's outputs, and below them our models' of the same drawings, as means over the three students and over
    the two others.

    Args:
        root: of the project.
        models: of the project; those that were left out are not in the table.
        rows: by label, MODEL/SUITE/STYLE. Of a model that was trained from several seeds the mean over these is told.

    Returns:
        By part and label, the report's own first (`REPORTED`): a column a figure. No rows at all if none of the
        report's outputs came.

    Raises:
        LimnerError: an entry is none, or an output is missing.
    """
    made = {label: _entry(text) for label, text in rows.items()}
    there = any((root / FOLDER).glob("*.png"))
    compared: dict[str, pd.DataFrame] = {}
    for label, (model, suite, style) in made.items():
        if there and not models.left_out(model):
            seeds = [int(one.name) for one in (root / "runs" / model / "suites").glob("*") if one.name.isdecimal()]
            table = pd.concat([compare(model, suite, style, seed, root) for seed in sorted(seeds) or [0]])
            compared.setdefault(REPORTED, table[table["whose"] == THEIRS])
            compared[label] = table[table["whose"] == OURS]
    means = {
        f"{part}: {label}": table[table["id"].isin(STUDENTS) == students][list(COLUMNS)].mean().to_dict()
        for part, students in PARTS.items()
        for label, table in compared.items()
    }
    return pd.DataFrame.from_dict(means, orient="index", columns=list(COLUMNS)).rename(columns=COLUMNS)


def _entry(text: str) -> tuple[str, str, str]:
    """Model, suite and style.

    Raises:
        ParamsError: the text does not name all three.
    """
    parts = text.split("/")
    if len(parts) != 3 or not all(parts):
        raise ParamsError(f"theirs: {text!r} names no outputs of a model: write MODEL/SUITE/STYLE")
    model, suite, style = parts
    return model, suite, style
