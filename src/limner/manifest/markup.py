"""The pictures in the HTML of a page, each in the largest size that it offers, and the link to the next page."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from limner.errors import LimnerError, tellable
from limner.manifest import kinds, sizes
from limner.manifest.found import Found, kept, name_of
from limner.tables import Problem

LINKS = {"a": "href", "area": "href", "link": "href", "meta": "content"}
"""Elements that lead to a picture without showing it."""


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
    beside = sizes.beside(tree)
    here = {_join(base, ""), _join(page, "")} - {""}
    bare = 0
    for node in chosen:
        tag = (node.tag or "").lower()
        if tag in LINKS:
            addresses = [(node.attributes.get(LINKS[tag]) or "").strip()]
        else:
            images = [node] if tag in ("img", "source") else node.css("img") or node.css("source")
            addresses = [sizes.largest(image, beside) for image in images]
        if not addresses:
            yield Problem(page, "skipped", f"{page}: the selector {selector!r} finds a <{tag}> without a picture")
        for address in addresses:
            if not address or (url := _join(base, address)) in here:  # as `#` is
                bare += 1
            else:
                yield _found(url, page, address)
    if bare:
        many = "a picture" if bare == 1 else f"{bare} pictures"
        yield Problem(page, "skipped", f"{page} shows {many} without an address")


def _found(url: str, page: str, address: str) -> Found | Problem:
    if not url:
        kind = "lies in the page itself (data:)" if sizes.WITHIN.match(address) else "is no http or https url"
        return Problem(page, "skipped", f"{page}: the picture {address[:80]!r} {kind}")
    if urlsplit(url).path.lower().endswith(kinds.NEITHER):
        return Problem(url, "skipped", f"{url} is no photo, by its name")
    return kept(Found(url, name_of(url), kinds.by_name(url) or "photo", credit=page))


def _join(base: str, address: str) -> str:
    """An address of a page as a whole url; empty if it leads anywhere but to http or https."""
    path, mark, query = address.strip().partition("?")
    try:
        url = urldefrag(urljoin(base, path.replace("\\", "/") + mark + query))[0]  # as browsers read it
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and parts.hostname and tellable(url)
    except ValueError:
        return ""
    return url.replace(" ", "%20") if fine else ""
