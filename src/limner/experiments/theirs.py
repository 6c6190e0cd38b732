"""The outputs that the second report shows, beside what a model makes of the same drawings.

They are five pictures of 64x64 pixels, in data/manifests/sketchtoface_outputs.csv: of three students of the CUHK set
(f005, f006, f007) and of two faces of another population (test1, test2). `id` in that manifest is theirs, `person` the
id of the photo in sketchtoface.csv.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from limner import images, metrics, tables
from limner.errors import LimnerError, SourceError
from limner.evaluate.engine import to_tensor
from limner.fetch.downloads import Downloads, Wanted
from limner.metrics.views.case import Case, Setting
from limner.params import Scrape
from limner.scrape import manifests, pictures
from limner.tables import Problem

FOLDER = Path("data/theirs")
LEFT_OUT = "left_out.txt"
FIGURES = ("ssim_flat", "psnr", "l1")
"""What their pictures were measured by: SSIM of RGB through scikit-image's window, PSNR and L1."""
THEIRS, OURS = "theirs", "ours"


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
        for row, file in zip(
            rows, downloads.stream([Wanted((row.url,), row.sha256) for row in rows], len(rows)), strict=True
        ):
            try:
                if isinstance(file, SourceError):
                    raise file
                images.write(folder / f"{row.person}.png", pictures.read(file.path, row.channels).image)
            except SourceError as error:
                problems.append(Problem(row.id, "failed", str(error)))
    failed = [problem for problem in problems if problem.what == "failed"]
    if failed:
        told = "; ".join(f"{problem.id}: {problem.reason}" for problem in failed)
        (folder / LEFT_OUT).write_text(f"{len(failed)} of the outputs in {manifest} are left out: {told}\n", "utf-8")
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
    return beside(root / FOLDER, {id: made / f"{id}.png" for id in ids}, truths)


def beside(
    theirs: Path, ours: Mapping[str, Path], truths: Mapping[str, Path], names: Sequence[str] = FIGURES
) -> pd.DataFrame:
    """Their outputs and ours against the same photos, at the photos' own size.

    Of their three students `FIGURES` are .703, 18.8 dB and .074 of 1, of the two others .374, 8.5 dB and .31.

    Args:
        theirs: the folder that holds ID.png of each.
        ours: by id, what our model made; of any size, of the same frame.
        truths: by id, the photo.
        names: of metrics that look at pixels alone.

    Returns:
        Columns id, whose (`theirs` or `ours`) and one a figure, two rows a picture, in the order of `ours`.

    Raises:
        LimnerError: a picture is missing, or theirs is of another size than the photo.
    """
    chosen = metrics.load(names)
    rows = []
    for id, output in ours.items():
        truth, their = images.read(truths[id]), images.read(theirs / f"{id}.png")
        if their.shape != truth.shape:
            raise LimnerError(f"{theirs / id}.png has {their.shape[1]}x{their.shape[0]} pixels, unlike {truths[id]}")
        own = images.resize(images.read(output), truth.shape[1], truth.shape[0])
        case = Case(to_tensor([their, own]), to_tensor([truth]), Setting(Path("data/weights"), None))
        columns = [column for metric in chosen for column in metric(case).T.tolist()]
        rows += [(id, whose, *figures) for whose, *figures in zip((THEIRS, OURS), *columns, strict=True)]
    return pd.DataFrame(rows, columns=["id", "whose", *(figure.name for one in chosen for figure in one.figures)])
