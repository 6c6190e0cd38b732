"""Small files that another process hashes and lands: each under its own hash, whatever becomes of the process."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest

from limner.fetch.landing import SLOT
from limner.fetch.scribe import SLOTS, Scribe


def do(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 20))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def process(scribe: Scribe) -> int:
    assert scribe._process is not None
    return scribe._process.pid


def test_each_lies_under_its_hash(tmp_path: Path) -> None:
    files = [[bytes([k]) * k, b"and", os.urandom(SLOT // 2)] for k in range(3 * SLOTS)]
    files[5] = [b"x" * SLOT]

    async def all_of_them() -> None:
        wanted = [digest(b"".join(chunks)) if k % 2 else "" for k, chunks in enumerate(files)]
        asked = [scribe.land(chunks, f"{tmp_path}/part-{k}", wanted[k]) for k, chunks in enumerate(files)]
        assert await asyncio.gather(*asked) == [digest(b"".join(chunks)) for chunks in files]

    scribe = Scribe(tmp_path)
    do(all_of_them())
    scribe.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        digest(b"".join(chunks)): b"".join(chunks) for chunks in files
    }


def test_another_file_than_the_expected_one_lands_nowhere(tmp_path: Path) -> None:
    async def one() -> None:
        assert await scribe.land([b"other"], f"{tmp_path}/part", digest(b"expected")) == digest(b"other")

    scribe = Scribe(tmp_path)
    do(one())
    scribe.close()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_fails_as_in_a_thread_and_holds_up_nothing(tmp_path: Path) -> None:
    async def two() -> None:
        bad = scribe.land([b"bad"], f"{tmp_path}/gone/part", "")
        good = scribe.land([b"good"], f"{tmp_path}/part", "")
        with pytest.raises(FileNotFoundError, match="gone/part"):
            await bad
        assert await good == digest(b"good")

    scribe = Scribe(tmp_path)
    do(two())
    scribe.close()


def test_what_nobody_waits_for_any_more_takes_no_place(tmp_path: Path) -> None:
    async def many() -> None:
        for future in [scribe.land([b"%d" % k], f"{tmp_path}/part-{k}", "") for k in range(5 * SLOTS)]:
            future.cancel()
        assert await scribe.land([b"last"], f"{tmp_path}/last", "") == digest(b"last")

    scribe = Scribe(tmp_path)
    do(many())
    scribe.close()


def test_without_the_process_nobody_waits_for_ever(tmp_path: Path) -> None:
    async def many() -> None:
        assert await scribe.land([b"first"], f"{tmp_path}/first", "") == digest(b"first")
        os.kill(process(scribe), signal.SIGSTOP)
        asked = [scribe.land([b"%d" % k], f"{tmp_path}/part-{k}", "") for k in range(2 * SLOTS)]
        os.kill(process(scribe), signal.SIGKILL)
        assert await asyncio.gather(*asked) == [None] * len(asked)
        assert await scribe.land([b"later"], f"{tmp_path}/later", "") is None

    scribe = Scribe(tmp_path)
    do(many())
    scribe.close()


def test_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def one() -> None:
        assert await scribe.land([b"one"], f"{tmp_path}/part", "") is None

    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    scribe = Scribe(tmp_path)
    do(one())
    scribe.close()


def test_ctrl_c_is_for_who_started_it(tmp_path: Path) -> None:
    async def two() -> None:
        assert await scribe.land([b"1"], f"{tmp_path}/part", "")
        os.kill(process(scribe), signal.SIGINT)
        assert await scribe.land([b"2"], f"{tmp_path}/part", "") == digest(b"2")

    scribe = Scribe(tmp_path)
    do(two())
    scribe.close()


def test_it_ends_with_a_killed_run(tmp_path: Path) -> None:
    run = """
import asyncio, os, sys
from pathlib import Path
from limner.fetch.scribe import Scribe

async def one():
    scribe = Scribe(Path(sys.argv[1]))
    await scribe.land([b"one"], sys.argv[1] + "/part", "")
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
