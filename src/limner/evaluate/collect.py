"""Truths and what was made for them -> one row a picture: the part that is the same for a model and for any folder."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import pandas as pd

from limner.evaluate.engine import Task, measure
from limner.evaluate.together import SetFigures, Together
from limner.images import Image
from limner.metrics import Figure, Metric
from limner.metrics.views.case import Setting

KEYS = ["suite", "style", "id", "person", "group", "seed", "method"]
"""The columns of a picture before its figures."""
CLOSEST = ["suite", "style", "id", "closest", "distance", "to_truth"]
NO_SEED = -1
"""The seed of what no training made: a floor, a neighbour."""


class Closest(NamedTuple):
    """Which training picture an output is closest to, and how far it and the truth are from the output."""

    closest: str
    distance: float
    to_truth: float


@dataclass(frozen=True)
class Made:
    """One picture that was made for a truth."""

    style: str
    method: str
    seed: int
    image: Image
    closest: Closest | None = None


@dataclass(frozen=True)
class Group:
    """A truth of a suite, and all that was made for it."""

    suite: str
    id: str
    person: str
    group: str
    truth: Image
    made: tuple[Made, ...]


@dataclass(frozen=True)
class Evaluation:
    """All that was measured."""

    makes: Literal["sketch", "photo"]
    """What the pictures are."""
    figures: tuple[Figure, ...]
    """Of single pictures."""
    set_figures: tuple[Figure, ...]
    """Over whole sets of pictures, of the metrics that any suite is large enough for."""
    pictures: pd.DataFrame
    """`KEYS`, then one column a figure: one row a suite, truth, style, method and training."""
    closest: pd.DataFrame
    """`CLOSEST`: of the outputs for which it was looked up."""
    sets: tuple[SetFigures, ...]
    """Values of `set_figures`."""


def collect(
    groups: Iterable[Group],
    ids: dict[str, list[str]],
    chosen: Sequence[Metric],
    learns: Literal["sketch", "photo"],
    setting: Setting,
    workers: int = 0,
) -> Evaluation:
    """Measure `groups`, which are asked for only a little ahead of the results.

    Args:
        groups: as many as there are `ids`.
        ids: by suite, one for each group.
        chosen: the metrics.
        learns: what the pictures are.
        setting: what the metrics share.
        workers: processes; 0: every core.

    Raises:
        LimnerError: a model file is missing.
    """
    seen = Together(ids, chosen, learns)
    waiting: deque[Group] = deque()

    def tasks() -> Iterator[Task]:
        for group in groups:
            waiting.append(group)
            yield Task(group.truth, tuple(one.image for one in group.made), seen.wanted(group.suite, group.id))

    rows: list[dict[str, object]] = []
    closest: list[dict[str, object]] = []
    single = [figure.name for metric in chosen if metric.over == "picture" for figure in metric.figures]
    for measured in measure(tasks(), sum(map(len, ids.values())), learns, setting, workers):
        group = waiting.popleft()
        for one, values in zip(group.made, measured.figures.tolist(), strict=True):
            keys = {"suite": group.suite, "style": one.style, "id": group.id}
            who = {"person": group.person, "group": group.group, "seed": one.seed, "method": one.method}
            rows.append({**keys, **who, **dict(zip(single, values, strict=True))})
            if one.closest:
                closest.append({**keys, **one.closest._asdict()})
        seen.add(group.suite, group.group, [(one.style, one.method, one.seed) for one in group.made], measured)
    figures = tuple(figure for metric in chosen if metric.over != "set" for figure in metric.figures)
    sets = tuple(seen.sets())
    compared = {one.metric for one in sets}  # there may be too few pictures for it in every suite
    over_sets = tuple(figure for metric in chosen if metric.name in compared for figure in metric.figures)
    pictures = pd.DataFrame(rows).join(seen.judged())[[*KEYS, *(figure.name for figure in figures)]]
    return Evaluation(learns, figures, over_sets, pictures, pd.DataFrame(closest, columns=CLOSEST), sets)
