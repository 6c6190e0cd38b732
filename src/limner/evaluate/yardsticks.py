"""What a model's figures are held against: floors that cost nothing, and the truth's own neighbour as the ceiling."""

from collections.abc import Iterator

import pandas as pd

from limner.evaluate import floors
from limner.evaluate.closest import Closest, apart, small
from limner.images import Image
from limner.params import Suite
from limner.suites import Faces, Sample

NEAREST = "nearest"
"""The floor that answers with the truth of the training input which is closest to the input."""
FLOORS = (*floors.NAMES, NEAREST)
CEILING = "neighbour"
"""Another frame of the same film, the next in time: what the truth is like a moment away. Not every face has one."""
MODEL = "model"
METHODS = (MODEL, *FLOORS, CEILING)


class Yardsticks:
    """The floors and the ceiling of one model's suites.

    Args:
        faces: what the model is measured on.
        times: data/faces.csv: columns id, person, time, source; time is empty for photos.
        size: side of the pictures, pixels.
    """

    def __init__(self, faces: Faces, times: pd.DataFrame, size: int) -> None:
        self._faces, self._size = faces, size
        self._next = neighbours(times)
        styles = tuple(dict.fromkeys(style for suite in faces.model.suites.values() for style in suite.styles))
        self._training: dict[str, dict[str, Sample]] = {}
        for style in styles:
            what = f"training faces for the floors of {style}"
            samples = faces.samples(Suite(people=faces.model.train.people, split="train", styles=(style,)), what)
            self._training[style] = {sample.id: sample for sample in samples}
        self._inputs, self._truths = ({style: Closest() for style in styles} for _ in range(2))
        fits = {style: floors.Fit() for style in styles}
        # Face by face, so that a photo is read once for all of its drawings.
        for id in dict.fromkeys(id for training in self._training.values() for id in training):
            for style in styles:
                if sample := self._training[style].get(id):
                    picture, truth = sample.read_input(size), sample.read_truth(size)
                    self._inputs[style].add(id, picture)
                    self._truths[style].add(id, truth)
                    fits[style].add(picture, truth)
        self._floors = {style: fit.floors() for style, fit in fits.items()}

    def of(self, sample: Sample) -> Iterator[tuple[str, Image]]:
        """By method, what each floor makes of the sample's input, and the ceiling, if it has one."""
        picture, floor = sample.read_input(self._size), self._floors[sample.style]
        for name in floors.NAMES:
            yield name, getattr(floor, name)(picture)
        found, _ = self._inputs[sample.style].find(picture)
        yield NEAREST, self._training[sample.style][found].read_truth(self._size)
        if neighbour := self._next.get(sample.id):
            other = self._faces.sample(sample.style, neighbour)
            if other.truth.is_file():  # not every frame is drawn by hand
                yield CEILING, other.read_truth(self._size)

    def closest(self, sample: Sample, output: Image) -> tuple[str, float, float]:
        """The training face whose truth is closest to an output, how far it is, and how far the output's own truth
        is (see `closest.apart`). An output that is closer to a training picture than to its truth is remembered
        rather than painted."""
        found, distance = self._truths[sample.style].find(output)
        return found, distance, apart(small(output), small(sample.read_truth(self._size)))


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
