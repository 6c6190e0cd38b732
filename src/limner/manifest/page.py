"""The pictures of web pages, and of those that follow them, as robots.txt allows."""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from email.message import Message

from pebble import ProcessExpired, ProcessPool

from limner import memory, workers
from limner.errors import MOST_NAME, SourceError
from limner.fetch.answers import Page, readable
from limner.fetch.web import Web
from limner.manifest import markup
from limner.manifest.found import Found
from limner.manifest.markup import Looked
from limner.manifest.robots import Robots
from limner.tables import Problem

SECONDS = 30.0
"""In which a page must be read, once it has come. Of one that nests its elements deep enough, or crowds their
attributes, a reader of HTML would not be done in hours; a page for people takes hundredths."""
LITTLE = 20_000
"""Characters of a page that is read here: what takes the square of them is soon done, a process takes half a second."""
MEMORY = 4 * 10**9
"""Bytes that reading one may take, beside what the process has before."""


class NoPage(SourceError):
    """What a url leads to is no web page."""

    def __init__(self, why: str, media: str, name: str) -> None:
        super().__init__(why)
        self.media = media
        """Its media type, such as image/jpeg."""
        self.name = name
        """Of the file that it is, if the server tells."""


def gallery(web: Web, url: str, selector: str = "img", onward: str = "", depth: int = 0) -> Iterator[Found | Problem]:
    """The pictures of a page, and of the pages that follow it; each once.

    Args:
        web: asks for the pages; the pictures themselves are not asked for.
        url: of the first page.
        selector: of the pictures: of <img>, of what contains them, or of links to them.
        onward: selector of the link to the next page.
        depth: how many further pages may be looked at.

    Raises:
        LimnerError: a selector is none.
        SourceError: the first page cannot be had (`NoPage`: it is none); of a later one this is a problem.
    """
    context = multiprocessing.get_context(workers.METHOD)
    with ProcessPool(max_workers=1, initializer=_begin, context=context) as reader:
        yield from _gallery(web, reader, url, selector, onward, depth)


def _gallery(
    web: Web, reader: ProcessPool, url: str, selector: str, onward: str, depth: int
) -> Iterator[Found | Problem]:
    robots = Robots(web)
    pages: set[str] = set()
    pictures: set[str] = set()
    there: str | None = url
    while there is not None:
        try:
            page = _read(web, robots, there)
            looked = _look(reader, page, selector, onward)
        except SourceError as error:
            if not pages:
                raise
            yield Problem(there, "failed", str(error))
            return
        pages |= {there, page.url}
        for one in looked.found:
            if isinstance(one, Problem):
                yield one
            elif one.url not in pictures:
                pictures.add(one.url)
                refused = robots.refusal(one.url, of_page=False)
                yield Problem(one.url, "skipped", f"{one.url}: {refused}") if refused else one
        there = looked.onward
        if there in pages:
            yield Problem(url, "noted", f"{page.url} leads back to {there}: these are all the pages")
            return
        if there is not None and depth == 0:
            yield Problem(url, "noted", f"there is a further page, {there}: --depth sets how many are looked at")
            return
        depth -= 1


def _read(web: Web, robots: Robots, url: str) -> Page:
    def follow(there: str) -> None:
        if refused := robots.refusal(there):
            raise SourceError(f"{url} redirects to {there}: {refused}")

    if refused := robots.refusal(url):
        raise SourceError(f"{url}: {refused}")
    page = web.read(url, wanted=_is_page, follow=follow)  # of a film not a byte
    if len(page.url) > MOST_NAME:  # which each of its pictures would name
        raise SourceError(f"{url} redirects to an address of {len(page.url)} characters: at most {MOST_NAME} are read")
    if not _is_page(page.headers):
        media = _media(page.headers)
        raise NoPage(f"{url} is no web page but {media}", media, _filename(page.headers))
    return page


def _media(headers: Mapping[str, str]) -> str:
    return readable(headers.get("Content-Type", "text/html")).partition(";")[0].strip().lower()


def _is_page(headers: Mapping[str, str]) -> bool:
    return _media(headers) in ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "")


def _filename(headers: Mapping[str, str]) -> str:
    """By what name a browser would save it; empty if the server names none."""
    said = Message()
    said["Content-Disposition"] = readable(headers.get("Content-Disposition", ""))
    return said.get_filename("")


def _look(reader: ProcessPool, page: Page, selector: str, onward: str) -> Looked:
    """What a page holds, read in a process that can be ended.

    Raises:
        LimnerError: a selector is none.
        SourceError: reading it takes too long, or too much memory.
    """
    html = page.text
    asked = (html, page.url, selector, onward)
    if len(html) < LITTLE:
        return markup.look(*asked)
    try:
        looked: Looked = reader.schedule(markup.look, asked, timeout=SECONDS).result()
    except TimeoutError:
        why = f"it could not be read within {SECONDS:g} s: it nests its elements too deep, or crowds their attributes"
        raise SourceError(f"{page.url}: {why}") from None
    except (ProcessExpired, MemoryError):
        raise SourceError(f"{page.url}: reading it takes more than {MEMORY / 1e9:g} GB") from None
    return looked


def _begin() -> None:
    """Have the process that reads end at once when it is told to or its parent ends, and not fill the memory."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    workers.follow()
    memory.limit(MEMORY)
