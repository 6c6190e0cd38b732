"""Figures over the trainings of models, measured on the snapshots that these left: `course` of each, once."""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd

from limner.errors import ParamsError
from limner.experiments import measures
from limner.params import Params
from limner.report.results import Figure

WANDER = "wander_"
"""Stands before the name of a figure of single pictures: how much it still changes as a training ends."""


class Trainings:
    """The trainings of a project's models.

    Args:
        root: of the project.
        params: of the project.
    """

    def __init__(self, root: Path, params: Params) -> None:
        self._root, self._params = root, params
        self._course = cache(self._measure)

    def figure(self, name: str) -> Figure:
        """What a figure is, or its wander.

        Raises:
            ParamsError: no metric over single pictures has such a figure.
        """
        from limner import metrics  # loads torch

        one = measures.figure(name.removeprefix(WANDER))
        if metrics.load([one.metric])[0].over != "picture":
            raise ParamsError(f"course: {one.name!r} is no figure of single pictures")
        if name == one.name:
            return one
        said = f"by how much {one.label} changes from one snapshot to the next, in the second half of those that tell"
        return Figure(
            name, one.metric, f"Wander of {one.label}", f"Wander of {one.label}: {said}", False, (0.0, math.inf)
        )

    def course(self, model: str, figure: str) -> pd.DataFrame:
        """One row a snapshot: epoch, style, id and the figure.

        Raises:
            LimnerError: the model left no snapshots, or there is no such figure.
        """
        table: pd.DataFrame = self._course(model, measures.metric_of(figure))
        return table[["epoch", "style", "id", figure]]

    def wander(self, model: str, figure: str) -> pd.DataFrame:
        """One row a picture of the snapshots: style, id and `wander_FIGURE`.

        Raises:
            LimnerError: as `course`.
        """
        values = self.course(model, figure).groupby(["style", "id"], sort=False)[figure]
        return values.agg(lambda one: _wander(one.tolist())).rename(WANDER + figure).reset_index()

    def _measure(self, model: str, metric: str) -> pd.DataFrame:
        from limner import evaluate  # loads torch, as the next does
        from limner.experiments.course import course

        params = self._params
        block, processes = params.model(model), params.workers.count
        setting = evaluate.setting(block, params.align, self._root / "data/weights")
        return course(self._root / "runs" / model / "training", [metric], setting, block.learns, processes)


def _wander(values: Sequence[float]) -> float:
    """The mean absolute change from one snapshot to the next, in the second half of those where it is known."""
    known = [value for value in values if math.isfinite(value)]
    late = known[len(known) // 2 :]
    steps = [abs(after - before) for before, after in pairwise(late)]
    return sum(steps) / len(steps) if steps else math.nan
