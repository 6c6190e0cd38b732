"""Figures over the course of a training: the same few test pictures, as the model painted them epoch by epoch."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from limner import images, metrics
from limner.errors import LimnerError, ParamsError
from limner.evaluate.engine import Task, measure
from limner.metrics.views.case import Setting

KEYS = ("epoch", "style", "id")
TRUTH = "truth"


def course(
    training: Path,
    names: Sequence[str],
    setting: Setting,
    learns: Literal["sketch", "photo"] = "photo",
    workers: int = 0,
) -> pd.DataFrame:
    """Measure each of a training's snapshots against its truth.

    Args:
        training: a training's folder, runs/MODEL/training: snapshots/EPOCH/STYLE~ID.png and snapshots/truth.
        names: of the metrics; such as look at a picture by itself.
        setting: what the metrics share.
        learns: what the model makes.
        workers: processes; 0: every core.

    Returns:
        Columns epoch, style, id, and one a figure; in the order of the epochs, then of the pictures' names.

    Raises:
        LimnerError: there are no snapshots, one of them is missing, or a model file is.
        ParamsError: there is no such metric, or it looks at many pictures together.
    """
    chosen = metrics.load(names, learns)
    if together := [metric.name for metric in chosen if metric.over != "picture"]:
        raise ParamsError(f"{', '.join(together)}: a snapshot is one picture, and this looks at many together")
    folder = training / "snapshots"
    truths = sorted((folder / TRUTH).glob("*~*.png"))
    epochs = sorted(int(one.name) for one in folder.glob("*") if one.name.isdecimal())
    if not truths or not epochs:
        raise LimnerError(f"{folder} holds no snapshots: the training leaves them there (train.snapshots)")

    def tasks() -> Iterator[Task]:
        for truth in truths:
            made = tuple(images.read(folder / f"{epoch:06d}" / truth.name) for epoch in epochs)
            yield Task(images.read(truth), made, tuple(names))

    rows = []
    for truth, measured in zip(truths, measure(tasks(), len(truths), learns, setting, workers), strict=True):
        style, _, id = truth.stem.partition("~")
        rows += [(epoch, style, id, *row) for epoch, row in zip(epochs, measured.figures.tolist(), strict=True)]
    figures = [figure.name for metric in chosen for figure in metric.figures]
    return pd.DataFrame(rows, columns=[*KEYS, *figures]).sort_values(list(KEYS), ignore_index=True)
