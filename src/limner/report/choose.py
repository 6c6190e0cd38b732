"""Which pictures a page shows: even steps through time, and the worst one; none by eye."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from limner.choose import evenly
from limner.report.dataset import Face


class Known(Protocol):
    """What has the id of a face."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item")
Picture = TypeVar("Picture", bound=Known)


def spread(items: Sequence[Item], count: int, phase: float = 0.5) -> list[Item]:
    """At most `count` of `items` at even steps, in their order; `phase` as of `evenly`."""
    if len(items) <= count:
        return list(items)
    return [items[index] for index in evenly(count, len(items), phase)]


def rows_a_style(styles: int) -> int:
    """How many rows a style gets beside its worst one: about eight a suite, three a style at least."""
    return max(3, 8 // max(styles, 1) - 1)


def by_time(pictures: Sequence[Picture], faces: Mapping[str, Face]) -> list[Picture]:
    """`pictures` in the order of `faces`: person, time, id."""
    place = {id: index for index, id in enumerate(faces)}
    return sorted(pictures, key=lambda picture: (place.get(picture.id, len(place)), picture.id))
