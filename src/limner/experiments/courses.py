"""A training as a curve and as a strip of pictures: what its snapshots tell, epoch by epoch."""

import math
import re
from dataclasses import dataclass
from functools import cache

from limner.choose import few
from limner.errors import LimnerError, ParamsError, choices
from limner.experiments import numbers
from limner.experiments.results import Results
from limner.experiments.trainings import WANDER
from limner.report import training
from limner.report.pictures import Gallery, Picture

STOPS = 8
"""Most snapshots of a strip."""
LINE = re.compile(r"(?P<model>[A-Za-z0-9][A-Za-z0-9_-]*)(:(?P<style>[A-Za-z0-9][A-Za-z0-9_-]*))?")


@dataclass(frozen=True)
class Strip:
    """One picture as a model painted it over the epochs of its training."""

    label: str
    shown: str
    """Which picture it is, and of how many."""
    input: Picture | None
    outputs: tuple[tuple[int, Picture], ...]
    """By epoch."""
    truth: Picture | None


class Courses:
    """The trainings of a project's models.

    Args:
        results: of the project.
        gallery: which takes the pictures.
    """

    def __init__(self, results: Results, gallery: Gallery) -> None:
        self.results, self.gallery = results, gallery
        self._snapshots = cache(self._collect)

    def parse(self, text: str) -> tuple[str, str | None]:
        """Model and style of `MODEL:STYLE`.

        Raises:
            ParamsError: it is none, or there is no such model.
        """
        found = LINE.fullmatch(text)
        if not found:
            raise ParamsError(f"course: {text!r} names no training: write MODEL:STYLE, or MODEL for all its snapshots")
        self.results.block(found["model"])
        return found["model"], found["style"]

    def points(self, model: str, style: str | None, figure: str) -> tuple[tuple[float, float, float, float], ...]:
        """(pairs that the training was shown by then, the mean over snapshots, nan, nan): a few pictures that were seen
        all along have no interval. Epochs of few pairs are shorter than those of many.

        Raises:
            LimnerError: the model left no snapshots, or none in that style.
        """
        table = self.results.trainings.course(model, figure)
        if style is not None:
            there = sorted(set(table["style"]))
            if style not in there:
                raise ParamsError(f"course: {model} has no snapshots in the style {style!r}; {choices(style, there)}")
            table = table[table["style"] == style]
        means = table.groupby("epoch")[figure].mean()
        shown, values = (means.index.to_numpy(float) * self._pairs(model)).tolist(), means.to_numpy(float).tolist()
        return tuple((place, value, math.nan, math.nan) for place, value in zip(shown, values, strict=True))

    def wander(self, model: str, style: str | None, figure: str) -> tuple[float, int]:
        """By how much it still changes from one snapshot to the next as the training ends, mean over pictures; and how
        many these are."""
        table = self.results.trainings.wander(model, figure)
        own = table if style is None else table[table["style"] == style]
        return float(own[WANDER + figure].mean()), len(own)

    def strip(self, label: str, model: str, style: str | None) -> Strip:
        """One picture's snapshots, at most `STOPS` at even steps and the last.

        Raises:
            LimnerError: the model left no snapshots in that style.
        """
        shots = [one for one in self._snapshots(model) if style in (None, one.name.partition("~")[0])]
        if not shots:
            raise LimnerError(f"course: {model} left no snapshots" + (f" in the style {style!r}" if style else ""))
        shown = few(shots, 1)[0]
        which = shown.name.partition("~")[2] + (f", one of {len(shots)}" if len(shots) > 1 else "")
        outputs = [*few(shown.outputs[:-1], STOPS - 1), *shown.outputs[-1:]]
        made = tuple(
            (epoch, self.gallery.add(path, f"{label}, epoch {epoch}: {shown.name}")) for epoch, path in outputs
        )
        given, truth = (
            self.gallery.add(path, f"{what}: {shown.name}") if path else None
            for path, what in ((shown.input, "input"), (shown.truth, "truth"))
        )
        return Strip(label, which, given, made, truth)

    def _pairs(self, model: str) -> int:
        """Shown in an epoch."""
        return sum(numbers.pairs(self.results, model).values())

    def _collect(self, model: str) -> tuple[training.Snapshots, ...]:
        return training.collect(self.results.root / "runs" / model / "training").snapshots
