"""Answers that end too soon, and answers behind which more comes."""

import ssl
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from limner.fetch import manners
from limner.fetch.web import Web
from tests.fetch.test_outages import untrusted
from tests.fetch.test_web import polite, whole
from tests.sites import Server, reset

__all__ = ["untrusted"]

BODY = bytes(range(256)) * 200


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    with Web(polite()) as made:
        yield made


def until_the_end(handler: Any, most: int | None = None) -> None:
    """An answer that says nothing of its length, or the first bytes of it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + BODY[:most])
    handler.close_connection = True


def reset_in_it(handler: Any) -> None:
    until_the_end(handler, 30_000)
    time.sleep(0.1)  # or it might not come at all
    reset(handler)


def test_a_connection_that_is_reset_is_no_end_of_a_body(web: Web, server: Server, tmp_path: Path) -> None:
    server.answers["/a"] = [reset_in_it, until_the_end]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert len(server.asked) == 2


def test_tls_that_is_cut_is_no_end_of_a_body(
    web: Web, untrusted: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    trusting.check_hostname = False
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)

    def ends(handler: Any) -> None:
        until_the_end(handler)
        handler.connection.unwrap()

    untrusted.answers["/a"] = [partial(until_the_end, most=30_000), ends]
    assert whole(web, f"{untrusted.url}/a", tmp_path / "part") == BODY
    assert len(untrusted.asked) == 2


@pytest.mark.parametrize(
    "pieces",
    [(b"5\r\nwhole\r\nno number\r\n",), (b"5\r\nwhole\r\n", b"no number\r\n")],
    ids=["at once", "later"],
)
def test_a_body_in_broken_chunks_is_asked_for_again_at_once(
    web: Web, server: Server, tmp_path: Path, pieces: tuple[bytes, ...]
) -> None:
    def broken(handler: Any) -> None:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for piece in (head + pieces[0], *pieces[1:]):
            handler.wfile.write(piece)
            time.sleep(0.1)
        handler.rfile.read(1)  # until the other side has closed

    start = time.monotonic()
    server.answers["/a"] = [broken, until_the_end]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert len(server.asked) == 2
    assert time.monotonic() - start < 5


SHORT = BODY[:1000]


@pytest.mark.parametrize("behind", [b" ", b"\n<!-- served in 3 ms -->", b"HTTP/1.1 200\r\n\r\nHTTP/1.1 what\r\n\r\n"])
@pytest.mark.parametrize(
    "answer",
    [
        b"Content-Length: 1000\r\n\r\n" + SHORT,
        b"Content-Length: 1000\r\nConnection: close\r\n\r\n" + SHORT,
        b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + SHORT + b"\r\n0\r\n\r\n",
    ],
    ids=["length", "last", "chunks"],
)
def test_what_stands_behind_an_answer_is_no_part_of_it(
    web: Web, server: Server, tmp_path: Path, answer: bytes, behind: bytes
) -> None:
    """It comes by one read with it, or is never seen."""
    server.answers["/a"] = [lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + answer + behind)] * 2
    assert whole(web, f"{server.url}/a", tmp_path / "part") == SHORT
    assert whole(web, f"{server.url}/a", tmp_path / "part") == SHORT
    assert len(server.asked) == 2


def test_what_stands_behind_a_redirect_is_no_part_of_it(web: Web, server: Server, tmp_path: Path) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n<p>It is over there."
    server.answers["/a"] = [lambda handler: handler.wfile.write(moved)]
    server.bodies["/b"] = BODY
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert server.asked == ["/a", "/b"]
