"""Much work at once on an event loop in another thread, and what came of it in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from itertools import islice
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")


def ahead(
    loop: asyncio.AbstractEventLoop,
    works: Iterable[Coroutine[Any, Any, T]],
    most: int,
    ended: Callable[[asyncio.Task[T]], None],
) -> Iterator[asyncio.Task[T]]:
    """Each of `works`, done, as soon as all before it are done too.

    Both ways many go at a time, since waking the other thread takes longer than starting a piece of work.

    Args:
        loop: runs in a thread of its own.
        works: are read only so far ahead as they are begun.
        most: that are begun and not yet given.
        ended: is told of each at once, in the loop's thread.
    """
    begun = deque[asyncio.Task[T]]()  # the loop's thread alone looks at it
    whole = SimpleQueue[list[asyncio.Task[T]]]()

    def begin(some: list[Coroutine[Any, Any, T]]) -> None:
        for work in some:
            task = loop.create_task(work)
            task.add_done_callback(end)
            begun.append(task)

    def end(task: asyncio.Task[T]) -> None:
        ended(task)
        first = []
        while begun and begun[0].done():
            first.append(begun.popleft())
        if first:
            whole.put(first)

    left, step, pending, ready = iter(works), max(1, most // 16), 0, deque[asyncio.Task[T]]()
    while True:
        while pending <= most - step and (some := list(islice(left, step))):
            loop.call_soon_threadsafe(begin, some)
            pending += len(some)
        if not pending:
            return
        if not ready:
            ready.extend(whole.get())
        pending -= 1
        yield ready.popleft()
