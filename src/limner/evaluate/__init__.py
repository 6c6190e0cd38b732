"""Measure a model on its suites, picture by picture, beside its floors and its ceiling.

yardsticks, floors, closest   what the model is held against
engine                        every metric of many pictures, on all cores
together                      the metrics that look at all pictures of a suite
figures                       means with their intervals, differences with their verdicts: the tables that are written
folders                       the same metrics for any two folders of pictures
sheet                         a few samples to look at
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from limner import metrics
from limner.evaluate import engine
from limner.evaluate.engine import Task
from limner.evaluate.together import SetFigures, Together
from limner.evaluate.yardsticks import MODEL, Yardsticks
from limner.images import Image
from limner.metrics import Figure
from limner.metrics.views.case import Setting
from limner.suites import Faces, Sample

KEYS = ["suite", "style", "id", "person", "group", "seed", "method"]
"""The columns of a picture before its figures. `seed` is that of the training; floors have none (-1)."""
NO_SEED = -1


@dataclass(frozen=True)
class Evaluation:
    """All that was measured of one model."""

    figures: tuple[Figure, ...]
    """Of single pictures."""
    set_figures: tuple[Figure, ...]
    """Over whole sets of pictures."""
    pictures: pd.DataFrame
    """`KEYS`, then one column a figure: one row a suite, style, face, method and training, in that order."""
    closest: pd.DataFrame
    """Columns suite, style, id, closest, distance, to_truth: see `Yardsticks.closest`; of the model's own training."""
    sets: tuple[SetFigures, ...]
    """Values of `set_figures`."""


@dataclass(frozen=True)
class Made:
    """What one method made of one sample."""

    sample: Sample
    method: str
    seed: int
    image: Image


def measure(
    faces: Faces,
    times: pd.DataFrame,
    size: int,
    names: Sequence[str],
    seeds: Sequence[int],
    setting: Setting,
    workers: int = 0,
) -> Evaluation:
    """Every metric of what the model, its floors and its ceiling make of every sample, at `size` pixels.

    Args:
        faces: what the model is measured on.
        times: data/faces.csv, for the ceiling: see `Yardsticks`.
        size: side of the pictures, pixels.
        names: of the metrics.
        seeds: of the trainings whose outputs are measured; the first is the model's own.
        setting: what the metrics share.
        workers: processes; 0: every core.

    Raises:
        LimnerError: a suite is empty, a style has no drawings, an output or a model file is missing.
    """
    suites = faces.model.suites
    samples = {name: faces.samples(suite, name) for name, suite in suites.items()}
    yardsticks = Yardsticks(faces, times, size)
    chosen = metrics.load(names, faces.model.learns)
    # Samples of one truth follow each other, so that what a metric sees in it is found once.
    jobs = [
        (name, list(group)) for name in suites for _, group in groupby(samples[name], key=lambda sample: sample.truth)
    ]
    seen = Together(samples, chosen, faces.model.learns)
    waiting: deque[list[Made]] = deque()

    def tasks() -> Iterator[Task]:
        for suite, group in jobs:
            waiting.append(list(_made(group, seeds, yardsticks, size)))
            pictures = tuple(one.image for one in waiting[-1])
            yield Task(group[0].read_truth(size), pictures, seen.wanted(suite, group[0].id))

    rows: list[dict[str, object]] = []
    closest: list[dict[str, object]] = []
    single = [figure.name for metric in chosen if metric.over == "picture" for figure in metric.figures]
    for (suite, group), measured in zip(
        jobs, engine.measure(tasks(), len(jobs), faces.model.learns, setting, workers), strict=True
    ):
        made = waiting.popleft()
        for one, values in zip(made, measured.figures.tolist(), strict=True):
            keys = {"suite": suite, "style": one.sample.style, "id": one.sample.id}
            who = {"person": one.sample.person, "group": one.sample.group, "seed": one.seed, "method": one.method}
            rows.append(keys | who | dict(zip(single, values, strict=True)))
            if one.method == MODEL and one.seed == seeds[0]:
                found = yardsticks.closest(one.sample, one.image)
                closest.append(keys | dict(zip(("closest", "distance", "to_truth"), found, strict=True)))
        seen.add(suite, group[0].group, [(one.sample.style, one.method, one.seed) for one in made], measured)
    figures = tuple(figure for metric in chosen if metric.over != "set" for figure in metric.figures)
    over_sets = tuple(figure for metric in chosen if metric.over == "set" for figure in metric.figures)
    pictures = pd.DataFrame(rows).join(seen.judged())[[*KEYS, *(figure.name for figure in figures)]]
    return Evaluation(
        figures, over_sets, _ordered(pictures, faces), _ordered(pd.DataFrame(closest), faces), tuple(seen.sets())
    )


def _made(samples: Sequence[Sample], seeds: Sequence[int], yardsticks: Yardsticks, size: int) -> Iterator[Made]:
    """What each method makes of each sample."""
    for sample in samples:
        for seed in seeds:
            yield Made(sample, MODEL, seed, sample.read_output(size, seed))
        for method, image in yardsticks.of(sample):
            yield Made(sample, method, NO_SEED, image)


def _ordered(table: pd.DataFrame, faces: Faces) -> pd.DataFrame:
    """From face by face to style by style, as a person reads it."""
    suites = faces.model.suites
    place = {(name, style): (at, of) for at, name in enumerate(suites) for of, style in enumerate(suites[name].styles)}
    keys = [place[suite, style] for suite, style in zip(table["suite"], table["style"], strict=True)]
    order = np.array(sorted(range(len(table)), key=keys.__getitem__), dtype=int)  # stable
    return table.iloc[order].reset_index(drop=True)
