"""How many cores a training on the CPU uses: the number decides how sums are rounded, so nothing is left to chance."""

import os

import torch

from limner.train.machine import Machine


def settle(machine: Machine, wanted: int) -> int:
    """Let torch use `wanted` cores, or with 0 all of them; returns how many.

    Several processes of a machine share its cores evenly, unless OMP_NUM_THREADS says otherwise.
    """
    number = wanted
    if not number and machine.world > 1 and "OMP_NUM_THREADS" not in os.environ:
        number = max(1, torch.get_num_threads() // int(os.environ.get("LOCAL_WORLD_SIZE", machine.world)))
    if number:
        torch.set_num_threads(number)
    return torch.get_num_threads()
