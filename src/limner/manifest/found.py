"""What a way in led to, before it is a row of a manifest."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from limner.errors import MOST_NAME, short
from limner.fetch.sources import chained
from limner.tables import Problem


@dataclass(frozen=True)
class Found:
    """One picture or video, and what is said of it where it was found."""

    url: str
    name: str
    """By which a person would know it; its id is made from it."""
    kind: str = "photo"
    license: str = ""
    author: str = ""
    credit: str = ""


def kept(one: Found) -> Found | Problem:
    """What others have named, unless its address is longer than that of any picture."""
    if len(one.url) <= MOST_NAME:
        return one
    shown = short(one.url, 100)
    why = f"{shown} is an address of {len(one.url)} characters, and at most {MOST_NAME} are read"
    return Problem(shown, "skipped", why)


def name_of(url: str) -> str:
    """The name of the file that a url ends with, without its suffix; the host's where there is none.

    Of a member of an archive it is the member's own.
    """
    if link := chained(url):
        return PurePosixPath(link[0].partition("://")[2]).stem
    parts = urlsplit(url)
    return PurePosixPath(unquote(parts.path)).stem or parts.netloc
