"""photo or video: what its name, or its media type, says of a file that nobody has looked into yet."""

import re

from limner.fetch.sources import chained
from limner.scrape.expand import SUFFIXES

PHOTOS = (
    *("image/jpeg", "image/jpg", "image/pjpeg", "image/png", "image/webp", "image/tiff", "image/gif", "image/bmp"),
    *("image/x-ms-bmp", "image/avif", "image/heic", "image/heif", "image/jp2", "image/x-portable-pixmap"),
)
"""Media types of the photos that limner reads; of videos it tries any."""
ARCHIVES = (
    *("application/zip", "application/x-zip-compressed", "application/x-tar", "application/gzip", "application/x-gzip"),
    *("application/x-xz", "application/x-bzip2"),
)
"""Media types of what may be an archive."""
MOVING = (".gif", ".png")
"""Endings of pictures that may be films."""
NEITHER = (".svg", ".svgz", ".ico", ".jxl", ".pdf", ".html", ".htm", ".js", ".css")
"""Endings of what pages show or link to besides. Many a photo's address has no ending, or one of a program's."""


def by_name(url: str) -> str:
    """photo or video, by the ending of a url's or a path's name; empty if that tells neither."""
    return next((kind for kind, suffixes in SUFFIXES.items() if _name(url).endswith(suffixes)), "")


def may_move(url: str) -> bool:
    """Whether a picture may be a film too, by its name."""
    return _name(url).endswith(MOVING)


def _name(url: str) -> str:
    """What a url's or a path's file is called, in small letters; of a member of an archive it is the member's name."""
    link = chained(url)
    name = link[0] if link else url
    if "://" in url and not link:
        name = re.sub(r"[?#].*", "", url.partition("://")[2]).partition("/")[2]  # a host may end in .mov
    return name.lower()


def by_type(media: str) -> str:
    """photo or video, by a media type such as image/jpeg; empty if limner reads no such thing."""
    bare = media.partition(";")[0].strip().lower()
    return "photo" if bare in PHOTOS else "video" if bare.startswith("video/") else ""
