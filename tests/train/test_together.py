"""Two processes, started as a user starts them, learn what one learns, and write it once."""

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from limner.nets import store
from limner.train.run import Places

from . import tiny
from .tiny import elsewhere, written

LAUNCH = [str(Path(sys.executable).with_name("accelerate")), "launch", "--multi_gpu", "--num_processes", "2"]
"""accelerate's own `--cpu` starts several processes through MPI only; the flag is about GPUs in name alone."""


def run(places: Places, launch: list[str], *arguments: str) -> str:
    command = [*launch, tiny.__file__, str(places.faces.parent), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_learn_as_one(places: Places) -> None:
    told = run(places, [*LAUNCH, "--main_process_port", "0"], "two")
    assert told.count("epoch 4 of 4") == 1, "one of them speaks"
    run(places, [sys.executable], "one")
    one, two = elsewhere(places, "one"), elsewhere(places, "two")
    assert [Path(path).name for path in written(one)] == [Path(path).name for path in written(two)]
    for name in (store.WEIGHTS, store.DISCRIMINATOR):
        mine, ours = load_file(one.model / name), load_file(two.model / name)
        for key, value in mine.items():
            assert ours[key].numpy() == pytest.approx(value.numpy(), rel=1e-3, abs=1e-4), key
