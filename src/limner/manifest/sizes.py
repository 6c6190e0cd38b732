"""Which of the addresses that a page gives of one picture is that of its largest size."""

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from limner.manifest import kinds

SETS = ("srcset", "data-srcset", "data-lazy-srcset")
SINGLE = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-full", "src")
"""Where the address of a picture stands; those of pages that load it late come before the placeholder in src."""
CANDIDATE = re.compile(r"([^ \t\n\f\r,][^ \t\n\f\r]*)(?:(?<!,)([^,]*))?")
"""Of a srcset: an address, and what describes it unless a comma ends the address."""
WITHIN = re.compile(r"data:", re.IGNORECASE)
"""How the address of a picture begins that lies in the page itself."""
LATE = re.compile(r"(?![\d.]*$)[^][{}<>\"]*[./]")
"""How an address begins in an attribute of a page's own, which may as well hold a switch, a number or JSON."""
LEAST = re.compile(r"(?:min-(?:device-)?width\s*:|\bwidth\s*>=?)\s*(\d+(?:\.\d+)?)\s*(r?em)?", re.IGNORECASE)
MOST = re.compile(r"(?:max-(?:device-)?width\s*:|\bwidth\s*<=?)\s*(\d+(?:\.\d+)?)\s*(r?em)?", re.IGNORECASE)
"""The width from which, or up to which, a media query holds."""
EM = 16
"""Pixels, unless a reader has set another size of letters."""


class Candidate(NamedTuple):
    """One address of a picture, and what is said of its size. What comes first says more."""

    address: str
    width: float = 0.0
    """Of the picture, in pixels; 0 where that is not said."""
    window: float = 0.0
    """The narrowest it is for, in pixels; below 0 where it is only for narrow ones, and the more so the narrower."""
    density: float = 0.0
    """How many of its pixels go into one of a page's, whatever its size there."""


def beside(tree: LexborHTMLParser) -> dict[int, Candidate]:
    """The largest size that the <source>s of each <picture> offer, by its number: looked up by each <img> within."""
    found: dict[int, Candidate] = {}
    for source in tree.css("source"):
        offered = _offered(source)
        if offered and (picture := _picture(source)):
            known = found.get(picture)
            found[picture] = max([known, *offered] if known else offered, key=_size)
    return found


def largest(image: LexborNode, beside: dict[int, Candidate]) -> str:
    """The address of an <img> in its largest size, as it stands in the page; those of its <picture> count too."""
    candidates = _offered(image)
    if picture := beside.get(_picture(image)):
        candidates.append(picture)
    single = next((address for name in SINGLE if _leads(name, address := _attribute(image, name))), "")
    if single and not WITHIN.match(single):
        candidates.append(Candidate(single, density=1.0))
    return max(candidates, key=_size, default=Candidate(single)).address


def srcset(text: str) -> list[Candidate]:
    """Each candidate, as HTML says: addresses may hold commas."""
    found = []
    for address, described in CANDIDATE.findall(text):
        size = re.search(r"(?:^|\s)(\d+)w(?:\s|$)", described)
        density = re.search(r"(?:^|\s)(\d+(?:\.\d+)?|\.\d+)x(?:\s|$)", described)
        wide, dense = float(size[1]) if size else 0.0, float(density[1]) if density else 0.0 if size else 1.0
        found.append(Candidate(address.rstrip(","), width=wide, density=dense))
    return found


def _size(one: Candidate) -> tuple[float, ...]:
    return one[1:]


def _offered(node: LexborNode) -> list[Candidate]:
    """What the sets of an <img> or a <source> hold; nothing of a <source> of a kind that limner does not read."""
    source = node.tag == "source"
    if source and (media := _attribute(node, "type")) and kinds.by_type(media) != "photo":
        return []
    window = _window(_attribute(node, "media")) if source else 0.0
    listed = ((name, one) for name in SETS for one in srcset(_attribute(node, name)))
    return [one._replace(window=window) for name, one in listed if _leads(name, one.address, within=False)]


def _window(media: str) -> float:
    """For which windows a <source> is meant, as `Candidate` has it."""
    if media.lower() in ("", "all", "screen"):
        return 0.0
    if most := MOST.search(media):
        return -1 / max(_pixels(most), 1.0)
    if least := LEAST.search(media):
        return _pixels(least)
    return -1.0  # for print, say, or a dark room: not what most people see


def _pixels(found: re.Match[str]) -> float:
    return float(found[1]) * (EM if found[2] else 1)


def _leads(name: str, address: str, within: bool = True) -> bool:
    """Whether this is an address, to judge by the attribute that it stands in; `within`: even into the page itself."""
    if WITHIN.match(address):
        return within and name == "src"
    return bool(LATE.match(address)) if name.startswith("data-") else bool(address)


def _picture(node: LexborNode) -> int:
    """The number of the <picture> that an <img> or a <source> stands in; 0 if in none."""
    parent = node.parent
    if parent is not None and parent.tag == "a":  # some put a link between
        parent = parent.parent
    return parent.mem_id if parent is not None and parent.tag == "picture" else 0


def _attribute(node: LexborNode, name: str) -> str:
    return (node.attributes.get(name) or "").strip()
