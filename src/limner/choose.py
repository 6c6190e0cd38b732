"""Which few of many are shown, or learned: even steps, none by eye."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def evenly(count: int, among: int, phase: float = 0.5) -> list[int]:
    """`count` indices at even steps through range(among), some of them twice if there are fewer.

    `phase` in [0, 1) moves the steps along, so that several choices from one range (one for each style)
    meet different items.
    """
    return [int((index + phase) * among / count) for index in range(count)]


def few(items: Sequence[Item], most: int | None) -> list[Item]:
    """At most `most` of `items` at even steps, in their order; None: all of them."""
    if most is None or len(items) <= most:
        return list(items)
    return [items[index] for index in evenly(most, len(items))]
