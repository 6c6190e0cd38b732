"""Work that hashes or waits for disks, done in threads beside an event loop."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 0.005
"""Seconds for which a piece of work waits for others, and for which results do."""


class Hands:
    """A few threads that take many pieces of work at a time, and bring back their results together.

    A small file is hashed and written in the time that it takes to hand it over and back alone: two threads have to be
    woken, and to take Python's one lock from each other.

    Args:
        threads: how many.
        many: so many pieces wait for nothing else.
    """

    def __init__(self, threads: int, many: int) -> None:
        self._pool = ThreadPoolExecutor(threads, "hands")
        self._free = threads
        self._many = many
        self._waiting = deque[tuple[Callable[[], Any], asyncio.Future[Any]]]()
        self._patient = False

    def close(self) -> None:
        """Wait for what is under way; what nobody waits for any more is left."""
        self._pool.shutdown(cancel_futures=True)

    def do(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> asyncio.Future[T]:
        """What `work` will have returned. All of it has to be asked for in one event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append((partial(work, *args, **named), future))
        self._look(loop)
        return future

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have a thread take what waits, now or in a moment, and another one what it leaves."""
        if len(self._waiting) >= self._many:
            self._call(loop)
        if self._waiting and self._free and not self._patient:
            self._patient = True
            loop.call_later(PATIENCE, self._lose_patience, loop)

    def _lose_patience(self, loop: asyncio.AbstractEventLoop) -> None:
        self._patient = False
        self._call(loop)
        self._look(loop)

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._free and self._waiting:
            self._free -= 1
            self._pool.submit(self._work, loop)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Do one piece after the other; in a thread."""
        settled: list[Callable[[], None]] = []
        until = time.monotonic() + PATIENCE
        with suppress(IndexError):  # nothing waits any more
            while not settled or time.monotonic() < until:
                work, future = self._waiting.popleft()
                if not future.cancelled():
                    settled.append(_outcome(work, future))
        with suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(self._bring_back, loop, settled)

    def _bring_back(self, loop: asyncio.AbstractEventLoop, settled: Sequence[Callable[[], None]]) -> None:
        self._free += 1
        self._look(loop)
        for settle in settled:
            settle()


def _outcome(work: Callable[[], T], future: asyncio.Future[T]) -> Callable[[], None]:
    """Do the work; what comes of it is for the event loop's own thread to say."""
    try:
        return partial(_settle, future, future.set_result, work())
    except BaseException as error:
        return partial(_settle, future, future.set_exception, error)


def _settle(future: asyncio.Future[T], how: Callable[[Any], None], outcome: object) -> None:
    if not future.done():  # cancelled meanwhile
        how(outcome)
