"""From any picture of a face to its translation by a model: put right, aligned to the model's frame, applied."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from limner import device, images
from limner.align.batch import Job, align_pictures
from limner.apply import Translator
from limner.errors import LimnerError, SourceError
from limner.params import Align
from limner.scrape import pictures
from limner.tables import Problem

LANDMARKER = Path("data/weights/face_landmarker.task")


def portray(model: Path, sources: Sequence[Path], out: Path, align: Align, wanted_device: str) -> list[Problem]:
    """Translate the face in each picture of `sources` into `out`/NAME.png; return what could not be.

    A model that paints takes drawings, one that draws takes photos. `align` says which faces are refused; the
    frame is the model's own.

    Raises:
        ModelError: `model` holds no usable model.
        LimnerError: the landmarker's file is missing.
    """
    if not LANDMARKER.is_file():
        raise LimnerError(f"{LANDMARKER} does not exist: `dvc repro scrape` fetches it")
    translator = Translator(model, device.choose(wanted_device))
    card = translator.card
    frame = replace(align, size=card.frame_size, eyes=card.frame_eyes, eye_distance=card.frame_eye_distance)
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory() as folder:
        jobs = {}
        for number, source in enumerate(sources):
            upright = Path(folder) / "upright" / f"{number}.png"
            try:
                images.write(upright, pictures.read(source).image)
            except SourceError as error:
                problems.append(Problem(str(source), "failed", str(error)))
                continue
            jobs[source] = Job(upright, Path(folder) / "aligned" / f"{number}.png", gray=card.inputs == 1)
        done = align_pictures(list(jobs.values()), frame, LANDMARKER, workers=1)
        problems += [
            Problem(str(source), "skipped", done[job.target].facts.reason)
            for source, job in jobs.items()
            if not done[job.target].facts.usable
        ]
        usable = [(source, job) for source, job in jobs.items() if done[job.target].facts.usable]
        translator.files([(job.target, out / f"{source.stem}.png") for source, job in usable], card.name)
    return problems
