"""Many pictures on all cores, each aligned once: what the memory knows costs a copy, the rest a detection."""

from dataclasses import dataclass
from multiprocessing import util
from pathlib import Path

import cv2

from limner.align import memory, picture
from limner.align.landmarks import Landmarker
from limner.align.memory import Aligned, Memory
from limner.params import Align
from limner.workers import parallel_map


@dataclass(frozen=True)
class Job:
    """One picture to align."""

    source: Path
    target: Path
    """Where the aligned PNG goes, if the picture can be aligned."""
    gray: bool
    """Write (size, size) gray, as of a drawing, instead of RGB."""


@dataclass(frozen=True)
class _Task:
    job: Job
    entry: Path
    params: Align
    model: Path


def align_pictures(jobs: list[Job], params: Align, model: Path, workers: int) -> dict[Path, Aligned]:
    """Align every job's picture; return by target what came of it (without the PNG, which is written).

    A run that is stopped half-way goes on from there: each result is kept as soon as it is there.
    """
    remember = Memory(params, model)
    done: dict[Path, Aligned] = {}
    tasks = []
    for job in jobs:
        entry = remember.entry(job.source, job.gray)
        known = memory.recall(entry)
        if known is None:
            tasks.append(_Task(job, entry, params, model))
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
    value = picture.align(task.job.source, task.job.gray, task.params, _landmarker(task.model))
    memory.keep(task.entry, value)
    return _deliver(task.job, value)


def _deliver(job: Job, value: Aligned) -> Aligned:
    """Write the aligned picture where it belongs, and let go of its bytes: there may be thousands."""
    if value.facts.usable:
        # Half a file does no harm here: a run that is stopped leaves no table, and the next one starts over.
        job.target.parent.mkdir(parents=True, exist_ok=True)
        job.target.write_bytes(value.png)
    return Aligned(value.facts, points=value.points)


_opened: dict[Path, Landmarker] = {}
"""This process's landmarker, by model: loading one takes as long as using it on ten pictures."""


def _landmarker(model: Path) -> Landmarker:
    if model not in _opened:
        cv2.setNumThreads(1)  # the other cores are busy with other pictures
        _opened[model] = Landmarker(model)
        # Closed before the interpreter stops its threads, which mediapipe needs for it; atexit comes later.
        util.Finalize(None, _close, exitpriority=1)
    return _opened[model]


def _close() -> None:
    while _opened:
        _opened.popitem()[1].close()
