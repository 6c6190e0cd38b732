"""Small files that another process hashes and lands: each under its own hash, whatever becomes of the process."""

import asyncio
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from limner.fetch.landing import ASKED, SLOT, Records
from limner.fetch.scribe import SLOTS, Scribe


def do(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def scribe(tmp_path: Path) -> Iterator[Scribe]:
    (tmp_path / "landed").mkdir()
    made = Scribe(tmp_path / "landed", tmp_path / "parts")
    yield made
    made.close()


def process(scribe: Scribe) -> int:
    assert scribe._process is not None
    return scribe._process.pid


def test_each_lies_under_its_hash(scribe: Scribe, tmp_path: Path) -> None:
    files = [[bytes([k]) * k, b"and", os.urandom(SLOT // 2)] for k in range(3 * SLOTS)]
    files[5] = [b"x" * SLOT]

    async def all_of_them() -> None:
        wanted = [digest(b"".join(chunks)) if k % 2 else "" for k, chunks in enumerate(files)]
        asked = [scribe.land(chunks, wanted[k]) for k, chunks in enumerate(files)]
        assert await asyncio.gather(*asked) == [digest(b"".join(chunks)) for chunks in files]

    do(all_of_them())
    assert {path.name: path.read_bytes() for path in (tmp_path / "landed").iterdir()} == {
        digest(b"".join(chunks)): b"".join(chunks) for chunks in files
    }


def test_another_file_than_the_expected_one_lands_nowhere(scribe: Scribe, tmp_path: Path) -> None:
    async def one() -> None:
        assert await scribe.land([b"other"], digest(b"expected")) == digest(b"other")

    do(one())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_cannot_be_written_fails_as_in_a_thread_and_holds_up_nothing(scribe: Scribe, tmp_path: Path) -> None:
    (tmp_path / "landed" / digest(b"bad")).mkdir()

    async def two() -> None:
        bad = scribe.land([b"bad"], "")
        good = scribe.land([b"good"], "")
        with pytest.raises(IsADirectoryError, match="parts/"):
            await bad
        assert await good == digest(b"good")

    do(two())


def test_what_nobody_waits_for_any_more_takes_no_place(scribe: Scribe) -> None:
    async def many() -> None:
        for future in [scribe.land([b"%d" % k], "") for k in range(5 * SLOTS)]:
            future.cancel()
        assert await scribe.land([b"last"], "") == digest(b"last")

    do(many())


def test_without_the_process_nobody_waits_for_ever(scribe: Scribe) -> None:
    async def many() -> None:
        assert await scribe.land([b"first"], "") == digest(b"first")
        os.kill(process(scribe), signal.SIGSTOP)
        asked = [scribe.land([b"%d" % k], "") for k in range(2 * SLOTS)]
        os.kill(process(scribe), signal.SIGKILL)
        assert await asyncio.gather(*asked) == [None] * len(asked)
        assert await scribe.land([b"later"], "") is None

    do(many())


def test_no_process_can_be_started(scribe: Scribe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def one() -> None:
        assert await scribe.land([b"one"], "") is None

    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    do(one())


def test_ctrl_c_is_for_who_started_it(scribe: Scribe) -> None:
    async def two() -> None:
        assert await scribe.land([b"1"], "")
        os.kill(process(scribe), signal.SIGINT)
        assert await scribe.land([b"2"], "") == digest(b"2")

    do(two())


def test_it_ends_with_a_killed_run(tmp_path: Path) -> None:
    run = """
import asyncio, os, sys
from pathlib import Path
from limner.fetch.scribe import Scribe

async def one():
    scribe = Scribe(Path(sys.argv[1]), Path(sys.argv[1]) / "parts")
    await scribe.land([b"one"], "")
    print(scribe._process.pid, flush=True)
    os.kill(os.getpid(), 9)

asyncio.run(one())
"""
    ended = subprocess.run([sys.executable, "-c", run, str(tmp_path)], stdout=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    until = time.monotonic() + 10
    while psutil.pid_exists(int(ended.stdout)) and psutil.Process(int(ended.stdout)).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "it is still there"
        time.sleep(0.02)


def test_records_are_whole_however_they_are_cut_on_their_way() -> None:
    here, there = socket.socketpair()
    with here, there:
        sent = [(k, k * k, k % 2 == 0, bytes([k]) * 32) for k in range(5)]
        data = b"".join(ASKED.pack(*record) for record in sent)
        records = Records(there, ASKED.size)
        here.sendall(data[:50])
        read = records.read()
        here.sendall(data[50:55])
        threading.Timer(0.05, lambda: here.sendall(data[55:])).start()
        while len(read) < len(data):
            read += records.read()
        assert list(ASKED.iter_unpack(read)) == sent
        here.close()
        with pytest.raises(EOFError):
            records.read()
