"""How far a mean figure may be off by chance: what it would be with other pictures, and with other trainings.

Frames of one moment are alike, so chance is in which groups of pictures there are (blocks of a video, photos of one
day), not in how many frames each has: groups are drawn anew, with replacement, and so are the trainings where there
are several (the cluster bootstrap: Davison and Hinkley, "Bootstrap methods and their application", 1997). The spread
over the draws gives a standard error, enlarged by sqrt(n / (n - 1)) as Hesterberg advises ("What teachers should know
about the bootstrap", 2015), and Student's t with as few degrees of freedom as there are groups makes it an interval:
with three groups the percentiles of the draws would be far too narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

DRAWS = 2000
CONFIDENCE = 0.95

Numbers = npt.NDArray[np.float64]


class Estimate(NamedTuple):
    """Of K figures: each (K,); nan where nothing was measured, or low and high where there is one group alone."""

    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class Scores:
    """Figures of pictures in the form that is drawn from: sums and counts by style, training and group."""

    sums: Numbers
    """(styles, trainings, groups, K)."""
    counts: Numbers
    """(styles, trainings, groups, K): how many pictures could be measured."""

    def mean(self, trainings: Numbers, groups: Numbers) -> Numbers:
        """(B, trainings) and (B, groups) weights -> (B, K): the mean over pictures, then over styles; nan without any.

        A style without a measured picture is left out.
        """
        # One weight a training and group, and so one product of matrices.
        weights = (trainings[:, :, None] * groups[:, None]).reshape(len(groups), -1)
        styles, _, _, figures = self.sums.shape
        sums, counts = (
            (weights @ part.transpose(1, 2, 0, 3).reshape(weights.shape[1], -1)).reshape(len(weights), styles, figures)
            for part in (self.sums, self.counts)
        )
        with np.errstate(invalid="ignore"):
            by_style = sums / counts
            known = np.isfinite(by_style)
            return cast(Numbers, np.where(known, by_style, 0).sum(axis=1) / known.sum(axis=1))

    def value(self) -> Numbers:
        """(K,): the mean of what there is, nothing drawn."""
        _, trainings, groups, _ = self.sums.shape
        whole: Numbers = self.mean(np.ones((1, trainings)), np.ones((1, groups)))[0]
        return whole


def scores(table: pd.DataFrame, styles: Sequence[str], groups: Sequence[str], figures: Sequence[str]) -> Scores:
    """Gather `table` (columns style, group, seed, and the figures; one row a picture and training)."""
    seeds = sorted(set(table["seed"]))
    place = (
        table["style"].map({name: at for at, name in enumerate(styles)}).to_numpy(),
        table["seed"].map({name: at for at, name in enumerate(seeds)}).to_numpy(),
        table["group"].map({name: at for at, name in enumerate(groups)}).to_numpy(),
    )
    values = table[list(figures)].to_numpy(float)
    sums = np.zeros((len(styles), len(seeds), len(groups), len(figures)))
    counts = np.zeros_like(sums)
    np.add.at(sums, place, np.nan_to_num(values))
    np.add.at(counts, place, np.isfinite(values))
    return Scores(sums, counts)


def estimate(plus: Scores, minus: Scores | None = None, paired: bool = True, logs: bool = False) -> Estimate:
    """The mean of `plus`, or by how much it exceeds that of `minus`, with its interval.

    Groups are drawn for both alike, so that what is hard for both does not count as a difference between them; their
    trainings are drawn each by itself. The parts of the error are added up with Welch and Satterthwaite's degrees
    of freedom.

    Args:
        plus: of one set of outputs.
        minus: of another one, of the same styles and groups unless `paired` is off.
        paired: off: the two have nothing to do with each other, and each side's groups are drawn by themselves.
        logs: estimate the means' logarithms: with `minus` that of their ratio; nan where a mean is not positive.
    """
    sides = [plus] if minus is None else [plus, minus]
    groups = [side.sums.shape[2] for side in sides]
    trainings = [side.sums.shape[1] for side in sides]

    def means(seeds: Sequence[Numbers], drawn: Sequence[Numbers]) -> Numbers:
        several = (side.mean(*weights) for side, *weights in zip(sides, seeds, drawn, strict=True))
        first, *rest = (_logs(one) if logs else one for one in several)
        return first - rest[0] if rest else first

    def even(numbers: Sequence[int], rows: int = DRAWS) -> list[Numbers]:
        return [np.full((rows, number), 1.0) for number in numbers]

    def drawn(numbers: Sequence[int], which: int, stream: int) -> list[Numbers]:
        weights = even(numbers)
        weights[which] = draw(numbers[which], stream)
        return weights

    value = means(even(trainings, 1), even(groups, 1))[0]
    if paired:
        errors = [(means(even(trainings), [draw(groups[0])] * len(sides)), groups[0])]
    else:
        errors = [(means(even(trainings), drawn(groups, at, 0)), number) for at, number in enumerate(groups)]
    for which, number in enumerate(trainings):
        if number > 1:
            errors.append((means(drawn(trainings, which, 1 + which), even(groups)), number))
    return interval(value, errors)


def interval(value: Numbers, errors: Sequence[tuple[Numbers, int]]) -> Estimate:
    """An estimate from what was drawn.

    Args:
        value: (K,).
        errors: for each source of chance the value over the draws (B, K), and how many things were drawn from.
    """
    variances = [_variance(replicates, number) for replicates, number in errors]
    total = np.sum(variances, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = sum(variance**2 / max(number - 1, 1) for variance, (_, number) in zip(variances, errors, strict=True))
        freedom = np.where(total > 0, total**2 / parts, 1.0)
    reach = stdtrit(freedom, (1 + CONFIDENCE) / 2) * np.sqrt(total)
    return Estimate(value, value - reach, value + reach)


def within(estimate: Estimate, bounds: Sequence[tuple[float, float]]) -> Estimate:
    """The estimate of K means, its interval ending where the figures do: at the least and the most that each can be.

    Not where those that were measured end: of three groups all lie on one side of the truth in a quarter of all cases.
    """
    least, most = np.array(bounds, float).reshape(-1, 2).T
    return Estimate(estimate.value, np.maximum(estimate.low, least), np.minimum(estimate.high, most))


@cache
def draw(number: int, stream: int = 0) -> Numbers:
    """(DRAWS, number): how often each of `number` is drawn; the same ones every time."""
    drawn = np.random.default_rng([number, stream])
    return drawn.multinomial(number, np.full(number, 1 / number), size=DRAWS).astype(float)


def _logs(means: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(means > 0, np.log(means), np.nan)


def _variance(replicates: Numbers, number: int) -> Numbers:
    """(B, K) -> (K,): of the mean over `number` groups; nan if there is but one, of which nothing can be known."""
    if number < 2:
        return np.full(replicates.shape[1], np.nan)
    known = np.isfinite(replicates)
    count = known.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, replicates, 0).sum(axis=0) / count
        spread = np.where(known, (replicates - mean) ** 2, 0).sum(axis=0) / count
    return cast(Numbers, spread * number / (number - 1))
