"""Every metric of many pictures, on all cores, one truth at a time: memory does not grow with their number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from limner import metrics
from limner.align import landmarks
from limner.images import Image
from limner.metrics import Metric
from limner.metrics.views.case import Case, Setting
from limner.workers import parallel_map

PIXELS = 32 * 128 * 128
"""Of the pictures that are measured at once: bounds the memory at any size."""

FEW = 12
"""Truths that one process measures sooner than others have started."""

Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """A truth, and all that was made for it: (H, W) or (H, W, 3), of one size."""

    truth: Image
    made: tuple[Image, ...]
    metrics: tuple[str, ...]
    """Names of what is asked about them; see `limner.metrics.load`."""


@dataclass(frozen=True)
class Measured:
    """What the metrics say of one task."""

    figures: Array
    """(N, K) of the N pictures made, one column a figure of the metrics that look at single pictures."""
    features: dict[str, Array]
    """By metric that looks at all pictures together: (N, ...) what it sees in each picture made."""
    truth: dict[str, Array]
    """The same of the truth: (1, ...)."""


def measure(
    tasks: Iterable[Task],
    total: int,
    learns: Literal["sketch", "photo"],
    setting: Setting,
    workers: int = 0,
) -> Iterator[Measured]:
    """What the metrics say of every task, in order.

    Args:
        tasks: are asked for only a little ahead of the results.
        total: how many there are.
        learns: what the pictures are.
        setting: what all the metrics share.
        workers: processes; 0: every core.

    Raises:
        LimnerError: a metric lacks a model file.
    """
    work = partial(_measure, learns=learns, setting=setting)
    try:
        yield from parallel_map(work, tasks, "evaluate", workers if total > FEW else 1, total)
    finally:
        landmarks.close_shared()


def _measure(task: Task, learns: Literal["sketch", "photo"], setting: Setting) -> Measured:
    # The other cores are busy with other pictures; and sums do not depend on how many cores there are.
    torch.set_num_threads(1)
    # Equal pictures (the mean face is one for all styles) are measured once.
    number: dict[bytes, int] = {}
    places = [number.setdefault(image.tobytes(), len(number)) for image in task.made]
    fakes = to_tensor([task.made[places.index(place)] for place in range(len(number))])
    real, step = to_tensor([task.truth]), max(1, PIXELS // (task.truth.shape[0] * task.truth.shape[1]))
    parts = [
        _part(fakes[at : at + step], real, _load(task.metrics, learns), setting) for at in range(0, len(fakes), step)
    ]
    return Measured(
        np.concatenate([part.figures for part in parts])[places],
        {name: np.concatenate([part.features[name] for part in parts])[places] for name in parts[0].features},
        parts[0].truth,
    )


@lru_cache(maxsize=2)
def _load(names: tuple[str, ...], learns: Literal["sketch", "photo"]) -> list[Metric]:
    return metrics.load(names, learns)


def _part(fakes: Tensor, real: Tensor, chosen: Sequence[Metric], setting: Setting) -> Measured:
    case = Case(fakes, real, setting)
    single = [metric(case) for metric in chosen if metric.over == "picture"]
    together = {metric.name: metric.features(case) for metric in chosen if metric.over != "picture"}
    return Measured(
        torch.cat([*single, fakes.new_empty(len(fakes), 0)], dim=1).numpy(),
        {name: fake.numpy() for name, (fake, _) in together.items()},
        {name: true.numpy() for name, (_, true) in together.items()},
    )


def to_tensor(images: Sequence[Image]) -> Tensor:
    """N pictures (H, W) or (H, W, 3) in [0, 255] -> (N, 3, H, W) float32 in [0, 1]; gray is repeated."""
    stack = np.stack([np.broadcast_to(np.atleast_3d(image), (*image.shape[:2], 3)) for image in images])
    return torch.from_numpy(stack).permute(0, 3, 1, 2).to(torch.float32) / 255
