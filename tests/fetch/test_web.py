"""The HTTP client against servers that are slow, busy, broken or hostile."""

import asyncio
import gzip
import hashlib
import random
import re
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from limner.fetch import manners
from limner.fetch.answers import Page
from limner.fetch.manners import MOST_TOLD, Manners, WebError, retry_after
from limner.fetch.partial import Partial, Validator
from limner.fetch.web import Web
from tests.sites import Answer, Server, cut, reset, serving

from .conftest import Clock

BODY = bytes(range(256)) * 8000  # 2 MB: more than is kept in memory
DIGEST = hashlib.sha256(BODY).hexdigest()
ETAG = {"ETag": '"one"'}
FLOW = bytes(20_000)  # in ten seconds it is more than `manners.LEAST`


def polite(**changed: Any) -> Manners:
    usual = {"connections": 6, "delay": 0.0, "tries": 3, "max_seconds": 20.0, "max_bytes": 5_000_000}
    return Manners(**{**usual, **changed})


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    with Web(polite()) as made:
        yield made


def download(web: Web, url: str, part: Path, **how: Any) -> Partial | None:
    """From a thread that is not the client's own."""
    return web.run(web.download(url, part, **how))


def whole(web: Web, url: str, part: Path, **how: Any) -> bytes:
    """All bytes of a download; nothing of it is left at `part`."""
    partial = download(web, url, part, **how)
    assert partial is not None
    partial.land(part.with_name("whole"))
    assert not part.exists()
    assert hashlib.sha256(part.with_name("whole").read_bytes()).hexdigest() == partial.sha256()
    return part.with_name("whole").read_bytes()


def test_a_page_with_its_headers_and_where_it_came_from(web: Web, server: Server) -> None:
    server.bodies["/b?q=%C3%A4+b&k=1"] = "grün".encode("latin-1")
    server.headers["/b?q=%C3%A4+b&k=1"] = {"Content-Type": "text/html; charset=latin-1"}
    page = web.read(f"{server.url}/b?q=%C3%A4+b", {"k": "1"})
    assert (page.text, page.headers["content-type"]) == ("grün", "text/html; charset=latin-1")
    server.answers["/a"] = [moved("/b?q=%C3%A4+b&k=1")]
    assert web.read(f"{server.url}/a").url == page.url
    agent = server.requests[0]["User-Agent"]
    assert agent.startswith("limner/")
    assert "manifests" in agent


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", '<meta charset="iso-8859-1">ü'.encode("latin-1")),
        ("text/html", "ü".encode()),
        ("text/html", "\ufeffü".encode()),
        ("text/html; charset=nonsense", "ü".encode()),
        ('text/html; charset="UTF-16"', "ü".encode("utf-16")),
        ("text/html; charset=idna", "..ü".encode()),
        ("text/html; charset=undefined", "ü".encode()),
        ("text/html; charset=unicode_escape", "\\x41ü".encode()),
        ("text/html; charset=utf-7", "+APw-ü".encode()),
        ("text/html; charset=rot13", "ü".encode()),
        ("text/html; charset=iso-8859-1", "\ufeffü".encode()),
        ("text/html; charset=utf-8", "\ufeffü".encode("utf-16-le")),
        ("text/html", "\ufeffü".encode("utf-16-be")),
    ],
)
def test_a_page_is_read_in_its_charset(kind: str, body: bytes) -> None:
    assert Page("", {"Content-Type": kind}, body).text.endswith("ü")


@pytest.mark.parametrize(
    "name",
    ["windows-1251", "KOI8-R", "macintosh", "ISO-8859-5", "gbk", "GB2312", "gb18030", "Big5", "euc-jp", "euc-kr"],
)
def test_the_charsets_of_web_pages_are_known(name: str) -> None:
    body = bytes(range(0xA1, 0xFF))
    page = Page("", {"Content-Type": f"text/html; charset={name}"}, body)
    assert page.text == body.decode(name, "replace") != body.decode("utf-8", "replace")


@pytest.mark.parametrize("name", ["iso-8859-1", "us-ascii"])
def test_latin_1_is_read_as_browsers_do(name: str) -> None:
    page = Page("", {"Content-Type": f"text/html; charset={name}"}, "O\u2019Neil, ü".encode("cp1252"))
    assert page.text == "O\u2019Neil, ü"


@pytest.mark.parametrize(
    ("name", "wider", "text"),
    [
        ("iso-8859-9", "cp1254", "\u2019"),
        ("tis-620", "cp874", "\u2026"),
        ("gb2312", "gbk", "\u9555"),
        ("euc-kr", "cp949", "\ubdc1"),
        ("shift_jis", "cp932", "\u2460"),
    ],
)
def test_further_charsets_are_read_as_browsers_do(name: str, wider: str, text: str) -> None:
    """As a wider one, of which each is a part; the text is none of its own."""
    body = text.encode(wider)
    assert text not in body.decode(name, "replace")
    assert Page("", {"Content-Type": f"text/html; charset={name}"}, body).text == text


@pytest.mark.parametrize("name", ["punycode", "idna"])
@pytest.mark.parametrize("within", [True, False])
def test_a_charset_that_takes_hours_is_none(name: str, within: bool) -> None:
    said, kind = (f"<meta charset={name}>".encode(), "") if within else (b"", f"; charset={name}")
    start = time.monotonic()
    assert Page(
        "", {"Content-Type": f"text/html{kind}"}, said + b"a" * 10_000_000 + b"-" + b"a" * 10_000_000
    ).text.endswith("aaa")
    assert time.monotonic() - start < 10


def test_a_page_too_large_is_refused(web: Web, server: Server) -> None:
    server.bodies["/a"] = BODY
    with pytest.raises(WebError, match=r"larger than 1 MB"):
        web.read(f"{server.url}/a", most_bytes=1_000_000)


def test_statuses_are_told(web: Web, server: Server) -> None:
    with pytest.raises(WebError, match="404 Not Found") as caught:
        web.read(f"{server.url}/robots.txt")
    assert caught.value.status == 404


@pytest.mark.parametrize("charset", ["latin-1", "utf-8"])
def test_a_status_in_another_language_can_be_told(web: Web, server: Server, charset: str) -> None:
    def answer(handler: Any) -> None:
        handler.wfile.write("HTTP/1.1 404 Non trouv\xe9\r\nContent-Length: 0\r\n\r\n".encode(charset))

    server.answers["/a"] = [answer]
    with pytest.raises(WebError, match="the server answers 404 Non trouv\xe9"):
        web.read(f"{server.url}/a")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (f"404 {'x' * 60_000}", "the server answers 404 xx"),
        (f"302 F\r\nLocation: ftp://{'x' * 60_000}", "only http and https are followed"),
        (f"302 F\r\nLocation: http://h:{'x' * 60_000}", "which is no url"),
        (f"302 F\r\nLocation: /{'x' * 60_000}", "redirects in a circle"),
        (f"302 F\r\nLocation: http://[::1]:1/{'x' * 60_000}", "no connection to ::1:1"),
    ],
)
def test_of_what_a_server_says_little_is_told(web: Web, server: Server, tmp_path: Path, head: str, said: str) -> None:
    """It is kept for every row."""

    def answer(handler: Any) -> None:
        handler.known.answers[handler.path] = [answer]
        handler.wfile.write(f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n".encode())

    server.answers |= {"/a": [answer], f"/{'x' * 60_000}": [answer]}
    with pytest.raises(WebError, match=said) as told:
        download(web, f"{server.url}/a", tmp_path / "part")
    assert len(str(told.value)) <= MOST_TOLD


def test_a_version_that_takes_a_page_to_tell_is_none(web: Web, server: Server, tmp_path: Path) -> None:
    """It is remembered of every file."""
    server.bodies["/a"] = BODY
    server.headers["/a"] = {"ETag": f'"{"x" * 60_000}"', "Last-Modified": formatdate(0, usegmt=True)}
    came = download(web, f"{server.url}/a", tmp_path / "part")
    assert came is not None
    assert came.validator == Validator("", formatdate(0, usegmt=True))


def moved(where: str) -> Callable[[Any], None]:
    def answer(handler: Any) -> None:
        handler.known.answers.setdefault(handler.path, []).append(answer)
        handler.send_response(302)
        handler.send_header("Location", where)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/a", "in a circle"),
        ("/b", "in a circle, by .*/a to .*/b to .*/a"),
        ("file:///etc/passwd", "redirects to 'file:///etc/passwd'; only http and https"),
        ("ftp://somewhere/a", "only http and https"),
        ("http://[", "no url"),
        ("http://[::1]@/a", "no url"),
    ],
)
def test_redirects_that_lead_nowhere(web: Web, server: Server, tmp_path: Path, where: str, words: str) -> None:
    server.answers |= {"/a": [moved(where)], "/b": [moved("/a")]}
    with pytest.raises(WebError, match=words):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert len(server.asked) <= 2


def test_redirects_without_end(web: Web, server: Server, tmp_path: Path) -> None:
    server.answers |= {f"/{k}": [moved(f"/{k + 1}")] for k in range(30)}
    with pytest.raises(WebError, match="more than 10 times"):
        download(web, f"{server.url}/0", tmp_path / "part")


@pytest.mark.parametrize(("path", "stays"), [("/a.tar.gz", True), ("/a.TGZ?x=1", True), ("/a.tar", False)])
def test_a_packed_file_is_taken_as_it_is_sent_whatever_it_is_said_to_be(
    web: Web, server: Server, tmp_path: Path, path: str, stays: bool
) -> None:
    packed = gzip.compress(random.Random(1).randbytes(900_000), mtime=0)
    server.bodies[path], server.headers[path] = packed, {"Content-Encoding": "gzip", "ETag": '"1"'}
    assert whole(web, server.url + path, tmp_path / "part") == (packed if stays else gzip.decompress(packed))
    if stays:  # and so gone on with
        server.answers[path] = [cut(700_000), lambda handler: handler.known.answers.clear() or handler.give(packed)]
        assert whole(web, server.url + path, tmp_path / "part") == packed
        assert server.requests[-1]["Range"]


@pytest.mark.parametrize("path", ["/latest", "/get?file=a.tar.gz&x=1", "/get?to=latest"])
def test_a_packed_file_is_known_by_any_url_on_its_way(web: Web, server: Server, tmp_path: Path, path: str) -> None:
    """Its first one may name none, and its last one a number."""
    packed = gzip.compress(PLAIN, mtime=0)
    server.answers |= {"/latest": [moved("/files/a.tar.gz")], "/get?to=latest": [moved("/get?file=A.tgz")]}
    for there in ("/files/a.tar.gz", "/get?file=A.tgz"):
        server.answers[there] = [moved("/1234")]
    for there in ("/1234", path):
        server.bodies[there], server.headers[there] = packed, {"Content-Encoding": "x-gzip"}
    assert whole(web, server.url + path, tmp_path / "part") == packed


def deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(wbits=window)
    return packer.compress(body) + packer.flush()


PLAIN = random.Random(1).randbytes(900_000) + bytes(4_000_000)
BROKEN = "ended before the whole file had come"


@pytest.mark.parametrize(
    ("coding", "sent"),
    [
        ("GZIP", gzip.compress(PLAIN)),
        ("x-gzip", gzip.compress(PLAIN)),
        ("gzip, identity", gzip.compress(PLAIN[:10_000]) + gzip.compress(PLAIN[10_000:]) + b"\0\0"),
        ("gzip, gzip", gzip.compress(gzip.compress(PLAIN))),
        ("deflate", deflated(PLAIN, zlib.MAX_WBITS)),
        ("deflate", deflated(PLAIN, -zlib.MAX_WBITS)),
        ("utf-8", PLAIN),
    ],
)
def test_a_body_is_unpacked_as_it_is_said_to_be_packed(
    web: Web, server: Server, tmp_path: Path, coding: str, sent: bytes
) -> None:
    server.bodies["/a"], server.headers["/a"] = sent, {"Content-Encoding": coding}
    assert whole(web, f"{server.url}/a", tmp_path / "part") == PLAIN
    assert server.requests[0]["Accept-Encoding"] == "identity"
    assert web.read(f"{server.url}/a").body == PLAIN
    assert server.requests[1]["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("coding", "sent", "said", "asked"),
    [
        ("gzip", gzip.compress(PLAIN)[:-4], BROKEN, 3),
        ("gzip", gzip.compress(PLAIN)[:500_000], BROKEN, 3),
        ("gzip", gzip.compress(PLAIN[:9000]) + gzip.compress(PLAIN)[:9000], BROKEN, 3),
        ("gzip, gzip", gzip.compress(gzip.compress(PLAIN)[:500_000]), BROKEN, 3),
        ("deflate", deflated(PLAIN, -zlib.MAX_WBITS)[:500_000], BROKEN, 3),
        ("x-gzip", PLAIN, "is not x-gzip, as it says", 3),
        ("br", PLAIN, "packed by br; what limner unpacks: gzip, deflate", 1),
        ("gzip", gzip.compress(bytes(50_000_000)), "5 MB", 1),
        ("gzip, gzip, gzip", PLAIN, "packed 3 times over", 1),
        ("gzip", gzip.compress(b"") * 200, "nothing, packed again and again", 1),
    ],
)
def test_a_packed_body_that_does_not_come_whole_is_none(
    web: Web, server: Server, tmp_path: Path, coding: str, sent: bytes, said: str, asked: int
) -> None:
    server.bodies["/a"], server.headers["/a"] = sent, {"Content-Encoding": coding, **ETAG}
    with pytest.raises(WebError, match=said):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(WebError, match=said):
        web.read(f"{server.url}/a", most_bytes=5_000_000)
    assert len(server.asked) == 2 * asked


def test_a_page_that_is_not_there_is_told_however_it_is_packed(web: Web, server: Server) -> None:
    server.headers["/a"] = {"Content-Encoding": "br"}
    with pytest.raises(WebError, match="404"):
        web.read(f"{server.url}/a")


def test_a_packed_body_that_broke_off_is_asked_for_again(web: Web, server: Server, tmp_path: Path) -> None:
    """It came without its length, so its packing alone tells."""

    def half(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        handler.wfile.write(gzip.compress(PLAIN)[:500_000])
        handler.close_connection = True

    packed = gzip.compress(PLAIN)
    server.headers["/a"] = {"Content-Encoding": "gzip"}
    server.answers["/a"] = [half, lambda handler: handler.known.answers.clear() or handler.give(packed)]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == PLAIN


def test_what_is_no_http_is_said_in_a_line(web: Web, server: Server, tmp_path: Path) -> None:
    """The client's own words for it hold all that came."""
    server.answers["/a"] = [lambda handler: handler.wfile.write(b"<p>\n" * 9000)] * 3
    with pytest.raises(WebError) as told:
        download(web, f"{server.url}/a", tmp_path / "part")
    assert str(told.value) == f"{server.url}/a: what the server sends is no HTTP"


def test_lines_of_an_answers_head_may_be_long(web: Web, server: Server, tmp_path: Path) -> None:
    policy = "default-src 'self'" + " https://images.example" * 1000
    server.bodies["/a"], server.headers["/a"] = BODY, {"Content-Security-Policy": policy}
    assert whole(web, f"{server.url}/a", tmp_path / "part") == web.read(f"{server.url}/a").body == BODY


def test_a_server_that_wants_its_cookie_back_is_given_it_along_one_way(
    web: Web, server: Server, tmp_path: Path
) -> None:
    def cookie(handler: Any) -> None:
        handler.known.answers["/a"].append(cookie)
        if handler.headers["Cookie"] == 'a=1; b="2 3"':
            handler.give(BODY)
            return
        handler.send_response(302)
        for text in ("a=1; Path=/", 'b="2 3"', "c=4; Domain=elsewhere.example", "d=5; Path=/x", "e=6; Secure"):
            handler.send_header("Set-Cookie", text)
        handler.send_header("Location", "/a")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.answers["/a"] = [cookie]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert web.read(f"{server.url}/a").body == BODY
    assert [asked["Cookie"] is None for asked in server.requests] == [True, False] * 2
    with serving() as other:
        other.bodies["/b"] = b"b"
        there = other.url.replace("127.0.0.1", "localhost")
        server.headers["/b"] = {"Set-Cookie": "a=1; Path=/", "Location": f"{there}/b"}
        server.answers["/b"] = [lambda handler: handler.give(b"", 302)]
        assert web.read(f"{server.url}/b").body == b"b"
        assert other.requests[0]["Cookie"] is None


def test_a_server_that_never_has_enough_cookies_is_left(web: Web, server: Server) -> None:
    def cookie(handler: Any, number: int) -> None:
        server.headers["/a"] = {"Set-Cookie": f"n={number}", "Location": "/a"}
        handler.give(b"", 302)

    server.answers["/a"] = [lambda handler, n=n: cookie(handler, n) for n in range(99)]
    with pytest.raises(WebError, match="more than 10 times"):
        web.read(f"{server.url}/a")
    server.answers["/a"] = [lambda handler: cookie(handler, 1)] * 99
    with pytest.raises(WebError, match="in a circle"):
        web.read(f"{server.url}/a")


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "xn--a.example"])
def test_redirects_to_hosts_that_cannot_be(web: Web, server: Server, tmp_path: Path, host: str) -> None:
    server.answers["/a"] = [moved(f"http://{host}/")]
    with pytest.raises(WebError, match="no url"):
        download(web, f"{server.url}/a", tmp_path / "part")


SIGNED = "/a%2Cb%28c(d.jpg?u=http%3A%2F%2Fx%2Fy&k[]=1&t=a+b%20c&p=100%"


def test_a_url_is_asked_for_as_it_is_written(web: Web, server: Server, tmp_path: Path) -> None:
    """A server may have signed the very text; only what no url may hold is quoted."""
    server.bodies[SIGNED] = server.bodies["/with%20a%20space%C3%A9"] = b"it"
    server.answers["/go"] = [moved(SIGNED)]
    for path in (SIGNED, "/go", "/with a space\u00e9"):
        assert whole(web, server.url + path, tmp_path / "part") == b"it"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(web: Web, server: Server, tmp_path: Path, status: int) -> None:
    server.bodies["/a"] = BODY
    times: list[float] = []

    def busy(handler: Any) -> None:
        del handler.known.answers["/a"]
        times.append(time.monotonic())
        handler.known.headers["/a"] = {"Retry-After": "1"}
        handler.give(b"", status)

    server.answers["/a"] = [busy]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert time.monotonic() - times[0] >= 1
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_names_a_time_is_left_alone_by_all_files(server: Server, tmp_path: Path, status: int) -> None:
    times: list[float] = []

    def busy(handler: Any) -> None:
        times.append(time.monotonic())
        handler.known.headers[handler.path] = {"Retry-After": "1"}
        handler.give(b"it", 200 if times[-1] > times[0] + 0.8 else status)

    server.answers = {f"/{k}": [busy] * 2 for k in range(12)}
    with Web(polite(connections=2)) as web:
        assert download_all(web, server, tmp_path, server.answers) == [""] * 12
    assert sum(when < times[0] + 0.8 for when in times) == 2
    assert len(times) == 14


def test_retry_after_in_seconds_or_as_a_date() -> None:
    assert retry_after("120") == 120
    assert 50 < retry_after(formatdate(time.time() + 60, usegmt=True)) < 61
    assert retry_after("Mon, 1 Jan 99999999999999999999 00:00:00 GMT") == 0
    assert retry_after(formatdate(0)) == retry_after("soon") == retry_after(None) == retry_after("-3") == 0


def test_a_server_that_asks_for_more_time_than_there_is(server: Server, tmp_path: Path) -> None:
    server.statuses["/a"] = [429]
    server.headers["/a"] = {"Retry-After": "3600"}
    with Web(polite()) as web, pytest.raises(WebError, match=r"429 .*asks to wait 3600 s.*20 s of scrape.max_seconds"):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert server.asked == ["/a"]


def test_a_host_that_asks_for_more_time_again_and_again_is_given_up(server: Server, tmp_path: Path) -> None:
    """But not after one such answer: the next file may come."""
    server.bodies = {f"/{k}": b"it" for k in "fz"}
    for k in "abcde":
        server.statuses[f"/{k}"], server.headers[f"/{k}"] = [429], {"Retry-After": "3600"}
    said = []
    with Web(polite(max_seconds=0.3)) as web:
        for k in "abfcdez":
            try:
                assert download(web, f"{server.url}/{k}", tmp_path / "part") is not None
                said.append("came")
            except WebError as error:
                said.append(str(error))
    assert [one == "came" for one in said] == [False, False, True, False, False, False, False]
    assert "asks to wait 3600 s, longer than scrape.max_seconds, and is not asked again" in said[-1]
    assert server.asked == [f"/{k}" for k in "abfcde"]


def download_all(web: Web, server: Server, folder: Path, paths: Iterable[str]) -> list[str]:
    """All at once; of each what went wrong, or nothing."""
    said = []
    for future in [web.start(web.download(server.url + path, folder / path[1:])) for path in paths]:
        try:
            said.append("" if future.result() else "?")
        except WebError as error:
            said.append(str(error))
    return said


def busy(handler: Any) -> None:
    handler.known.headers[handler.path] = {"Retry-After": "1"}
    handler.give(b"", 429)


def head(handler: Any) -> None:
    """Of an answer that is never whole."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    for name, value in handler.known.headers.get(handler.path, {}).items():
        handler.send_header(name, value)
    handler.end_headers()


def drops(handler: Any, each: bytes) -> None:
    """A body of which a few bytes come at a time, and not all."""
    head(handler)
    for _ in range(100):
        handler.wfile.write(each)
        handler.wfile.flush()
        time.sleep(0.05)


def trickle(handler: Any) -> None:
    drops(handler, b"x")


@pytest.mark.parametrize("redirected", [False, True])
def test_a_host_that_is_always_busy_is_given_up(server: Server, tmp_path: Path, redirected: bool) -> None:
    """If every file waited for its turn, this would take half a minute; that it redirects to itself is no answer."""
    server.answers = {f"/{k}": [busy] * 9 for k in range(60)}
    server.answers |= {f"/to{k}": [moved(f"/{k}")] for k in range(60)}
    start = time.monotonic()
    with Web(polite(connections=2, max_seconds=2.5)) as web:
        said = download_all(web, server, tmp_path, (f"/{'to' * redirected}{k}" for k in range(60)))
    assert time.monotonic() - start < 8
    assert "429" in said[0]
    assert re.search(r"answered nothing but 429 \(too many requests\) for \d s, and is not asked again", said[-1])


def test_a_busy_host_that_gives_something_now_and_then_is_not_given_up(server: Server, tmp_path: Path) -> None:
    """Every other file is fine, for longer than max_seconds."""
    for k in range(6):
        server.bodies[f"/{k}"] = b"it"
        server.answers[f"/{k}"] = [busy] * 9 if k % 2 else []
    with Web(polite(connections=1, max_seconds=1.5)) as web:
        said = [download_all(web, server, tmp_path, [f"/{k}"])[0] for k in range(6)]
    assert said[::2] == [""] * 3
    assert all("answers 429" in one for one in said[1::2])


def test_a_busy_host_that_has_not_all_files_is_not_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That a file is not there is an answer too."""
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    with Web(polite(connections=1, max_seconds=0.5)) as web:
        for k in range(6):
            server.statuses[f"/{k}"] = [404] if k % 2 else [429] * 3
            assert f"answers {404 if k % 2 else 429}" in download_all(web, server, tmp_path, [f"/{k}"])[0]
            time.sleep(0.15)


def test_a_busy_host_of_which_a_film_comes_is_not_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not even end in its time: its bytes are answer enough."""
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    server.answers["/film"] = [lambda handler: drops(handler, b"x" * 10_000)]
    server.statuses = {f"/{k}": [429] * 3 for k in range(3)}
    with Web(polite(max_seconds=1.0)) as web:
        film = web.start(web.download(f"{server.url}/film", tmp_path / "film"))
        time.sleep(0.1)
        said = download_all(web, server, tmp_path, ["/0"])
        with pytest.raises(WebError, match="not done within 1 s"):
            film.result()
        time.sleep(0.2)
        said += download_all(web, server, tmp_path, ["/1"]) + download_all(web, server, tmp_path, ["/2"])
    assert all("answers 429" in one for one in said)


Unfinished = Callable[[Web, bytes], Answer]


@pytest.fixture
def unfinished(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Unfinished:
    """An answer of which some bytes come and then no more, until the client's time is over: ten seconds pass, by a
    clock that stands still otherwise. It is that of its loop too, in place of uvloop, which has one of its own."""
    monkeypatch.setattr("limner.fetch.web.new_loop", asyncio.new_event_loop)

    def made(web: Web, some: bytes) -> Answer:
        def answer(handler: Any) -> None:
            before = web.received
            head(handler)
            handler.wfile.write(some)
            for _ in range(10_000):  # for no more than some ten real seconds, lest a client that takes nothing hangs
                if web.received == before + len(some):
                    break
                time.sleep(0.001)
            clock.now += 10
            handler.rfile.read(1)  # until the client goes away
            handler.close_connection = True

        return answer

    return made


@pytest.mark.parametrize("redirected", [False, True])
def test_a_host_whose_files_never_end_is_given_up(
    server: Server, tmp_path: Path, unfinished: Unfinished, redirected: bool
) -> None:
    server.bodies["/fine"] = b"it"
    paths = [f"/{'to' * redirected}{k}" for k in range(9)]
    with Web(polite(connections=2, tries=2, max_seconds=0.1)) as web:
        server.answers = {f"/{k}": [unfinished(web, b"x")] for k in range(9)}
        server.answers |= {f"/to{k}": [moved(f"/{k}")] for k in range(9)}
        said = [download_all(web, server, tmp_path, [path])[0] for path in (*paths[:3], "/fine", *paths[3:])]
    assert said[3] == ""
    assert all("not done within 0.1 s" in one for one in (*said[:3], *said[4:8]))
    assert all("stalled 4 times in a row and is not asked again" in one for one in said[8:])


def test_a_host_whose_films_take_longer_than_one_run_is_not_given_up(
    server: Server, tmp_path: Path, unfinished: Unfinished
) -> None:
    """What came of each is kept, so that the runs after it end them."""
    server.headers = {f"/{k}": ETAG for k in range(7)}
    with Web(polite(connections=2, tries=2, max_seconds=0.1)) as web:
        server.answers = {f"/{k}": [unfinished(web, FLOW)] for k in range(7)}
        said = [download_all(web, server, tmp_path, [f"/{k}"])[0] for k in range(7)]
    assert all("not done within 0.1 s" in one for one in said)
    assert all((tmp_path / f"{k}").stat().st_size == len(FLOW) for k in range(7))


@pytest.mark.parametrize(("some", "headers"), [(b"x", ETAG), (FLOW, {})], ids=["a drip", "nothing kept"])
def test_bytes_that_lead_to_no_end_do_not_save_a_host(
    server: Server, tmp_path: Path, unfinished: Unfinished, some: bytes, headers: dict[str, str]
) -> None:
    """A drip that could be gone on with for years, and a flow of which nothing stays."""
    server.headers = {f"/{k}": headers for k in range(6)}
    with Web(polite(connections=2, tries=2, max_seconds=0.1)) as web:
        server.answers = {f"/{k}": [unfinished(web, some)] for k in range(6)}
        said = [download_all(web, server, tmp_path, [f"/{k}"])[0] for k in range(6)]
    assert ["stalled 4 times in a row and is not asked again" in one for one in said] == [False] * 4 + [True] * 2


def stall(handler: Any) -> None:
    time.sleep(2)
    handler.close_connection = True


def test_a_host_that_stalls_again_and_again_is_given_up(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    monkeypatch.setattr(manners, "SILENCE", 0.2)

    def begin(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        time.sleep(0.6)
        handler.close_connection = True

    server.bodies |= {"/fine": b"fine", "/z": b"z"}
    server.answers |= {f"/{k}": [begin] * 9 for k in "abcd"}
    said = []
    with Web(polite(connections=2)) as web:
        for k in ("a", "fine", "b", "c", "d", "z"):
            try:
                assert download(web, f"{server.url}/{k}", tmp_path / "part") is not None
                said.append("came")
            except WebError as error:
                said.append(str(error))
    assert ["sent nothing" in one for one in said] == [True, False, True, True, False, False]
    assert said[1] == "came"
    assert all("stalled 6 times in a row and is not asked again" in one for one in said[4:])


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    while True:  # until the client goes away
        handler.wfile.write(b"x" * 100_000)


@pytest.mark.parametrize("how", [stall, trickle])
def test_a_time_limit_for_all_tries_together(server: Server, tmp_path: Path, how: Callable[[Any], None]) -> None:
    server.answers["/a"] = [how] * 9
    with Web(polite(max_seconds=0.5)) as web, pytest.raises(WebError, match=r"not done within 0.5 s"):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert server.asked == ["/a"]


def soon(handler: Any) -> None:
    """That the answer is to come is said again and again."""
    for _ in range(100):
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.02)


@pytest.mark.parametrize(("body", "said"), [(soon, "did not begin within 0.4 s"), (trickle, "sent but ")])
def test_a_server_that_never_comes_to_the_point_stalls(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: Answer, said: str
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    monkeypatch.setattr(manners, "CONNECT", 0.2)
    monkeypatch.setattr(manners, "SILENCE", 0.2)
    server.answers = {f"/{k}": [body] * 2 for k in range(3)}
    with Web(polite(connections=1, tries=2)) as web:
        told = [download_all(web, server, tmp_path, [f"/{k}"])[0] for k in range(3)]
    assert [said in one for one in told] == [True, False, False]
    assert all("stalled 2 times in a row and is not asked again" in one for one in told[1:])


def test_a_server_that_stalls_is_asked_again(
    web: Web, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "SILENCE", 0.2)
    server.bodies["/a"] = BODY
    server.answers["/a"] = [stall, lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY


def test_a_body_without_end_is_cut_off(web: Web, server: Server, tmp_path: Path) -> None:
    server.answers["/a"] = [endless]
    with pytest.raises(WebError, match=r"does not end within 5 MB \(scrape.max_megabytes\)"):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_announces_too_much_is_not_begun(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"] = bytes(6_000_000)
    with pytest.raises(WebError, match="larger than 5 MB"):
        download(web, f"{server.url}/a", tmp_path / "part")
    assert web.received == 0


@pytest.mark.parametrize("size", [1000, 1_500_000])  # in memory, and on disk
def test_a_body_cut_short_is_gone_on_with(web: Web, server: Server, tmp_path: Path, size: int) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, ETAG
    server.answers["/a"] = [cut(size), lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert (server.requests[1]["Range"], server.requests[1]["If-Range"]) == (f"bytes={size}-", '"one"')
    assert web.received == len(BODY)


def test_a_body_that_is_said_to_be_packed_as_it_is_is_not_packed(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, {**ETAG, "Content-Encoding": "identity"}
    server.answers["/a"] = [cut(1_000_000), lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert web.received == len(BODY)


def test_every_try_that_brings_something_is_worth_another(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, ETAG
    server.answers["/a"] = [cut(k * 200_000) for k in range(1, 10)]
    server.answers["/a"].append(lambda handler: handler.known.answers.clear() or handler.give(BODY))
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY
    assert web.received == len(BODY)


@pytest.mark.parametrize("change", ["etag", "no ranges", "range", "total", "no version", "digits", "gone"])
def test_what_cannot_be_gone_on_with_starts_over(web: Web, server: Server, tmp_path: Path, change: str) -> None:
    """A new version meanwhile, a server without ranges, or one that gives other ranges than it is asked for."""
    server.bodies["/a"], server.headers["/a"] = b"old" * 500_000, dict(ETAG)

    def then(handler: Any) -> None:
        handler.known.bodies["/a"], handler.known.headers["/a"] = BODY, {"ETag": '"two"'}
        handler.known.answers.clear()
        match change:
            case "no ranges":
                del handler.headers["Range"]
            case "gone":
                handler.give(b"", 416)
                return
            case "range" | "total" | "no version" | "digits":
                span = {
                    "range": "bytes 7-1999999/2048000",
                    "total": "bytes 1000000-1000000/7",
                    "no version": "bytes 1000000-1000000/1000001",  # of a file that was longer
                    "digits": f"bytes 1000000-{'9' * 5000}/*",
                }[change]
                handler.send_response(206)
                handler.send_header("Content-Range", span)
                handler.send_header("Content-Length", "1")
                handler.end_headers()
                handler.wfile.write(b"?")
                handler.known.headers["/a"] = ETAG
                return
        handler.give(BODY)

    server.answers["/a"] = [cut(1_000_000), then]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY


@pytest.mark.parametrize("sent", [100, 1_048_100])
def test_a_part_is_held_against_what_the_server_calls_it(web: Web, server: Server, tmp_path: Path, sent: int) -> None:
    """It ends early or late, and so does the answer: nothing but the range tells that it is not the rest."""
    server.bodies["/a"], server.headers["/a"] = BODY, ETAG

    def then(handler: Any) -> None:
        handler.known.answers.clear()
        handler.send_response(206)
        handler.send_header("Content-Range", f"bytes 1000000-{len(BODY) - 1}/{len(BODY)}")
        handler.send_header("Content-Length", str(sent))
        handler.end_headers()
        handler.wfile.write((BODY + b"x" * 1000)[1_000_000 : 1_000_000 + sent])

    server.answers["/a"] = [cut(1_000_000), then]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY


def test_what_an_earlier_run_left_is_gone_on_with(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, ETAG
    server.answers["/a"] = [cut(1_000_000)] + [cut(0)] * 2
    with pytest.raises(WebError, match="before the whole file"):
        download(web, f"{server.url}/a", tmp_path / "part")
    server.answers.clear()
    with Web(polite()) as later:
        assert whole(later, f"{server.url}/a", tmp_path / "part") == BODY
        assert later.received == len(BODY) - 1_000_000


@pytest.mark.parametrize(("pinned", "again"), [(True, len(BODY) - 1_000_000), (False, len(BODY))])
def test_without_a_version_only_what_is_pinned_is_gone_on_with(
    web: Web, server: Server, tmp_path: Path, pinned: bool, again: int
) -> None:
    server.bodies["/a"] = BODY
    server.answers["/a"] = [cut(1_000_000), lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert whole(web, f"{server.url}/a", tmp_path / "part", pinned=pinned) == BODY
    assert web.received == 1_000_000 + again


def test_a_version_that_is_known_is_not_sent_again(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"], server.headers["/a"] = BODY, {"ETag": 'W/"one"'}
    assert download(web, f"{server.url}/a", tmp_path / "part", known=Validator('W/"one"')) is None
    assert whole(web, f"{server.url}/a", tmp_path / "part", known=Validator('"zero"')) == BODY
    assert web.received == len(BODY)


def test_a_weak_version_is_no_condition_for_a_range(tmp_path: Path) -> None:
    assert Validator('W/"one"', "").condition == ""
    assert Validator('W/"one"', "Mon").condition == "Mon"
    (tmp_path / "part").write_bytes(b"abc")
    (tmp_path / "part.json").write_text("no json")
    assert Partial(tmp_path / "part", pinned=True).size == 0  # what nothing is known of is not gone on with


def test_a_connection_that_breaks_is_opened_again(web: Web, server: Server, tmp_path: Path) -> None:
    server.bodies["/a"] = BODY
    server.answers["/a"] = [reset, reset, lambda handler: handler.known.answers.clear() or handler.give(BODY)]
    assert whole(web, f"{server.url}/a", tmp_path / "part") == BODY


def test_no_more_connections_to_a_host_than_allowed_and_hosts_side_by_side(tmp_path: Path) -> None:
    counts: dict[str, list[int]] = {}
    together = threading.Barrier(4)  # two of each host at once, or it breaks
    lock = threading.Lock()

    def count(handler: Any) -> None:
        name = handler.headers["Host"]
        with lock:
            now = counts.setdefault(name, [0, 0])
            now[0] += 1
            now[1] = max(now)
        together.wait(10)
        with lock:
            counts[name][0] -= 1
        handler.give(b"x")

    with serving() as one, serving() as two, Web(polite(connections=2)) as web:
        futures = []
        for server in (one, two):
            for k in range(6):
                server.answers[f"/{k}"] = [count]
                futures.append(web.start(web.download(f"{server.url}/{k}", tmp_path / f"{server.url[-5:]}-{k}")))
        for future in futures:
            assert future.result() is not None
    assert [most for _, most in counts.values()] == [2, 2]


def test_the_delay_between_requests_to_a_host(server: Server, tmp_path: Path) -> None:
    times: list[float] = []
    for k in range(4):
        server.answers[f"/{k}"] = [lambda handler: times.append(time.monotonic()) or handler.give(b"x")]
    with Web(polite(delay=0.05)) as web:
        web.hosts.keep_apart(server.url, 0.1)
        for future in [web.start(web.download(f"{server.url}/{k}", tmp_path / f"{k}")) for k in range(4)]:
            assert future.result() is not None
    assert max(times) - min(times) >= 0.28


def test_a_host_that_is_not_there_is_not_asked_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.01)
    with serving() as gone:
        pass  # its port is free again
    said = []
    with Web(polite(connections=2)) as web:
        for k in range(5):
            with pytest.raises(WebError) as caught:
                download(web, f"{gone.url}/{k}", tmp_path / "part")
            said.append(str(caught.value))
    assert "Connection refused" in said[0]
    assert re.search(r"could not be reached \d+ times in a row: no connection to .*: Connection refused", said[-1])


STRANGE = ["http://a..b/", f"http://{'a' * 64}.example/", "http://xn--a.example/", "http://exa\u2100mple.com/"]
STRANGE += ["http://[::1]@/"]  # of which yarl says so in its own way


@pytest.mark.parametrize("url", ["nothing", "ftp://a/b", "http://", "http://[::1", "http://a:port/", *STRANGE])
def test_what_is_no_url_is_named(web: Web, tmp_path: Path, url: str) -> None:
    with pytest.raises(WebError, match="no url of a server"):
        download(web, url, tmp_path / "part")


def test_a_proxy_named_by_the_environment_is_asked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    server.bodies["http://pictures.invalid/a"] = b"from afar"
    with Web(polite()) as web:
        assert whole(web, "http://pictures.invalid/a", tmp_path / "part") == b"from afar"
