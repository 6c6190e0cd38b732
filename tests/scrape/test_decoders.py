"""A file whose decoder crashes or hangs is named; the others come through, in order."""

import errno
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from limner import files, images
from limner.fetch.downloads import Fetched
from limner.scrape import decoders, shots
from limner.scrape.decoders import Decoders, decode
from limner.scrape.shots import Job, Taken
from tests.orphans import leaves_nobody_behind
from tests.sites import scene

from .test_video import film, shade


def hostile(job: Job, file: Fetched, where: Path, patience: float) -> Taken:
    """Stands for `_take` in the other process: the file's name says what a decoder would do with it."""
    if file.path.name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if file.path.name == "crash half way":
        where.mkdir(parents=True)
        (where / "00000.png").write_bytes(b"x")
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


def pictures() -> list[Path]:
    """What is remembered, and what is left of work that came to no end."""
    return [path for path in files.cache_dir("pictures").rglob("*") if not path.name.startswith("unfinished")]


@pytest.mark.parametrize("at", [3, 8])
def test_a_full_disk_is_not_full_for_ever(project: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """What was written of a film before the disk was full is gone; the error ends the run."""
    path = film(Path("a.avi"), [shade(20 * k) for k in range(8)])
    job, file = Job("video"), Fetched(path, files.sha256(path))
    written: list[Path] = []
    real = images.write

    def write(path: Path, image: images.Image) -> None:
        if len(written) == at:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        real(path, image)

    def save(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(images, "write", write)
    monkeypatch.setattr(np, "save", save)
    with pytest.raises(OSError, match="No space"):
        shots.take(job, file, shots.folder(job, file))
    assert len(written) == at
    assert pictures() == []


def test_nothing_is_left_of_a_film_that_is_none_or_crashes_its_decoder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "_take", hostile)
    work = []
    for name in ("words", "crash half way"):
        Path(name).write_bytes(name.encode())
        work.append((Job("video"), Fetched(Path(name), files.sha256(Path(name)))))
    words, crash = decode(iter(work), len(work), workers=1)
    assert "no video" in words.failure
    assert "crashed" in crash.failure
    assert pictures() == []


def half_way(job: Job, file: Fetched, where: Path, patience: float) -> Taken:
    """In the other process: one film fills the disk while another is being taken."""
    began = where.parent / "began"
    if file.path.name == "full":
        while not began.exists():
            time.sleep(0.01)
        raise OSError(errno.ENOSPC, "No space left on device")
    where.mkdir(parents=True)
    began.touch()
    for k in range(1000):
        (where / f"{k:05d}.png").write_bytes(b"x")
        time.sleep(0.05)
    raise AssertionError("nobody stopped it")


def test_nothing_is_left_of_a_film_that_was_stopped_for_another(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "_take", half_way)
    work = []
    for name in ("full", "long"):
        Path(name).write_bytes(name.encode())
        work.append((Job("video"), Fetched(Path(name), files.sha256(Path(name)))))
    with pytest.raises(OSError, match="No space"):
        list(decode(iter(work), len(work), workers=2))
    assert pictures() == []


def test_a_picture_that_takes_too_much_memory_is_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "MEMORY", 2 * 10**8)
    monkeypatch.setattr(decoders, "A_CORE", 0)
    Pillow.new("RGB", (7000, 7000)).save("large.png")
    scene(1).save("small.png")
    work = [(Job("photo"), Fetched(path, files.sha256(path))) for path in (Path("large.png"), Path("small.png"))]
    large, small = decode(work, len(work), workers=1)
    assert "more memory than may be taken" in large.failure
    assert small.failure == ""


def bitmap(name: str, seed: int) -> tuple[Job, Fetched]:
    """A photo whose picture is written anew: it is of no format that is kept."""
    scene(seed).save(name)
    return Job("photo"), Fetched(Path(name), files.sha256(Path(name)))


def at_last(job: Job, file: Fetched, where: Path, patience: float) -> Taken:
    """In the other process: it goes on, or crashes, when another run has taken the same file."""
    Path(file.path.parent, "began").touch()
    while not Path(file.path.parent, "go").exists():
        time.sleep(0.01)
    if Path(file.path.parent, "crash").exists():
        os.kill(os.getpid(), signal.SIGSEGV)
    return REAL(job, file, where, patience)


@pytest.mark.parametrize("end", ["whole", "crash", "stop"])
def test_a_run_drops_nothing_that_another_has_finished(
    project: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Two projects share the memory and take the same file at once."""
    work = bitmap("a.bmp", 1)
    monkeypatch.setattr(decoders, "_take", at_last)
    if end == "crash":
        Path("crash").touch()
    with suppress(KeyboardInterrupt), Decoders(1) as slow:
        late = slow.submit(work)
        while not Path("began").exists():
            time.sleep(0.01)
        monkeypatch.setattr(decoders, "_take", REAL)
        (early,) = decode([work], 1, workers=1)
        if end == "stop":
            raise KeyboardInterrupt
        Path("go").touch()
        assert ("crashed" in late.result().failure) == (end == "crash")
    assert early.path(early.shots[0]).is_file()
    assert len(list(early.thumbnails())) == 1
    assert shots.recall(*work) is not None
    kept = {early.folder / name for name in ("photo.png", "shots.json", "thumbnails.npy")}
    assert {path for path in pictures() if path.is_file()} == kept


def test_two_rows_of_one_file_are_one_job(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = bitmap("a.bmp", 1)
    with Decoders(1) as pool:
        first, second = pool.submit(work), pool.submit(work)
        assert first is second
        assert first.result().failure == ""


def test_what_killed_runs_left_goes_at_once_and_of_a_living_one_never(project: Path) -> None:
    around = files.cache_dir("pictures/unfinished")
    for name in ("killed", "of_an_older_limner"):
        (around / name / "film").mkdir(parents=True)
    (around / "killed.lock").touch()
    (around / "killed_early.lock").touch()
    living = shots.Bench()
    os.utime(living.folder, (0, 0))
    (taken,) = decode([bitmap("a.bmp", 1)], 1, workers=1)
    assert taken.failure == ""
    assert {path.stem for path in around.iterdir()} == {living.folder.name}
    assert living.folder.is_dir()
    living.close()
    assert list(around.iterdir()) == []


LONG = """
import sys, time
from pathlib import Path
from limner.fetch.store import Fetched
from limner.scrape import decoders
from limner.scrape.shots import Job
def take(*_):
    print("going", flush=True)
    time.sleep(60)
if __name__ == "__main__":
    decoders._take = take
    Path("a").touch()
    list(decoders.decode([(Job("video"), Fetched(Path("a"), "0"))], 1, 1))
"""


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_leaves_no_decoder_at_work(project: Path, end: signal.Signals) -> None:
    Path("long.py").write_text(LONG)
    leaves_nobody_behind(Path("long.py"), end)
    assert len(pictures()) > 0
    with Decoders(1) as pool:
        assert pool.submit(bitmap("b.bmp", 2)).result().failure == ""
        assert len(list(files.cache_dir("pictures/unfinished").glob("*/"))) == 1
