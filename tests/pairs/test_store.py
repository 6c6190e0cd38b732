"""A file of pixels: written once, whole or not at all, and not forever."""

import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from limner import images
from limner.errors import LimnerError
from limner.pairs import Sources, find, open_pairs, store
from tests.pairs.conftest import SIDE

Usage = namedtuple("Usage", "free")


def sets(cache: Path) -> list[Path]:
    return sorted(path for path in cache.glob("*.pixels") if not path.name.startswith("."))


def test_it_is_written_once(many: Sources, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = store.stored(many, SIDE)
    assert sets(cache) == [path]
    assert path.stat().st_size == store.size(many, SIDE)
    monkeypatch.setattr(store, "_write", None)
    assert store.stored(many, SIDE) == (path, key)


def test_other_pixels_of_the_same_size_and_time_are_other_pairs(many: Sources, cache: Path) -> None:
    drawing = many.folders["ink"] / "00.png"
    files = []
    for tone in (0, 255):
        images.write(drawing, np.full((SIDE, SIDE), tone, np.uint8))
        drawing.write_bytes(drawing.read_bytes().ljust(1000, b"\0"))
        os.utime(drawing, (0, 0))
        files.append(store.stored(many, SIDE)[0])
    first, second = (np.fromfile(path, np.uint8) for path in files)
    assert np.count_nonzero(first != second) == SIDE**2


def test_it_is_the_same_wherever_the_files_lie(many: Sources, tmp_path: Path) -> None:
    key = store.key(many, SIDE)
    (tmp_path / "moved").mkdir()
    folders = {}
    for name in ("faces", *many.folders):
        folders[name] = (tmp_path / name).rename(tmp_path / "moved" / name)
    faces = folders.pop("faces")
    assert store.key(find(faces, folders, many.ids), SIDE) == key
    assert store.key(find(faces, folders, many.ids[1:]), SIDE) != key
    assert (
        store.key(
            find(faces, {"pen" if name == "ink" else name: path for name, path in folders.items()}, many.ids), SIDE
        )
        != key
    )


def test_a_file_cut_short_is_written_again(many: Sources) -> None:
    path, _ = store.stored(many, SIDE)
    pixels = path.read_bytes()
    os.truncate(path, 100)
    assert store.stored(many, SIDE)[0].read_bytes() == pixels


SLOW = """
import sys, time
from pathlib import Path
from limner.pairs import find, store
decode = store.decode
def slowly(*arguments):
    print("tick", flush=True)
    time.sleep(0.05)
    return decode(*arguments)
store.decode, store.PIECE = slowly, 1
root = Path(sys.argv[1])
styles = ("ink", "wash", "chalk")
store.stored(find(root / "faces", {style: root / style for style in styles}, map("{:02d}".format, range(40))), 20)
"""


def test_a_killed_build_leaves_nothing_that_counts(many: Sources, cache: Path, tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(20):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert sets(cache) == []
    assert len(list(cache.glob(".part-*"))) == 1
    path, _ = store.stored(many, SIDE)
    assert sets(cache) == [path]
    assert list(cache.glob(".part-*")) == []


def test_two_processes_that_want_the_same_decode_it_once(many: Sources, cache: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW, str(tmp_path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = "".join(child.communicate(timeout=300)[0] for child in children)
    assert [child.returncode for child in children] == [0, 0]
    assert told.count("tick") == len(many.ids) + len(many)
    assert len(sets(cache)) == 1


def filled(folder: Path, *ages: int) -> list[Path]:
    """Sets of 1,000 bytes, last used so many days ago."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{age}.pixels" for age in ages]
    for path, age in zip(paths, ages, strict=True):
        path.write_bytes(bytes(1000))
        os.utime(path, (time.time() - 86400 * age,) * 2)
    return paths


def test_what_was_not_used_for_longest_goes_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """10,000 bytes free and 5,000 in sets: a quarter of their sum is 3,750, so that three sets may stay."""
    old, new, older, newest, middle = filled(cache, 4, 1, 5, 0, 3)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: Usage(15_000 - 1000 * len(sets(cache))))
    store.prune(cache)
    assert set(sets(cache)) == {new, newest, middle}
    assert not old.exists()
    assert not older.exists()


def test_what_is_open_stays(many: Sources, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = open_pairs(many, "photo", SIDE)
    (path,) = sets(cache)
    (idle,) = filled(cache, 0)
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: Usage(0))
    store.prune(cache)
    assert sets(cache) == [path]
    assert not idle.exists()
    del pairs
    store.prune(cache)
    assert sets(cache) == []


def test_a_full_disk_is_told_before_anything_is_decoded(
    many: Sources, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: Usage(1000))
    monkeypatch.setattr(store, "decode", None)
    with pytest.raises(LimnerError, match=r"pairs take 0\.00 GB .* 0\.00 GB left: .* LIMNER_CACHE"):
        store.stored(many, SIDE)
    assert sets(cache) == []


def test_a_disk_that_fills_meanwhile_is_told_too(many: Sources, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full takes no byte."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr(store.files, "whole", contextmanager(lambda path: (yield Path("/dev/full"))))
    with pytest.raises(LimnerError, match="the pairs take"):
        store.stored(many, SIDE)
    assert sets(cache) == []
