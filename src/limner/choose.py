"""Which of many are shown, or learned: few at even steps, none by eye; people by their names."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

Item = TypeVar("Item")


def evenly(count: int, among: int, phase: float = 0.5) -> list[int]:
    """`count` indices at even steps through range(among), some of them twice if there are fewer.

    `phase` in [0, 1) moves the steps along, so that several choices from one range (one for each style)
    meet different items.
    """
    return [int((index + phase) * among / count) for index in range(count)]


def few(items: Sequence[Item], most: int | None, phase: float = 0.5) -> list[Item]:
    """At most `most` of `items` at even steps, in their order; None: all of them. `phase` as of `evenly`."""
    if most is None or len(items) <= most:
        return list(items)
    return [items[index] for index in evenly(most, len(items), phase)]


def named(patterns: Iterable[str], there: Iterable[str]) -> list[str]:
    """Those of the names `there`, in alphabetical order, that one of the patterns fits: a name itself, or one with `*`
    for any letters, `?` for one, `[0-3]` for one of some. A pattern that is somebody's name means nobody else."""
    names = sorted(set(there))
    wanted = [{pattern} if pattern in names else pattern for pattern in patterns]
    return [name for name in names if any(_fits(name, one) for one in wanted)]


def _fits(name: str, wanted: str | set[str]) -> bool:
    return name in wanted if isinstance(wanted, set) else fnmatchcase(name, wanted)
