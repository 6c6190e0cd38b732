"""A manifest that is written to: rows are added and cells filled in, and every other line keeps its very text.

Where a column is added to it, all lines get the comma of their empty cell.
"""

import codecs
import csv
import hashlib
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from limner import tables
from limner.errors import SourceError
from limner.files import cache_dir, whole
from limner.scrape.manifests import NEEDED, numbered

COLUMNS = ("id", "person", "kind", "url", "sha256", "every", "split", "license", "author", "credit", "reference")
"""Of a new manifest."""
BREAKS = "\r\n"


@dataclass
class _Line:
    """One line of the CSV, which goes over several of the file's where its cells do."""

    cells: list[str]
    number: int = 0
    """In the file, as an editor counts."""
    text: str = ""
    """As it stands there; empty where it is to be written anew."""


class Sheet:
    """The cells of a CSV. Its order, its columns, its byte order mark, its line ends and its permissions are kept.

    Raises:
        SourceError: the file is no CSV, or lacks a column that every manifest has.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.columns: list[str] = list(COLUMNS)
        self.changed = False
        self._mark = False
        self._lines = [_Line(self.columns)]
        if path.is_file():
            self.columns, _ = tables.rows(path, NEEDED)
            with path.open("rb") as stream:
                self._mark = stream.read(3) == codecs.BOM_UTF8
            self._lines = list(_lines(path))
            self._lines[0].cells = self.columns
        self._rows = [line for line in self._lines[1:] if line.cells]
        self._ending = "\r\n" if self._lines[0].text.endswith("\r\n") else "\n"
        self._grown = False

    def cells(self, column: str) -> list[str]:
        """Of one column, stripped, row by row; empty ones where the table has no such column."""
        return [self.cell(row, column) for row in range(len(self._rows))]

    def cell(self, row: int, column: str) -> str:
        """One of those of `cells`."""
        at, line = self.columns.index(column) if column in self.columns else -1, self._rows[row]
        return line.cells[at].strip() if 0 <= at < len(line.cells) else ""

    def grow(self, columns: Iterable[str]) -> None:
        """Make sure that there are these columns.

        Raises:
            SourceError: one has to be added, and would take in what stands behind the last cell of some line.
        """
        for column in columns:
            if column not in self.columns:
                self._refuse_surplus(column)
                self.columns.append(column)
                self._lines[0].text = ""
                self._grown = self.changed = True

    def fill(self, row: int, column: str, text: str) -> None:
        """Write one cell, of a row as `cells` counts them.

        Raises:
            SourceError: as `grow` has it of columns.
        """
        self.grow([column])
        at, line = self.columns.index(column), self._rows[row]
        line.cells += [""] * (at + 1 - len(line.cells))
        if line.cells[at] != text:
            line.cells[at], line.text = text, ""
            self.changed = True

    def append(self, row: Mapping[str, str]) -> int:
        """Add a row below the others; which one it is.

        Raises:
            SourceError: as `fill` has it.
        """
        line = _Line([])
        self._lines.append(line)
        self._rows.append(line)
        for column, text in row.items():
            if text:
                self.fill(len(self._rows) - 1, column, text)
        return len(self._rows) - 1

    def write(self) -> None:
        """Put it where it came from, whole or not at all.

        Raises:
            SourceError: the file is write-protected.
        """
        self.refuse_protected()
        texts = [self._text(line) for line in self._lines]
        ends = [*("" if text.endswith(tuple(BREAKS)) else self._ending for text in texts[:-1]), ""]
        encoding = "utf-8-sig" if self._mark else "utf-8"
        there = self.path.resolve()  # a link stays one, and what it leads to is written
        how = {"mode": stat.S_IMODE(there.stat().st_mode)} if there.exists() else {}
        with whole(there, **how) as part, part.open("w", encoding=encoding, newline="") as stream:
            stream.writelines(text + end for text, end in zip(texts, ends, strict=True))

    def refuse_protected(self) -> None:
        """Tell before all the work what `write` would tell after it.

        Raises:
            SourceError: the file is write-protected.
        """
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise SourceError(f"{self.path} is write-protected: give yourself the right to write to it, or copy it")

    def _refuse_surplus(self, column: str) -> None:
        for line in self._lines:
            if surplus := ", ".join(filter(str.strip, line.cells[len(self.columns) :])):
                raise SourceError(
                    f"{self.path}, line {line.number}: it goes on behind the last column with {surplus!r}, which a new "
                    f"column, {column}, would take in: a text with commas needs quotes around it"
                )

    def _text(self, line: _Line) -> str:
        lacking = len(self.columns) - len(line.cells)
        if not line.text:
            return self._written([*line.cells, *[""] * lacking])
        bare = line.text.rstrip(BREAKS)
        return bare + "," * (lacking if self._grown and line.cells else 0) + line.text[len(bare) :]

    def _written(self, cells: Iterable[str]) -> str:
        stream = io.StringIO(newline="")
        # Python puts no quotes around a cell for the sake of a lone \r, and would find two lines there.
        csv.writer(stream, lineterminator=self._ending).writerow(re.sub(r"\r(?!\n)", " ", cell) for cell in cells)
        return stream.getvalue()


@contextmanager
def editing(path: Path) -> Iterator[Sheet]:
    """A manifest as it is now, which is written in the end if it was changed.

    Another process that would do so waits: what is written comes of what it has just read.

    Raises:
        SourceError: as `Sheet` and its `write` have it.
    """
    place = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
    with FileLock(cache_dir("manifests") / f"{place}.lock"):
        sheet = Sheet(path)
        yield sheet
        if sheet.changed:
            sheet.write()


def _lines(path: Path) -> Iterator[_Line]:
    known = list(numbered(path))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        texts = list(stream)
    ends = [*(number for number, _ in known[1:]), len(texts) + 1]
    for (number, cells), end in zip(known, ends, strict=True):
        yield _Line(cells, number, "".join(texts[number - 1 : end - 1]))
