"""What a way in led to, before it is a row of a manifest."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from limner.fetch.sources import chained


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


def name_of(url: str) -> str:
    """The name of the file that a url ends with, without its suffix; the host's where there is none.

    Of a member of an archive it is the member's own.
    """
    if link := chained(url):
        return PurePosixPath(link[0].partition("://")[2]).stem
    parts = urlsplit(url)
    return PurePosixPath(unquote(parts.path)).stem or parts.netloc
