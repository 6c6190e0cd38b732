"""Which pictures a page shows: even steps through time, and the worst one; none by eye."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from limner.report.dataset import Face


class Known(Protocol):
    """What has the id of a face."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item")
Picture = TypeVar("Picture", bound=Known)


def spread(items: Sequence[Item], count: int, phase: float = 0.5) -> list[Item]:
    """At most `count` of `items` at even steps, in their order.

    `phase` in [0, 1) moves the steps along, so that several choices from one list (one for each style)
    meet different items.
    """
    if len(items) <= count:
        return list(items)
    return [items[int((index + phase) * len(items) / count)] for index in range(count)]


def rows_a_style(styles: int) -> int:
    """How many rows a style gets beside its worst one: about eight a suite, three a style at least."""
    return max(3, 8 // max(styles, 1) - 1)


def by_time(pictures: Sequence[Picture], faces: Mapping[str, Face]) -> list[Picture]:
    """`pictures` in the order of `faces`: person, time, id."""
    place = {id: index for index, id in enumerate(faces)}
    return sorted(pictures, key=lambda picture: (place.get(picture.id, len(place)), picture.id))
