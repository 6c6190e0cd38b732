"""A file whose decoder crashes or hangs is named; the others come through, in order."""

import os
import signal
import time
from pathlib import Path

import pytest

from limner import files
from limner.fetch.downloads import Fetched
from limner.scrape import decoders, shots
from limner.scrape.decoders import decode
from limner.scrape.shots import Job, Taken
from tests.sites import scene


def hostile(job: Job, file: Fetched, where: Path, patience: float) -> Taken:
    """Stands for `_take` in the other process: the file's name says what a decoder would do with it."""
    if file.path.name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if file.path.name == "hang":
        shots.take = never_ending
    return REAL(job, file, where, patience)


def never_ending(*_: object) -> Taken:
    time.sleep(60)
    raise AssertionError("nobody stopped it")


REAL = decoders._take


@pytest.fixture
def fetched(project: Path) -> dict[str, Fetched]:
    for k in range(6):
        scene(k).save(f"{k}.png")
    Path("crash").write_bytes(b"crash")
    Path("hang").write_bytes(b"hang")
    return {path.stem: Fetched(path, files.sha256(path)) for path in Path().iterdir() if path.is_file()}


def test_crash_and_hang_cost_their_own_file(fetched: dict[str, Fetched], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "_take", hostile)
    names = ["0", "crash", "1", "2", "hang", "3", "crash", "4", "5"]
    work = [(Job("photo"), fetched[name]) for name in names]
    taken = list(decode(iter(work), len(work), workers=2, patience=2))
    for name, one in zip(names, taken, strict=True):
        if name == "crash":
            assert "crashed" in one.failure
            assert "SIGSEGV" in one.failure
        elif name == "hang":
            assert "was stopped" in one.failure
        else:
            assert one.failure == ""
            assert one.shots[0].width == 96
            assert next(one.thumbnails()).pixels.shape == (96, 96)
