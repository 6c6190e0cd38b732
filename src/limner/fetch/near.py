"""Which members of an archive were probably meant by the name of one that it does not hold."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import islice, takewhile

MOST = 8
"""Names that are told."""


class Near:
    """The names of one archive; put in order once they are asked for, as thousands of rows may name what is gone.

    Args:
        names: of its members; read again when first asked for.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names

    def to(self, name: str) -> list[str]:
        """At most `MOST`: the same file name elsewhere, or what lies beside it, else any."""
        folder, _, base = name.rpartition("/")
        beside = islice(self._sorted, bisect_left(self._sorted, folder), None)
        return (
            self._by_base.get(base)
            or list(islice(takewhile(lambda other: other.startswith(folder), beside), MOST))
            or self._sorted[:MOST]
        )

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._names)

    @cached_property
    def _by_base(self) -> dict[str, list[str]]:
        found = defaultdict[str, list[str]](list)
        for name in self._sorted:
            alike = found[name.rpartition("/")[2]]
            if len(alike) < MOST:
                alike.append(name)
        return dict(found)
