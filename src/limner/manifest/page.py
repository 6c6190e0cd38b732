"""The pictures of web pages, by CSS selector, each in the largest size that the page offers."""

import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from limner.errors import LimnerError, SourceError, tellable
from limner.fetch.answers import Page
from limner.fetch.web import Web
from limner.manifest.found import Found, name_of
from limner.manifest.robots import Robots
from limner.tables import Problem

SETS = ("srcset", "data-srcset", "data-lazy-srcset")
SINGLE = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-full", "src")
"""Where the address of a picture stands; those of pages that load it late come before the placeholder in src."""
LINKS = {"a": "href", "area": "href", "link": "href", "meta": "content"}
"""Elements that lead to a picture without showing it."""
NO_PHOTO = (".svg", ".svgz", ".ico", ".pdf", ".html", ".htm", ".js", ".css")
DEEPEST = 2_000
"""Elements within one another: reading takes the square of it, and a page for people nests some dozens."""
OPEN_END = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param"),
    *("p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup", "path"),
}
"""Elements that nothing has to close."""
TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>/]*)([^<>]*)")


class NoPage(SourceError):
    """What a url leads to is no web page."""

    def __init__(self, why: str, kind: str) -> None:
        super().__init__(why)
        self.kind = kind
        """Its media type, such as image/jpeg."""


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
    robots = Robots(web)
    pages: set[str] = set()
    pictures: set[str] = set()
    there: str | None = url
    while there is not None:
        try:
            page = _read(web, robots, there)
            tree = _parse(page)
        except SourceError as error:
            if not pages:
                raise
            yield Problem(there, "failed", str(error))
            return
        pages |= {there, page.url}
        base = _base(tree, page.url)
        for one in _pictures(tree, base, page.url, selector):
            if isinstance(one, Problem):
                yield one
            elif one.url not in pictures:
                pictures.add(one.url)
                refused = robots.refusal(one.url)
                yield Problem(one.url, "skipped", f"{one.url}: {refused}") if refused else one
        there = _next(tree, base, onward) if onward else None
        if there in pages:
            yield Problem(url, "noted", f"{page.url} leads back to {there}: these are all the pages")
            return
        if there is not None and depth == 0:
            yield Problem(url, "noted", f"there is a further page, {there}: --depth sets how many are looked at")
            return
        depth -= 1


def _read(web: Web, robots: Robots, url: str) -> Page:
    if refused := robots.refusal(url):
        raise SourceError(f"{url}: {refused}")
    page = web.read(url)
    if page.url != url and (refused := robots.refusal(page.url)):
        raise SourceError(f"{url} redirects to {page.url}: {refused}")
    kind = page.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if kind not in ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", ""):
        raise NoPage(f"{url} is no web page but {kind}", kind)
    return page


def _parse(page: Page) -> LexborHTMLParser:
    depth = deepest = 0
    html = page.text
    for closing, name, rest in TAG.findall(html):
        if name.lower() not in OPEN_END and not rest.endswith("/"):
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise SourceError(f"{page.url} nests its elements {deepest} deep: at most {DEEPEST} are read")
    return LexborHTMLParser(html)


def _select(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except SelectolaxError as error:
        why = "write it as in a style sheet, such as 'img', '.gallery img' or 'a.full'"
        raise LimnerError(f"{selector!r} is no CSS selector that limner reads: {why}") from error


def _base(tree: LexborHTMLParser, url: str) -> str:
    named = tree.css_first("base[href]")
    return _join(url, (named.attributes["href"] or "") if named else "") or url


def _next(tree: LexborHTMLParser, base: str, selector: str) -> str | None:
    """Where the first link that the selector finds, itself or within, leads."""
    for node in _select(tree, selector):
        for link in (node, *node.css("a[href]")):
            there = _join(base, (link.attributes.get("href") or "").strip())
            if link.attributes.get("href") and there:
                return there
    return None


def _pictures(tree: LexborHTMLParser, base: str, page: str, selector: str) -> Iterator[Found | Problem]:
    chosen = _select(tree, selector)
    if not chosen:
        yield Problem(page, "noted", f"{page} holds nothing that the selector {selector!r} finds")
    for node in chosen:
        tag = (node.tag or "").lower()
        if tag in LINKS:
            addresses = [node.attributes.get(LINKS[tag]) or ""]
        else:
            images = [node] if tag in ("img", "source") else node.css("img") or node.css("source")
            addresses = [largest(image) for image in images]
        if not addresses:
            yield Problem(page, "skipped", f"{page}: the selector {selector!r} finds a <{tag}> without a picture")
        for address in addresses:
            yield _found(base, page, address)


def _found(base: str, page: str, address: str) -> Found | Problem:
    url = _join(base, address)
    if not url:
        kind = "lies in the page itself (data:)" if address.startswith("data:") else "is no http or https url"
        return Problem(page, "skipped", f"{page}: the picture {address[:80]!r} {kind}")
    if urlsplit(url).path.lower().endswith(NO_PHOTO):
        return Problem(url, "skipped", f"{url} is no photo, by its name")
    return Found(url, name_of(url), credit=page)


def _join(base: str, address: str) -> str:
    """An address of a page as a whole url; empty if it leads anywhere but to http or https."""
    try:
        url = urldefrag(urljoin(base, address.strip()))[0]
        parts = urlsplit(url)
    except ValueError:
        return ""
    fine = parts.scheme in ("http", "https") and parts.netloc and tellable(url)
    return url.replace(" ", "%20") if fine else ""


def largest(image: LexborNode) -> str:
    """The address of an <img> in its largest size, as it stands in the page; those of its <picture> count too."""
    sources = [image]
    parent = image.parent
    while parent is not None and parent.tag == "a":  # some put a link between
        parent = parent.parent
    if parent is not None and parent.tag == "picture":
        sources += parent.css("source")
    sets = [node.attributes.get(name) or "" for node in sources for name in SETS]
    single = next((address for name in SINGLE if (address := _address(image, name))), "")
    candidates = [one for text in sets for one in srcset(text) if not one[0].startswith("data:")]
    if single and not single.startswith("data:"):
        candidates.append((single, 0.0, 1.0))
    # A width in pixels says more than a density, since that is a density of nobody knows what.
    best = max(candidates, key=lambda one: one[1:], default=(single, 0.0, 0.0))
    return best[0]


def _address(image: LexborNode, name: str) -> str:
    return (image.attributes.get(name) or "").strip()


def srcset(text: str) -> list[tuple[str, float, float]]:
    """(address, width in pixels or 0, density or 0) of each candidate, as HTML says: addresses may hold commas."""
    found = []
    rest = text.strip(" \t\n\f\r,")
    while rest:
        address, _, rest = re.sub(r"[\t\n\f\r]", " ", rest).partition(" ")
        described = ""
        if address.endswith(","):
            address = address.rstrip(",")
        else:
            described, _, rest = rest.partition(",")
        size = re.search(r"(?:^|\s)(\d+)w(?:\s|$)", described)
        density = re.search(r"(?:^|\s)(\d*\.?\d+)x(?:\s|$)", described)
        found.append((address, float(size[1]) if size else 0.0, float(density[1]) if density else 0.0 if size else 1.0))
        rest = rest.strip(" \t\n\f\r,")
    return found
