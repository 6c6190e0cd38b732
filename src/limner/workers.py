"""A parallel map with a progress bar, over the processes of this machine."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from limner.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")


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
