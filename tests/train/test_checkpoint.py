"""Checkpoints: whole or not there, the one before the last behind it, and none that nobody comes back for."""

import os
import resource
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from limner.train import checkpoint
from limner.train.checkpoint import Checkpoint
from limner.train.machine import Machine

from .tiny import RECIPE

MACHINE = Machine(torch.device("cpu"))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path))
    return tmp_path / "training"


def state(step: int, size: int = 1000) -> dict[str, torch.Tensor]:
    return {"weights": torch.full((size,), float(step))}


def loaded() -> float | None:
    found = Checkpoint("key", MACHINE).load()
    return None if found is None else float(found["weights"][0])


def saved(cache: Path, *steps: int) -> list[Path]:
    """The files, oldest first."""
    one = Checkpoint("key", MACHINE)
    one.load()
    for step in steps:
        one.save(step, state(step))
    return sorted(cache.iterdir(), key=lambda path: path.stat().st_mtime_ns)


def test_the_last_of_several_is_found(cache: Path) -> None:
    assert loaded() is None
    assert len(saved(cache, 1, 2, 3)) == 2
    assert loaded() == 3
    assert len(saved(cache, 4)) == 2
    assert loaded() == 4


def test_whoever_goes_on_from_a_state_writes_over_the_other_one(cache: Path) -> None:
    """Five runs that each go on from the one before, so that the newest state lies in either file."""
    for step in range(1, 6):
        last = saved(cache, step)[-1]
        aside = last.rename(cache.parent / "aside")
        assert loaded() == (step - 1 or None)
        aside.rename(last)
        assert loaded() == step


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data[:20], lambda data: data[:300] + b"x" + data[301:]]
)
def test_a_spoilt_one_is_named_and_the_one_before_taken(cache: Path, spoil, capsys) -> None:  # type: ignore[no-untyped-def]
    last = saved(cache, 1, 2)[-1]
    last.write_bytes(spoil(last.read_bytes()))
    assert loaded() == 1
    told = capsys.readouterr().out
    assert str(last) in told
    assert "goes on from the one of step 1" in told
    saved(cache, 3)
    assert loaded() == 3
    assert len(list(cache.iterdir())) == 2


def test_two_spoilt_ones_are_no_start(cache: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    for path in saved(cache, 1, 2):
        path.write_bytes(b"")
    assert loaded() is None
    assert "training starts anew" in capsys.readouterr().out


def test_where_nothing_more_fits_the_one_before_is_kept(cache: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    """The system itself refuses to write more than 64 kB into a file."""
    one = Checkpoint("key", MACHINE)
    one.save(1, state(1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, limits[1]))
    try:
        one.save(2, state(2, 10**6))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    told = capsys.readouterr().out
    assert "no checkpoint at step 2" in told
    assert "takes no file of 4 MB" in told
    assert "MB are free" in told
    assert "that of step 1 is kept" in told
    assert loaded() == 1
    one.save(3, state(3))
    assert loaded() == 3
    assert len(list(cache.iterdir())) == 2, "no half of a file stays"


def test_a_forgotten_one_is_gone(cache: Path) -> None:
    saved(cache, 1, 2)
    Checkpoint("key", MACHINE).forget()
    assert list(cache.iterdir()) == []


def test_what_nobody_came_back_for_is_deleted(cache: Path) -> None:
    old, new = saved(cache, 1, 2)
    part = cache / ".part-abc.checkpoint"
    part.write_bytes(b"half")
    past = time.time() - 31 * checkpoint.DAY
    os.utime(old, (past, past))
    os.utime(part, (time.time() - 2 * checkpoint.DAY,) * 2)
    assert loaded() == 2
    assert list(cache.iterdir()) == [new]


def test_another_training_does_not_take_it() -> None:
    tensor = torch.arange(4.0)
    same = checkpoint.key((RECIPE, "a"), [tensor])
    assert same == checkpoint.key((replace(RECIPE), "a"), [tensor.clone()])
    assert same != checkpoint.key((replace(RECIPE, l1=99.0), "a"), [tensor])
    assert same != checkpoint.key((RECIPE, "a"), [tensor + 1])


def test_a_training_by_other_code_does_not_take_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a module, and of a package however deep."""
    module, package = tmp_path / "device.py", tmp_path / "nets"
    sources = module, package / "deep/unet.py"
    sources[1].parent.mkdir(parents=True)
    for source in sources:
        source.write_text("width = 4")
    monkeypatch.setattr(checkpoint, "CODE", (str(module), str(package)))
    before = checkpoint.key("a", [])
    for source in sources:
        source.write_text("width = 8")
        assert checkpoint.key("a", []) != before
        source.write_text("width = 4")
        assert checkpoint.key("a", []) == before
