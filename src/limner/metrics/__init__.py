"""Measures of how far produced pictures are from the true ones: one file each, and the file's name is its
registration.

A metric is a module `NAME.py` with a function `NAME(fake, real)`, a one-line `TITLE`, a `DIRECTION` and `BOUNDS`: the
least and the most that its figure can be, of whatever pictures. The function takes two float32 tensors in [0, 1], RGB:
`fake` (N, 3, H, W), and `real` of the same shape or (1, 3, H, W) for one truth that all the fakes share. It returns
(N,), one figure a picture, nan where there is nothing to measure. What else it needs (`weights`, `vectors`,
`landmarks` ...) it names as keyword-only arguments, each an attribute of `Case`.

A metric of several figures names them in `PARTS` (part: what it is, in words) and returns (N, K); its figures are
called NAME_PART. `DIRECTION` and `BOUNDS` may then be dicts by part. One that says nothing of drawings has
`LEARNS = ("photo",)`.

Some look at many pictures together and say so by `OVER`. They have a function `features(fake, real, *, needs...)`
instead, which returns what is kept of each picture, (N, ...) of the fakes and (N or 1, ...) of the truths, and their
own function takes these: with `OVER = "suite"`, `NAME(fake, real, truth)` gives (N, K), a figure a picture again,
where `truth` (N,) says which of the suite's truths `real` (M, ...) is each fake's own (`rank`); with `OVER = "set"`,
`NAME(fake, real)` gives one figure of the two sets (`kid`, whose `sums` and `value` reweigh the pictures cheaply).
"""

import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import torch
from torch import Tensor

from limner.errors import ParamsError, choices
from limner.metrics.views.case import Case

Direction = Literal["higher", "lower"]
"""Which way is better."""
Over = Literal["picture", "suite", "set"]
"""What a metric must have seen before it can say anything, and of what: see above."""


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
    bounds: tuple[float, float]
    """The least and the most that it can be."""


@dataclass(frozen=True)
class Metric:
    """One metric, ready to measure."""

    name: str
    figures: tuple[Figure, ...]
    over: Over
    function: Callable[..., Tensor]
    """The module's own."""
    look: Callable[..., Any]
    """What is asked of a case: the same, or the module's `features`."""
    needs: tuple[str, ...]
    """Attributes of `Case` that `look` asks for."""

    def __call__(self, case: Case) -> Tensor:
        """The figures of each picture of `case`: (N, K) float32, no gradient; nan where nothing can be measured.
        Only of metrics over a picture."""
        assert self.over == "picture", f"{self.name} looks at more than a picture: ask for its features"
        values: Tensor = self._look(case)
        return values.reshape(len(case.fake), len(self.figures))

    def features(self, case: Case) -> tuple[Tensor, Tensor]:
        """What `judge` wants of each picture: (N, ...) of the fakes, (N or 1, ...) of the truths."""
        assert self.over != "picture", f"{self.name} looks at a picture by itself: call it"
        fake, real = self._look(case)
        return fake, real

    def judge(self, fake: Tensor, real: Tensor, truth: Tensor) -> Tensor:
        """The figures of each picture of a suite: (N, K); nan where nothing can be measured. Only of metrics over a
        suite.

        Args:
            fake: (N, ...) features of all that was made.
            real: (M, ...) features of all the truths.
            truth: (N,) int64, which of the truths is each fake's own.
        """
        assert self.over == "suite", f"{self.name} looks at a {self.over}"
        with torch.no_grad():
            values: Tensor = self.function(fake, real, truth)
        return values

    def _look(self, case: Case) -> Any:
        with torch.no_grad():
            return self.look(case.fake, case.real, **{name: getattr(case, name) for name in self.needs})


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
            over: Over = getattr(module, "OVER", "picture")
            function = getattr(module, name)
            look = function if over == "picture" else module.features
            needs = tuple(key for key in inspect.signature(look).parameters if key not in ("fake", "real"))
            found.append(Metric(name, _figures(name, module), over, function, look, needs))
    return found


def _figures(name: str, module: ModuleType) -> tuple[Figure, ...]:
    """TITLE is `Label: what it measures, unit`."""
    label, parts = module.TITLE.partition(":")[0], getattr(module, "PARTS", None)
    if parts is None:
        return (Figure(name, name, label, module.TITLE, module.DIRECTION, module.BOUNDS),)
    directions, bounds = (
        told if isinstance(told, dict) else dict.fromkeys(parts, told) for told in (module.DIRECTION, module.BOUNDS)
    )
    return tuple(
        Figure(
            f"{name}_{part}",
            name,
            f"{label}, {words}",
            f"{module.TITLE} ({words})",
            directions[part],
            bounds[part],
        )
        for part, words in parts.items()
    )
