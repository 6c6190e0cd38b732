"""`limner compare`: which of two models is better in what, in the terminal."""

import math
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from limner import tables
from limner.compare import ALL, EVEN, compare, sources
from limner.errors import LimnerError

COLUMNS = ("suite", "figure", "a", "b", "a - b", "95% interval", "better", "n")


def compare_models(a: str, b: str, model: str | None, suite: str | None, styles: bool, out: Path | None) -> None:
    """Print, for each model that `a` and `b` name (see `sources.find`), which of the two is better in what.

    Raises:
        LimnerError: one of them cannot be found, they have no picture in common, or `out` cannot be a file.
    """
    if out:
        _refuse(out)
    (mine, unbuilt), (theirs, lacking) = sources.find(a, model), sources.find(b, model)
    for what, skipped in ((a, unbuilt), (b, lacking)):
        for name, why in skipped.items():
            print(f"{what}:{name}: skipped: {why}", file=sys.stderr)
    pairs = [(mine[name], theirs[name]) for name in mine if name in theirs]
    if len(mine) == 1 == len(theirs) and not (mine.keys() & lacking or theirs.keys() & unbuilt):
        pairs = list(zip(mine.values(), theirs.values(), strict=True))  # of any names, but not for want of a namesake
    if not pairs:
        raise LimnerError(f"{a} has the models {', '.join(mine)} and {b} has {', '.join(theirs)}: name one of each")
    found = []
    for one, other in pairs:
        if one.makes != other.makes:
            raise LimnerError(
                f"{one.name} makes a {one.makes} and {other.name} a {other.makes}: their figures do not compare"
            )
        told = compare(one.pictures, other.pictures, one.directions, one.drawn)
        if suite is not None and suite not in set(told["suite"]):
            raise LimnerError(f"the two share no suite {suite!r}; they share {', '.join(dict.fromkeys(told['suite']))}")
        told = told[(told["suite"] == suite) | (suite is None)]
        shown = told if styles else told[told["style"] == ALL]
        _show(shown, one.name, other.name, styles)
        found.append(told.assign(one=one.name, other=other.name))
    if out:
        tables.write(out, pd.concat(found, ignore_index=True))


def _refuse(out: Path) -> None:
    """Stop before any work if the table cannot be written."""
    if out.is_dir():
        raise LimnerError(f"{out} is a folder: name a file with --out, say {out / 'compared.csv'}")
    if blocking := next((place for place in out.parents if place.exists() and not place.is_dir()), None):
        raise LimnerError(f"{blocking} is a file, so {out} cannot lie in it: name another with --out")


def _show(told: pd.DataFrame, one: str, other: str, styles: bool) -> None:
    table = Table(
        title=f"a: {one}   b: {other}",
        caption="n pictures in pairs, over the drawn styles; even: zero lies in the 95% interval, so it may be noise"
        + ("; –: of one group of pictures there is no interval" if (told["verdict"] == "").any() else ""),
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for head in COLUMNS if not styles else (COLUMNS[0], "style", *COLUMNS[1:]):
        # Names are broken, not cut, where a terminal is narrow: figures of one metric differ in their ends.
        table.add_column(head, justify="right" if head in COLUMNS[2:6] else "left", overflow="fold")
    for row in told.to_dict("records"):
        where = [row["suite"], row["style"]] if styles else [row["suite"]]
        table.add_row(*where, *_cells(row))
    counts = told["verdict"].value_counts()
    Console().print(table)
    Console().print(
        f"a is better in {counts.get('a', 0)} figures, b in {counts.get('b', 0)}; {counts.get(EVEN, 0)} may be noise. "
        "Of twenty figures that differ by chance alone, one is called different."
    )


def _cells(row: dict[Any, Any]) -> list[str]:
    interval = f"{number(row['low'])}..{number(row['high'])}"
    better = {"a": "[bold]a[/bold]", "b": "[bold]b[/bold]", "": "–"}.get(row["verdict"], EVEN)
    return [row["figure"], *(number(row[key]) for key in ("a", "b", "difference")), interval, better, str(row["n"])]


def number(value: float) -> str:
    """For a table; a dash where nothing was measured."""
    return "–" if math.isnan(value) else f"{value:.3f}"
