"""The tables that evaluate wrote of a model, read into records. No figure is computed here."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from limner import tables
from limner.blocks import Model
from limner.compare import ALL
from limner.errors import SourceError
from limner.left_out import NOTE, SUITES
from limner.params import Params
from limner.report import training
from limner.report.dataset import number
from limner.report.results import MODEL, Cell, Closest, Figure, Files, Means, ModelResult, Scored, SuiteResult

MEASURED, COUNTED = ("value", "low", "high"), ("n", "lacking")
"""The columns of figures.csv that make a `Cell`."""
SAMPLE = ("suite", "style", "id")
"""What names one picture among all of a model's."""
Sample = tuple[str, str, str]
UNTOLD = "{} has no measured pictures."
"""Of a suite that is in params.yaml, but neither measured nor said to be left out."""


def collect(root: Path, params: Params) -> tuple[ModelResult, ...]:
    """Read what evaluate and train wrote of every model of params.yaml that was not left out, in its order.

    Raises:
        SourceError: a table is missing, unreadable, lacks a column, or contradicts another one.
    """
    built = {name: block for name, block in params.models.items() if not (folder_of(root, name) / NOTE).is_file()}
    return tuple(_Reader(root, name, block, params.seed).model() for name, block in built.items())


def folder_of(root: Path, model: str) -> Path:
    """Where evaluate writes the tables of a model."""
    return root / "runs" / model / "evaluation"


def read_pictures(folder: Path, figures: Sequence[str]) -> pd.DataFrame:
    """pictures.csv of an evaluation's folder, its figures as numbers.

    Raises:
        SourceError: the table is missing, unreadable or lacks a column; a figure of a whole set has none there.
    """
    table = tables.read(folder / "pictures.csv", ("suite", "style", "id", "person", "group", "seed", "method"))
    there = [name for name in figures if name in table]
    table[there] = table[there].apply(pd.to_numeric, errors="coerce")
    return table


def read_left_out(folder: Path) -> dict[str, str]:
    """Of an evaluation's folder, by suite that was left out, why.

    Raises:
        SourceError: the table is missing, unreadable or lacks a column.
    """
    _, lines = tables.rows(folder / SUITES, ("suite", "reason"))
    return {line["suite"]: line["reason"] for line in lines}


class _Reader:
    """The tables of one model."""

    def __init__(self, root: Path, name: str, block: Model, seed: int) -> None:
        self.root, self.name, self.block = root, name, block
        self.folder = folder_of(root, name)
        self.figures = self._figures()
        own = read_pictures(self.folder, [figure.name for figure in self.figures])
        own = own[own["method"] == MODEL]
        # Several trainings may be measured: the pictures shown are those of the project's own seed, as in files.csv.
        seeds = list(dict.fromkeys(own["seed"]))
        self.own = own[own["seed"] == (str(seed) if str(seed) in seeds else seeds[0])] if seeds else own
        self.means = self._numbers("figures", ("suite", "style", "method", "figure"), (*MEASURED, *COUNTED))
        self.drawn = self._read("drawn", ("suite", "style"))
        self.against = self._read("against", ("suite", "style", "method", "figure", "verdict"))
        self.seeds = self._numbers("seeds", ("suite", "style", "figure", "seed"), ("value",))
        files = self._read("files", (*SAMPLE, *Files._fields))
        self.files = {_sample(row): Files(*(root / row[name] for name in Files._fields)) for row in files}
        closest = self._numbers("closest", (*SAMPLE, "closest"), ("distance", "to_truth"))
        self.closest = {_sample(row): row for row in closest}

    def model(self) -> ModelResult:
        suites = self.block.suites
        measured = dict(iter(self.own.groupby("suite", sort=False)))
        why = read_left_out(self.folder)
        return ModelResult(
            name=self.name,
            block=self.block,
            figures=self.figures,
            suites=tuple(self._suite(name, measured[name]) for name in suites if name in measured),
            lacking={name: why.get(name, UNTOLD.format(name)) for name in suites if name not in measured},
            training=training.collect(self.root / "runs" / self.name / "training"),
        )

    def _suite(self, name: str, own: pd.DataFrame) -> SuiteResult:
        by_style = dict(iter(own.groupby("style", sort=False)))
        styles = [style for style in self.block.suites[name].styles if style in by_style]
        return SuiteResult(
            name=name,
            wanted=self.block.suites[name],
            drawn=self._means(name, ALL),
            mean_of=tuple(row["style"] for row in self.drawn if row["suite"] == name),
            styles=tuple(self._means(name, style) for style in styles),
            pictures={style: tuple(self._scored(name, by_style[style])) for style in styles},
        )

    def _means(self, suite: str, style: str) -> Means:
        cells: dict[str, dict[str, Cell]] = {MODEL: {}}
        for row in self.means:
            if (row["suite"], row["style"]) == (suite, style):
                numbers = [row[name] for name in MEASURED], [0 if math.isnan(row[n]) else int(row[n]) for n in COUNTED]
                cells.setdefault(row["method"], {})[row["figure"]] = Cell(*numbers[0], *numbers[1])
        verdicts: dict[str, dict[str, str]] = {}
        for row in self.against:
            if (row["suite"], row["style"]) == (suite, style):
                verdicts.setdefault(row["method"], {})[row["figure"]] = row["verdict"]
        seeds: dict[str, dict[str, float]] = {}
        for row in self.seeds:
            if (row["suite"], row["style"]) == (suite, style):
                seeds.setdefault(row["figure"], {})[row["seed"]] = row["value"]
        return Means(style, cells, verdicts, seeds)

    def _scored(self, suite: str, own: pd.DataFrame) -> Iterator[Scored]:
        scores = own.reindex(columns=[figure.name for figure in self.figures]).to_numpy(float).tolist()
        for style, id, person, values in zip(own["style"], own["id"], own["person"], scores, strict=True):
            key = suite, style, id
            if key not in self.files:
                raise SourceError(f"{self.folder / 'files.csv'} lacks {id!r} in the style {style!r} of {suite!r}")
            yield Scored(style, id, person, tuple(values), self.files[key], self._closest(key))

    def _closest(self, key: Sample) -> Closest | None:
        row = self.closest.get(key)
        if row is None or not row["closest"]:
            return None
        # Truths of one style lie in one folder, those of training faces too.
        file = self.files[key].truth.with_name(f"{row['closest']}.png")
        return Closest(row["closest"], file, row["distance"], row["to_truth"])

    def _figures(self) -> tuple[Figure, ...]:
        named = self._read("metrics", ("figure", "metric", "label", "title", "direction"))
        if not named:
            raise SourceError(f"{self.folder / 'metrics.csv'} names no figure")
        return tuple(
            Figure(row["figure"], row["metric"], row["label"], row["title"], row["direction"] == "higher")
            for row in named
        )

    def _read(self, table: str, needs: Sequence[str]) -> list[dict[str, Any]]:
        _, lines = tables.rows(self.folder / f"{table}.csv", needs)
        return list(lines)

    def _numbers(self, table: str, texts: Sequence[str], numbers: Sequence[str]) -> list[dict[str, Any]]:
        lines = self._read(table, (*texts, *numbers))
        for line in lines:
            for name in numbers:
                value = number(line[name])
                line[name] = math.nan if value is None else value
        return lines


def _sample(row: Mapping[str, Any]) -> Sample:
    return row["suite"], row["style"], row["id"]
