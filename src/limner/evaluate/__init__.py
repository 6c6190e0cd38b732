"""Measure a model on its suites, picture by picture, beside the floors."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from limner.evaluate import floors
from limner.images import Image
from limner.metrics import Metric
from limner.params import Suite
from limner.progress import progress
from limner.suites import Faces, Sample

PIXELS = 32 * 128 * 128
"""Of the pictures that are measured at once: bounds the memory at any size."""


def measure(faces: Faces, size: int, metrics: Sequence[Metric]) -> pd.DataFrame:
    """Every metric of what the model and the floors make of every sample, at `size` pixels.

    Memory does not grow with the number of pictures: one truth is in hand at a time, with all that was made
    for it.

    Returns:
        One row a suite, style, face and method (`model`, or a floor's name), in that order; columns suite,
        style, id, person, method and one a metric.

    Raises:
        LimnerError: a suite is empty, a style has no drawings, an output is missing.
    """
    suites = faces.model.suites
    samples = {name: faces.samples(suite, name) for name, suite in suites.items()}
    floor = fit_floors(faces, size)
    rows: list[dict[str, object]] = []
    with progress(sum(len(suite) for suite in samples.values()), "evaluate") as bar:
        for name in suites:
            # Samples of one truth follow each other, so that what a metric sees in it is found once.
            for _, group in groupby(samples[name], key=lambda sample: sample.truth):
                made = list(_made(list(group), floor, size))
                figures = _figures([image for _, _, image in made], made[0][0].read_truth(size), metrics)
                for (sample, method, _), values in zip(made, figures, strict=True):
                    who = {"style": sample.style, "id": sample.id, "person": sample.person}
                    rows.append({"suite": name, **who, "method": method, **values})
                bar.update(len(made) // (1 + len(floors.NAMES)))
    # From face by face to style by style, as a person reads it.
    place = {(name, style): rank for name in suites for rank, style in enumerate(suites[name].styles)}
    order = {name: rank for rank, name in enumerate(suites)}
    rows.sort(key=lambda row: (order[str(row["suite"])], place[str(row["suite"]), str(row["style"])]))
    return pd.DataFrame(rows)


def fit_floors(faces: Faces, size: int) -> dict[str, floors.Floors]:
    """By style of any suite, the floors of the faces that the model learned from."""
    people = faces.model.train.people
    fitted = {}
    for style in dict.fromkeys(style for suite in faces.model.suites.values() for style in suite.styles):
        training = faces.samples(Suite("train", (style,), people), f"training faces for the floors of {style}")
        fitted[style] = floors.fit((sample.read_input(size), sample.read_truth(size)) for sample in training)
    return fitted


def _made(
    samples: Sequence[Sample], floor: Mapping[str, floors.Floors], size: int
) -> Iterator[tuple[Sample, str, Image]]:
    """What each method made of each sample."""
    for sample in samples:
        picture = sample.read_input(size)
        yield sample, "model", sample.read_output(size)
        for name in floors.NAMES:
            yield sample, name, getattr(floor[sample.style], name)(picture)


def _figures(made: Sequence[Image], truth: Image, metrics: Sequence[Metric]) -> Iterator[dict[str, float]]:
    """By metric, the figure of each picture."""
    # Equal pictures (the mean face is one for all styles) are measured once.
    number: dict[bytes, int] = {}
    places = [number.setdefault(image.tobytes(), len(number)) for image in made]
    fakes = to_tensor([made[places.index(place)] for place in range(len(number))])
    real, step = to_tensor([truth]), max(1, PIXELS // truth.shape[0] ** 2)
    parts = [fakes[start : start + step] for start in range(0, len(fakes), step)]
    figures = {metric.name: torch.cat([metric(part, real) for part in parts]).tolist() for metric in metrics}
    for place in places:
        yield {name: values[place] for name, values in figures.items()}


def to_tensor(images: Sequence[Image]) -> Tensor:
    """N pictures (H, W) or (H, W, 3) in [0, 255] -> (N, 3, H, W) float32 in [0, 1]; gray is repeated."""
    stack = np.stack([np.broadcast_to(np.atleast_3d(image), (*image.shape[:2], 3)) for image in images])
    return torch.from_numpy(stack).permute(0, 3, 1, 2).to(torch.float32) / 255
