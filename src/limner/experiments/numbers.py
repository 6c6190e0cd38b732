"""Tables of other figures than those of pictures: a function by its name in `TABLES`.

Each takes the results and `rows`, by label what it is asked about, and returns a table with these labels as its index
and a column a figure: numbers or words, nan where there is nothing to tell.
"""

from collections.abc import Callable, Mapping

import pandas as pd

from limner import tables
from limner.errors import LimnerError, ParamsError, choices
from limner.experiments.results import Results, places
from limner.experiments.showing import Numbers
from limner.report import words

ADAPTER, WEIGHTS = "adapter.safetensors", "weights.safetensors"
"""What of a model differs from the one it began with, if that is kept by itself; and all of it."""
MEGA = 1e6


def table(asked: Numbers, results: Results) -> pd.DataFrame:
    """The table that is asked for; rows of models that were left out are not in it.

    Raises:
        LimnerError: there is no such table, or what it needs is missing.
    """
    if asked.name not in TABLES:
        raise ParamsError(f"numbers: no table {asked.name!r}; {choices(asked.name, TABLES)}")
    return TABLES[asked.name](results, asked.rows)


def size(results: Results, model: str) -> tuple[float, str]:
    """MB (of 10^6 bytes) that a model takes beyond the one it began with, and what is kept.

    Raises:
        LimnerError: there is no such model, or it was not trained.
    """
    results.block(model)
    folder = results.root / "models" / model
    for name, what in ((ADAPTER, "what differs"), (WEIGHTS, "the whole network")):
        if (folder / name).is_file():
            return (folder / name).stat().st_size / MEGA, what
    raise LimnerError(f"{folder / WEIGHTS} does not exist: train the model {model} first (`dvc repro` does)")


def pairs(results: Results, model: str) -> dict[str, int]:
    """How many pairs a model learned, by style.

    Raises:
        SourceError: it was not trained.
    """
    _, lines = tables.rows(results.root / "runs" / model / "training/pairs.csv", ("style", "pairs"))
    return {line["style"]: int(line["pairs"]) for line in lines}


def _stored(results: Results, rows: Mapping[str, str]) -> pd.DataFrame:
    """By label a model: what a person costs to store."""
    kept = {label: size(results, model) for label, model in rows.items() if not results.left_out(model)}
    # A thousandth of one is the other: each has decimals of its own.
    there = {label: (words.figure(mega, places([mega])), what) for label, (mega, what) in kept.items()}
    columns = ["MB", "what is kept"]
    return pd.DataFrame.from_dict(there, orient="index", columns=columns)


def _pairs(results: Results, rows: Mapping[str, str]) -> pd.DataFrame:
    """By label a model: how many pairs it learned, and of which styles."""
    found: dict[str, tuple[str, str]] = {}
    for label, model in rows.items():
        results.block(model)
        if not results.left_out(model):
            counts = pairs(results, model)
            told = ", ".join(f"{style} {count:,}" for style, count in counts.items())
            found[label] = (f"{sum(counts.values()):,}", told)
    return pd.DataFrame.from_dict(found, orient="index", columns=["pairs", "by style"])


def _theirs(results: Results, rows: Mapping[str, str]) -> pd.DataFrame:
    """By label an entry: beside the second report's own outputs."""
    from limner.experiments import theirs  # loads torch

    return theirs.numbers(results.root, results, rows)


TABLES: Mapping[str, Callable[[Results, Mapping[str, str]], pd.DataFrame]] = {
    "stored": _stored,
    "pairs": _pairs,
    "theirs": _theirs,
}
