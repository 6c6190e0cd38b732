"""Where networks run and in which precision, and what makes a run repeat itself."""

import os
import random
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch.utils._triton import has_triton

from limner.errors import ParamsError, choices


def choose(wanted: str, where: str = "train.device") -> torch.device:
    """The device of that name, or with `auto` the best there is: CUDA, then MPS, then the CPU; `where` it was wished.

    Raises:
        ParamsError: no such device, or this machine has none.
    """
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, present in there.items() if present))
    if not there.get(wanted, False):
        present = ["auto", *(name for name, here in there.items() if here)]
        raise ParamsError(f"{where}: {wanted!r} is not on this machine; {choices(wanted, present)}")
    return torch.device(wanted)


def mixed(device: torch.device, precision: str) -> bool:
    """Whether to multiply in bfloat16: as `precision` says, or with `auto` where the processor does so natively.

    bfloat16 has float32's range, so no loss scaling is needed; weights and optimiser stay in float32.
    """
    if precision != "auto":
        return precision == "bfloat16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and bool(torch.cpu._is_amx_tile_supported())


def compiled(device: torch.device) -> bool:
    """Whether torch can compile networks for a device: on CUDA, by Triton, which is not there for every system, and
    needs a card of compute capability 7 or more."""
    return device.type == "cuda" and has_triton()


def autocast(device: torch.device, bfloat16: bool) -> AbstractContextManager[object]:
    """The context in which a network's forward pass runs."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16)


def repeatable(seed: int) -> None:
    """Seed every generator and forbid the kernels whose sums change from run to run."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries below us still draw from the global generator
    torch.manual_seed(seed)
    if torch.cuda.is_available():  # the CPU's kernels repeat themselves, and asking costs seconds of imports
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False


def threads() -> int:
    """How many of the processor's cores torch uses: their number decides how sums are rounded."""
    return torch.get_num_threads()
