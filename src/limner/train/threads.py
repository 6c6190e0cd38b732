"""How many cores a training on the CPU uses.

Small networks lose more by sharing their work among cores than they win: a few steps with each number say which is the
fastest. The answer decides how sums are rounded, so it is remembered, and the same machine gives the same bytes.
"""

import hashlib
import os
import time
from collections.abc import Callable

import torch

from limner.files import cache_dir, whole
from limner.train.machine import Machine

ROUNDS = 3
"""Times that each number of cores is tried; the fastest of them counts."""

WORTH = 0.9
"""Fewer cores than all are taken only if a step takes less than this share of the time."""


def settle(machine: Machine, wanted: int, facts: object, trial: Callable[[], Callable[[], object]]) -> int:
    """Let torch use `wanted` cores, or with 0 as many as are fastest; returns how many.

    Several processes of a machine share its cores evenly.

    Args:
        machine: where networks run; on a GPU nothing is tried.
        wanted: cores, or 0.
        facts: what decides how long a step takes, by its `repr`.
        trial: makes a function that does one step like the training's; called only once on a machine.
    """
    most = torch.get_num_threads()
    number = wanted
    if not number and machine.world > 1 and "OMP_NUM_THREADS" not in os.environ:
        number = max(1, most // int(os.environ.get("LOCAL_WORLD_SIZE", machine.world)))
    elif not number and machine.device.type == "cpu" and most > 1:
        named = repr((facts, machine, most, torch.__version__, torch.backends.cpu.get_cpu_capability()))
        memory = cache_dir("threads") / hashlib.sha256(named.encode()).hexdigest()
        if not memory.is_file():
            with torch.random.fork_rng(devices=[]), whole(memory) as part:
                part.write_text(str(_fastest(most, trial)))
        number = int(memory.read_text())
    if number:
        torch.set_num_threads(number)
    return torch.get_num_threads()


def _fastest(most: int, trial: Callable[[], Callable[[], object]]) -> int:
    step = trial()
    numbers = [most]
    while numbers[-1] > 1:
        numbers.append(numbers[-1] // 2)
    times = dict.fromkeys(numbers, float("inf"))
    for _ in range(ROUNDS):
        for number in numbers:
            torch.set_num_threads(number)
            step()  # the first with another number of threads starts them
            start = time.perf_counter()
            step()
            times[number] = min(times[number], time.perf_counter() - start)
    best = min(numbers, key=lambda number: times[number])
    return best if times[best] < WORTH * times[most] else most
