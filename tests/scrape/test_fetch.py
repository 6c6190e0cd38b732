"""Downloads against a real server: verified, retried where it helps, kept, whole or not at all."""

import hashlib
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from limner import files
from limner.errors import SourceError
from limner.scrape import fetch
from limner.scrape.fetch import Downloads, Wanted

from .conftest import Server

BODY = b"some bytes " * 1000
DIGEST = hashlib.sha256(BODY).hexdigest()
OTHER = "0" * 64


def store() -> set[str]:
    """Names of what is in the store, partial files too."""
    return {path.name for path in files.cache_dir("downloads").iterdir()}


def test_fetched_once_and_then_from_the_store(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    for _ in range(2):
        fetched = Downloads({}).fetch(Wanted((f"{server.url}/a",), DIGEST))
        assert fetched.path.read_bytes() == BODY
    assert server.asked == ["/a"]
    assert store() == {DIGEST}


def test_without_a_hash_it_is_remembered_by_its_url(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    for _ in range(2):
        assert Downloads({}).fetch(Wanted((f"{server.url}/a",))).sha256 == DIGEST
    assert server.asked == ["/a"]


def test_a_damaged_file_in_the_store_is_fetched_again(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    wanted = Wanted((f"{server.url}/a",), DIGEST)
    Downloads({}).fetch(wanted).path.write_bytes(b"spoilt")
    assert Downloads({}).fetch(wanted).path.read_bytes() == BODY


def test_a_wrong_hash_names_both_and_keeps_nothing(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    with pytest.raises(SourceError, match=f"(?s){DIGEST}.*{OTHER}"):
        Downloads({}).fetch(Wanted((f"{server.url}/a",), OTHER))
    assert store() == set()


def test_the_second_url_is_asked_when_the_first_is_wrong(project: Path, server: Server) -> None:
    server.bodies |= {"/a": b"something else", "/b": BODY}
    assert Downloads({}).fetch(Wanted((f"{server.url}/a", f"{server.url}/b"), DIGEST)).sha256 == DIGEST
    assert server.asked == ["/a", "/b"]


def test_a_busy_server_is_asked_again(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    server.statuses["/a"] = [500, 503]
    assert Downloads({}).fetch(Wanted((f"{server.url}/a",), DIGEST)).sha256 == DIGEST
    assert len(server.asked) == 3


def test_a_reset_connection_is_opened_again(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    server.resets["/a"] = 2
    assert Downloads({}).fetch(Wanted((f"{server.url}/a",), DIGEST)).sha256 == DIGEST
    assert len(server.asked) == 3


@pytest.mark.parametrize(("status", "times"), [(404, 1), (403, 1), (500, 3), (429, 3)])
def test_only_what_may_pass_is_asked_again(project: Path, server: Server, status: int, times: int) -> None:
    server.statuses["/a"] = [status] * 9
    with pytest.raises(SourceError, match=str(status)):
        Downloads({}).fetch(Wanted((f"{server.url}/a",)))
    assert len(server.asked) == times


def test_a_body_cut_short_is_not_taken(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    server.cut["/a"] = 5000
    with pytest.raises(SourceError, match="before the whole file"):
        Downloads({}).fetch(Wanted((f"{server.url}/a",)))
    assert len(server.asked) == 3
    assert store() == set()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nobody.invalid/a", "host nobody.invalid is not known"),
        ("http://127.0.0.1:9/a", "127.0.0.1"),
        ("nosuch://a", "nosuch"),
        ("data/nothing.jpg", "not there"),
        ("data", "is a folder"),
        ("file:///nothing.jpg", "not there"),
    ],
)
def test_what_cannot_be_had_is_named_without_asking_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setattr(fetch, "PAUSES", (60.0,))  # a second attempt would be noticed
    with pytest.raises(SourceError, match=words):
        Downloads({}).fetch(Wanted((url,)))


def test_all_at_once_in_order_with_the_reasons(project: Path, server: Server) -> None:
    server.bodies |= {f"/{k}": b"%d" % k for k in range(20) if k != 7}
    fetched = Downloads({}).fetch_all([Wanted((f"{server.url}/{k}",)) for k in range(20)])
    assert isinstance(fetched[7], SourceError)
    good = [file.path.read_bytes() for file in fetched if isinstance(file, fetch.Fetched)]
    assert good == [b"%d" % k for k in range(20) if k != 7]


def test_local_files_are_read_anew(project: Path) -> None:
    path = Path("data/a")
    path.write_bytes(BODY)
    assert Downloads({}).fetch(Wanted(("data/a",))).sha256 == DIGEST
    path.write_bytes(b"changed")
    fetched = Downloads({}).fetch(Wanted((path.resolve().as_uri(),)))
    assert fetched.sha256 == hashlib.sha256(b"changed").hexdigest()
    assert store() == set()


def test_members_of_an_archive_on_a_server_cost_one_download(project: Path, server: Server, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("in/1.txt", "in/2.txt"):
            archive.writestr(name, name)
    server.bodies["/a.zip"] = (tmp_path / "a.zip").read_bytes()
    urls = [f"zip://in/{k}.txt::{server.url}/a.zip" for k in (1, 2, 3)]
    one, two, three = Downloads({}).fetch_all([Wanted((url,)) for url in urls])
    assert isinstance(one, fetch.Fetched)
    assert isinstance(two, fetch.Fetched)
    assert (one.path.read_text(), two.path.read_text()) == ("in/1.txt", "in/2.txt")
    assert isinstance(three, SourceError)
    assert server.asked == ["/a.zip"]


def test_a_mirror_is_asked_instead(project: Path, server: Server) -> None:
    server.bodies |= {"/far/x/a": b"far", "/far/x/b c": b"far", "/far/x/d": b"far"}
    Path("near").mkdir()
    Path("near/a").write_bytes(b"near")
    Path("near/b c").write_bytes(b"near too")
    downloads = Downloads({f"{server.url}/far/": "nowhere/", f"{server.url}/far/x/": "near"})
    got = [downloads.fetch(Wanted((f"{server.url}/far/x/{name}",))).path.read_bytes() for name in ("a", "b%20c", "d")]
    assert got == [
        b"near",
        b"near too",
        b"far",
    ]  # the longest prefix; and what the mirror lacks from the server
    assert server.asked == ["/far/x/d"]


def test_a_mirror_with_other_bytes_is_passed_over(project: Path, server: Server) -> None:
    server.bodies |= {"/far/a": BODY, "/near/a": b"stale"}
    downloads = Downloads({f"{server.url}/far/": f"{server.url}/near/"})
    assert downloads.fetch(Wanted((f"{server.url}/far/a",), DIGEST)).sha256 == DIGEST
    assert server.asked == ["/near/a", "/far/a"]


SLOW = """
import http.server, pathlib, sys, threading, time
from limner.scrape.fetch import Downloads, Wanted

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"x" * 6000)
        pathlib.Path("started").touch()
        time.sleep(60)
    def log_message(self, *_):
        pass

httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
httpd.daemon_threads = True
threading.Thread(target=httpd.serve_forever, daemon=True).start()
Downloads({}).fetch_all([Wanted((f"http://127.0.0.1:{httpd.server_port}/a",))])
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_download_leaves_nothing_half(project: Path, how: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", SLOW], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 30
    while not Path("started").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert Path("started").exists()
    process.send_signal(how)
    process.wait(timeout=10)  # an interrupted process does not wait for its server
    kept = store()
    assert all(name.startswith(".part-") for name in kept)
    assert how == signal.SIGKILL or kept == set()
    for part in files.cache_dir("downloads").iterdir():
        os.utime(part, (0, 0))
    Downloads({})  # the next run sweeps up what nobody writes to any more
    assert store() == set()
