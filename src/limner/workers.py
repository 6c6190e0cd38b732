"""A parallel map with a progress bar, over the processes of this machine."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from limner.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 64
"""Items of a stream that are worked on, or wait for those before them, at the same time."""


def count(wanted: int = 0) -> int:
    """How many processes to use: `wanted`, or every core this process may run on when it is 0."""
    if wanted > 0:
        return wanted
    # A container may be given fewer cores than the machine has; only Linux can tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parallel_map(
    work: Callable[[Item], Result], items: Sequence[Item], label: str, workers: int = 0
) -> Iterator[Result]:
    """Yield `work(item)` for each item, in order, as soon as it is there.

    `work` must be picklable (a module's function) and should return what went wrong rather than
    raise: an exception ends the whole map. One process, or one item, stays in this process.
    """
    processes = min(count(workers), len(items))
    results: Iterable[Result]
    if processes <= 1:
        results = map(work, items)
    else:
        results = Parallel(n_jobs=processes, return_as="generator", pre_dispatch="4*n_jobs")(
            delayed(work)(item) for item in items
        )
    try:
        with progress(len(items), label) as bar:
            for result in results:
                bar.update()
                yield result
    except KeyboardInterrupt:
        # The interrupt reached the workers too; left alone, loky warns of semaphores that nobody freed.
        get_reusable_executor().shutdown(kill_workers=True)
        raise


def stream_map(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    total: int,
    label: str,
    workers: int = 0,
    known: Callable[[Item], Result | None] = lambda _: None,
) -> Iterator[Result]:
    """`parallel_map` over items that come one by one: it reads only a few ahead of what it yields.

    Args:
        work: as for `parallel_map`.
        items: may block until the next one is there.
        total: how many there are, for the progress bar.
        label: of the progress bar.
        workers: processes; 0: every core. None is started before there is work for it.
        known: what need not be worked on, called in this process; None for everything else.
    """
    processes = min(count(workers), total)
    waiting: deque[Result | Future[Result]] = deque()

    def start(item: Item) -> Result | Future[Result]:
        result = known(item)
        if result is not None:
            return result
        return get_reusable_executor(processes).submit(work, item) if processes > 1 else work(item)

    def first() -> Result:
        result = waiting.popleft()
        bar.update()
        return result.result() if isinstance(result, Future) else result

    try:
        with progress(total, label) as bar:
            for item in items:
                waiting.append(start(item))
                if len(waiting) >= AHEAD:
                    yield first()
            while waiting:
                yield first()
    except KeyboardInterrupt:
        get_reusable_executor().shutdown(kill_workers=True)
        raise
