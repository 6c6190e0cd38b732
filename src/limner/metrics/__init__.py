"""Measures of how far a produced picture is from the true one: one file each, and the file's name is its
registration.

A metric is a module `NAME.py` with a function `NAME(fake, real)`, a one-line `TITLE` and a `DIRECTION`. The
function takes two float32 tensors in [0, 1], RGB: `fake` (N, 3, H, W), and `real` of the same shape or (1, 3,
H, W) for one truth that all the fakes share. It returns (N,), one figure a picture. What else it needs
(`weights`, `align`) it names as keyword-only arguments and is given from a `Setting`.
"""

import inspect
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol

import torch
from torch import Tensor

from limner.errors import LimnerError, ParamsError, choices
from limner.params import Align


@dataclass(frozen=True)
class Setting:
    """What a metric may ask for by naming it."""

    weights: Path
    """The folder of model files, `file` in data/manifests/models.csv."""
    align: Align
    """Where the eyes are in an aligned face."""


class Measure(Protocol):
    """(N, 3, H, W) and (N or 1, 3, H, W) in [0, 1] -> (N,)."""

    def __call__(self, fake: Tensor, real: Tensor) -> Tensor: ...


@dataclass(frozen=True)
class Metric:
    """One metric, ready to measure."""

    name: str
    title: str
    direction: Literal["higher", "lower"]
    """Which way is better."""
    measure: Measure

    def __call__(self, fake: Tensor, real: Tensor) -> Tensor:
        """Measure each of `fake` (N, 3, H, W) against `real` (N or 1, 3, H, W), both in [0, 1]; (N,), no
        gradient.

        Raises:
            LimnerError: the pictures do not fit each other.
        """
        if fake.shape[1:] != real.shape[1:] or real.shape[0] not in (1, fake.shape[0]):
            raise LimnerError(
                f"{self.name} cannot compare pictures of {tuple(fake.shape)} with {tuple(real.shape)}: "
                "both need (N, 3, H, W), or one truth for all"
            )
        with torch.no_grad():
            return self.measure(fake, real)


def names() -> list[str]:
    """The metrics there are, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)


def load(wanted: Iterable[str], setting: Setting) -> list[Metric]:
    """The metrics of these names, in this order, with what they need from `setting`.

    Raises:
        ParamsError: there is no metric of that name.
    """
    found = []
    for name in wanted:
        if name not in names():
            raise ParamsError(f"evaluate.metrics: no metric {name!r}; {choices(name, names())}")
        module = import_module(f"{__name__}.{name}")
        function = getattr(module, name)
        needs = [key for key in inspect.signature(function).parameters if key not in ("fake", "real")]
        measure = partial(function, **{key: getattr(setting, key) for key in needs})
        found.append(Metric(name, module.TITLE, module.DIRECTION, measure))
    return found
