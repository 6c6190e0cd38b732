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
        LimnerError: the landmarker's file is missing, or a result would overwrite a source or another result.
    """
    target = targets(sources, out)
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
        translator.files([(job.target, target[source]) for source, job in usable], card.name)
    return problems


def targets(sources: Sequence[Path], out: Path) -> dict[Path, Path]:
    """By source, where its translation goes: `out`/NAME.png.

    Raises:
        LimnerError: it would overwrite one of the sources, or two sources have the same name.
    """
    by_source = {source: out / f"{source.stem}.png" for source in sources}
    originals = {source.resolve() for source in by_source}
    taken: dict[Path, Path] = {}
    for source, target in by_source.items():
        if target.resolve() in originals:
            raise LimnerError(f"{target} is one of the pictures to read: name another folder with --out")
        if target in taken:
            raise LimnerError(f"{taken[target]} and {source} would both become {target}: translate them one by one")
        taken[target] = source
    return by_source
