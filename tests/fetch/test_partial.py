"""What an earlier run left of a file, and when it goes."""

import errno
import os
import resource
import socket
import threading
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from filelock import FileLock

from limner.fetch import manners, partial
from limner.fetch.manners import WebError
from limner.fetch.partial import SPILL, Partial, Unfinished, Validator
from limner.fetch.web import Web
from tests.fetch.test_web import BODY, ETAG, download, download_all, polite, whole
from tests.sites import Server, cut


@pytest.fixture
def left(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an earlier run left the first 1 MB of /a."""
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    server.bodies["/a"], server.headers["/a"] = BODY, dict(ETAG)
    server.answers["/a"] = [cut(1_000_000)] + [cut(0)] * 2
    with Web(polite()) as web:
        assert download_all(web, server, tmp_path, ["/a"]) != [""]
    server.answers.clear()
    assert Partial(tmp_path / "a", pinned=False).size == 1_000_000
    return tmp_path / "a"


def test_what_is_left_of_a_file_outlives_that_its_host_is_given_up(server: Server, left: Path) -> None:
    for k in "bcd":
        server.statuses[f"/{k}"], server.headers[f"/{k}"] = [429], {"Retry-After": "3600"}
    with Web(polite(max_seconds=0.2)) as later:
        said = [download_all(later, server, left.parent, [f"/{k}"])[0] for k in "bcda"]
    assert "is not asked again" in said[-1]
    with Web(polite()) as latest:
        assert whole(latest, f"{server.url}/a", left) == BODY
        assert latest.received == len(BODY) - 1_000_000


def test_what_is_left_of_a_file_outlives_a_run_without_a_network(left: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(None, "Name or service not known")

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Web(polite()) as later, pytest.raises(WebError, match="is not known here; is there a network"):
        download(later, "http://pictures.invalid/a", left)
    assert Partial(left, pinned=False).size == 1_000_000


@pytest.mark.parametrize(
    ("status", "stays"), [(404, False), (410, False), (451, False), (403, True), (407, True), (429, True), (501, True)]
)
def test_what_is_left_of_a_file_goes_when_the_server_says_that_there_is_none(
    server: Server, left: Path, status: int, stays: bool
) -> None:
    """Other refusals speak of who asks, and how, or of the server."""
    server.statuses["/a"] = [status] * 3
    with Web(polite()) as later, pytest.raises(WebError, match=f"answers {status}"):
        download(later, f"{server.url}/a", left)
    assert sorted(one.name for one in left.parent.glob("a*")) == ["a", "a.json"] * stays


@pytest.mark.parametrize(
    ("announced", "words"), [(True, "is larger than 1.5 MB"), (False, "does not end within 1.5 MB")]
)
def test_what_is_left_of_a_file_goes_when_that_is_too_large(
    server: Server, left: Path, announced: bool, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not announced:
        monkeypatch.setattr(aiohttp.ClientResponse, "content_length", None)
    with Web(polite(max_bytes=1_500_000)) as later, pytest.raises(WebError, match=words):
        download(later, f"{server.url}/a", left)
    assert not list(left.parent.glob("a*"))


def test_a_file_that_is_all_here_needs_no_answer(server: Server, tmp_path: Path) -> None:
    """A run was killed between its last byte and its landing; asked for what is behind the end, servers answer 416."""
    left = Partial(tmp_path / "a", pinned=True)
    left.begin(Validator(), len(BODY), resumable=True)
    left.add(BODY)
    left.keep()
    with Web(polite()) as web:
        assert whole(web, f"{server.url}/a", tmp_path / "a", pinned=True) == BODY
    assert server.asked == []


def test_what_is_left_of_a_file_is_read_beside_the_network(
    server: Server, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing a gigabyte takes a second, in which nothing else would come."""
    threads = []
    resume = Partial._resume
    monkeypatch.setattr(
        Partial, "_resume", lambda self: threads.append(threading.current_thread().name) or resume(self)
    )
    with Web(polite()) as web:
        assert whole(web, f"{server.url}/a", left) == BODY
        assert web.received == len(BODY) - 1_000_000
    assert len(threads) == 1
    assert threads != ["web"]


def test_what_is_left_of_a_file_is_its_beginning_though_the_disk_was_full_for_a_moment(tmp_path: Path) -> None:
    """Of a piece the system takes what there is room for, before it takes no more."""
    coming = Partial(tmp_path / "a", pinned=False)
    coming.begin(Validator(ETAG["ETag"]), len(BODY), resumable=True)
    coming.add(BODY[: SPILL + 1])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SPILL + 1000, before[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            coming.add(BODY[SPILL + 1 : 2 * SPILL + 3])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    coming.keep()
    assert (tmp_path / "a").read_bytes() == BODY[: 2 * SPILL + 3]


def test_runs_that_begin_at_once_leave_each_others_folders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them looks for what killed runs left just when the other's lock is there, and nobody holds it yet."""
    looks, looked = threading.Event(), threading.Event()
    runs: list[Unfinished] = []
    other = threading.Thread(target=lambda: runs.append(Unfinished(tmp_path / "unfinished")))
    drop = partial.shutil.rmtree

    def drops(*what: Any, **how: Any) -> None:
        looks.set()
        looked.wait(5)
        drop(*what, **how)

    class Slow(FileLock):
        def _acquire(self) -> None:
            path = Path(self.lock_file)
            if path.parent.name == "unfinished" and not other.ident:
                path.touch()
                other.start()
                looks.wait(0.5)
            super()._acquire()

    monkeypatch.setattr(partial.shutil, "rmtree", drops)
    monkeypatch.setattr(partial, "FileLock", Slow)
    try:
        runs.append(Unfinished(tmp_path / "unfinished"))
    finally:
        looked.set()
        other.join()
    assert [run.folder.is_dir() for run in runs] == [True, True]
    for run in runs:
        run.close()
