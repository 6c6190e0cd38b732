"""A parallel map with a progress bar, over the processes of this machine."""

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import forkserver
from typing import TypeVar

from limner.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 4
"""Items a worker that are handed out before their turn, so that none waits for the next."""

OBJECTS = 50_000
"""New objects in a worker after which Python looks for cycles among them."""

# Where there is one, a server imports what the workers need, once, and forks them off. It has no threads that
# a fork could catch holding a lock, which this process has.
METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def count(wanted: int = 0) -> int:
    """How many processes to use: `wanted`, or every core this process may run on when it is 0."""
    if wanted > 0:
        return wanted
    # A container may be given fewer cores than the machine has; only Linux can tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def prepare(*modules: str) -> None:
    """Let the workers-to-be import `modules` while this process does other things; call it before those.

    On a single core there is no beside: the imports would only come twice, one after the other.
    """
    if METHOD == "forkserver" and count() > 1:
        multiprocessing.get_context(METHOD).set_forkserver_preload(list(modules))
        # The server ignores Ctrl-C, but only once its imports are done: it shall start that way.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        forkserver.ensure_running()
        signal.signal(signal.SIGINT, handler)


def parallel_map(
    work: Callable[[Item], Result], items: Iterable[Item], label: str, workers: int = 0, total: int | None = None
) -> Iterator[Result]:
    """Yield `work(item)` for each item, in order, as soon as it is there.

    Args:
        work: picklable (a module's function). It should return what went wrong rather than raise: an exception
            ends the whole map.
        items: are asked for only a little ahead of the results.
        label: of the progress bar.
        workers: processes; 0: every core. One process, or one item, stays in this process.
        total: how many items there are, if they have no length.
    """
    if total is None:
        if not isinstance(items, Sized):
            raise TypeError("items without a length need `total`")
        total = len(items)
    processes = min(count(workers), total)
    results = map(work, items) if processes <= 1 else _spread(work, iter(items), processes)
    with progress(total, label) as bar:
        for result in results:
            bar.update()
            yield result


def _spread(work: Callable[[Item], Result], items: Iterator[Item], processes: int) -> Iterator[Result]:
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context(METHOD), initializer=_settle)
    waiting: deque[Future[Result]] = deque()
    try:
        waiting.extend(pool.submit(work, item) for item in islice(items, AHEAD * processes))
        while waiting:
            result = waiting.popleft().result()
            waiting.extend(pool.submit(work, item) for item in islice(items, 1))
            yield result
    except BaseException:  # an interrupt, or whoever asks for results has enough: none waits for what runs
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _settle() -> None:
    """Make a new process a worker."""
    # Ctrl-C reaches every process of the terminal: this one's answer is for the parent to give.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What was imported stays. Looking through it for garbage every few hundred objects took a twelfth of align's time.
    gc.freeze()
    gc.set_threshold(OBJECTS)
    follow()


def follow() -> None:
    """End this worker once its parent has ended, in whatever way: a killed one can no longer tell its workers to, and
    each waits for work at a pipe that all of them hold open."""
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
