"""The pictures in the HTML of a page, each in the largest size that it offers, and the link to the next page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from limner.errors import LimnerError, tellable
from limner.manifest.found import Found, name_of
from limner.tables import Problem

SETS = ("srcset", "data-srcset", "data-lazy-srcset")
SINGLE = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-full", "src")
"""Where the address of a picture stands; those of pages that load it late come before the placeholder in src."""
LINKS = {"a": "href", "area": "href", "link": "href", "meta": "content"}
"""Elements that lead to a picture without showing it."""
NO_PHOTO = (".svg", ".svgz", ".ico", ".pdf", ".html", ".htm", ".js", ".css")
CANDIDATE = re.compile(r"([^ \t\n\f\r,][^ \t\n\f\r]*)(?:(?<!,)([^,]*))?")
"""Of a srcset: an address, and what describes it unless a comma ends the address."""

Candidate = tuple[str, float, float]
"""The address of a picture, its width in pixels or 0, its density or 0."""


@dataclass(frozen=True)
class Looked:
    """What a page holds."""

    found: tuple[Found | Problem, ...]
    """Its pictures, and what could not be used, in its order."""
    onward: str | None
    """The url of the next page."""


def look(html: str, url: str, selector: str, onward: str) -> Looked:
    """Find the pictures of a page.

    Args:
        html: the page.
        url: where it is from.
        selector: of the pictures: of <img>, of what contains them, or of links to them.
        onward: selector of the link to the next page; empty: there is none.

    Raises:
        LimnerError: a selector is none.
    """
    tree = LexborHTMLParser(html)
    base = _base(tree, url)
    return Looked(tuple(_pictures(tree, base, url, selector)), _next(tree, base, onward) if onward else None)


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
    beside = _beside(tree)
    for node in chosen:
        tag = (node.tag or "").lower()
        if tag in LINKS:
            addresses = [node.attributes.get(LINKS[tag]) or ""]
        else:
            images = [node] if tag in ("img", "source") else node.css("img") or node.css("source")
            addresses = [_largest(image, beside) for image in images]
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


def _beside(tree: LexborHTMLParser) -> dict[int, Candidate]:
    """The largest size that the <source>s of each <picture> offer, by its number: looked up by each <img> within."""
    beside: dict[int, Candidate] = {}
    for source in tree.css("source"):
        offered = _offered(source)
        if offered and (picture := _picture(source)):
            known = beside.get(picture)
            beside[picture] = max([known, *offered] if known else offered, key=_size)
    return beside


def _picture(node: LexborNode) -> int:
    """The number of the <picture> that an <img> or a <source> stands in; 0 if in none."""
    parent = node.parent
    if parent is not None and parent.tag == "a":  # some put a link between
        parent = parent.parent
    return parent.mem_id if parent is not None and parent.tag == "picture" else 0


def _largest(image: LexborNode, beside: dict[int, Candidate]) -> str:
    """The address of an <img> in its largest size, as it stands in the page; those of its <picture> count too."""
    single = next((address for name in SINGLE if (address := _address(image, name))), "")
    candidates = _offered(image)
    if picture := beside.get(_picture(image)):
        candidates.append(picture)
    if single and not single.startswith("data:"):
        candidates.append((single, 0.0, 1.0))
    return max(candidates, key=_size, default=(single, 0.0, 0.0))[0]


def _size(one: Candidate) -> tuple[float, float]:
    # A width in pixels says more than a density, since that is a density of nobody knows what.
    return one[1:]


def _offered(node: LexborNode) -> list[Candidate]:
    return [one for name in SETS for one in srcset(_address(node, name)) if not one[0].startswith("data:")]


def _address(node: LexborNode, name: str) -> str:
    return (node.attributes.get(name) or "").strip()


def srcset(text: str) -> list[Candidate]:
    """Each candidate, as HTML says: addresses may hold commas."""
    found = []
    for address, described in CANDIDATE.findall(text):
        size = re.search(r"(?:^|\s)(\d+)w(?:\s|$)", described)
        density = re.search(r"(?:^|\s)(\d+(?:\.\d+)?|\.\d+)x(?:\s|$)", described)
        wide, dense = float(size[1]) if size else 0.0, float(density[1]) if density else 0.0 if size else 1.0
        found.append((address.rstrip(","), wide, dense))
    return found
