"""What a model's figures are held against: floors that cost nothing, and the truth's own neighbour as the ceiling."""

from collections.abc import Collection, Iterator
from typing import get_args

import pandas as pd

from limner.blocks import Ceiling, Floor
from limner.evaluate import floors
from limner.evaluate.closest import Closest, apart, small
from limner.images import Image
from limner.suites import Faces, Sample

FLOORS: tuple[Floor, ...] = get_args(Floor)
COPY, MEAN, LINEAR, NEAREST = FLOORS
"""The last answers with the truth of the training input which is closest to the input."""
CEILING: Ceiling = "neighbour"
"""Another frame of the same film, the next in time: what the truth is like a moment away. Not every face has one."""
MODEL = "model"
ALL: tuple[Floor | Ceiling, ...] = (*FLOORS, CEILING)


class Yardsticks:
    """The floors and the ceiling of one model's suites.

    They are fitted to what the model learned from. A style in which no training face is drawn has one floor, the copy:
    there is nothing to fit the others to.

    Args:
        faces: what the model is measured on.
        times: data/faces.csv: columns id, person, time, source; time is empty for photos.
        size: side of the pictures, pixels.
        beside: which of them.

    Raises:
        LimnerError: there are no training faces of the model's people.
    """

    def __init__(self, faces: Faces, times: pd.DataFrame, size: int, beside: Collection[Floor | Ceiling] = ALL) -> None:
        self._faces, self._size, self._beside = faces, size, beside
        self._next = neighbours(times) if CEILING in beside else {}
        styles = tuple(dict.fromkeys(style for suite in faces.model.suites.values() for style in suite.styles))
        self._floors: dict[str, floors.Floors] = {}
        self._inputs: dict[str, Closest] = {}
        self._truths: dict[str, Closest] = {}
        fits = {style: floors.Fit() for style in styles}
        fit = not {MEAN, LINEAR, NEAREST}.isdisjoint(beside)
        fitted = {style: set(faces.learned(style)) if fit else set() for style in styles}
        learned = {id for ids in faces.lessons().values() for id in ids}
        # Face by face, so that a photo is read once for all of its drawings.
        for id in faces.training():
            for style in styles:
                sample = faces.sample(style, id)
                if id not in fitted[style] | learned or not sample.sketch.is_file():  # not every face is drawn by hand
                    continue
                truth = sample.read_truth(size)
                if id in learned:
                    self._truths.setdefault(self._kind(style), Closest()).add(id, truth)
                if id in fitted[style]:
                    picture = sample.read_input(size)
                    self._inputs.setdefault(style, Closest()).add(id, picture)
                    fits[style].add(picture, truth)
        self._floors = {style: fits[style].floors() for style in self._inputs}

    def of(self, sample: Sample) -> Iterator[tuple[str, Image]]:
        """By method, what each floor makes of the sample's input, and the ceiling, if it has one: as the truth is,
        (H, W, 3) or (H, W) in [0, 255]."""
        picture = sample.read_input(self._size)
        if COPY in self._beside:
            yield COPY, floors.copy(picture, 3 if sample.learns == "photo" else 1)
        if floor := self._floors.get(sample.style):
            if MEAN in self._beside:
                yield MEAN, floor.mean()
            if LINEAR in self._beside:
                yield LINEAR, floor.linear(picture)
            if NEAREST in self._beside:
                found, _ = self._inputs[sample.style].find(picture, without=sample.id)  # a learned face is not its own
                yield NEAREST, self._faces.sample(sample.style, found).read_truth(self._size)
        if neighbour := self._next.get(sample.id):
            other = self._faces.sample(sample.style, neighbour)
            if other.truth.is_file():  # not every frame is drawn by hand
                yield CEILING, other.read_truth(self._size)

    def closest(self, sample: Sample, output: Image) -> tuple[str, float, float] | None:
        """The training face whose truth is closest to an output, how far it is, and how far the output's own truth
        is (see `closest.apart`). An output that is closer to a training picture than to its truth is remembered
        rather than painted. None where nothing of the kind was learned."""
        if (truths := self._truths.get(self._kind(sample.style))) is None:
            return None
        found, distance = truths.find(output)
        return found, distance, apart(small(output), small(sample.read_truth(self._size)))

    def _kind(self, style: str) -> str:
        """What a truth is compared with: photos with photos, drawings with those of their style."""
        return style if self._faces.model.learns == "sketch" else "photo"


def neighbours(times: pd.DataFrame) -> dict[str, str]:
    """By face, the one of the same film that is nearest in time; of two equally near ones the earlier."""
    frames = times[times["time"] != ""]
    found: dict[str, str] = {}
    for _, film in frames.groupby(["person", "source"], sort=False):
        moments = sorted(zip(film["time"].astype(float), film["id"], strict=True))
        for place, (time, id) in enumerate(moments):
            around = [moments[at] for at in (place - 1, place + 1) if 0 <= at < len(moments)]
            if around:
                found[id] = min(around, key=lambda other: (abs(other[0] - time), other[0]))[1]
    return found
