"""Processes that decode files nobody vouches for: one that crashes or hangs costs its own file, no other."""

import faulthandler
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
from pebble import ProcessExpired, ProcessPool

from limner.errors import SourceError
from limner.fetch.store import Fetched
from limner.memory import limit
from limner.progress import progress
from limner.scrape import shots
from limner.scrape.shots import Job, Taken
from limner.workers import METHOD, count, follow, prepare

PATIENCE = 120.0
"""Seconds that one photo, or the next frame of a video, may take."""
AHEAD = 32
"""Files that are decoded, or wait for those before them, at the same time."""
MEMORY = 4 * 10**9
"""Bytes that decoding may take: a JPEG 2000 of as many pixels as are allowed, with alpha, takes three quarters."""
A_CORE = 256 * 10**6
"""Bytes beside these for each core: FFmpeg starts a thread for each, which sets aside what it may not use."""
HUNG = 1
"""What a process ends with when that time is over."""

Work = tuple[Job, Fetched | SourceError]
"""What to take from a file, and the file or why there is none."""


class Decoders:
    """A pool of processes, started when there is something to decode. Use it in a `with` block.

    Args:
        workers: how many processes.
        patience: seconds that one photo, or the next frame of a video, may take.
    """

    def __init__(self, workers: int, patience: float = PATIENCE) -> None:
        memory = MEMORY + A_CORE * count()
        self._pool = ProcessPool(
            max_workers=workers, initializer=_begin, initargs=(memory,), context=get_context(METHOD)
        )
        self._patience = patience
        self._bench: shots.Bench | None = None
        """Where files are decoded: what is dropped is this run's own, while others may have finished the same files."""
        self._answers: dict[Path, Future[Taken]] = {}
        """By their place, the files that are being decoded: of two rows that name one file, the second waits for it."""

    def __enter__(self) -> "Decoders":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()
        if self._bench:
            self._bench.close()  # processes that were stopped are gone only now

    def submit(self, work: tuple[Job, Fetched]) -> "Future[Taken]":
        """Begin to decode a file: the future holds its pictures or why there are none, never an error of it."""
        if self._bench is None:
            prepare(shots.__name__)
            self._bench = shots.Bench()
        job, file = work
        # Named by absolute paths: the processes may work in another folder.
        there = replace(file, path=file.path.absolute())
        where = shots.folder(job, file).absolute()
        if begun := self._answers.get(where):
            return begun
        own = self._bench.folder / where.name
        answer: Future[Taken] = Future()

        def ended(future: "Future[Taken]") -> None:
            _pass_on(future, answer, own, where)
            del self._answers[where]

        self._answers[where] = answer
        self._pool.schedule(_take, args=[job, there, own, self._patience]).add_done_callback(ended)
        return answer


def decode(work: Iterable[Work], total: int, workers: int = 0, patience: float = PATIENCE) -> Iterator[Taken]:
    """What is taken from each file, in order; only what no earlier run has seen is decoded.

    Args:
        work: what to take from which file; is read only a little ahead, and may block until the next is there.
        total: how many files there are.
        workers: processes; 0: every core. None is started before there is something to decode.
        patience: seconds that one photo, or the next frame of a video, may take.
    """
    waiting: deque[Taken | Future[Taken]] = deque()

    def first() -> Taken:
        taken = waiting.popleft()
        bar.update()
        return taken.result() if isinstance(taken, Future) else taken

    processes = max(1, min(count(workers), total))
    with Decoders(processes, patience) as decoders, progress(total, "decode") as bar:
        for job, file in work:
            if isinstance(file, SourceError):
                waiting.append(Taken(failure=str(file)))
            else:
                waiting.append(shots.recall(job, file) or decoders.submit((job, file)))
            if len(waiting) >= AHEAD:
                yield first()
        while waiting:
            yield first()


def _pass_on(future: "Future[Taken]", answer: "Future[Taken]", own: Path, where: Path) -> None:
    try:
        taken = future.result()
        if not taken.failure:
            shots.keep(own, where)
            taken = replace(taken, folder=where)
        answer.set_result(taken)
    except ProcessExpired as error:  # which could not tidy up
        shots.drop(own)
        answer.set_result(Taken(failure=_end(error)))
    except (Exception, CancelledError) as error:  # a bug keeps its traceback
        answer.set_exception(error)


def _end(error: Any) -> str:
    """Why a process ended in the middle of its work, in words."""
    code = error.exitcode
    if code == HUNG:
        return "its decoder did not come to an end and was stopped: the file is damaged, or made to do harm"
    names = {-number.value: number.name for number in signal.Signals}
    return (
        f"its decoder crashed on it ({names.get(code, f'exit code {code}')}): the file is damaged, or made to do harm"
    )


def _begin(memory: int) -> None:
    """In the other process, before anything is decoded."""
    follow()
    limit(memory)


def _take(job: Job, file: Fetched, where: Path, patience: float) -> Taken:
    """In the other process."""
    with Path(os.devnull).open("w") as nowhere:

        def alive() -> None:
            # A thread of C code, so it also ends a decoder that never returns to Python.
            faulthandler.dump_traceback_later(patience, exit=True, file=nowhere)

        try:
            alive()
            return shots.take(job, file, where, alive)
        except (MemoryError, cv2.error) as error:
            if isinstance(error, cv2.error) and error.code != cv2.Error.StsNoMem:
                raise
            return Taken(failure="decoding it takes more memory than may be taken")
        finally:
            faulthandler.cancel_dump_traceback_later()
