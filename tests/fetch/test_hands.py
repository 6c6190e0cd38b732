"""Work handed to threads many pieces at a time: each has its own result, and none waits for ever."""

import asyncio
import threading
import time

import pytest

from limner.fetch import hands
from limner.fetch.hands import Hands


def test_each_has_its_own_result_or_error() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise ValueError(f"{number} is odd")
        return number // 2

    async def all_of_them() -> list[int | BaseException]:
        return await asyncio.gather(*(worker.do(half, number) for number in range(100)), return_exceptions=True)

    worker = Hands(2, 8)
    came = asyncio.run(all_of_them())
    worker.close()
    assert came[::2] == list(range(50))
    assert [str(error) for error in came[1::2]] == [f"{number} is odd" for number in range(1, 100, 2)]


def test_many_results_come_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "PATIENCE", 0.5)
    wakings = []

    async def fifty() -> None:
        loop = asyncio.get_running_loop()
        call = loop.call_soon_threadsafe
        monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *work: wakings.append(call(*work)))
        await asyncio.gather(*(worker.do(int) for _ in range(50)))

    worker = Hands(2, 4)
    asyncio.run(fifty())
    worker.close()
    assert len(wakings) < 10


@pytest.mark.parametrize("many", [1, 4, 10, 100])
def test_what_takes_long_holds_up_nothing_behind_it(many: int) -> None:
    go_on = threading.Event()

    async def both() -> int:
        long, *short = [worker.do(go_on.wait, 10), *(worker.do(int, "7") for _ in range(9))]
        came = await asyncio.wait_for(asyncio.gather(*short), 5)
        assert not long.done()
        go_on.set()
        assert await long
        return sum(came)

    worker = Hands(2, many)
    assert asyncio.run(both()) == 63
    worker.close()


def test_what_is_alone_does_not_wait_for_more() -> None:
    async def one() -> int:
        return await asyncio.wait_for(worker.do(int, "7"), 10)

    worker = Hands(1, 1000)
    assert asyncio.run(one()) == 7
    worker.close()


def test_no_more_threads_than_asked_for() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def work() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1

    async def twelve() -> None:
        await asyncio.gather(*(worker.do(work) for _ in range(12)))

    worker = Hands(2, 2)
    asyncio.run(twelve())
    worker.close()
    assert most == [2]


def test_what_nobody_waits_for_any_more_is_left() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done = []

    def first() -> None:
        begun.set()
        go_on.wait(10)

    async def cancelled() -> None:
        tasks = [asyncio.ensure_future(worker.do(first)), asyncio.ensure_future(worker.do(lambda: done.append(1)))]
        await asyncio.to_thread(begun.wait, 10)
        for task in tasks:
            task.cancel()
        go_on.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await worker.do(int, "7") == 7

    worker = Hands(1, 2)
    asyncio.run(cancelled())
    worker.close()
    assert not done
