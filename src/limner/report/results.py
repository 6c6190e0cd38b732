"""What the models are worth: the figures of each suite beside the floors, and the files of each picture."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from limner import sketches, tables
from limner.errors import SourceError
from limner.params import Model, Params, Suite
from limner.report.training import Training
from limner.report.training import collect as collect_training

Numbers = npt.NDArray[np.float64]

MODEL = "model"
"""The method of pictures.csv that is the model itself; every other one is a floor."""
RANK_BY = "ssim"
"""The metric that tells the worst picture; a project without it ranks by its first metric."""


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    """Short, for a table's head: what the title says before its colon."""
    title: str
    higher: bool
    """Higher is better."""


@dataclass(frozen=True)
class Cell:
    """The mean of one metric over pictures."""

    value: float
    """nan if no picture could be measured."""
    lacking: int
    """Pictures that could not be measured (no face was found in them, say)."""
    best: bool


@dataclass(frozen=True)
class Row:
    method: str
    cells: tuple[Cell, ...]
    """One for each metric."""


@dataclass(frozen=True)
class Figures:
    """The means of one style, or over several, by method: the model first."""

    name: str
    pictures: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Scored:
    """One picture of the model with its own figures."""

    style: str
    id: str
    person: str
    scores: tuple[float, ...]
    """One for each metric; nan where it could not be measured."""


@dataclass(frozen=True)
class SuiteResult:
    name: str
    split: str
    people: tuple[str, ...]
    drawn: Figures
    """Mean of the means of `mean_of`."""
    mean_of: tuple[str, ...]
    styles: tuple[Figures, ...]
    pictures: dict[str, tuple[Scored, ...]]
    """By style, in the order of pictures.csv."""


@dataclass(frozen=True)
class ModelResult:
    name: str
    block: Model
    metrics: tuple[Metric, ...]
    suites: tuple[SuiteResult, ...]
    lacking: tuple[str, ...]
    """Suites of params.yaml without a measured picture."""
    training: Training
    folders: dict[str, Path]
    """Where the drawings of each style lie."""
    root: Path

    def rank(self) -> int:
        """The place of the metric that tells the worst picture."""
        names = [metric.name for metric in self.metrics]
        return names.index(RANK_BY) if RANK_BY in names else 0

    def worst(self, pictures: Sequence[Scored]) -> Scored:
        """The picture with the worst score of that metric; one that could not be measured is worse still."""
        place = self.rank()
        sign = 1 if self.metrics[place].higher else -1

        def key(picture: Scored) -> tuple[float, str]:
            score = picture.scores[place]
            return (-math.inf if math.isnan(score) else sign * score, picture.id)

        return min(pictures, key=key)

    def files(self, style: str, id: str) -> tuple[Path, Path, Path]:
        """The input, the output and the truth of one picture."""
        drawing, photo = self.folders[style] / f"{id}.png", self.root / "data/faces" / f"{id}.png"
        written = self.root / self.block.writes
        if self.block.learns == "photo":
            return drawing, written / style / f"{id}.png", photo
        return photo, written / f"{id}.png", drawing


def collect(root: Path, params: Params) -> tuple[ModelResult, ...]:
    """Read what evaluate and train wrote of every model of params.yaml, in its order.

    Raises:
        SourceError: a table is missing, unreadable or lacks a column.
        LimnerError: a style has no drawings.
    """
    return tuple(_model(root, name, block) for name, block in params.models.items())


def _model(root: Path, name: str, block: Model) -> ModelResult:
    folder = root / "runs" / name / "evaluation"
    named = tables.read(folder / "metrics.csv", ("metric", "title", "direction"))
    metrics = tuple(
        Metric(row["metric"], row["title"].partition(":")[0], row["title"], row["direction"] == "higher")
        for row in named.to_dict("records")
    )
    if not metrics:
        raise SourceError(f"{folder / 'metrics.csv'} names no metric")
    names = [metric.name for metric in metrics]
    table = tables.read(folder / "pictures.csv", ("suite", "style", "id", "person", "method", *names))
    table[names] = table[names].apply(pd.to_numeric, errors="coerce")
    measured = dict(iter(table.groupby("suite", sort=False)))
    folders = sketches.chosen(root / block.sketches, sorted(set(table["style"])))
    suites = tuple(
        _suite(suite, measured[suite], metrics, block.suites[suite], folders)
        for suite in block.suites
        if suite in measured
    )
    return ModelResult(
        name=name,
        block=block,
        metrics=metrics,
        suites=suites,
        lacking=tuple(suite for suite in block.suites if suite not in measured),
        training=collect_training(root / "runs" / name / "training"),
        folders=folders,
        root=root,
    )


def _suite(
    name: str, table: pd.DataFrame, metrics: tuple[Metric, ...], wanted: Suite, folders: dict[str, Path]
) -> SuiteResult:
    names = [metric.name for metric in metrics]
    parts = {(style, method): rows for (style, method), rows in table.groupby(["style", "method"], sort=False)}
    styles = [style for style in wanted.styles if (style, MODEL) in parts]
    floors = [method for method in dict.fromkeys(table["method"]) if method != MODEL]
    # As in evaluate: what a model has drawn does not count in the figure of a suite.
    drawn = [style for style in styles if folders[style].parent.name in sketches.FAMILIES] or styles

    def figures(title: str, over: Sequence[str]) -> Figures:
        rows = {}
        for method in (MODEL, *floors):
            if all((style, method) in parts for style in over):
                measured = [parts[style, method][names].to_numpy(float) for style in over]
                rows[method] = _mean(measured), sum(np.isnan(part).sum(axis=0) for part in measured)
        return Figures(title, sum(len(parts[style, MODEL]) for style in over), _rows(rows, metrics))

    return SuiteResult(
        name=name,
        split=wanted.split,
        people=wanted.people,
        drawn=figures("drawn styles", drawn),
        mean_of=tuple(drawn),
        styles=tuple(figures(style, [style]) for style in styles),
        pictures={style: _scored(parts[style, MODEL], names) for style in styles},
    )


def _mean(parts: Sequence[Numbers]) -> Numbers:
    """The mean of the means of `parts`, each (pictures, metrics): every style weighs the same. (metrics,)"""
    count = [(~np.isnan(part)).sum(axis=0) for part in parts]
    total = [np.nansum(part, axis=0) for part in parts]
    means = [np.where(n > 0, t / np.maximum(n, 1), np.nan) for n, t in zip(count, total, strict=True)]
    return np.asarray(np.mean(means, axis=0), dtype=np.float64)


def _rows(rows: Mapping[str, tuple[Numbers, Numbers]], metrics: tuple[Metric, ...]) -> tuple[Row, ...]:
    def best(place: int, higher: bool) -> float:
        known = [means[place] for means, _ in rows.values() if not np.isnan(means[place])]
        # Nothing is best where there is nothing to be better than.
        return float("nan") if len(known) < 2 else float(max(known) if higher else min(known))

    tops = [best(place, metric.higher) for place, metric in enumerate(metrics)]
    return tuple(
        Row(
            method,
            tuple(
                Cell(float(mean), int(lacking), bool(mean == top))
                for mean, lacking, top in zip(means, gaps, tops, strict=True)
            ),
        )
        for method, (means, gaps) in rows.items()
    )


def _scored(own: pd.DataFrame, names: list[str]) -> tuple[Scored, ...]:
    scores = own[names].to_numpy(float).tolist()
    keys = zip(own["style"], own["id"], own["person"], strict=True)
    return tuple(Scored(style, id, person, tuple(row)) for (style, id, person), row in zip(keys, scores, strict=True))
