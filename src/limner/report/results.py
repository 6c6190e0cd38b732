"""What the models are worth, as plain records: figures, floors, intervals, verdicts, and the files of each picture."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from limner.blocks import Model, Suite
from limner.report.training import Training

MODEL = "model"
"""The method that is the model itself; every other one is a floor, or the ceiling."""
CEILING = "neighbour"
"""The method that no model need beat: the truth against its own neighbour frame."""
FIRST = ("lpips", "identity", "ssim", "landmarks", "sharpness")
"""The metrics a stranger should read first, each by its first figure; the next ones take the place of those that a
project does not measure. Likeness to the eye comes first: SSIM alone flatters a model that copies its input."""


@dataclass(frozen=True)
class Figure:
    name: str
    metric: str
    """Figures of one metric stand together."""
    label: str
    """Short, for a table's head; of a metric with several figures `METRIC, PART`."""
    title: str
    higher: bool
    """Higher is better."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """The least and the most that it can be; evaluate has heeded those of its own."""

    @property
    def part(self) -> str:
        """What of its metric it is, where the metric is named beside it."""
        return self.label.partition(", ")[2] or self.label


@dataclass(frozen=True)
class Cell:
    """One mean figure."""

    value: float
    """nan if no picture could be measured."""
    low: float
    high: float
    """Ends of the 95% interval; nan if there is none."""
    outputs: int
    """Pictures, those of every training."""
    lacking: int
    """Those of them that could not be measured (no face was found in them, say)."""


UNKNOWN = Cell(math.nan, math.nan, math.nan, 0, 0)


@dataclass(frozen=True)
class Means:
    """The figures of one style of a suite, or of the mean over its drawn styles."""

    name: str
    cells: Mapping[str, Mapping[str, Cell]]
    """By method, the model first, and figure."""
    verdicts: Mapping[str, Mapping[str, str]]
    """Of the model against each other method, by figure: better, worse, or even."""
    seeds: Mapping[str, Mapping[str, float]]
    """By figure, the means of the model's trainings by their seed; empty if there is one training."""

    def cell(self, method: str, figure: str) -> Cell:
        """`UNKNOWN` if that was not measured."""
        return self.cells.get(method, {}).get(figure, UNKNOWN)

    @property
    def floors(self) -> list[str]:
        """The methods that a model has to beat."""
        return [method for method in self.cells if method not in (MODEL, CEILING)]


class Files(NamedTuple):
    """The pictures of one sample."""

    input: Path
    output: Path
    truth: Path


class Closest(NamedTuple):
    """The training face that an output is most like."""

    id: str
    file: Path
    distance: float
    """Root mean square difference of the gray pictures, in [0, 1]."""
    to_truth: float
    """The output's distance to its own truth."""


@dataclass(frozen=True)
class Scored:
    """One picture of the model with its own figures."""

    style: str
    id: str
    person: str
    scores: tuple[float, ...]
    """One for each figure of the model; nan where it could not be measured."""
    files: Files
    closest: Closest | None

    @property
    def memorised(self) -> bool:
        """The output is more like a training picture than like its truth."""
        return self.closest is not None and self.closest.distance < self.closest.to_truth


@dataclass(frozen=True)
class SuiteResult:
    name: str
    wanted: Suite
    drawn: Means
    mean_of: tuple[str, ...]
    """The styles that `drawn` is the mean of."""
    styles: tuple[Means, ...]
    pictures: Mapping[str, tuple[Scored, ...]]
    """By style, in the order of pictures.csv."""

    def all(self) -> list[Scored]:
        """The pictures of every style."""
        return [picture for pictures in self.pictures.values() for picture in pictures]


@dataclass(frozen=True)
class ModelResult:
    name: str
    block: Model
    figures: tuple[Figure, ...]
    suites: tuple[SuiteResult, ...]
    lacking: Mapping[str, str]
    """By suite of params.yaml without a measured picture, why, as a sentence."""
    training: Training

    @cached_property
    def first(self) -> list[Figure]:
        """The figures to read first, as many as `FIRST` names."""
        heads = [next(figures) for _, figures in groupby(self.figures, key=lambda figure: figure.metric)]
        rank = {metric: place for place, metric in enumerate(FIRST)}
        return sorted(heads, key=lambda figure: rank.get(figure.metric, len(FIRST)))[: len(FIRST)]

    @cached_property
    def digits(self) -> Mapping[str, int]:
        """Decimals to show of each figure, one number for all its values."""
        values: dict[str, list[float]] = {figure.name: [] for figure in self.figures}
        for suite in self.suites:
            for means in (suite.drawn, *suite.styles):
                for cells in means.cells.values():
                    for name in values.keys() & cells.keys():
                        values[name].append(cells[name].value)
        return {name: decimals(known) for name, known in values.items()}

    def worst_first(self, pictures: Sequence[Scored]) -> list[int]:
        """The places of `pictures` by the figure that is read first; one that could not be measured is worse still."""
        figure = self.first[0]
        column, sign = self.figures.index(figure), 1 if figure.higher else -1

        def key(place: int) -> tuple[float, int]:
            score = pictures[place].scores[column]
            return (-math.inf if math.isnan(score) else sign * score, place)

        return sorted(range(len(pictures)), key=key)


def decimals(values: Iterable[float]) -> int:
    """That give the largest of `values` three digits or four: one from 10 on, two above 1, else three."""
    largest = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    return 1 if largest >= 10 else 2 if largest > 1 else 3
