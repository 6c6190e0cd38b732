"""A real process, killed: the next one goes on and leaves the bytes of an undisturbed one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from limner.nets import store
from limner.train.plan import Places

from . import tiny
from .tiny import elsewhere, go, written


def start(places: Places, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, tiny.__file__, str(places.faces.parent), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait(process: "subprocess.Popen[str]") -> str:
    """What it says until it says that it waits."""
    assert process.stdout
    told = ""
    for line in process.stdout:
        if line == "waiting\n":
            return told
        told += line
    raise AssertionError(process.communicate()[1])


def test_killed_and_stopped_at_every_turn(places: Places) -> None:
    """Three steps an epoch: in the first, while the second is closed, in the third, and in the last."""
    go(elsewhere(places, "whole"))
    stopped = elsewhere(places, "stopped")
    for moment, step, number, gone_on in (
        ("learn", 2, signal.SIGKILL, None),
        ("save", 6, signal.SIGKILL, 2),
        ("learn", 7, signal.SIGTERM, 5),
        ("learn", 10, signal.SIGINT, 8),
    ):
        process = start(places, "stopped", moment, str(step))
        told = wait(process)
        assert (f"going on after step {gone_on} of 12" in told) is (gone_on is not None)
        process.send_signal(number)
        problems = process.communicate(timeout=300)[1]
        if number == signal.SIGKILL:
            assert process.returncode == -signal.SIGKILL
        else:
            assert process.returncode == 130
            assert "interrupted; the next run goes on from what is done" in problems
        assert not (stopped.model / store.CARD).exists(), "half a training must not look like a model"
    last = start(places, "stopped")
    told, problems = last.communicate(timeout=300)
    assert last.returncode == 0, problems
    assert "going on after step 11 of 12" in told
    assert list(written(stopped).values()) == list(written(elsewhere(places, "whole")).values())
    cache = Path(os.environ["LIMNER_CACHE"]) / "training"
    assert [path for path in cache.iterdir() if not path.name.startswith(".part-")] == []
