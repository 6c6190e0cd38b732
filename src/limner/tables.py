"""CSV tables between the stages: text columns stay text ("001" is an id, not a number).

A table is read as rows, one dict of texts each, or as a DataFrame where one is computed with. Only the latter
loads pandas, which takes as long to import as aligning thirty photos, and ten times a row's own memory.
"""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from limner.errors import LimnerError, SourceError, told
from limner.files import whole

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, str]
"""One line of a table, by column."""
SURPLUS = "\0surplus"
"""The column of what stands behind the last column of a line: a comma that wanted quotes, mostly."""

csv.field_size_limit(2**31 - 1)  # Python writes cells of any length, and would read none over 131,072 characters


def rows(path: Path, needs: Sequence[str] = ()) -> tuple[list[str], Iterator[Row]]:
    """The columns of a CSV, and its lines one by one: every cell as text, missing cells as "".

    Raises:
        SourceError: at once if the file is missing, no CSV, or lacks a column of `needs`; while its lines
            are read if one of them is damaged.
    """
    lines = lines_of(path)
    columns = next(lines, None) or []
    if twice := [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]:
        raise SourceError(f"{path} has more than one column {', '.join(twice)}")
    lacking = [name for name in needs if name not in columns]
    if lacking:
        told = f"{path} lacks the columns {', '.join(lacking)}; it has {', '.join(columns) or 'none'}"
        raise SourceError(f"{told}: save it as CSV with commas" if any(";" in name for name in columns) else told)
    return columns, (_row(columns, cells) for cells in lines if cells)


def read(path: Path, needs: Sequence[str] = ()) -> "pd.DataFrame":
    """Read a CSV with every column as text, missing cells as "".

    Raises:
        SourceError: the file is missing, no CSV, or lacks a column of `needs`.
    """
    import pandas as pd

    columns, lines = rows(path, needs)
    return pd.DataFrame(list(lines), columns=columns, dtype="str")


def lines_of(path: Path) -> Iterator[list[str]]:
    """The cells of each line, the first of which names the columns."""
    if not path.is_file():
        raise SourceError(f"{path} does not exist")
    begins = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for cells in (reader := csv.reader(stream, strict=True)):
                begins = reader.line_num + 1  # a quote that is never closed is noticed at the end of the file
                yield cells
    except csv.Error as error:
        raise SourceError(f"{path} is not a readable CSV from line {begins} on: {error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not in UTF-8 on line {_undecoded(path)}: save it as CSV in UTF-8") from error


def _undecoded(path: Path) -> int:
    """The first line that is not in UTF-8; a stream decodes many at a time, and tells of their bytes together."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1


def _row(columns: Sequence[str], cells: Sequence[str]) -> Row:
    """Cells by column; a short line is filled up, and what stands behind the last column comes as `SURPLUS`."""
    row = dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=False))
    if surplus := ", ".join(filter(str.strip, cells[len(columns) :])):
        row[SURPLUS] = surplus
    return row


def write_rows(path: Path, columns: Sequence[str], lines: Iterable[Mapping[str, Any]]) -> None:
    """Write a CSV, whole or not at all; floats with six digits, so that equal runs give equal bytes."""
    with whole(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_text(line[name]) for name in columns] for line in lines)


def write(path: Path, table: "pd.DataFrame") -> None:
    """Write a DataFrame as `write_rows` does."""
    columns = [str(name) for name in table.columns]
    write_rows(path, columns, (dict(zip(columns, cells, strict=True)) for cells in table.itertuples(index=False)))


def _text(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if math.isnan(cell) else f"{cell:.6g}"
    return "" if cell is None else str(cell)


@dataclass(frozen=True)
class Problem:
    """One thing a person should know about one input. Servers have a say in it: it is kept as `told` leaves it."""

    id: str
    """The row or picture it is about."""
    what: Literal["failed", "skipped", "noted", "left out"]
    """`failed`: should have worked; `skipped`: left out by a rule; `noted`: used all the same; `left out`: an optional
    manifest as a whole."""
    reason: str
    """A sentence: what was wrong, where, what is allowed."""

    def __post_init__(self) -> None:
        for name in ("id", "reason"):
            object.__setattr__(self, name, told(getattr(self, name)))


def write_problems(path: Path, problems: list[Problem], title: str) -> None:
    """Write the problems as CSV (id, what, reason) and print them as a table, if there are any."""
    columns = ("id", "what", "reason")
    lines = [asdict(problem) for problem in sorted(problems, key=lambda p: (p.what, p.id, p.reason))]
    write_rows(path, columns, lines)
    if lines:
        _show(lines, columns, title, path)


def _show(lines: list[Row], columns: Sequence[str], title: str, path: Path) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(title=title, show_lines=False)
    for name in columns:
        shown.add_column(name, overflow="fold")
    for line in lines[:50]:
        shown.add_row(*(Text(line[name]) for name in columns))  # whose brackets are no markup
    console = Console(stderr=True)
    console.print(shown)
    if len(lines) > 50:
        console.print(f"and {len(lines) - 50} more in {path}")


def refuse_past(limit: int, problems: list[Problem], where: Path) -> None:
    """Raise when more than `limit` inputs failed, of which each may have had several problems.

    Raises:
        LimnerError: with the count, the limit and where to read the reasons.
    """
    failed = len({problem.id for problem in problems if problem.what == "failed"})
    if failed > limit:
        raise LimnerError(f"{failed} sources failed and at most {limit} may: the reasons are in {where}")
