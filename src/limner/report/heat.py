"""How warm a cell of a table is: where a figure stands between the worst and the best of those it is compared with."""

import math
from collections.abc import Sequence

LEVELS = 7
"""Steps from worst to best: as many as the style sheet has colours for; an odd number, so that there is a middle."""


def levels(values: Sequence[float], higher: bool) -> list[int | None]:
    """From 0, the worst, to `LEVELS` - 1, the best; None for nan, and for all where none is worse than another."""
    known = [value for value in values if math.isfinite(value)]
    if not known or not max(known) > min(known):
        return [None] * len(values)
    worst, best = (min(known), max(known)) if higher else (max(known), min(known))
    return [
        min(LEVELS - 1, int((value - worst) / (best - worst) * LEVELS)) if math.isfinite(value) else None
        for value in values
    ]
