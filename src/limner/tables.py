"""CSV tables between the stages: text columns stay text ("001" is an id, not a number)."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from rich.console import Console
from rich.table import Table

from limner.errors import LimnerError, SourceError
from limner.files import whole


def read(path: Path, needs: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read a CSV with every column as text, missing cells as "".

    Raises:
        SourceError: the file is missing, no CSV, or lacks a column of `needs`.
    """
    if not path.is_file():
        raise SourceError(f"{path} does not exist")
    try:
        # index_col=False: else a comma at the end of every line would shift all cells by one column.
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} is not a readable CSV: {error}") from error
    lacking = [name for name in needs if name not in table.columns]
    if lacking:
        raise SourceError(f"{path} lacks the columns {', '.join(lacking)}; it has {', '.join(table.columns)}")
    return table


def write(path: Path, table: pd.DataFrame) -> None:
    """Write a CSV, whole or not at all; floats with six digits, so that equal runs give equal bytes."""
    with whole(path) as part:
        table.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")


@dataclass(frozen=True)
class Problem:
    """One thing a person should know about one input."""

    id: str
    """The row or picture it is about."""
    what: Literal["failed", "skipped", "noted"]
    """`failed`: should have worked; `skipped`: left out by a rule; `noted`: used all the same."""
    reason: str
    """A sentence: what was wrong, where, what is allowed."""


def write_problems(path: Path, problems: list[Problem], title: str) -> None:
    """Write the problems as CSV (id, what, reason) and print them as a table, if there are any."""
    rows = [asdict(problem) for problem in sorted(problems, key=lambda p: (p.what, p.id, p.reason))]
    write(path, pd.DataFrame(rows, columns=["id", "what", "reason"]))
    if not rows:
        return
    shown = Table(title=title, show_lines=False)
    for name in ("id", "what", "reason"):
        shown.add_column(name, overflow="fold")
    for row in rows[:50]:
        shown.add_row(row["id"], row["what"], row["reason"])
    console = Console(stderr=True)
    console.print(shown)
    if len(rows) > 50:
        console.print(f"and {len(rows) - 50} more in {path}")


def refuse_past(limit: int, problems: list[Problem], where: Path) -> None:
    """Raise when more than `limit` inputs failed.

    Raises:
        LimnerError: with the count, the limit and where to read the reasons.
    """
    failed = sum(problem.what == "failed" for problem in problems)
    if failed > limit:
        raise LimnerError(f"{failed} sources failed and at most {limit} may: the reasons are in {where}")
