"""The metrics that look at all the pictures of a suite: each picture's place among the truths, one set against
another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import torch

from limner.bootstrap import Numbers, draw
from limner.choose import evenly
from limner.evaluate.engine import Array, Measured
from limner.evaluate.yardsticks import CEILING
from limner.metrics import Metric, kid

MOST = 200
"""Truths of a suite whose features are kept to compare sets: bounds the memory, and no larger set is told apart
better by the eye."""

Key = tuple[str, str, int]
"""Style, method and seed of a training."""


@dataclass
class _Gallery:
    """Pictures that are judged among the same truths; each list by metric."""

    truths: dict[str, list[Array]] = field(default_factory=dict)
    """(1, ...) of each truth."""
    fakes: dict[str, list[Array]] = field(default_factory=dict)
    """(N, ...) of what was made for each truth."""
    keys: dict[str, list[Sequence[Key]]] = field(default_factory=dict)
    """N of what was made for each truth."""
    rows: dict[str, list[range]] = field(default_factory=dict)
    """N numbers among all the pictures that were measured."""
    groups: dict[str, list[str]] = field(default_factory=dict)
    """Of each truth."""


class SetFigures(NamedTuple):
    """The figures of one metric over the set of one style, method and training."""

    suite: str
    key: Key
    metric: str
    value: Numbers
    """(K,)."""
    drawn: Numbers
    """(DRAWS, K): with the groups drawn anew, the same draws for each style and method."""
    groups: int
    pictures: int


class Together:
    """What was seen of each picture, as it comes, and the judgement on all of them at the end.

    Args:
        ids: by suite, of its truths.
        chosen: the metrics.
        learns: what the model makes: the drawings of a style are judged among that style's, photos among all photos.
    """

    def __init__(
        self, ids: Mapping[str, Sequence[str]], chosen: Sequence[Metric], learns: Literal["sketch", "photo"]
    ) -> None:
        self._metrics, self._learns = chosen, learns
        self._galleries: dict[tuple[str, str], _Gallery] = {}
        self._count = 0
        self._shown: dict[str, set[str]] = {}
        for suite, inside in ids.items():
            different = list(dict.fromkeys(inside))
            self._shown[suite] = {different[at] for at in evenly(min(MOST, len(different)), len(different))}

    def wanted(self, suite: str, id: str) -> tuple[str, ...]:
        """The metrics that are asked about one truth of a suite: sets are compared where there are enough pictures."""
        shown = self._shown[suite]
        return tuple(
            metric.name for metric in self._metrics if metric.over != "set" or (id in shown and len(shown) >= kid.LEAST)
        )

    def add(self, suite: str, group: str, keys: Sequence[Key], measured: Measured) -> None:
        """What was seen of one truth and of what was made for it, one picture for each of `keys`."""
        gallery = self._galleries.setdefault((suite, keys[0][0] if self._learns == "sketch" else ""), _Gallery())
        rows = range(self._count, self._count + len(keys))
        self._count += len(keys)
        for name, seen in measured.features.items():
            gallery.truths.setdefault(name, []).append(measured.truth[name])
            gallery.fakes.setdefault(name, []).append(seen)
            gallery.keys.setdefault(name, []).append(keys)
            gallery.rows.setdefault(name, []).append(rows)
            gallery.groups.setdefault(name, []).append(group)

    def judged(self) -> pd.DataFrame:
        """The figures of single pictures, in the order in which they came."""
        table = pd.DataFrame(index=range(self._count))
        for metric in self._metrics:
            if metric.over == "suite":
                values = np.full((self._count, len(metric.figures)), np.nan, np.float32)
                for gallery in self._galleries.values():
                    rows = gallery.rows[metric.name]
                    owners = torch.tensor([place for place, made in enumerate(rows) for _ in made])
                    fakes, truths = (
                        torch.from_numpy(np.concatenate(seen[metric.name])) for seen in (gallery.fakes, gallery.truths)
                    )
                    judged = metric.judge(fakes, truths, owners).numpy()
                    # A neighbouring frame is a truth of the suite itself, and so nearest to itself.
                    copies = [key[1] == CEILING for keys in gallery.keys[metric.name] for key in keys]
                    judged[np.array(copies)] = np.nan
                    values[np.concatenate(rows)] = judged
                table[[figure.name for figure in metric.figures]] = values
        return table

    def sets(self) -> Iterator[SetFigures]:
        """The figures of whole sets, style by style, method by method."""
        for metric in self._metrics:
            if metric.over == "set":
                for (suite, _), gallery in self._galleries.items():
                    if metric.name in gallery.truths:
                        for key in dict.fromkeys(key for keys in gallery.keys[metric.name] for key in keys):
                            yield _set(suite, gallery, metric, key)


def _set(suite: str, gallery: _Gallery, metric: Metric, key: Key) -> SetFigures:
    """Hold all that one key made against all the truths of a gallery."""
    names, all_groups = gallery.groups[metric.name], sorted(set(gallery.groups[metric.name]))
    made = [
        (features[keys.index(key)], group)
        for features, keys, group in zip(gallery.fakes[metric.name], gallery.keys[metric.name], names, strict=True)
        if key in keys  # not every truth has a neighbour, not every face is drawn by hand
    ]
    fakes, truths = np.stack([features for features, _ in made]), np.concatenate(gallery.truths[metric.name])
    sums = kid.sums(torch.from_numpy(fakes), torch.from_numpy(truths))
    places = [[all_groups.index(group) for group in side] for side in ((group for _, group in made), names)]
    # One draw of the groups is one weight a group, and so a picture; the first row weighs all the same.
    weights = np.concatenate([np.ones((1, len(all_groups))), draw(len(all_groups))])
    values = kid.value(sums, *(torch.from_numpy(weights[:, place]) for place in places)).numpy()[:, None]
    return SetFigures(suite, key, metric.name, values[0], values[1:], len(all_groups), len(made))
