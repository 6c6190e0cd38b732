"""As many cores as asked for, or all; processes of one machine share them."""

from collections.abc import Iterator

import pytest
import torch

from limner.train import threads
from limner.train.machine import Machine

ALONE = Machine(torch.device("cpu"))


@pytest.fixture(autouse=True)
def _four_cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("wanted", "number"), [(0, 4), (3, 3)])
def test_one_process_takes_what_is_wanted_or_all(wanted: int, number: int) -> None:
    assert threads.settle(ALONE, wanted) == torch.get_num_threads() == number


def test_two_processes_share_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    two = Machine(torch.device("cpu"), world=2)
    assert threads.settle(two, 0) == torch.get_num_threads() == 2
    assert threads.settle(two, 3) == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert threads.settle(two, 0) == 3, "what the user set is kept"
