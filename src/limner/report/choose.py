"""Which pictures a page shows: all, or even steps through time and the worst; none by eye."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from limner.choose import few
from limner.report.dataset import Face

WORST = 10
"""One of so many pictures is shown because it is among the worst, where not all can be shown."""


class Known(Protocol):
    """What has the id of a face."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item")
Picture = TypeVar("Picture", bound=Known)


def most(items: Sequence[Item], worst_first: Sequence[int], count: int) -> list[Item]:
    """At most `count` of `items`, in their order: nine tenths at even steps, the rest the worst of the others.

    `worst_first` are the places of the items, the worst one's first.
    """
    if len(items) <= count:
        return list(items)
    steps = set(few(range(len(items)), count - count // WORST))
    others = [place for place in worst_first if place not in steps]
    return [items[place] for place in sorted([*steps, *others[: count // WORST]])]


def by_time(pictures: Sequence[Picture], faces: Mapping[str, Face]) -> list[Picture]:
    """`pictures` in the order of `faces`: person, time, id."""
    place = {id: index for index, id in enumerate(faces)}
    return sorted(pictures, key=lambda picture: (place.get(picture.id, len(place)), picture.id))
