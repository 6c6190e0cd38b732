"""A manifest that is written to: rows are added, cells filled in, and all else stays as it was."""

import codecs
import csv
from collections.abc import Mapping
from pathlib import Path

from limner import tables
from limner.files import whole
from limner.scrape.manifests import NEEDED

COLUMNS = ("id", "person", "kind", "url", "sha256", "every", "split", "license", "author", "credit", "reference")
"""Of a new manifest."""


class Sheet:
    """The cells of a CSV. Its order, its columns, its byte order mark and its line ends are kept.

    Raises:
        SourceError: the file is no CSV, or lacks a column that every manifest has.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[str] = list(COLUMNS)
        self._lines: list[list[str]] = []
        self._start = b""
        if path.is_file():
            self.columns, _ = tables.rows(path, NEEDED)
            # As `tables.rows` counts them: without the empty ones.
            self._lines = [cells for cells in tables.lines_of(path) if cells][1:]
            with path.open("rb") as stream:
                self._start = stream.readline()

    def cells(self, column: str) -> list[str]:
        """Of one column, stripped, from line 2 on; nothing where the table has no such column."""
        if column not in self.columns:
            return []
        at = self.columns.index(column)
        return [line[at].strip() if len(line) > at else "" for line in self._lines]

    def fill(self, line: int, column: str, text: str) -> None:
        """Write one cell of a row, by `Row.line`."""
        if column not in self.columns:
            self.columns.append(column)
        at, cells = self.columns.index(column), self._lines[line - 2]
        cells += [""] * (at + 1 - len(cells))
        cells[at] = text

    def append(self, row: Mapping[str, str]) -> int:
        """Add a row below the others; which line it is."""
        self._lines.append([])
        for column, text in row.items():
            if text:
                self.fill(len(self._lines) + 1, column, text)
        return len(self._lines) + 1

    def write(self) -> None:
        """Put it where it came from, whole or not at all."""
        mark = "utf-8-sig" if self._start.startswith(codecs.BOM_UTF8) else "utf-8"
        ending = "\r\n" if self._start.endswith(b"\r\n") else "\n"
        with whole(self.path) as part, part.open("w", encoding=mark, newline="") as stream:
            writer = csv.writer(stream, lineterminator=ending)
            writer.writerow(self.columns)
            writer.writerows([*cells, *[""] * (len(self.columns) - len(cells))] for cells in self._lines)
