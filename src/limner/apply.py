"""Applying a trained model to pictures that are in its frame already (aligned faces, or drawings of them)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from limner import device as devices
from limner import images, sketches
from limner.blocks import Feature, Suite
from limner.errors import FaceError
from limner.files import whole
from limner.nets import store
from limner.pairs import load, to_pixels, to_unit, with_planes
from limner.params import Params
from limner.progress import progress
from limner.sketch.erase import erase
from limner.suites import Faces, Sample

BATCH = 32
"""Pictures at once: enough to keep a device busy, few enough for a laptop."""

Job = tuple[Path, Path]
"""A picture to read, and where its translation goes."""

NO_LABELS: Mapping[str, str] = {}


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
        order = torch.contiguous_format if device.type == "mps" else torch.channels_last  # as `machine` has it
        self.network = network.to(device).to(memory_format=order)
        self.device = device

    def __call__(self, pictures: Tensor, labels: Sequence[str] | None = None) -> Tensor:
        """(N, inputs, size, size) uint8 -> (N, outputs, size, size) uint8, on the CPU.

        `labels` are the pictures', for a model that knows some: "", or None for all, where they are not known.

        In float32 even where training was not: applying is cheap, and bfloat16 has no more bits than a picture.
        """
        with torch.no_grad():
            seen = with_planes(to_unit(pictures.to(self.device)), self._codes(labels or [""] * len(pictures)))
            return to_pixels(self.network(seen)).cpu()

    def _codes(self, labels: Sequence[str]) -> Tensor:
        """(N, L): what fills the planes."""
        codes = [self.card.code(label) for label in labels]
        return torch.tensor(codes, dtype=torch.float32, device=self.device).reshape(len(codes), len(self.card.labels))

    def files(self, jobs: Iterable[Job], title: str, labels: Mapping[str, str] = NO_LABELS) -> None:
        """Translate picture files, of any size, into PNGs of the model's size; each picture once, however many
        places want it.

        Args:
            jobs: what to read, and where to write; the name of a file that is read is its face's id.
            title: of the progress that is shown.
            labels: by id, for a model that knows some; of a face that is not in it, the label is not known.
        """
        targets: dict[Path, list[Path]] = {}
        for source, target in jobs:
            targets.setdefault(source, []).append(target)
        sources = list(targets)
        with progress(len(sources), title) as bar:
            for first in range(0, len(sources), BATCH):
                some = sources[first : first + BATCH]
                told = [labels.get(source.stem, "") for source in some]
                painted = self(load(some, self.card.size, self.card.inputs), told).permute(0, 2, 3, 1).numpy()
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


def translate(
    settings: Params, name: str, suites: Mapping[str, Suite], writes: Path | None, root: Path = Path()
) -> None:
    """Apply a model to the samples of `suites`, and to all that it can read if there is a folder for that.

    Args:
        settings: of the model, `Params.of(name)`.
        name: of the model.
        suites: of its suites, those whose samples are wanted.
        writes: where what it makes of everything goes.
        root: of the project.

    Raises:
        LimnerError: a suite is empty, or names what there is not.
        ModelError: the model, or one of its repeated trainings, is not there.
    """
    model, device = settings.model(name), devices.choose(settings.train.device)
    faces, samples = Faces(name, model, root), list[Sample]()
    translator = Translator(root / "models" / name, device)
    for suite, block in suites.items():
        found = faces.samples(block, suite)
        if block.erase:
            erase_inputs(found, block.erase, root / model.data / "landmarks.npz", translator.card.frame_size)
        samples += found

    own = []
    if writes:
        folders = root / model.data / "faces", root / model.sketches
        own = jobs(model.learns, *folders, model.train.styles, writes)
    read = {source for source, _ in own}
    asked = [(sample.input, sample.output(settings.seed)) for sample in samples]
    if own:
        translator.files([*own, *(job for job in asked if job[0] in read)], f"translate {name}", faces.labels)
    # By themselves: what a picture becomes may depend on its batch in the last bit, and no suite may change `writes`.
    if others := [job for job in asked if job[0] not in read]:
        translator.files(others, f"translate {name}: suites", faces.labels)
    for seed in settings.seeds[1:] if samples else ():
        repeated = Translator(root / "runs" / name / "repeats" / str(seed), device)
        wanted = [(sample.input, sample.output(seed)) for sample in samples]
        repeated.files(wanted, f"translate {name}: seed {seed}", faces.labels)
