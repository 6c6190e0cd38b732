"""Whether one model is better than another, or only luckier: paired by picture, with an interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from limner import bootstrap
from limner.blocks import DRAWN
from limner.bootstrap import Estimate, Numbers, Scores
from limner.errors import LimnerError

EVEN = "even"
"""The verdict on a difference that may be noise."""
ALL = DRAWN
PICTURE = ["style", "id"]
"""What names a picture within a suite."""


@dataclass(frozen=True)
class Paired:
    """Two sets of outputs over the pictures that both have; each array (K,), one a figure."""

    a: Numbers
    b: Numbers
    apart: Estimate
    """a - b."""
    pictures: int


def pair(a: pd.DataFrame, b: pd.DataFrame, styles: Sequence[str], figures: Sequence[str]) -> Paired | None:
    """Compare `a` with `b` over `styles`, each weighing the same; None if they have no picture in common.

    The arguments are those of `match`.
    """
    matched = match(a, b, styles, figures)
    if matched is None:
        return None
    one, other, pictures = matched
    return Paired(one.value(), other.value(), bootstrap.estimate(one, other), pictures)


def match(
    a: pd.DataFrame, b: pd.DataFrame, styles: Sequence[str], figures: Sequence[str]
) -> tuple[Scores, Scores, int] | None:
    """Two sets of outputs over the pictures that both have, and how many these are; None if there are none.

    Args:
        a: columns style, id, group, seed and the figures, as numbers: one row a picture and training, of one suite.
        b: the same of the other.
        styles: to average over.
        figures: columns to compare.
    """
    keys = [pd.MultiIndex.from_frame(table[PICTURE]) for table in (a, b)]
    shared = keys[0].intersection(keys[1]).unique()
    shared = shared[shared.get_level_values("style").isin(styles)]
    if not len(shared):
        return None
    # What is not measured in one of the two says nothing about the other.
    columns = list(figures)
    known = [table.set_index(PICTURE)[columns].notna().groupby(PICTURE).all() for table in (a, b)]
    both = known[0].reindex(shared) & known[1].reindex(shared)
    group = a.drop_duplicates(PICTURE).set_index(PICTURE)["group"].reindex(shared)
    sides = []
    for table, key in zip((a, b), keys, strict=True):
        kept, names = table[key.isin(shared)].copy(), key[key.isin(shared)]
        kept[columns] = kept[columns].where(both.reindex(names).to_numpy(bool))
        kept["group"] = group.reindex(names).to_numpy()
        there = [style for style in styles if style in set(kept["style"])]
        sides.append(bootstrap.scores(kept, there, sorted(set(group)), columns))
    return sides[0], sides[1], len(shared)


def compare(
    a: pd.DataFrame, b: pd.DataFrame, directions: Mapping[str, str], drawn: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Compare what two models made of the suites that both were measured on.

    Args:
        a: pictures.csv of an evaluation, the figures as numbers; only rows of the method `model` are looked at.
        b: the same of the other.
        directions: by figure, `higher` or `lower`: which is better.
        drawn: by suite, the styles that count in its mean.

    Returns:
        Columns suite, style (one of the suite's, or `ALL`), figure, a, b (means over the pictures that both have),
        difference (a - b), low, high (its 95% interval), verdict (`a` or `b`, which is better, `EVEN`, or nothing), n
        (pictures).

    Raises:
        LimnerError: the two have no picture or no figure in common.
    """
    a, b = (table[table["method"] == "model"] for table in (a, b))
    figures = [name for name in directions if name in a.columns and name in b.columns]
    if not figures:
        raise LimnerError("the two have no figure in common: measure both by the same metrics")
    rows: list[dict[str, object]] = []
    for suite in dict.fromkeys(a["suite"]):
        mine, theirs = (table[table["suite"] == suite] for table in (a, b))
        styles = list(dict.fromkeys(mine["style"]))
        for style, over in [(ALL, drawn.get(suite, styles)), *((style, [style]) for style in styles)]:
            if paired := pair(mine, theirs, over, figures):
                rows += _rows(suite, style, paired, figures, directions)
    if not rows:
        raise LimnerError("the two have no picture in common: a suite of the same name, with the same styles and faces")
    return pd.DataFrame(rows)


def _rows(
    suite: str, style: str, paired: Paired, figures: Sequence[str], directions: Mapping[str, str]
) -> list[dict[str, object]]:
    apart = paired.apart
    return [
        {
            "suite": suite,
            "style": style,
            "figure": name,
            "a": paired.a[at],
            "b": paired.b[at],
            "difference": apart.value[at],
            "low": apart.low[at],
            "high": apart.high[at],
            "verdict": verdict(apart.low[at], apart.high[at], directions[name], ("a", "b")),
            "n": paired.pictures,
        }
        for at, name in enumerate(figures)
        if np.isfinite(apart.value[at])
    ]


def verdict(low: float, high: float, direction: str, names: tuple[str, str]) -> str:
    """Which of the two is better, by the interval of first minus second; `EVEN` where zero lies in it, and nothing
    where there is none, as of one group alone."""
    if not np.isfinite(low + high):
        return ""
    if low <= 0 <= high:
        return EVEN
    return names[0] if (low > 0) == (direction == "higher") else names[1]
