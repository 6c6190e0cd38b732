"""Work in another thread's event loop: in order, as much at once as asked for, each told of as it ends."""

import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from limner.fetch.ahead import ahead


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread of its own."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


async def after(seconds: float, number: int) -> int:
    await asyncio.sleep(seconds)
    if number == 13:
        raise ValueError("unlucky")
    return number


def ignore(_: object) -> None:
    pass


@pytest.mark.parametrize("most", [1, 4, 16, 100])
def test_in_order_whichever_ends_first(loop: asyncio.AbstractEventLoop, most: int) -> None:
    ended: list[asyncio.Task[int]] = []
    works = ((f"{number % 5}", partial(after, 0.01 * (number % 3), number)) for number in range(40))
    given = list(ahead(loop, works, most, 3, ended.append))
    assert [task.result() for task in given if not task.exception()] == [k for k in range(40) if k != 13]
    assert [str(task.exception()) for task in given[13:14]] == ["unlucky"]
    assert set(ended) == set(given)


@pytest.mark.parametrize("most", [1, 4, 64])
def test_no_more_at_once_and_no_further_ahead(loop: asyncio.AbstractEventLoop, most: int) -> None:
    now, peak, read = 0, 0, 0

    async def work() -> None:
        nonlocal now, peak
        now += 1
        peak = max(peak, now)
        await asyncio.sleep(0.001)
        now -= 1

    def works() -> Iterator[object]:
        nonlocal read
        for _ in range(200):
            read += 1
            yield "", work

    for given, _ in enumerate(ahead(loop, works(), most, 4, ignore)):  # type: ignore[arg-type]
        assert read <= given + most
    assert read == 200
    assert peak <= min(most, 4)


def test_the_first_is_given_while_others_are_under_way(loop: asyncio.AbstractEventLoop) -> None:
    gate = asyncio.Event()

    async def wait(number: int) -> int:
        if number:
            await gate.wait()
        return number

    given = ahead(loop, (("", partial(wait, number)) for number in range(3)), 3, 3, ignore)
    assert next(given).result() == 0
    loop.call_soon_threadsafe(gate.set)
    assert [task.result() for task in given] == [1, 2]


def test_those_behind_many_that_wait_for_the_same_are_done_meanwhile(loop: asyncio.AbstractEventLoop) -> None:
    gate, done = threading.Event(), threading.Event()

    async def slow() -> str:
        await asyncio.to_thread(gate.wait, 10)
        return "slow"

    async def quick() -> str:
        return "quick"

    def ended(task: asyncio.Task[str]) -> None:
        if task.result() == "quick":
            done.set()

    works = [("a", slow)] * 9 + [("b", quick)]
    given = ahead(loop, works, 16, 2, ended)
    first = threading.Thread(target=lambda: results.append(next(given).result()))
    results: list[str] = []
    first.start()
    assert done.wait(10)
    assert results == []
    gate.set()
    first.join()
    assert [*results, *(task.result() for task in given)] == ["slow"] * 9 + ["quick"]


def test_nothing_to_do(loop: asyncio.AbstractEventLoop) -> None:
    assert list(ahead(loop, iter(()), 8, 8, ignore)) == []


def test_whoever_reads_is_not_left_waiting_when_the_loop_ends(loop: asyncio.AbstractEventLoop) -> None:
    begun = threading.Event()

    async def never() -> None:
        begun.set()
        await asyncio.sleep(60)

    async def end() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        loop.stop()

    given: list[asyncio.Task[None]] = []
    reader = threading.Thread(target=lambda: given.extend(ahead(loop, [("", never)], 1, 1, ignore)), daemon=True)
    reader.start()
    assert begun.wait(10)
    asyncio.run_coroutine_threadsafe(end(), loop)
    reader.join(10)
    assert [task.cancelled() for task in given] == [True]
