"""Many pictures on all cores, each aligned once: what the memory knows costs a copy, the rest a detection."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2

from limner import chip, files
from limner.align import landmarks, memory, picture
from limner.align.landmarks import Landmarker
from limner.align.memory import Aligned, Facts, Memory
from limner.align.persons import Likeness
from limner.blocks import Align
from limner.errors import FaceError, LimnerError
from limner.workers import parallel_map


@dataclass(frozen=True)
class Job:
    """One picture to align."""

    source: Path
    target: Path
    """Where the aligned PNG goes, if the picture can be aligned."""
    gray: bool
    """Write (size, size) gray, as of a drawing, instead of RGB."""
    references: tuple[Path, ...] = ()
    """Photos of the person whose face is to be taken; without them it is the largest."""
    film: bool = False
    """It is a frame of one."""


@dataclass(frozen=True)
class _Task:
    job: Job
    entry: Path
    params: Align
    model: Path
    network: Path
    draw: str


def align_pictures(jobs: list[Job], params: Align, model: Path, workers: int) -> dict[Path, Aligned]:
    """Align every job's picture; return by target what came of it (without the PNG, which is written).

    A job with references also needs the file `limner.chip.FILE` beside the `model`. A run that is stopped half-way
    goes on from there: each result is kept as soon as it is there.
    """
    network = model.with_name(chip.FILE)
    if not network.is_file() and any(job.references for job in jobs):
        raise LimnerError(f"{network} does not exist: the scrape stage fetches it")
    remember = Memory(params, model)
    done: dict[Path, Aligned] = {}
    tasks = []
    digest = cache(files.sha256)
    for job in jobs:
        compared_with = tuple(digest(file) for file in (*job.references, network)) if job.references else ()
        # Its id, so that a drawing lies as its photo does, and other bytes of the same picture where it lay before.
        draw = job.target.stem if params.place == "loose" else ""
        entry = remember.entry(job.source, job.gray, compared_with, draw, job.film)
        known = memory.recall(entry)
        if known is None:
            tasks.append(_Task(job, entry, params, model, network, draw))
        else:
            done[job.target] = _deliver(job, known)
    if tasks:
        try:
            values = parallel_map(_work, tasks, "align", workers)
            done |= {task.job.target: value for task, value in zip(tasks, values, strict=True)}
        finally:
            _close()  # a single picture is aligned in this process
    return done


def _work(task: _Task) -> Aligned:
    cv2.setNumThreads(1)  # the other cores are busy with other pictures
    job, landmarker = task.job, landmarks.shared(task.model)
    try:
        likeness = _likeness(job.references, task.network, landmarker) if job.references else None
    except FaceError as error:
        value = Aligned(Facts("skipped", f"there is nobody to compare it with: {error}"))
    else:
        value = picture.align(job.source, job.gray, task.params, landmarker, likeness, task.draw, job.film)
    memory.keep(task.entry, value)
    return _deliver(job, value)


def _deliver(job: Job, value: Aligned) -> Aligned:
    """Write the aligned picture where it belongs, and let go of its bytes: there may be thousands."""
    if value.facts.usable:
        # Half a file does no harm here: a run that is stopped leaves no table, and the next one starts over.
        job.target.parent.mkdir(parents=True, exist_ok=True)
        job.target.write_bytes(value.png)
    return Aligned(value.facts, points=value.points)


_people: dict[tuple[Path, ...], Likeness] = {}
"""This process's references, by their photos."""


def _likeness(photos: tuple[Path, ...], network: Path, landmarker: Landmarker) -> Likeness:
    if photos not in _people:
        _people[photos] = Likeness(photos, network, landmarker)
    return _people[photos]


def _close() -> None:
    _people.clear()
    landmarks.close_shared()
