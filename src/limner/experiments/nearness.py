"""Whether what a model painted is nearer to a picture that it learned from than to its own truth, as figures."""

from pathlib import Path

import pandas as pd

from limner import tables
from limner.errors import ParamsError
from limner.experiments.entry import Entry
from limner.report.evaluation import SAMPLE
from limner.report.results import MODEL, Figure

DISTANCES = ("distance", "to_truth")
FIGURES = {
    name: Figure(name, "closest", label, f"{label}: {meaning}", higher, bounds)
    for name, label, meaning, higher, bounds in (
        (
            "memorised",
            "Memorised",
            "share of the outputs that are nearer to a picture that was learned from than to their own truth",
            False,
            (0.0, 1.0),
        ),
        (
            "nearer_true",
            "Nearer to the truth",
            "how much nearer an output is to its own truth than to the nearest picture that was learned from, as root "
            "mean square differences of 32 x 32 gray pixels, of 1",
            True,
            (-1.0, 1.0),
        ),
    )
}


def check(entry: Entry) -> None:
    """Refuse floors, which learned nothing.

    Raises:
        ParamsError: the entry is one.
    """
    if entry.method != MODEL:
        raise ParamsError(f"{entry}: nearness to what was learned is of what a model has made")


def read(folder: Path) -> pd.DataFrame:
    """Of an evaluation's folder: the columns `SAMPLE` and `FIGURES`, one row an output of the first training; nan where
    nothing of the kind was learned.

    Raises:
        SourceError: the table is missing, unreadable or lacks a column.
    """
    table = tables.read(folder / "closest.csv", (*SAMPLE, *DISTANCES))
    learned, truth = (pd.to_numeric(table[name], errors="coerce") for name in DISTANCES)
    known = learned.notna() & truth.notna()
    return table[list(SAMPLE)].assign(
        memorised=(learned < truth).astype(float).where(known), nearer_true=learned - truth
    )
