"""Downloads against a real server: verified, asked for again where it helps, kept, whole or not at all."""

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from limner import files
from limner.errors import SourceError
from limner.fetch import downloads as downloading
from limner.fetch.downloads import Downloads, Fetched, Wanted
from tests.sites import OPTIONS, Server, cut, options, reset, serving

BODY = b"some bytes " * 1000
DIGEST = hashlib.sha256(BODY).hexdigest()
OTHER = "0" * 64


def store() -> set[str]:
    """Names of what is in the store, partial files too."""
    folder = files.cache_dir("downloads")
    partial = {path.name for path in folder.glob("unfinished/*/**/*") if path.is_file()}
    return {path.name for path in folder.iterdir() if not path.name.startswith(("notes.", "unfinished"))} | partial


def landed() -> set[str]:
    """The hashes of what is whole in the store, each of which is true."""
    paths = [path for path in files.cache_dir("downloads").iterdir() if len(path.name) == 64]
    assert [files.sha256(path) for path in paths] == [path.name for path in paths]
    return {path.name for path in paths}


def fetch_once(wanted: Wanted, again: bool = False) -> Fetched:
    """In a run of its own."""
    with Downloads(OPTIONS) as downloads:
        return downloads.fetch(wanted, again)


def test_fetched_once_and_then_from_the_store(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    for _ in range(2):
        assert fetch_once(Wanted((f"{server.url}/a",), DIGEST)).path.read_bytes() == BODY
    assert server.asked == ["/a"]
    assert store() == {DIGEST}


def test_without_a_hash_it_is_remembered_by_its_url(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    for _ in range(2):
        assert fetch_once(Wanted((f"{server.url}/a",))).sha256 == DIGEST
    assert server.asked == ["/a"]


def test_a_damaged_file_in_the_store_is_fetched_again(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY
    for wanted in (Wanted((f"{server.url}/a",), DIGEST), Wanted((f"{server.url}/a",))):
        downloads.fetch(wanted).path.write_bytes(b"spoilt")
        assert downloads.fetch(wanted).path.read_bytes() == BODY


def test_a_wrong_hash_names_both_and_keeps_nothing(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY
    with pytest.raises(SourceError, match=f"(?s){DIGEST}.*{OTHER}"):
        downloads.fetch(Wanted((f"{server.url}/a",), OTHER))
    assert store() == set()
    assert len(server.asked) == 2  # the same wrong bytes twice: it is another file


def test_bytes_that_are_wrong_in_another_way_each_time_are_left(downloads: Downloads, server: Server) -> None:
    """As of an error page that tells the time."""
    server.answers["/a"] = [lambda handler, k=k: handler.give(b"%d" % k) for k in range(99)]
    with pytest.raises(SourceError, match=f"{OTHER} is expected"):
        downloads.fetch(Wanted((f"{server.url}/a",), OTHER))
    assert len(server.asked) == OPTIONS.tries
    assert store() == set()


def test_bytes_that_are_wrong_have_the_time_of_one_file_together(project: Path, server: Server) -> None:
    def slow(handler: Any, k: int) -> None:
        time.sleep(0.2)
        handler.give(b"%d" % k)

    server.answers["/a"] = [partial(slow, k=k) for k in range(99)]
    words = r"not done within 0.5 s|is expected"
    with Downloads(options(tries=9, max_seconds=0.5)) as downloads, pytest.raises(SourceError, match=words):
        downloads.fetch(Wanted((f"{server.url}/a",), OTHER))
    assert len(server.asked) <= 3


def test_a_wrong_hash_of_one_row_is_not_held_against_another(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY
    url = (f"{server.url}/a",)
    wrong, right, none = downloads.stream([Wanted(url, OTHER), Wanted(url, DIGEST), Wanted(url)], 3)
    assert isinstance(wrong, SourceError)
    assert [file.sha256 for file in (right, none) if isinstance(file, Fetched)] == [DIGEST, DIGEST]


def test_what_was_of_no_use_is_asked_for_again(project: Path, server: Server) -> None:
    server.bodies["/a"] = b"please wait"
    wanted = Wanted((f"{server.url}/a",))
    with Downloads(OPTIONS) as downloads:
        downloads.fetch(wanted)
        downloads.forget(wanted.urls[0])
    server.bodies["/a"] = BODY
    assert fetch_once(wanted).sha256 == DIGEST
    assert len(server.asked) == 2


@pytest.mark.parametrize("etag", ['"ren\u00e9e"', '"a\x07b"'])
def test_a_version_that_could_not_be_sent_back_is_none(downloads: Downloads, server: Server, etag: str) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, {"ETag": etag}
    server.answers["/a"] = [cut(5000), lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert downloads.fetch(Wanted((f"{server.url}/a",))).sha256 == DIGEST
    assert downloads.fetch(Wanted((f"{server.url}/a",)), again=True).sha256 == DIGEST


def test_bytes_spoilt_on_their_way_are_fetched_again(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY

    def spoil(handler: Any) -> None:
        del handler.known.answers["/a"]
        handler.give(BODY.replace(b"s", b"z", 1))

    server.answers["/a"] = [spoil]
    assert downloads.fetch(Wanted((f"{server.url}/a",), DIGEST)).path.read_bytes() == BODY


def test_the_second_url_is_asked_when_the_first_is_wrong(downloads: Downloads, server: Server) -> None:
    server.bodies |= {"/a": b"something else", "/b": BODY}
    assert downloads.fetch(Wanted((f"{server.url}/a", f"{server.url}/b"), DIGEST)).sha256 == DIGEST
    assert server.asked == ["/a", "/a", "/b"]


def test_files_come_without_the_process_that_lands_small_ones(downloads: Downloads, server: Server) -> None:
    bodies = {f"/{k}": bytes([k]) * 1000 for k in range(9)}
    server.bodies |= bodies
    assert downloads.fetch(Wanted((f"{server.url}/0",))).path.read_bytes() == bodies["/0"]
    process = downloads._scribe._process
    assert process is not None
    process.kill()
    for path, body in bodies.items():
        assert (
            downloads.fetch(Wanted((f"{server.url}{path}",), hashlib.sha256(body).hexdigest())).path.read_bytes()
            == body
        )


def test_nobody_is_asked_for_more_while_the_disk_is_behind(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "UNTAKEN", 8)
    server.bodies |= {f"/{k}": bytes([k]) * 1000 for k in range(60)}
    downloads.fetch(Wanted((f"{server.url}/0",)))
    process = downloads._scribe._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    came: list[Fetched | SourceError] = []
    wanted = [Wanted((f"{server.url}/{k}",)) for k in range(60)]
    run = threading.Thread(target=lambda: came.extend(downloads.stream(wanted, 60)))
    run.start()
    try:
        asked, until = 0, time.monotonic() + 20
        while not 8 < asked == len(server.asked) and time.monotonic() < until:
            asked = len(server.asked)
            time.sleep(0.3)
        assert 8 < asked <= 1 + 8 + OPTIONS.connections
    finally:
        process.send_signal(signal.SIGCONT)
    run.join(20)
    assert [file.path.read_bytes() for file in came if isinstance(file, Fetched)] == list(server.bodies.values())


PAGES = [
    b"",
    b" <!DOCTYPE html>wait",
    b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- - --><HTML>',
    b"<html lang=en>" + bytes(600_000),
]


@pytest.mark.parametrize("page", PAGES, ids=["nothing", "html", "xhtml", "a large one"])
@pytest.mark.parametrize("pin", [DIGEST, ""])
def test_a_page_in_place_of_a_file_passes(downloads: Downloads, server: Server, page: bytes, pin: str) -> None:
    """Busy servers send one and say that all is fine."""
    server.bodies["/a"], server.headers["/a"] = BODY, {"ETag": '"1"'}
    server.answers["/a"] = [lambda handler: handler.give(page)] * 2
    server.answers["/a"].append(lambda handler: handler.known.answers.clear() or handler.give(BODY))
    assert downloads.fetch(Wanted((f"{server.url}/a",), pin)).sha256 == DIGEST
    assert len(server.asked) == 3


def test_a_page_that_stays_in_place_of_a_file_is_told(project: Path, server: Server) -> None:
    server.bodies["/a"] = BODY
    fetch_once(Wanted((f"{server.url}/a",)))
    server.bodies |= {"/a": b"<html>", "/b": b"<html>"}
    assert "web page (HTML) in place of the file: what was" in fetch_once(Wanted((f"{server.url}/a",)), again=True).note
    server.asked.clear()
    with pytest.raises(SourceError, match=r"the server gives a web page \(HTML\) in place of the file$"):
        fetch_once(Wanted((f"{server.url}/b",)))
    assert len(server.asked) == OPTIONS.tries
    assert store() == {DIGEST}


@pytest.mark.parametrize("body", [b"<svg><html/></svg>", b"\x89PNG <html>", b"<!-- a -->" * 100, b"<htmlx>"])
def test_what_is_no_page_is_a_file(downloads: Downloads, server: Server, body: bytes) -> None:
    server.bodies["/a"] = body
    assert downloads.fetch(Wanted((f"{server.url}/a",))).path.read_bytes() == body


@pytest.mark.parametrize(("status", "times"), [(404, 1), (403, 1), (500, 3), (429, 3)])
def test_only_what_may_pass_is_asked_again(downloads: Downloads, server: Server, status: int, times: int) -> None:
    server.statuses["/a"] = [status] * 9
    for _ in range(2):  # and what failed is not asked for again in the same run
        with pytest.raises(SourceError, match=str(status)):
            downloads.fetch(Wanted((f"{server.url}/a",)))
    assert len(server.asked) == times


def test_a_busy_server_is_asked_again(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY
    server.statuses["/a"] = [500, 503]
    assert downloads.fetch(Wanted((f"{server.url}/a",), DIGEST)).sha256 == DIGEST
    assert len(server.asked) == 3


def test_a_body_cut_short_is_not_taken(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"] = BODY
    server.answers["/a"] = [cut(5000)] * 3
    with pytest.raises(SourceError, match="before the whole file"):
        downloads.fetch(Wanted((f"{server.url}/a",)))
    assert store() == set()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nobody.invalid/a", "host nobody.invalid is not known"),
        ("http://127.0.0.1:9/a", "127.0.0.1:9: Connection refused"),
        ("http:///a", "no url of a server"),
        ("nosuch://a", "nosuch"),
        ("memory://nothing", "no such file"),
        ("data/nothing.jpg", "not there"),
        ("data", "is a folder"),
        ("file:///nothing.jpg", "not there"),
        ("simplecache::http://127.0.0.1:9/a", "allowed: zip://"),
        ("zip://a.jpg::data/nothing.zip", "not there"),
    ],
)
def test_what_cannot_be_had_is_named(downloads: Downloads, url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        downloads.fetch(Wanted((url,)))


def test_what_fsspec_brings_is_kept_and_limited(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/limner-test/a", BODY)
    memory.pipe("/limner-test/large", bytes(6_000_000))
    try:
        assert downloads.fetch(Wanted(("memory://limner-test/a",), DIGEST)).path.read_bytes() == BODY
        with pytest.raises(SourceError, match="larger than 5 MB"):
            downloads.fetch(Wanted(("memory://limner-test/large",)))
    finally:
        memory.rm("/limner-test", recursive=True)
    assert store() == {DIGEST}


def test_many_in_order_with_the_reasons(downloads: Downloads, server: Server) -> None:
    server.bodies |= {f"/{k}": b"%d" % k for k in range(20) if k != 7}
    fetched = list(downloads.stream([Wanted((f"{server.url}/{k}",)) for k in range(20)], 20))
    assert isinstance(fetched[7], SourceError)
    good = [file.path.read_bytes() for file in fetched if isinstance(file, Fetched)]
    assert good == [b"%d" % k for k in range(20) if k != 7]


def test_rows_sorted_by_host_do_not_wait_for_the_first_of_them(project: Path) -> None:
    """One host has more rows than are asked for at once, and answers when the other one was asked."""
    asked = threading.Event()

    def slow(handler: Any) -> None:
        asked.wait(10)
        handler.give(b"slow")

    def quick(handler: Any) -> None:
        asked.set()
        handler.give(b"quick")

    with serving() as one, serving() as two, Downloads(OPTIONS) as downloads:
        one.answers = {f"/{k}": [slow] for k in range(300)}
        two.answers["/a"] = [quick]
        wanted = [Wanted((f"{one.url}/{k}",)) for k in range(300)] + [Wanted((f"{two.url}/a",))]
        start = time.monotonic()
        fetched = list(downloads.stream(wanted, len(wanted)))
    assert time.monotonic() - start < 8
    assert [file.path.read_bytes() for file in fetched if isinstance(file, Fetched)] == [b"slow"] * 300 + [b"quick"]


def test_rows_that_name_the_same_cost_one_download(downloads: Downloads, server: Server) -> None:
    server.bodies |= {"/a": BODY, "/b": BODY}
    wanted = [Wanted((f"{server.url}/{name}",), DIGEST) for name in "aabb"] * 5
    assert {getattr(file, "sha256", file) for file in downloads.stream(wanted, 20)} == {DIGEST}
    assert len(server.asked) == 1
    unpinned = [Wanted((f"{server.url}/a",))] * 5
    server.asked.clear()
    assert {getattr(file, "sha256", file) for file in downloads.stream(unpinned, 5)} == {DIGEST}
    assert len(server.asked) <= 1


def test_a_stream_reads_no_further_ahead_than_it_fetches(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.fetch.downloads.AHEAD", 4)
    read = []

    def wanted() -> Iterator[Wanted]:
        for k in range(20):
            read.append(k)
            yield Wanted((f"data/{k}",))

    stream = downloads.stream(wanted(), 20)
    next(stream)
    assert len(read) == 4
    assert len(list(stream)) == 19


def test_one_changed_row_costs_one_download(project: Path, server: Server) -> None:
    names = [f"/{k}" for k in range(30)]
    server.bodies |= {name: name.encode() for name in names}
    rows = [
        Wanted((server.url + name,), hashlib.sha256(name.encode()).hexdigest() * (k % 2))
        for k, name in enumerate(names)
    ]
    for expected in (names, [], ["/new"]):
        server.asked.clear()
        with Downloads(OPTIONS) as downloads:
            assert all(isinstance(file, Fetched) for file in downloads.stream(rows, len(rows)))
        assert sorted(server.asked) == sorted(expected)
        server.bodies["/new"] = b"new"
        if not expected:
            rows[3] = Wanted((f"{server.url}/new",), hashlib.sha256(b"new").hexdigest())


def test_local_files_are_read_anew(downloads: Downloads) -> None:
    path = Path("data/a")
    path.write_bytes(BODY)
    assert downloads.fetch(Wanted(("data/a",))).sha256 == DIGEST
    path.write_bytes(b"changed")
    uri = path.resolve().as_uri()
    for url in (uri, uri.replace("file://", "file://localhost")):
        assert downloads.fetch(Wanted((url,))).sha256 == hashlib.sha256(b"changed").hexdigest()
    assert store() == set()


@pytest.mark.parametrize("what", ["gone", "changed"])
def test_a_pinned_local_file_outlives_its_place(project: Path, what: str) -> None:
    path = Path("data/a")
    path.write_bytes(BODY)
    wanted = Wanted(("data/a",), DIGEST)
    assert fetch_once(wanted) == Fetched(files.cache_dir("downloads") / DIGEST, DIGEST)
    path.unlink() if what == "gone" else path.write_bytes(b"changed")
    fetched = fetch_once(wanted)
    assert fetched.path.read_bytes() == BODY
    assert "data/a" in fetched.note
    assert "what was fetched before is used" in fetched.note


@pytest.mark.parametrize("runs", [1, 2])
def test_a_pinned_local_file_may_change_once_it_was_fetched(project: Path, runs: int) -> None:
    for _ in range(runs):
        Path("data/a").write_bytes(BODY)
        fetched = fetch_once(Wanted(("data/a",), DIGEST))
        Path("data/a").write_bytes(b"changed")
        assert fetched.path.read_bytes() == BODY


def test_the_copy_of_a_pinned_local_file_is_put_right(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By way of the run's own folder, which the next one cleans."""
    Path("data/a").write_bytes(BODY)
    copied = []
    copy = shutil.copyfile
    monkeypatch.setattr("limner.fetch.store.shutil.copyfile", lambda *of: copied.append(of[1]) or copy(*of))
    for _ in range(3):
        fetch_once(Wanted(("data/a",), DIGEST))
        assert landed() == store() == {DIGEST}
        (files.cache_dir("downloads") / DIGEST).write_bytes(b"spoilt")
    fetch_once(Wanted(("data/a",), DIGEST))
    fetch_once(Wanted(("data/a",), DIGEST))
    assert len(copied) == 4
    assert all(path.parent.parent.name == "unfinished" for path in copied)


@pytest.mark.parametrize("pin", [DIGEST, ""])
def test_a_local_file_that_cannot_be_read_is_named(
    downloads: Downloads, monkeypatch: pytest.MonkeyPatch, pin: str
) -> None:
    path = Path("data/a")
    path.write_bytes(BODY)
    good = Wanted(("data/a",), pin)
    downloads.fetch(good)
    with pytest.raises(SourceError, match="cannot be read: File name too long"):
        downloads.fetch(Wanted((f"data/{'a' * 300}",), pin and OTHER))

    def broken(path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr("limner.fetch.here.sha256", broken)
    if pin:
        assert "what was fetched before is used" in downloads.fetch(good).note
    else:
        with pytest.raises(SourceError, match="data/a cannot be read: Input/output error"):
            downloads.fetch(good)


def test_a_full_disk_is_no_fault_of_a_local_file(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("data/a").write_bytes(BODY)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("limner.fetch.store.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space"):
        downloads.fetch(Wanted(("data/a",), DIGEST))


VERSIONS = [{"ETag": '"1"'}, {"Last-Modified": "Mon, 02 Jan 2023 03:04:05 GMT"}, {}]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("pin", [DIGEST, ""])
def test_asked_again_what_did_not_change_is_kept(
    project: Path, server: Server, version: dict[str, str], pin: str
) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, version
    wanted = Wanted((f"{server.url}/a",), pin)
    for again in (False, True):
        assert fetch_once(wanted, again) == Fetched(files.cache_dir("downloads") / DIGEST, DIGEST)
    asked = server.requests[1]
    assert not version or next(iter(version.values())) in (asked["If-None-Match"], asked["If-Modified-Since"])


def test_asked_again_a_changed_file_is_taken_unless_it_is_pinned(project: Path, server: Server) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, {"ETag": '"1"'}
    pinned, free = Wanted((f"{server.url}/a",), DIGEST), Wanted((f"{server.url}/a",))
    fetch_once(pinned)
    server.bodies["/a"], server.headers["/a"] = b"changed", {"ETag": '"2"'}
    kept = fetch_once(pinned, again=True)
    assert kept.sha256 == DIGEST
    changed = hashlib.sha256(b"changed").hexdigest()
    assert changed in kept.note
    assert fetch_once(free, again=True) == Fetched(files.cache_dir("downloads") / changed, changed)
    assert fetch_once(free).sha256 == changed


@pytest.mark.parametrize("pin", [DIGEST, ""])
def test_a_source_that_vanished_keeps_what_was_fetched_before(project: Path, server: Server, pin: str) -> None:
    server.bodies["/a"] = BODY
    wanted = Wanted((f"{server.url}/a",), pin)
    fetch_once(wanted)
    del server.bodies["/a"]
    assert fetch_once(wanted) == Fetched(files.cache_dir("downloads") / DIGEST, DIGEST)
    assert len(server.asked) == 1
    kept = fetch_once(wanted, again=True)
    assert kept.path.read_bytes() == BODY
    assert "404" in kept.note
    assert "what was fetched before is used" in kept.note


def test_a_mirror_is_asked_instead(project: Path, server: Server) -> None:
    server.bodies |= {"/far/x/a": b"far", "/far/x/b c": b"far", "/far/x/d": b"far"}
    Path("near").mkdir()
    Path("near/a").write_bytes(b"near")
    Path("near/b c").write_bytes(b"near too")
    mirrors = {f"{server.url}/far/": "nowhere/", f"{server.url}/far/x/": "near"}
    with Downloads(options(mirrors=mirrors)) as downloads:
        wanted = [Wanted((f"{server.url}/far/x/{name}",)) for name in ("a", "b%20c", "d")]
        got = [downloads.fetch(one).path.read_bytes() for one in wanted]
    assert got == [b"near", b"near too", b"far"]  # the longest prefix; and what the mirror lacks from the server
    assert server.asked == ["/far/x/d"]


def test_a_mirror_that_lacks_a_file_is_asked_once(project: Path, server: Server) -> None:
    """As nobody is asked again; of what is doubted, it is asked first."""
    server.bodies["/far/a"] = BODY
    wanted = Wanted((f"{server.url}/far/a",))
    asked = ["/near/a", "/far/a"]
    for run in range(3):
        with Downloads(options(mirrors={f"{server.url}/far/": f"{server.url}/near/"})) as downloads:
            assert downloads.fetch(wanted).sha256 == DIGEST
            assert server.asked == asked * (run // 2 + 1)
            if run == 1:
                downloads.doubt(wanted.urls[0])


def test_a_local_mirror_is_looked_at_before_what_is_remembered(project: Path, server: Server) -> None:
    server.bodies["/far/a"] = BODY
    with Downloads(options(mirrors={f"{server.url}/far/": "near"})) as downloads:
        assert downloads.fetch(Wanted((f"{server.url}/far/a",))).sha256 == DIGEST
        Path("near").mkdir()
        Path("near/a").write_bytes(b"near")
        assert downloads.fetch(Wanted((f"{server.url}/far/a",))).path.read_bytes() == b"near"


def test_a_mirror_with_other_bytes_is_passed_over(project: Path, server: Server) -> None:
    server.bodies |= {"/far/a": BODY, "/near/a": b"stale"}
    with Downloads(options(mirrors={f"{server.url}/far/": f"{server.url}/near/"})) as downloads:
        assert downloads.fetch(Wanted((f"{server.url}/far/a",), DIGEST)).sha256 == DIGEST
    assert server.asked == ["/near/a", "/near/a", "/far/a"]


RUN = """
import json, sys
from limner.fetch import manners
from limner.fetch import downloads as downloading
from limner.fetch.downloads import Downloads, Wanted
from limner.blocks import Scrape

manners.PAUSE = 0.01
options, wanted = json.load(open("run.json"))
with Downloads(Scrape(**options | {"optional": ()})) as downloads:  # JSON has no tuples
    items = [Wanted((url,), pin) for url, pin in wanted]
    said = [getattr(file, "sha256", None) or str(file) for file in downloads.stream(items, len(items))]
json.dump(said, open("said.json", "w"))
"""


def start(wanted: list[Wanted]) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    rows = [(one.urls[0], one.sha256) for one in wanted]
    Path("run.json").write_text(json.dumps([vars(OPTIONS), rows]))
    return subprocess.Popen([sys.executable, "-c", RUN], stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_download_is_gone_on_with(project: Path, server: Server, how: signal.Signals) -> None:
    body = random.Random(0).randbytes(3_000_000)
    server.bodies["/a"], server.headers["/a"] = body, {"ETag": '"1"'}

    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("ETag", '"1"')
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:2_000_000])
        time.sleep(60)

    server.answers["/a"] = [half]
    process = start([Wanted((f"{server.url}/a",))])
    folder = files.cache_dir("downloads") / "unfinished"
    until = time.monotonic() + 120
    while not any(path.stat().st_size > 1_000_000 for path in folder.glob("*/*")) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(how)
    process.wait(timeout=10)  # an interrupted process does not wait for its server
    assert landed() == set()

    server.answers.clear()
    fetched = fetch_once(Wanted((f"{server.url}/a",)))
    assert fetched.path.read_bytes() == body
    came = int(server.requests[-1]["Range"].removeprefix("bytes=").removesuffix("-"))
    assert came > 1_000_000
    assert store() == {fetched.sha256}
    assert list(folder.iterdir()) == []


def test_what_was_never_gone_on_with_is_dropped(project: Path) -> None:
    old = files.cache_dir("downloads") / "unfinished" / "1-dead"
    old.mkdir(parents=True)
    (old.parent / "1-dead.lock").touch()
    for name in ("a", "b"):
        (old / name).write_bytes(b"half")
        (old / f"{name}.json").write_text("{}")
    os.utime(old / "a", (0, 0))
    with Downloads(OPTIONS):
        assert {"b", "b.json"} == store()
        with Downloads(OPTIONS):  # whose folder is in use is left alone
            assert {"b", "b.json"} == store()


def test_a_server_that_misbehaves_at_random_and_six_kills(project: Path, server: Server) -> None:
    """Every good file arrives byte for byte, every bad one is named, and what arrived is not asked for again."""
    chance = random.Random(1)
    bodies = {f"/{k}": chance.randbytes(chance.choice((0, 100, 50_000, 1_500_000))) + b"%d" % k for k in range(60)}

    def whim(handler: Any) -> None:
        handler.known.answers[handler.path].append(whim)
        body = bodies[handler.path]
        match chance.randrange(12):
            case 0:
                handler.give(b"", chance.choice((429, 500, 503)))
            case 1:
                reset(handler)
            case 2 | 3:
                cut(chance.randrange(len(body)))(handler)
            case 4:
                handler.give(body[:-1] + b"?")
            case _:
                time.sleep(0.02)
                handler.give(body)

    server.bodies |= bodies
    for path in bodies:
        server.answers[path] = [whim]
        server.headers[path] = {"ETag": f'"{path}"'} if chance.random() < 0.5 else {}
    server.statuses["/forbidden"] = [403] * 99
    server.bodies["/other"] = b"other"
    wanted = [Wanted((server.url + path,), hashlib.sha256(body).hexdigest()) for path, body in bodies.items()]
    wanted += [Wanted((f"{server.url}{path}",), OTHER) for path in ("/gone", "/forbidden", "/other")]
    for kill in range(6):
        process = start(wanted)
        until = time.monotonic() + 120
        asked = len(server.asked) + chance.randrange(1, 12)
        # The first three strike at any moment, the others when something has arrived that may be lost again.
        while (len(server.asked) < asked or (kill >= 3 and not landed())) and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.005)
        process.kill()
        process.wait()
        landed()
    arrived = {path for path, body in bodies.items() if hashlib.sha256(body).hexdigest() in landed()}
    assert arrived
    server.asked.clear()
    while True:  # a server as bad as this one may need more patience than one run has
        with Downloads(options(tries=9)) as downloads:
            said = list(downloads.stream(wanted, len(wanted)))
        if all(isinstance(file, Fetched) for file in said[:60]):
            break
    assert [file.path.read_bytes() for file in said if isinstance(file, Fetched)] == list(bodies.values())
    assert not arrived & set(server.asked)
    reasons = [str(error) for error in said[60:]]
    for reason, words in zip(reasons, ("404", "403", "sha256"), strict=True):
        assert words in reason
