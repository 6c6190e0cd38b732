"""Measures of how far produced pictures are from the true ones: one file each, and the file's name is its
registration.

A metric is a module `NAME.py` with a function `NAME(fake, real)`, a one-line `TITLE` and a `DIRECTION`. The
function takes two float32 tensors in [0, 1], RGB: `fake` (N, 3, H, W), and `real` of the same shape or (1, 3,
H, W) for one truth that all the fakes share. It returns (N,), one figure a picture, nan where there is nothing
to measure. What else it needs (`weights`, `vectors`, `landmarks` ...) it names as keyword-only arguments, each an
attribute of `Case`.

A metric of several figures names them in `PARTS` (part: what it is, in words) and returns (N, K); its figures are
called NAME_PART. `DIRECTION` may then be a dict by part. One that says nothing of drawings has `LEARNS = ("photo",)`.

Two metrics look at all the pictures of a suite together: `rank`, which gives each picture its place among the
truths, and `kid`, which compares two sets.
"""

import inspect
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Literal, Protocol

import torch
from torch import Tensor

from limner.errors import ParamsError, choices
from limner.metrics.views.case import Case

Direction = Literal["higher", "lower"]
"""Which way is better."""


class Measure(Protocol):
    """(N, 3, H, W) and (N or 1, 3, H, W) in [0, 1] -> (N,) or (N, K)."""

    def __call__(self, fake: Tensor, real: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Figure:
    """One number of a picture."""

    name: str
    """Of its column: the metric's, or METRIC_PART."""
    metric: str
    label: str
    """Short, for the head of a table."""
    title: str
    direction: Direction


@dataclass(frozen=True)
class Metric:
    """One metric, ready to measure."""

    name: str
    figures: tuple[Figure, ...]
    function: Measure
    needs: tuple[str, ...]
    """Attributes of `Case` that the function asks for."""

    def __call__(self, case: Case) -> Tensor:
        """The figures of each picture of `case`: (N, K) float32, no gradient; nan where nothing can be measured."""
        with torch.no_grad():
            given = {name: getattr(case, name) for name in self.needs}
            values = partial(self.function, **given)(case.fake, case.real)
        return values.reshape(len(case.fake), len(self.figures))


def names() -> list[str]:
    """The metrics there are, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def load(wanted: Iterable[str], learns: Literal["sketch", "photo"] = "photo") -> list[Metric]:
    """The metrics of these names, in this order; those that say nothing of what the model `learns` are left out.

    Raises:
        ParamsError: there is no metric of that name.
    """
    found = []
    for name in wanted:
        if name not in names():
            raise ParamsError(f"evaluate.metrics: no metric {name!r}; {choices(name, names())}")
        module = import_module(f"{__name__}.{name}")
        if learns in getattr(module, "LEARNS", (learns,)):
            function = getattr(module, name)
            needs = [key for key in inspect.signature(function).parameters if key not in ("fake", "real")]
            found.append(Metric(name, _figures(name, module), function, tuple(needs)))
    return found


def _figures(name: str, module: ModuleType) -> tuple[Figure, ...]:
    """TITLE is `Label: what it measures, unit`."""
    label, direction = module.TITLE.partition(":")[0], module.DIRECTION
    parts = getattr(module, "PARTS", None)
    if parts is None:
        return (Figure(name, name, label, module.TITLE, direction),)
    return tuple(
        Figure(
            f"{name}_{part}",
            name,
            f"{label}, {words}",
            f"{module.TITLE} ({words})",
            direction if isinstance(direction, str) else direction[part],
        )
        for part, words in parts.items()
    )
