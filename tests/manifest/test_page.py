"""Web pages from a real server: each picture once and in its largest size, page after page, as robots.txt allows."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from limner.errors import LimnerError, SourceError
from limner.fetch.answers import Page
from limner.fetch.downloads import Downloads
from limner.fetch.manners import WebError
from limner.manifest import page, robots
from limner.manifest.found import Found
from limner.tables import Problem
from tests.orphans import leaves_nobody_behind
from tests.sites import OPTIONS, Run, Server, serving


def look(
    downloads: Downloads, url: str, selector: str = "img", onward: str = "", depth: int = 0
) -> tuple[list[str], list[Problem]]:
    """Urls of the pictures, and the problems."""
    found = list(page.gallery(downloads.web, url, selector, onward, depth))
    urls = [one.url for one in found if isinstance(one, Found)]
    return urls, [one for one in found if isinstance(one, Problem)]


def shown(downloads: Downloads, server: Server, html: str, selector: str = "img") -> list[str]:
    """What one page shows, without its host."""
    server.bodies["/g/page.html"] = html.encode()
    urls, _ = look(downloads, f"{server.url}/g/page.html", selector)
    return [url.removeprefix(server.url) for url in urls]


@pytest.mark.parametrize(
    ("html", "urls"),
    [
        ("<img src=a.jpg>", ["/g/a.jpg"]),
        ("<img src='../a b.jpg#x'>", ["/a%20b.jpg"]),
        ("<base href=/top/><img src=a.jpg>", ["/top/a.jpg"]),
        ("<img src=a.jpg srcset='b.jpg 300w, c.jpg 900w, d.jpg 600w'>", ["/g/c.jpg"]),
        ("<img src=a.jpg srcset='b.jpg 1.5x,c.jpg 3x'>", ["/g/c.jpg"]),
        ("<img src=a.jpg srcset='b.jpg 1.5x, c.jpg 3x'>", ["/g/c.jpg"]),
        ("<img src=a.jpg srcset='/w_1,h_2/b.jpg 2x, /w_2,h_4/c.jpg 4x'>", ["/w_2,h_4/c.jpg"]),
        ("<img src=a.jpg srcset='b.jpg, c.jpg 2x'>", ["/g/c.jpg"]),
        ("<img src=a.jpg srcset=' , b.jpg\n.5x,\n\tc.jpg 1.5x ,'>", ["/g/c.jpg"]),
        ("<img src='data:image/gif;base64,R0=' data-src=a.jpg>", ["/g/a.jpg"]),
        ("<img src=blank.gif data-src=a.jpg data-srcset='b.jpg 100w'>", ["/g/b.jpg"]),
        (
            "<picture><source srcset='a.webp 800w'><source srcset='b.jpg 400w'><img src=c.jpg></picture>",
            ["/g/a.webp"],
        ),
        ("<picture><source srcset='a.jpg 2x'><a href=x><img src=b.jpg></a></picture>", ["/g/a.jpg"]),
        ("<picture><source srcset='a.jpg 2x'></picture><picture><img src=b.jpg></picture>", ["/g/b.jpg"]),
        ("<img src=a.jpg><p><IMG SRC='a.jpg'><img src=b.jpg>", ["/g/a.jpg", "/g/b.jpg"]),
        ("<img src=a.jpg><img src=logo.svg><img src='javascript:x'><img src='ftp://h/x.jpg'><img>", ["/g/a.jpg"]),
        ("<img src='a\x1b[2J.jpg'><img src=b.jpg>", ["/g/b.jpg"]),
        ("<img src='http://[bad/a.jpg'><img src=&#x2F;b.jpg>", ["/b.jpg"]),
        ("<img src='images\\p.jpg?a\\b'><img src=//:0>", ["/g/images/p.jpg?a\\b"]),
        ("<img src=a.jpg data-lazy=true><img src=b.jpg data-src=1.5 data-srcset=auto>", ["/g/a.jpg", "/g/b.jpg"]),
        ("<img src=a.jpg data-src='data:image/gif;base64,R0/='>", ["/g/a.jpg"]),
        ("""<img src=a.jpg data-full='{"url": "b.jpg"}' data-original=/c>""", ["/c"]),
        (
            "<picture><source media='(max-width: 600px)' srcset=small.jpg>"
            "<source media='(min-width: 601px)' srcset=large.jpg><img src=large.jpg></picture>",
            ["/g/large.jpg"],
        ),
        (
            "<picture><source media='(min-width:50em)' srcset='l.jpg, l2.jpg 2x'>"
            "<source media='(width >= 700px)' srcset='m.jpg, m3.jpg 3x'><img src=s.jpg></picture>",
            ["/g/l2.jpg"],
        ),
        (
            "<picture><source media='(min-width: 601px) and (max-width: 900px)' srcset=m.jpg>"
            "<source media=print srcset=p.jpg><img src=l.jpg></picture>",
            ["/g/l.jpg"],
        ),
        (
            "<picture><source media='(max-width:400px)' srcset=s.jpg><source media='(max-width:800px)' srcset=m.jpg>"
            "<img></picture>",
            ["/g/m.jpg"],
        ),
        (
            "<picture><source type=image/jxl srcset='a.jxl 2000w'><source type='image/webp' srcset='a.webp 800w'>"
            "<img src=a.jpg></picture>",
            ["/g/a.webp"],
        ),
        ("<picture><source type=image/jxl srcset=a.jxl><img src=a.jpg></picture>", ["/g/a.jpg"]),
    ],
)
def test_what_an_img_leads_to(downloads: Downloads, server: Server, html: str, urls: list[str]) -> None:
    assert shown(downloads, server, html) == urls


@pytest.mark.parametrize(
    ("selector", "urls"),
    [
        (".g img", ["/g/small.jpg"]),
        ("a.full", ["/full"]),
        (".g", ["/g/small.jpg"]),
        ("a.full, meta[property='og:image']", ["/og.jpg", "/full"]),
        (".nothing", []),
        (".empty", []),
    ],
)
def test_what_a_selector_finds(downloads: Downloads, server: Server, selector: str, urls: list[str]) -> None:
    html = (
        "<meta property=og:image content=/og.jpg><div class=empty></div>"
        "<img src=logo.png><div class=g><a class=full href=/full><img src=small.jpg></a></div>"
    )
    assert shown(downloads, server, html, selector) == urls


def test_a_selector_that_is_none_is_an_error(downloads: Downloads, server: Server) -> None:
    with pytest.raises(LimnerError, match=r"'img\[' is no CSS selector"):
        shown(downloads, server, "<img>", "img[")


def test_a_picture_within_the_page_is_named(downloads: Downloads, server: Server) -> None:
    server.bodies["/"] = b"<img src='data:image/png;base64,AAAA'>"
    urls, problems = look(downloads, f"{server.url}/")
    assert urls == []
    assert "lies in the page itself" in problems[0].reason


@pytest.mark.parametrize("base", ["", "<base href=/top/>"])
def test_a_picture_without_an_address_is_not_the_page_itself(downloads: Downloads, server: Server, base: str) -> None:
    server.bodies["/gallery?of=ann"] = (
        f"{base}<img src=''><img src='#'><img><a class=full href='#top'></a><a class=full></a>"
        f"<img src='{server.url}/gallery?of=ann#x'><img src=a.jpg>"
    ).encode()
    urls, problems = look(downloads, f"{server.url}/gallery?of=ann", "img, a.full")
    assert [url.rpartition("/")[2] for url in urls] == ["a.jpg"]
    assert [(one.id, one.what) for one in problems] == [(f"{server.url}/gallery?of=ann", "skipped")]
    assert "6 pictures without an address" in problems[0].reason


def test_a_link_to_a_film(downloads: Downloads, server: Server) -> None:
    server.bodies["/"] = b"<a class=f href=clip.MP4?x=1.jpg>film</a><a class=f href=/full>photo</a>"
    found = [one for one in page.gallery(downloads.web, f"{server.url}/", "a.f") if isinstance(one, Found)]
    assert [one.kind for one in found] == ["video", "photo"]


def pages(server: Server, count: int, last: str = "") -> None:
    for k in range(count):
        onward = f"/p{k + 1}" if k + 1 < count else last
        server.bodies[f"/p{k}"] = f"<img src={k}.jpg><a rel=next href='{onward}'>on</a>".encode()


def test_the_next_pages_as_far_as_depth_says(downloads: Downloads, server: Server) -> None:
    pages(server, 4)
    first = f"{server.url}/p0"
    assert len(look(downloads, first)[0]) == 1
    urls, problems = look(downloads, first, onward="a[rel=next]", depth=2)
    assert [url[-5:] for url in urls] == ["0.jpg", "1.jpg", "2.jpg"]
    assert f"there is a further page, {server.url}/p3" in problems[0].reason
    urls, problems = look(downloads, first, onward="a[rel=next]", depth=9)
    assert len(urls) == 4
    assert server.asked.count("/p3") == 1


def test_pages_that_go_round_end(downloads: Downloads, server: Server) -> None:
    pages(server, 3, last="/p0#top")
    urls, problems = look(downloads, f"{server.url}/p0", onward="a[rel=next]", depth=99)
    assert len(urls) == 3
    assert "leads back" in problems[0].reason


def test_what_the_pages_before_a_broken_one_showed_is_kept(downloads: Downloads, server: Server) -> None:
    pages(server, 2, last="/gone")
    urls, problems = look(downloads, f"{server.url}/p0", onward="a[rel=next]", depth=9)
    assert len(urls) == 2
    assert [(one.what, "404" in one.reason) for one in problems] == [("failed", True)]


def test_robots_txt_is_obeyed_for_pages_and_pictures(downloads: Downloads, server: Server) -> None:
    server.bodies["/robots.txt"] = b"User-agent: *\nDisallow: /private/\nDisallow: /*.png$\n"
    server.bodies["/"] = b"<img src=a.jpg><img src=/private/b.jpg><img src=c.png><a class=n href=/private/2>on</a>"
    urls, problems = look(downloads, f"{server.url}/", onward="a.n", depth=1)
    assert urls == [f"{server.url}/a.jpg"]
    assert [one.what for one in problems] == ["skipped", "skipped", "failed"]
    assert all("robots.txt asks programs to leave it alone" in one.reason for one in problems)
    with pytest.raises(SourceError, match=r"robots\.txt"):
        look(downloads, f"{server.url}/private/")
    assert server.asked == ["/robots.txt", "/", "/robots.txt"]


def test_robots_txt_is_obeyed_behind_a_byte_order_mark(downloads: Downloads, server: Server) -> None:
    server.bodies |= {"/robots.txt": "\ufeffUser-agent: *\nDisallow: /".encode(), "/p": b"<img src=a.jpg>"}
    server.headers["/robots.txt"] = {"Content-Type": "text/plain; charset=iso-8859-1"}
    with pytest.raises(SourceError, match="asks programs to leave it alone"):
        look(downloads, f"{server.url}/p")
    assert server.asked == ["/robots.txt"]


def test_a_page_that_redirects_to_what_robots_txt_disallows(downloads: Downloads, server: Server) -> None:
    server.bodies |= {"/robots.txt": b"User-agent: limner\nDisallow: /private", "/private": b"<img src=a.jpg>"}
    server.statuses["/open"], server.headers["/open"] = [302], {"Location": "/private"}
    with pytest.raises(SourceError, match=r"redirects to .*/private: .*leave it alone"):
        look(downloads, f"{server.url}/open")


def test_a_host_that_a_page_redirects_to_is_asked_what_it_allows_before_anything_else(
    downloads: Downloads, server: Server
) -> None:
    with serving() as other:
        for there in ("/private", "/open"):
            server.statuses[f"/to{there}"], server.headers[f"/to{there}"] = [302], {"Location": f"{other.url}{there}"}
        other.bodies["/robots.txt"] = b"User-agent: *\nDisallow: /private"
        other.statuses["/open"], other.headers["/open"] = [302], {"Location": f"{server.url}/end"}
        server.bodies["/end"] = b"<img src=a.jpg>"
        with pytest.raises(SourceError, match=r"redirects to .*/private: .*leave it alone"):
            look(downloads, f"{server.url}/to/private")
        assert other.asked == ["/robots.txt"]
        assert look(downloads, f"{server.url}/to/open") == ([f"{server.url}/a.jpg"], [])
        assert other.asked == ["/robots.txt", "/robots.txt", "/open"]


def test_the_delay_that_robots_txt_asks_for_is_kept(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.bodies["/robots.txt"] = b"User-agent: *\nCrawl-delay: 0.3\n"
    pages(server, 3)
    asked: list[tuple[str, float]] = []
    monkeypatch.setattr(downloads.web.hosts, "keep_apart", lambda url, seconds: asked.append((url, seconds)))
    look(downloads, f"{server.url}/p0", onward="a[rel=next]", depth=9)
    assert asked == [(server.url, 0.3)]


@pytest.mark.parametrize("later", [None, b"User-agent: *\nAllow: /"])
def test_the_delay_that_robots_txt_asks_for_is_kept_by_later_runs(
    run: Run, server: Server, later: bytes | None
) -> None:
    """Until it asks for none."""
    server.bodies |= {"/robots.txt": b"User-agent: *\nCrawl-delay: 0.4\n", "/g": b"<img src=a.png><img src=b.png>"}
    words = ("add", f"{server.url}/g", "--person", "Ann", "--license", "x")
    run(*words)
    start = time.monotonic()
    run("lock", "data/manifests/Ann.csv")
    assert time.monotonic() - start > 0.4
    assert sorted(server.asked[2:]) == ["/a.png", "/b.png"]
    del server.bodies["/robots.txt"]
    server.bodies |= {"/robots.txt": later} if later else {}
    run(*words)
    with Downloads(OPTIONS) as downloads:
        assert downloads.web.hosts.of(URL(server.url)).delay == 0


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, b"", "cannot be asked what it allows"),
        (200, b"User-agent: *\nCrawl-delay: 86400", "asks for 86400 s"),
        (200, b"User-agent: *\nRequest-rate: 1/1" + b"0" * 400, "asks for inf s"),
    ],
)
def test_a_host_whose_rules_cannot_be_kept_is_left_alone(
    downloads: Downloads, server: Server, status: int, body: bytes, words: str
) -> None:
    server.bodies |= {"/robots.txt": body, "/": b"<img src=a.jpg>"}
    server.statuses["/robots.txt"] = [status] * 9
    with pytest.raises(SourceError, match=words):
        look(downloads, f"{server.url}/")
    assert "/" not in server.asked


def test_an_address_longer_than_that_of_any_picture_is_left_out(downloads: Downloads, server: Server) -> None:
    """As a picture within the page has it whose `data:` is missing."""
    server.bodies["/"] = f"<img src=a.jpg><img src='iVBOR{'a' * 140_000}'><img src='/{'é' * 1000}.jpg'>".encode()
    urls, problems = look(downloads, f"{server.url}/")
    assert urls[0] == f"{server.url}/a.jpg"
    assert len(urls) == 2
    assert [(one.what, "is an address of 1400" in one.reason) for one in problems] == [("skipped", True)]
    assert len(problems[0].reason) < 300


def test_a_page_at_an_address_longer_than_any_is_left(downloads: Downloads, server: Server) -> None:
    there = f"/{'a' * 5000}"
    server.statuses["/to"], server.headers["/to"] = [302], {"Location": there}
    server.bodies[there] = b"<img src=a.jpg>"
    with pytest.raises(SourceError, match=r"/to redirects to an address of 50\d\d characters"):
        look(downloads, f"{server.url}/to")


def test_which_rules_are_limner_s(downloads: Downloads, server: Server) -> None:
    groups = [
        "Disallow: /nobody",
        "User-agent: *\nDisallow: /all",
        "user agent other # limner\nUserAgent: Limner # and us\nDisallow: /us",
        "User-agent: other\nUser-agent: limner2\nDisallow: /them",
        "USER-AGENT: lim*\nUser-agent: other\nDisallow: /short",
    ]
    server.bodies["/robots.txt"] = "\r\n".join(groups).encode()
    rules = robots.Robots(downloads.web)
    refused = [name for name in ("nobody", "all", "us", "them", "short") if rules.refusal(f"{server.url}/{name}")]
    assert refused == ["us"]
    server.bodies["/robots.txt"] = "\n".join(groups).replace("Limner", "none").replace("lim*", "no").encode()
    rules = robots.Robots(downloads.web)
    refused = [name for name in ("nobody", "all", "us", "them", "short") if rules.refusal(f"{server.url}/{name}")]
    assert refused == ["all"]


def test_many_rules_for_many_programs_are_soon_read(downloads: Downloads, server: Server) -> None:
    agents = "".join(f"User-agent: a{k}\n" for k in range(500))
    server.bodies["/robots.txt"] = agents.encode() + b"Allow:/\n" * 10_000
    start = time.monotonic()
    assert robots.Robots(downloads.web).refusal(f"{server.url}/a") == ""
    assert time.monotonic() - start < 5


def test_many_pictures_are_not_compared_with_many_rules_for_ever(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages that follow are looked at all the same."""
    monkeypatch.setattr(robots, "LOOKING", 0.3)
    server.bodies["/robots.txt"] = b"User-agent: *\n" + b"Disallow:*q\n" * 20_000
    for k in range(2):
        shows = "".join(f"<img src={k}-{n}.jpg>" for n in range(300))
        server.bodies[f"/{k}"] = f"{shows}<a href=/{k + 1}>".encode()
    urls, problems = look(downloads, f"{server.url}/0", onward="a", depth=1)
    skipped = [one.reason for one in problems if one.what == "skipped"]
    assert 0 < len(urls) < 300
    assert len(urls) + len(skipped) == 600
    assert all("to compare those before with the rules took 0.3 s" in reason for reason in skipped)


def test_robots_txt_is_asked_for_once_a_host(downloads: Downloads, server: Server) -> None:
    rules = robots.Robots(downloads.web)
    assert [rules.refusal(f"{server.url}/{k}") for k in range(3)] == ["", "", ""]
    assert server.asked == ["/robots.txt"]


def test_rules_of_hosts_of_pictures_fill_no_memory(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robots, "MOST_TEXT", 2000)
    with serving() as second, serving() as third:
        for host in (server, second, third):
            host.bodies["/robots.txt"] = b"# long\n" * 200
        rules = robots.Robots(downloads.web)
        asked = [rules.refusal(f"{host.url}/a.jpg", of_page=False) for host in (server, second, third, server)]
        assert [bool(refused) for refused in asked] == [False, False, True, False]
        assert "its host is not asked what it allows" in asked[2]
        assert rules.refusal(f"{third.url}/page") == ""


def test_hosts_of_pictures_that_do_not_answer_cost_no_more_than_there_is_patience(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pictures are left alone; those of hosts whose rules are known are not, and pages are asked for as ever."""
    monkeypatch.setattr(robots, "PATIENCE", 1.0)
    slow = "".join(f"<img src=http://127.0.0.{k}:{server.url.rpartition(':')[2]}/a.jpg>" for k in range(2, 9))
    server.bodies["/"] = f"<img src=a.jpg>{slow}<img src=b.jpg><a href=http://localhost:1/>".encode()
    asked: list[str] = []
    read = downloads.web.read

    def reading(url: str, **how: Any) -> Page:
        asked.append(url)
        if "//127.0.0.1:" in url:
            return read(url, **how)
        time.sleep(0.4)
        raise WebError(f"{url}: no connection within 15 s", passing=True)

    monkeypatch.setattr(downloads.web, "read", reading)
    urls, problems = look(downloads, f"{server.url}/", onward="a", depth=1)
    assert urls == [f"{server.url}/a.jpg", f"{server.url}/b.jpg"]
    assert [one.what for one in problems] == ["skipped"] * 7 + ["failed"]
    assert ["no connection within 15 s" in one.reason for one in problems] == [True] * 3 + [False] * 4 + [True]
    assert all("not asked what it allows: to ask those before took 1 s" in one.reason for one in problems[3:7])
    assert len(asked) == 6


def test_a_page_in_a_charset_that_takes_hours_is_read_in_another(downloads: Downloads, server: Server) -> None:
    server.headers["/g/page.html"] = {"Content-Type": "text/html; charset=punycode"}
    start = time.monotonic()
    assert shown(downloads, server, f"<img src=a.jpg><p>{'a' * 2_000_000}-{'a' * 2_000_000}") == ["/g/a.jpg"]
    assert time.monotonic() - start < 20


def test_a_kind_that_is_not_written_in_utf_8_can_be_told(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"], server.headers["/a"] = b"?", {"Content-Type": "caf\xe9/x"}
    with pytest.raises(page.NoPage, match="no web page but caf\xe9/x"):
        look(downloads, f"{server.url}/a")


def test_what_is_no_page_is_named_by_its_kind(downloads: Downloads, server: Server) -> None:
    server.bodies["/a"], server.headers["/a"] = b"%PDF", {"Content-Type": "application/pdf"}
    with pytest.raises(page.NoPage, match="application/pdf"):
        look(downloads, f"{server.url}/a")


def test_a_page_in_another_charset(downloads: Downloads, server: Server) -> None:
    server.headers["/g/page.html"] = {"Content-Type": "text/html; charset=iso-8859-1"}
    server.bodies["/g/page.html"] = "<img src=\u00e9.jpg>".encode("latin-1")
    assert look(downloads, f"{server.url}/g/page.html")[0] == [f"{server.url}/g/\u00e9.jpg"]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 300_000,
        "<div></x>" * 300_000,
        f"<img {' '.join(f'a{k}' for k in range(500_000))}>",
        "".join(f"<p><b id={k}></p>" for k in range(4_000)) + "<p>x" * 400_000,
    ],
)
def test_a_page_made_to_exhaust_its_reader_is_left(
    downloads: Downloads, server: Server, monkeypatch: pytest.MonkeyPatch, html: str
) -> None:
    """And the next page is read again."""
    monkeypatch.setattr(page, "SECONDS", 1.0)
    server.bodies |= {"/": html.encode(), "/next": b"<img src=a.jpg>"}
    server.bodies["/first"] = b"<img src=b.jpg><a href=/>"
    with pytest.raises(SourceError, match=r"could not be read within 1 s|takes more than 4 GB"):
        look(downloads, f"{server.url}/")
    found, problems = look(downloads, f"{server.url}/first", onward="a", depth=1)
    assert found == [f"{server.url}/b.jpg"]
    assert [(one.id, one.what) for one in problems] == [(f"{server.url}/", "failed")]


LONG = """
import time
from limner.fetch.answers import Page
from limner.manifest import markup, page
def look(*_):
    print("going", flush=True)
    time.sleep(60)
if __name__ == "__main__":
    markup.look = look
    page._read = lambda *_: Page("http://a/", {}, b"x" * page.LITTLE)
    list(page.gallery(None, "http://a/"))
"""


@pytest.mark.skipif(os.name != "posix", reason="a signal that cannot be caught")
def test_a_killed_run_leaves_no_reader_at_work(project: Path) -> None:
    Path("long.py").write_text(LONG)
    leaves_nobody_behind(Path("long.py"))


@pytest.mark.parametrize(
    "html",
    [
        "<script>" + "for(var i=0;i<n;i++){a[i]=b}\n" * 20_000 + "</script>",
        "<script type='application/json'>{'a':'" + "x<y " * 20_000 + "'}</script>",
        "<style>" + "a{content:'<b>'}" * 20_000 + "</style>",
        "<textarea>" + "if a<b then" * 20_000 + "</textarea>",
        "<!-- <b> -->" * 20_000,
        "<!--" + "<b>" * 20_000 + "-->",
        "<p title='a<b <i>'>x" * 20_000,
        "<p title=a<b>x" * 20_000,
        "<b>x</b>" * 20_000,
        "<svg><title>A heart</title><g><path d='M0 0'/><path d='M1 1'/></g></svg>" * 20_000,
        "<svg><style><![CDATA[a>b{c:d}]]></style><rect/></svg>" * 20_000,
        "<table>" + "<tr><td><p>x<td>y" * 20_000 + "</table>",
        "<div><ul><li>x<li>y<p>z</ul></div>" * 20_000,
        "<div><a href=x><span>x</a></div>" * 2_000,
        "<tr><td><font size=2><a href=x>y</a><br>z</td>" * 2_000,
        "<div>" * 2_000,
    ],
)
def test_a_page_that_only_looks_deep_is_read(downloads: Downloads, server: Server, html: str) -> None:
    assert shown(downloads, server, f"{html}<img src=a.jpg>") == ["/g/a.jpg"]


def test_a_long_flat_page_is_read(downloads: Downloads, server: Server) -> None:
    html = "<ul>" + "".join(f"<li><p><a href=x><img src={k}.jpg><br><svg><path d=''/></svg></a>" for k in range(5000))
    server.bodies["/"] = html.encode()
    assert len(look(downloads, f"{server.url}/")[0]) == 5000


# What takes the square of its length would take minutes here.
@pytest.mark.parametrize(
    ("html", "url"),
    [
        (f"<img srcset='{','.join(f'{k}.jpg {k}w' for k in range(100_000))}'>", "/g/99999.jpg"),
        (f"<img srcset='{', '.join(f'{k}.jpg' for k in range(100_000))}, b.jpg 2x'>", "/g/b.jpg"),
        (f"<img src=a.jpg srcset='b.jpg {'1' * 300_000}, c.jpg 2x'>", "/g/c.jpg"),
        ("<picture>" + "<source srcset='b.jpg 2x'>" * 10_000 + "<img src=a.jpg>" * 10_000 + "</picture>", "/g/b.jpg"),
    ],
)
def test_a_picture_of_many_sizes(downloads: Downloads, server: Server, html: str, url: str) -> None:
    assert shown(downloads, server, html) == [url]
