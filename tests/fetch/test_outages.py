"""Hosts that cannot be reached for a moment, or at all, and what is said of them."""

import errno
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from limner.errors import SourceError, Unreachable
from limner.fetch import manners
from limner.fetch.answers import reason
from limner.fetch.downloads import Downloads, Fetched, Wanted
from limner.fetch.manners import NoAnswer, WebError
from limner.fetch.web import Web
from tests.fetch.test_web import download, polite, whole
from tests.sites import Handler, Httpd, Server, options, serving


@contextmanager
def serving_later(seconds: float) -> Iterator[Server]:
    """A server whose port refuses all connections at first."""
    handler = type("Bound", (Handler,), {})
    httpd = Httpd(("127.0.0.1", 0), handler, bind_and_activate=False)
    httpd.server_bind()
    known = handler.known = Server(f"http://127.0.0.1:{httpd.server_port}")

    def start() -> None:
        httpd.server_activate()
        httpd.serve_forever(0.02)

    timer = threading.Timer(seconds, start)
    timer.daemon = True
    timer.start()
    try:
        yield known
    finally:
        timer.cancel()
        if timer.finished.is_set() and httpd.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            httpd.shutdown()
        httpd.server_close()


@pytest.mark.parametrize("rows", [3, 100])
def test_a_host_that_is_down_for_a_moment_loses_no_row(
    project: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused connections fail in microseconds: all tries of all rows would be used up before it is there."""
    monkeypatch.setattr(manners, "PAUSE", 0.1)
    with serving_later(0.14) as late, Downloads(options()) as downloads:
        late.bodies = {f"/{k}": b"%d" % k for k in range(rows)}
        fetched = list(downloads.stream([Wanted((f"{late.url}/{k}",)) for k in range(rows)], rows))
    assert [str(one) for one in fetched if not isinstance(one, Fetched)] == []


@pytest.mark.parametrize("order", ["by host", "mixed"])
def test_hosts_that_are_not_there_end_soon_together_and_in_words(
    project: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.03)
    urls = []
    for _ in range(5):
        with serving() as gone:
            urls.append(gone.url)
    places = [(url, k) for url in urls for k in range(300)]
    places.sort(key=lambda place: place[order == "mixed"])
    start = time.monotonic()
    with Downloads(options(tries=4)) as downloads:
        said = list(downloads.stream([Wanted((f"{url}/{k}",)) for url, k in places], len(places)))
    assert time.monotonic() - start < 4
    assert all(isinstance(one, Unreachable) for one in said)
    name = places[-1][0].removeprefix("http://")
    assert str(said[-1]).startswith(f"{places[-1][0]}/{places[-1][1]}: the host {name} could not be reached ")
    assert str(said[-1]).endswith(
        f" times in a row: no connection to {name}: Connection refused; it is not asked again"
    )


def resolver(monkeypatch: pytest.MonkeyPatch, *numbers: int, silent: threading.Event | None = None) -> list[str]:
    """All names lead to this machine, after these errors, or once the silent ones' servers speak; the names that were
    asked for."""
    asked: list[str] = []
    errors = [socket.gaierror(number, "as the resolver says") for number in numbers]
    system = socket.getaddrinfo

    def look_up(host: str, *how: Any, **further: Any) -> list[Any]:
        asked.append(host)
        if errors:
            raise errors.pop(0)
        if silent is not None and host.startswith("silent"):
            silent.wait(20)
        return system("127.0.0.1", *how, **further)

    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def test_a_resolver_that_does_not_know_for_now_is_asked_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolver(monkeypatch, socket.EAI_AGAIN, socket.EAI_AGAIN)
    server.bodies["/a"] = b"it"
    with Web(polite()) as web:
        assert whole(web, server.url.replace("127.0.0.1", "pictures.invalid") + "/a", tmp_path / "part") == b"it"
    assert len(asked) == 3


def test_many_hosts_together_are_asked_by_few_sockets(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process may open but so many files, and a manifest may name any number of hosts."""
    resolver(monkeypatch)
    monkeypatch.setattr("limner.fetch.sockets.SOCKETS", 3)
    lock, counts = threading.Lock(), [0, 0]

    def count(handler: Any) -> None:
        with lock:
            counts[0] += 1
            counts[1] = max(counts)
        time.sleep(0.02)
        with lock:
            counts[0] -= 1
        handler.give(b"it")

    server.answers["/a"] = [count] * 12
    with Web(polite()) as web:
        urls = [server.url.replace("127.0.0.1", f"h{k}.invalid") + "/a" for k in range(12)]
        for future in [web.start(web.download(url, tmp_path / f"{k}")) for k, url in enumerate(urls)]:
            assert future.result() is not None
    assert counts == [0, 3]


def test_a_name_that_does_not_exist_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolver(monkeypatch, socket.EAI_NONAME)
    with Web(polite()) as web, pytest.raises(WebError, match=r"the host pictures\.invalid is not known here"):
        download(web, "http://pictures.invalid/a", tmp_path / "part")
    assert len(asked) == 1


def test_names_whose_server_is_silent_hold_up_no_other_host(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = threading.Event()
    asked = resolver(monkeypatch, silent=silent)
    server.bodies["/a"] = b"it"
    names = [f"silent{k}.invalid" for k in range(40)] + [f"h{k}.invalid" for k in range(5)]
    with Web(polite()) as web:
        urls = [server.url.replace("127.0.0.1", name) + "/a" for name in names]
        coming = [web.start(web.download(url, tmp_path / f"{k}")) for k, url in enumerate(urls)]
        assert all(one.result(5) is not None for one in coming[40:])
        assert not any(one.done() for one in coming[:40])
        silent.set()
        assert all(one.result(5) is not None for one in coming)
    assert sorted(asked) == sorted(names)


def test_that_no_more_threads_can_be_started_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    with Web(polite()) as web:
        monkeypatch.setattr(threading.Thread, "start", no_more)
        with pytest.raises(NoAnswer, match="is not known here") as caught:
            download(web, "http://a.invalid/a", tmp_path / "part")
        assert caught.value.passing
        monkeypatch.undo()


@pytest.fixture
def untrusted(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that speaks TLS, with a certificate that nobody vouches for."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("no openssl here to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost"]
    made = [openssl, "req", "-x509", *curve, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = type("Bound", (Handler,), {})
    httpd = Httpd(("127.0.0.1", 0), handler)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    known = handler.known = Server(f"https://127.0.0.1:{httpd.server_port}")
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("no_proxy", "*")
    yield known
    httpd.shutdown()
    httpd.server_close()


def test_a_certificate_that_cannot_be_trusted_says_that_the_host_is_there(
    project: Path, untrusted: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To ask again would not help, and the manifest that it is of is not one that may be left out."""
    turns = []
    turn = manners.Host.turn
    monkeypatch.setattr(manners.Host, "turn", lambda host, url: turns.append(url) or turn(host, url))
    with Downloads(options()) as downloads:
        said = list(downloads.stream([Wanted((f"{untrusted.url}/{k}",)) for k in range(30)], 30))
    assert all("the certificate of 127.0.0.1 cannot be trusted" in str(one) for one in said)
    assert not any(isinstance(one, Unreachable) for one in said)
    assert len(turns) == 30


def test_a_server_that_does_not_speak_tls_is_said_to(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    monkeypatch.setenv("no_proxy", "*")
    with Web(polite()) as web, pytest.raises(WebError, match=r"no connection to 127.0.0.1:\d+: .*SSL"):
        download(web, server.url.replace("http:", "https:") + "/a", tmp_path / "part")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("Multiple exceptions: [Errno 101] this, [Errno 111] that"), "Multiple exceptions: [Errno 101]"),
        (OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)"), os.strerror(errno.ECONNREFUSED)),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "Name or service not known"),
    ],
)
def test_why_there_is_no_connection(error: OSError, words: str) -> None:
    key = ConnectionKey("h", 80, False, True, None, None, None)
    assert reason(aiohttp.ClientConnectorError(key, error)).startswith(f"no connection to h:80: {words}")


def test_a_proxy_without_a_scheme_speaks_http(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url.removeprefix("http://"))
    monkeypatch.delenv("no_proxy", raising=False)
    server.bodies["http://pictures.invalid/a"] = b"from afar"
    with Web(polite()) as web:
        assert whole(web, "http://pictures.invalid/a", tmp_path / "part") == b"from afar"


@pytest.mark.parametrize("named", ["http://[::1]@", "http://u:secret@", "http://h:proxy"])
def test_a_proxy_that_is_no_url_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """Not its text, in which there may be a password."""
    monkeypatch.setenv("http_proxy", named)
    monkeypatch.delenv("no_proxy", raising=False)
    with Web(polite()) as web, pytest.raises(WebError, match="http_proxy, is no url of a proxy") as told:
        download(web, "http://pictures.invalid/a", tmp_path / "part")
    assert named not in str(told.value)


def test_of_rows_that_failed_little_is_kept(downloads: Downloads, server: Server) -> None:
    """An error that was raised holds on to the frames that it came through, and so to all they hold: 11 KB a row."""
    server.bodies["/wrong"] = b"other"
    with serving() as gone:
        pass
    wanted = [Wanted((f"{url}/{k}",)) for k in range(3) for url in (server.url, gone.url)]
    wanted += [Wanted((f"{server.url}/wrong",), "0" * 64), Wanted((f"zip://a::{server.url}/gone.zip",))]
    for _ in range(2):  # the second time they are not asked for
        said = list(downloads.stream(wanted, len(wanted)))
    assert all(isinstance(one, SourceError) for one in said)
    assert len(downloads._failed) == len(wanted) + 1  # and the archive
    for error in downloads._failed.values():
        assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)
        assert vars(error) == {}
    assert [isinstance(one, Unreachable) for one in said] == [False, True] * 3 + [False, False]
