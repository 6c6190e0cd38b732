"""As many cores as are fastest: tried once, then remembered."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from limner.train import threads
from limner.train.machine import Machine

MACHINE = Machine(torch.device("cpu"))


@pytest.fixture(autouse=True)
def _two_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def trial(seconds: dict[int, float], tried: list[int]) -> Callable[[], Callable[[], None]]:
    """Of steps that take so long with so many cores."""

    def step() -> None:
        tried.append(torch.get_num_threads())
        torch.rand(1)
        time.sleep(seconds[torch.get_num_threads()])

    return lambda: step


@pytest.mark.parametrize(("seconds", "best"), [({2: 0.03, 1: 0.01}, 1), ({2: 0.01, 1: 0.03}, 2)])
def test_the_fastest_number_is_remembered(seconds: dict[int, float], best: int) -> None:
    tried: list[int] = []
    before = torch.get_rng_state()
    assert threads.settle(MACHINE, 0, "facts", trial(seconds, tried)) == torch.get_num_threads() == best
    assert set(tried) == {1, 2}
    assert torch.equal(torch.get_rng_state(), before), "trying draws nothing"
    tried.clear()
    torch.set_num_threads(2)
    assert threads.settle(MACHINE, 0, "facts", trial(seconds, tried)) == best
    assert tried == []


def test_a_wanted_number_is_taken_untried() -> None:
    assert threads.settle(MACHINE, 1, "facts", trial({}, [])) == 1


def test_a_gpu_needs_no_trial() -> None:
    assert threads.settle(Machine(torch.device("cuda")), 0, "facts", trial({}, [])) == 2
