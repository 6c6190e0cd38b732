"""The parallel map: order, laziness, and what ends it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.workers import AHEAD, count, parallel_map
from tests.orphans import leaves_nobody_behind


def _square(number: int) -> int:
    time.sleep(0.01 * (number % 3))  # later items may be done earlier
    return number * number


def _where(_: int) -> int:
    return os.getpid()


def _fail(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    assert list(parallel_map(_square, range(20), "square", workers)) == [n * n for n in range(20)]


def test_one_item_stays_in_this_process_and_many_do_not() -> None:
    assert list(parallel_map(_where, [0], "where", 2)) == [os.getpid()]
    assert os.getpid() not in set(parallel_map(_where, range(8), "where", 2))


def test_items_are_made_only_a_little_ahead() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    results = parallel_map(_square, items(), "square", 2, total=1000)
    assert [next(results) for _ in range(3)] == [0, 1, 4]
    assert len(made) <= 3 + AHEAD * 2
    results.close()  # and nobody waits for the other 990


@pytest.mark.parametrize("workers", [1, 2])
def test_an_exception_ends_the_map(workers: int) -> None:
    results = parallel_map(_fail, range(100), "fail", workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_zero_means_every_core_this_process_may_use() -> None:
    assert count(3) == 3
    assert 1 <= count(0) <= (os.cpu_count() or 1)


SLEEPER = """
import sys, time
from limner import stage
from limner.workers import parallel_map
def main():
    for _ in parallel_map(time.sleep, [0.05] + [60] * 9, "sleep", 2):
        print("going", flush=True)
if __name__ == "__main__":
    stage.run(main)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals of a terminal")
def test_ctrl_c_ends_it_at_once_without_a_traceback(tmp_path: Path) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(script)], start_new_session=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "going\n"
        start = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of its processes
        _, told = process.communicate(timeout=30)
        assert time.monotonic() - start < 20  # the tasks under way would take a minute
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "interrupted" in told


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_a_killed_process_leaves_nobody_behind(tmp_path: Path) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text(SLEEPER)
    leaves_nobody_behind(script)
