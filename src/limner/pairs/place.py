"""Whether pairs are copied into the memory of the device that trains, or stay in their file."""

import psutil
import torch

from limner.errors import ParamsError, choices
from limner.pairs.pairs import Pairs

MEMORY = ("auto", "device", "mapped")

SHARE = 0.25
"""Of the free memory, that `auto` gives to pairs."""
MOST_ON_CPU = 2**30
"""Bytes: there the file is in the system's own cache anyway."""


def settle(pairs: Pairs, memory: str, device: torch.device) -> Pairs:
    """`pairs` on the device (`device`), in their file (`mapped`), or where they fit (`auto`).

    Order and content of the batches are the same either way.

    Raises:
        ParamsError: `memory` is none of `MEMORY`.
    """
    if memory not in MEMORY:
        raise ParamsError(f"train.memory: {memory!r}; {choices(memory, MEMORY)}")
    if memory == "mapped" or (memory == "auto" and pairs.bytes > _room(device)):
        return pairs
    return pairs.to(device)


def _room(device: torch.device) -> float:
    """Bytes that pairs may take there."""
    if device.type == "cuda":
        return SHARE * float(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return SHARE * float(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return min(SHARE * float(psutil.virtual_memory().available), MOST_ON_CPU)
