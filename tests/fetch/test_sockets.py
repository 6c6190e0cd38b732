"""What is kept open of connections, and how much of it."""

import resource
import time
from pathlib import Path
from typing import Any

import pytest

from limner.errors import LimnerError
from limner.fetch import sockets
from limner.fetch.notes import Notes
from limner.fetch.web import Web
from tests.fetch.test_outages import resolver
from tests.fetch.test_web import polite, whole
from tests.sites import Handler, Server


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """All connections that servers were asked by, and those that are open still."""
    every: list[Any] = []
    still: list[Any] = []

    class Counted(Handler):
        def setup(self) -> None:
            every.append(self)
            still.append(self)
            super().setup()

        def finish(self) -> None:
            super().finish()
            still.remove(self)

    monkeypatch.setattr("tests.sites.Handler", Counted)
    return [every, still]


def test_connections_are_kept_but_not_in_the_way_of_others(
    opened: list[list[Any]], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest may name any number of hosts, and each of them have kept its connection for some time."""
    every, still = opened
    resolver(monkeypatch)
    monkeypatch.setattr(sockets, "SOCKETS", 3)
    server.bodies["/a"] = b"it"
    with Web(polite()) as web:
        for k in (*range(12), 11, 10):
            assert whole(web, server.url.replace("127.0.0.1", f"h{k}.invalid") + "/a", tmp_path / "part") == b"it"
        until = time.monotonic() + 5
        while len(still) > 3 and time.monotonic() < until:
            time.sleep(0.01)
        assert (len(every), len(still)) == (12, 3)


@pytest.mark.parametrize(("files", "most"), [(256, 64), (1024, 256), (100_000, 256), (resource.RLIM_INFINITY, 256)])
def test_sockets_are_a_part_of_the_files_that_may_be_opened(
    files: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert sockets.most() == most


def test_a_memory_that_cannot_be_opened_is_not_said_to_be_spoilt(tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match=r"cannot be opened \(unable to open database file\)$"):
        Notes(tmp_path / "nowhere" / "notes.sqlite")
