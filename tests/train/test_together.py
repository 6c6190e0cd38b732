"""Two processes learn what one learns, and write it once."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from safetensors.torch import load

from limner.pairs import JITTER, Augment
from limner.train.machine import Machine
from limner.train.plan import Places

from . import tiny
from .tiny import RECIPE, elsewhere, written

LAUNCH = [str(Path(sys.executable).with_name("accelerate")), "launch", "--multi_gpu", "--num_processes", "2"]
"""accelerate's own `--cpu` starts several processes through MPI only; this flag is about GPUs in name alone."""


def learned(places: Places, machine: Machine, r1: float) -> list[torch.Tensor]:
    """Gradients of both networks and what is told, after one step of three pairs: two and one."""
    one = tiny.trainer(places, Augment(64, (1.0, JITTER), flip=True), replace(RECIPE, batch=3, r1=r1), machine)
    one.learn()
    told = torch.tensor(list(one.tally.means(machine).values()))
    weights = [*one.generator.parameters(), *one.discriminator.parameters()]
    return [told, *(weight.grad for weight in weights if weight.grad is not None), *one.generator.buffers()]


def process(rank: int, folder: str, r1: float) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=2)
    mine = learned(tiny.places(Path(folder)), Machine(torch.device("cpu"), world=2), r1)
    torch.save(mine, f"{folder}/{rank}.pt")
    dist.barrier()  # whoever leaves while the other still uses the connections may take it down
    dist.destroy_process_group()


@pytest.mark.parametrize("r1", [0.0, 10.0])
def test_gradients_are_those_of_the_whole_batch(places: Places, r1: float) -> None:
    folder = places.faces.parent
    alone = learned(places, Machine(torch.device("cpu")), r1)
    torch.multiprocessing.spawn(process, (str(folder), r1), nprocs=2)  # type: ignore[no-untyped-call]
    for rank in (0, 1):
        for mine, whole in zip(torch.load(folder / f"{rank}.pt"), alone, strict=True):
            assert torch.allclose(mine, whole, rtol=1e-3, atol=1e-5 * float(whole.abs().max() + 1e-6))


def run(places: Places, launch: list[str], *arguments: str) -> str:
    command = [*launch, tiny.__file__, str(places.faces.parent), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_started_by_a_launcher_learn_as_one(places: Places) -> None:
    """In double precision: in single, rounding decides within a few steps which of two ways a leaky ReLU bends, whether
    the processes are two or only the pictures' values in memory are in another order."""
    told = run(places, [*LAUNCH, "--main_process_port", "0"], "two", "double")
    assert told.count("epoch 4 of 4") == 1, "one of them speaks"
    run(places, [sys.executable], "one", "double")
    one, two = elsewhere(places, "one"), elsewhere(places, "two")
    mine, ours = written(one), written(two)
    assert [Path(path).name for path in mine] == [Path(path).name for path in ours]
    for (path, data), other in zip(mine.items(), ours.values(), strict=True):
        if path.endswith(".safetensors"):
            whole, parts = load(data), load(other)
            for key, value in whole.items():
                assert torch.allclose(parts[key], value, rtol=1e-9, atol=1e-10), key
        elif path.endswith(".onnx"):
            assert len(other) == len(data), "the same network, and its weights rounded"
        else:
            assert other == data, path
