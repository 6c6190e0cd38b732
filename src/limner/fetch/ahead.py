"""Much work at once on an event loop in another thread, and what came of it in order."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from limner.fetch.hands import PATIENCE

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]


class _Place(Generic[T]):
    """Of a piece of work in the order of all: nothing until it is begun."""

    task: asyncio.Task[T] | None = None


class _Line(Generic[T]):
    """Those that wait for the same."""

    def __init__(self) -> None:
        self.waiting = deque[tuple[_Place[T], Work[T]]]()
        self.going = 0


def ahead(
    loop: asyncio.AbstractEventLoop,
    works: Iterable[tuple[str, Work[T]]],
    most: int,
    each: int,
    ended: Callable[[asyncio.Task[T]], None],
) -> Iterator[asyncio.Task[T]]:
    """Each of `works`, done, as soon as all before it are done too.

    Both ways many go at a time, since waking the other thread takes longer than starting a piece of work.

    Args:
        loop: runs in a thread of its own.
        works: each behind the name of what it waits for; are read only so far ahead as `most` says.
        most: that are read and not yet given: little is kept of each, so that those behind many that wait for the same
            need not wait as well.
        each: that are begun and not yet done, of those that wait for the same.
        ended: is told of each at once, in the loop's thread.
    """
    order = deque[_Place[T]]()  # the loop's thread alone looks at these
    lines = defaultdict[str, _Line[T]](_Line)
    whole = SimpleQueue[list[asyncio.Task[T]]]()
    patient = False

    def read(some: list[tuple[str, Work[T]]]) -> None:
        for name, work in some:
            place = _Place[T]()
            order.append(place)
            lines[name].waiting.append((place, work))
            begin(lines[name])

    def begin(line: _Line[T]) -> None:
        while line.waiting and line.going < each:
            place, work = line.waiting.popleft()
            line.going += 1
            place.task = loop.create_task(work())
            place.task.add_done_callback(partial(end, line))

    def end(line: _Line[T], task: asyncio.Task[T]) -> None:
        nonlocal patient
        line.going -= 1
        if not task.cancelled():  # as all are in the end
            begin(line)
        ended(task)
        if task.cancelled():  # the loop may end before a moment is over
            give()
        elif not patient:
            patient = True
            loop.call_later(PATIENCE, give)

    def give() -> None:
        nonlocal patient
        patient = False
        first = []
        while order and (foremost := order[0].task) and foremost.done():
            first.append(foremost)
            order.popleft()
        if first:
            whole.put(first)

    left, step, pending, ready = iter(works), max(1, min(most, each) // 16), 0, deque[asyncio.Task[T]]()
    while True:
        while pending <= most - step and (some := list(islice(left, step))):
            loop.call_soon_threadsafe(read, some)
            pending += len(some)
        if not pending:
            return
        if not ready:
            ready.extend(whole.get())
        pending -= 1
        yield ready.popleft()
