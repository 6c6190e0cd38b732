"""Applying a trained model to pictures that are in its frame already (aligned faces, or drawings of them)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from limner import images, sketches
from limner.errors import FaceError
from limner.files import whole
from limner.nets import store
from limner.pairs import load, to_pixels, to_unit
from limner.params import Feature
from limner.progress import progress
from limner.sketch.erase import erase
from limner.suites import Sample

BATCH = 32
"""Pictures at once: enough to keep a device busy, few enough for a laptop."""

Job = tuple[Path, Path]
"""A picture to read, and where its translation goes."""


class Translator:
    """A model ready to be applied.

    Args:
        folder: the model's.
        device: where to run.

    Raises:
        ModelError: the folder holds no usable model.
    """

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.card, network = store.load(folder)
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.device = device

    def __call__(self, pictures: Tensor) -> Tensor:
        """(N, inputs, size, size) uint8 -> (N, outputs, size, size) uint8, on the CPU.

        In float32 even where training was not: applying is cheap, and bfloat16 has no more bits than a picture.
        """
        with torch.no_grad():
            return to_pixels(self.network(to_unit(pictures.to(self.device)))).cpu()

    def files(self, jobs: Iterable[Job], label: str) -> None:
        """Translate picture files, of any size, into PNGs of the model's size; each picture once, however many
        places want it."""
        targets: dict[Path, list[Path]] = {}
        for source, target in jobs:
            targets.setdefault(source, []).append(target)
        sources = list(targets)
        with progress(len(sources), label) as bar:
            for first in range(0, len(sources), BATCH):
                some = sources[first : first + BATCH]
                painted = self(load(some, self.card.size, self.card.inputs)).permute(0, 2, 3, 1).numpy()
                for source, picture in zip(some, painted, strict=True):
                    data = images.encode(picture.squeeze())
                    for target in targets[source]:
                        with whole(target) as part:
                            part.write_bytes(data)
                bar.update(len(some))


def jobs(
    learns: Literal["sketch", "photo"], faces: Path, drawings: Path, styles: Iterable[str], writes: Path
) -> list[Job]:
    """Everything a model can read, and where what it makes of it goes.

    A model that learns to draw reads every face and writes `writes`/ID.png; one that learns to paint reads
    every drawing of its styles and writes `writes`/STYLE/ID.png.
    """
    if learns == "sketch":
        return [(path, writes / path.name) for path in sorted(faces.glob("*.png"))]
    return [
        (path, writes / style / path.name)
        for style, folder in sketches.chosen(drawings, styles).items()
        for path in sorted(folder.glob("*.png"))
    ]


def erase_inputs(samples: Iterable[Sample], features: Iterable[Feature], landmarks: Path, frame: int) -> None:
    """Write the inputs of a suite that erases `features`.

    A drawing by hand was aligned by its own landmarks into the frame of its photo, whose landmarks serve all drawings.

    Args:
        samples: of the suite.
        features: what is erased from each drawing.
        landmarks: data/landmarks.npz, pixels of the aligned faces.
        frame: side of the aligned faces, pixels.

    Raises:
        FaceError: a whole picture is used in which no face was found.
    """
    features = tuple(features)
    with np.load(landmarks) as points:
        for sample in samples:
            if sample.id not in points:
                raise FaceError(f"nothing can be erased from {sample.id!r}: it has no landmarks in {landmarks}")
            drawing = images.read_gray(sample.sketch)
            images.write(sample.input, erase(drawing, points[sample.id] * drawing.shape[0] / frame, features))
