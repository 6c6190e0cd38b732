"""What a question shows, as records for the templates: figures, charts and chosen pictures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from limner.choose import few
from limner.errors import ParamsError, choices
from limner.experiments import kinship, numbers
from limner.experiments.courses import Courses
from limner.experiments.entry import Entry
from limner.experiments.records import Chart, Grid, Heat, Row, Sheet, Shown, Square, Words
from limner.experiments.results import Results, counted, mean, places
from limner.experiments.showing import (
    PAIRS,
    STORED,
    Course,
    Curve,
    Kin,
    Matrix,
    Numbers,
    Pictures,
    Show,
    Table,
)
from limner.experiments.theirs import FOLDER, LEFT_OUT, THEIRS
from limner.report import charts, heat, words
from limner.report.pictures import Gallery
from limner.report.results import Cell, Figure

PICTURED = ("truth", "input", "copy", THEIRS)
"""What a column of pictures may be of besides what the model made, by its label or its entry's method."""


class Shows:
    """Lays out what questions show.

    Args:
        results: of the project.
        gallery: which takes the pictures.
    """

    def __init__(self, results: Results, gallery: Gallery) -> None:
        self.results, self.gallery = results, gallery
        self.courses = Courses(results, gallery)
        self.figures: dict[str, Figure] = {}
        """All that were shown, for the page's list of words."""

    def show(self, asked: Show) -> Shown:
        """What the templates need of it.

        Raises:
            LimnerError: it names what there is not, or a picture is missing.
        """
        how: Mapping[type, Callable[[Any], Shown]] = {
            Table: self._table,
            Matrix: self._matrix,
            Curve: self._curve,
            Course: self._course,
            Pictures: self._pictures,
            Kin: self._kin,
            Numbers: self._numbers,
        }
        return how[type(asked)](asked)

    def _table(self, asked: Table) -> Grid:
        entries = {label: Entry.parse(text) for label, text in asked.rows.items()}
        rows = [self._row(label, entry, asked.figures) for label, entry in entries.items()]
        return self._grid(asked, self._known(entries, asked.figures), rows)

    def _row(self, label: str, entry: Entry, figures: tuple[str, ...]) -> Row:
        self.results.check(entry, figures)
        if why := self.results.lacks(entry):
            return Row(label, left_out=why)
        cells = tuple(self.results.cell(entry, figure) for figure in figures)
        return Row(label, cells, self.results.counts(entry, figures))

    def _grid(self, asked: Table | Kin, figures: tuple[Figure, ...], rows: list[Row]) -> Grid:
        columns = [[row.cells[at].value for row in rows if row.cells] for at in range(len(figures))]
        return Grid(asked.kind, asked.caption, figures, tuple(map(places, columns)), tuple(rows))

    def _known(self, entries: Mapping[str, Entry], wanted: tuple[str, ...]) -> tuple[Figure, ...]:
        """What these figures are, as the first says that was not left out; the page explains those that it shows."""
        there = [entry for entry in entries.values() if not self.results.lacks(entry)]
        first = next(iter([*there, *entries.values()]))
        found = {name: self.results.figure(first, name) for name in wanted}
        if there:
            self.figures |= found
        return tuple(found.values())

    def _matrix(self, asked: Matrix) -> Heat:
        entries = {label: Entry.parse(text) for label, text in asked.rows.items()}
        for entry in entries.values():
            self.results.check(entry, [asked.figure])
        there = {style for entry in entries.values() for style in self._suite(entry)}
        for style in asked.columns:
            if style not in there:
                raise ParamsError(
                    f"matrix: none of its suites has the style {style!r}; {choices(style, sorted(there))}"
                )
        (figure,) = self._known(entries, (asked.figure,))
        cells = {label: self._cells(entry, asked) for label, entry in entries.items()}
        values = [cell.value for row in cells.values() for cell in row]
        levels = iter(heat.levels(values, figure.higher))
        rows = []
        for label, row in cells.items():
            block = self.results.block(entries[label].model)
            squares = [
                Square(cell, next(levels), style in block.train.styles)
                for style, cell in zip(asked.columns, row, strict=False)
            ]
            rows.append((label, tuple(squares), self.results.lacks(entries[label])))
        return Heat(asked.kind, asked.caption, figure, places(values), asked.columns, tuple(rows))

    def _suite(self, entry: Entry) -> tuple[str, ...]:
        return self.results.block(entry.model).suites[entry.suite].styles

    def _cells(self, entry: Entry, asked: Matrix) -> list[Cell]:
        if self.results.lacks(entry):
            return []
        own = [Entry(entry.model, entry.suite, style, entry.method) for style in asked.columns]
        return [self.results.cell(one, asked.figure) for one in own]

    def _curve(self, asked: Curve) -> Chart:
        lines = {
            label: [(x, Entry.parse(text)) for x, text in points if not self._lacks(text, asked.figure)]
            for label, points in asked.lines.items()
        }
        lacking = {
            f"{label}, {text}": self.results.lacks(Entry.parse(text))
            for label, points in asked.lines.items()
            for _, text in points
            if self._lacks(text, asked.figure)
        }
        every = {text: Entry.parse(text) for points in asked.lines.values() for _, text in points}
        (figure,) = self._known(every, (asked.figure,))
        drawn = {label: self._points(points, asked.figure) for label, points in lines.items() if points}
        series = tuple(charts.Series(label, points) for label, points in drawn.items())
        return self._chart(asked, figure, asked.x, series, lacking, asked.log)

    def _lacks(self, text: str, figure: str) -> bool:
        entry = Entry.parse(text)
        self.results.check(entry, [figure])
        return bool(self.results.lacks(entry))

    def _points(self, points: list[tuple[Any, Entry]], figure: str) -> tuple[tuple[float, float, float, float], ...]:
        found = []
        for x, entry in points:
            cell = self.results.cell(entry, figure)
            found.append((self._place(x, entry.model), cell.value, cell.low, cell.high))
        return tuple(sorted(found))

    def _place(self, x: Any, model: str) -> float:
        if x == STORED:
            return numbers.size(self.results, model)[0]
        return float(sum(numbers.pairs(self.results, model).values()) if x == PAIRS else x)

    def _chart(
        self,
        asked: Curve | Course,
        figure: Figure,
        x: str,
        series: tuple[charts.Series, ...],
        lacking: Mapping[str, str],
        log: bool = False,
        **more: Any,
    ) -> Chart:
        said = "; ".join(
            f"{one.label}: {one.points[0][1]:.3g} to {one.points[-1][1]:.3g}" for one in series if one.points
        )
        drawn = charts.curves(series, f"{figure.label} over {x}. {said}", x, log)
        digits = places(point[1] for one in series for point in one.points)
        return Chart(asked.kind, asked.caption, figure, x, drawn, digits, series, tuple(lacking.items()), **more)

    def _course(self, asked: Course) -> Chart:
        lines = {label: self.courses.parse(text) for label, text in asked.lines.items()}
        lacking = {label: why for label, (model, _) in lines.items() if (why := self.results.left_out(model))}
        there = {label: line for label, line in lines.items() if label not in lacking}
        figure = self.results.trainings.figure(asked.figure)
        self.figures[figure.name] = figure
        series = tuple(
            charts.Series(label, self.courses.points(model, style, asked.figure))
            for label, (model, style) in there.items()
        )
        strips = [self.courses.strip(label, model, style) for label, (model, style) in there.items()]
        wander = tuple(self.courses.wander(model, style, asked.figure) for model, style in there.values())
        shown = tuple(strips) if asked.pictures else ()
        return self._chart(asked, figure, "pairs shown", series, lacking, wander=wander, strips=shown)

    def _pictures(self, asked: Pictures) -> Sheet:
        columns: dict[str, dict[str, Path]] = {}
        lacking = {}
        for label, text in asked.columns.items():
            entry = Entry.parse(text)
            what = _what(label, entry)
            entry = Entry(entry.model, entry.suite, entry.style or asked.style)
            self.results.check(entry, [])
            if why := self.results.lacks(entry):
                lacking[label] = why
            elif what == THEIRS:
                folder = self.results.root / FOLDER
                there = {id: folder / f"{id}.png" for id in self.results.files(entry)}
                if came := {id: path for id, path in there.items() if path.is_file()}:
                    columns[label] = came
                else:
                    lacking[label] = f"none of the second report's outputs came ({FOLDER / LEFT_OUT})."
            else:
                columns[label] = {id: getattr(one, what) for id, one in self.results.files(entry).items()}
        found = list(columns.values())
        ids = [id for id in found[0] if all(id in others for others in found)] if found else []
        note = f"{', '.join(columns)}: no face is in all of these, so there is nothing to see side by side."
        rows = [
            (id, tuple(self.gallery.add(paths[id], f"{label}: {id}") for label, paths in columns.items()))
            for id in few(ids, asked.count)
        ]
        said = note if found and not ids else ""
        return Sheet(asked.kind, asked.caption, tuple(columns), tuple(rows), tuple(lacking.items()), said)

    def _kin(self, asked: Kin) -> Grid:
        rows = []
        for label, text in asked.rows.items():
            entry = Entry.parse(text)
            self.results.check(entry, [])
            kinship.check(self.results.params, entry, asked.person)
            if why := self.results.lacks(entry):
                rows.append(Row(label, left_out=why))
                continue
            table = self.results.with_kin(entry, asked.person)
            cells = [mean(table, self.results.styles(entry), one) for one in kinship.FIGURES.values()]
            rows.append(Row(label, tuple(cells), counted(table)))
        self.figures |= kinship.FIGURES
        return self._grid(asked, tuple(kinship.FIGURES.values()), rows)

    def _numbers(self, asked: Numbers) -> Words:
        table = numbers.table(asked, self.results)
        digits = {
            column: places(table[column]) if pd.api.types.is_numeric_dtype(table[column]) else None
            for column in table.columns
        }
        rows = [
            (str(label), tuple(_text(line[column], digits[column]) for column in table.columns))
            for label, line in table.iterrows()
        ]
        models = {label: text.partition("/")[0] for label, text in asked.rows.items()}
        lacking = tuple((label, why) for label, model in models.items() if (why := self.results.left_out(model)))
        return Words(asked.kind, asked.caption, tuple(map(str, table.columns)), tuple(rows), lacking)


def _text(value: Any, digits: int | None) -> str:
    return str(value) if digits is None else words.figure(float(value), digits)


def _what(label: str, entry: Entry) -> str:
    """Which of an entry's pictures a column shows: input, output or truth, or the second report's own outputs."""
    for name in (label, entry.method):
        if name in PICTURED:
            return "input" if name == "copy" else name
    return "output"
