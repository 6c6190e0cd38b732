"""Measure a model on its suites, picture by picture, beside its floors and its ceiling.

yardsticks, floors, closest   what the model is held against
engine                        every metric of many pictures, on all cores
collect, together             one row a picture; the metrics that look at all pictures of a suite
figures                       means with their intervals, differences with their verdicts
told                          the tables, the tree and the words that come of them
folders                       the same for any two folders of pictures
sheet                         a few samples to look at
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pandas as pd

from limner import metrics
from limner.blocks import Align, Ceiling, Floor, Model
from limner.errors import ParamsError
from limner.evaluate.collect import NO_SEED, Closest, Evaluation, Group, Made, collect
from limner.evaluate.yardsticks import ALL, MODEL, Yardsticks
from limner.metrics.views.case import Setting
from limner.suites import Faces, Sample


def measure(
    faces: Faces,
    times: pd.DataFrame,
    size: int,
    names: Sequence[str],
    seeds: Sequence[int],
    setting: Setting,
    workers: int = 0,
    beside: Collection[Floor | Ceiling] = ALL,
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
        beside: which floors and ceiling.

    Raises:
        LimnerError: a suite is empty, a style has no drawings, an output or a model file is missing, or no metric is
            for what the model makes.
    """
    makes = faces.model.learns
    if not (chosen := metrics.load(names, makes)):
        raise ParamsError(f"evaluate.metrics: none of {', '.join(names)} measures a {makes}: name one that does")
    suites = faces.model.suites
    yardsticks = Yardsticks(faces, times, size, beside)
    # Samples of one truth follow each other, so that what a metric sees in it is found once.
    jobs = [
        (name, list(group))
        for name, suite in suites.items()
        for _, group in groupby(faces.samples(suite, name), key=lambda sample: sample.truth)
    ]
    groups = (_group(suite, samples, seeds, yardsticks, size) for suite, samples in jobs)
    ids = {name: [samples[0].id for suite, samples in jobs if suite == name] for name in suites}
    measured = collect(groups, ids, chosen, makes, setting, workers)
    return replace(measured, pictures=_ordered(measured.pictures, faces), closest=_ordered(measured.closest, faces))


def setting(model: Model, align: Align, weights: Path) -> Setting:
    """What the metrics share: where no two faces have their irises in one place, they are looked for in each.

    Args:
        model: to be measured.
        align: of params.yaml.
        weights: the folder of model files.
    """
    return Setting(weights, eyes(align) if align.levels(model.data) else None)


def eyes(align: Align) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where the irises are in an aligned face, as `Setting` takes them."""
    (x, y), half = align.eyes, align.eye_distance / 2
    left, right = (((x + side * half + 0.5) / align.size, (y + 0.5) / align.size) for side in (-1, 1))
    return left, right


def _group(suite: str, samples: Sequence[Sample], seeds: Sequence[int], yardsticks: Yardsticks, size: int) -> Group:
    first = samples[0]
    made = tuple(one for sample in samples for one in _made(sample, seeds, yardsticks, size))
    return Group(suite, first.id, first.person, first.group, first.read_truth(size), made)


def _made(sample: Sample, seeds: Sequence[int], yardsticks: Yardsticks, size: int) -> Iterator[Made]:
    """What each method makes of a sample."""
    for seed in seeds:
        output = sample.read_output(size, seed)
        found = yardsticks.closest(sample, output) if seed == seeds[0] else None
        yield Made(sample.style, MODEL, seed, output, found and Closest(*found))
    for method, image in yardsticks.of(sample):
        yield Made(sample.style, method, NO_SEED, image)


def _ordered(table: pd.DataFrame, faces: Faces) -> pd.DataFrame:
    """From face by face to style by style, as a person reads it."""
    suites = faces.model.suites
    place = {(name, style): (at, of) for at, name in enumerate(suites) for of, style in enumerate(suites[name].styles)}
    keys = [place[suite, style] for suite, style in zip(table["suite"], table["style"], strict=True)]
    return table.iloc[sorted(range(len(table)), key=keys.__getitem__)].reset_index(drop=True)  # stable
