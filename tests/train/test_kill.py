"""A real process, killed: the next one goes on and leaves the bytes of an undisturbed one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from limner.nets import store
from limner.train.run import Places

from . import tiny
from .tiny import elsewhere, written


def start(places: Places, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, tiny.__file__, str(places.faces.parent), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait(process: "subprocess.Popen[str]") -> None:
    """Until it says that it waits."""
    assert process.stdout
    for line in process.stdout:
        if line == "waiting\n":
            return
    raise AssertionError(process.communicate()[1])


@pytest.fixture
def undisturbed(places: Places) -> list[bytes]:
    whole = start(places, "whole")
    assert whole.wait(timeout=300) == 0, whole.communicate()[1]
    return list(written(elsewhere(places, "whole")).values())


def test_killed_in_a_step_and_then_in_a_save(places: Places, undisturbed: list[bytes]) -> None:
    """Three steps an epoch: within the second epoch, and while the third is closed."""
    for moment in (("learn", "4"), ("save", "9")):
        process = start(places, "killed", *moment)
        wait(process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert not (elsewhere(places, "killed").model / store.CARD).exists(), "half a training is no model"
    last = start(places, "killed")
    told, problems = last.communicate(timeout=300)
    assert last.returncode == 0, problems
    assert "going on after step 8 of 12" in told
    assert list(written(elsewhere(places, "killed")).values()) == undisturbed
    cache = Path(os.environ["LIMNER_CACHE"]) / "training"
    assert [path.name for path in cache.iterdir() if not path.name.startswith(".part-")] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_step_end_and_keeps_what_is_learned(places: Places, number: signal.Signals) -> None:
    process = start(places, "stopped", "learn", "5")
    wait(process)
    process.send_signal(number)
    problems = process.communicate(timeout=300)[1]
    assert process.returncode == 130
    assert "interrupted; the next run goes on from what is done" in problems
    last = start(places, "stopped")
    assert "going on after step 6 of 12" in last.communicate(timeout=300)[0]
