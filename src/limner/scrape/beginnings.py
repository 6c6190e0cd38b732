"""photo or video: what the first bytes of a file tell of it, whatever its name says."""

import re
from pathlib import Path

LENGTH = 512
"""Bytes that are looked at."""
KINDS = {
    "photo": re.compile(
        rb"(?s)\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II\*\0|MM\0\*|BM....\0\0\0\0|....ftyp(?:avi[fs]|he[iv]|mif1|msf1)|"
        rb"\0\0\0\x0cjP  |P[1-6]\s"
    ),
    "video": re.compile(
        rb"(?s)....(?:ftyp(?!crx )|moov|mdat)|RIFF....AVI |\x1aE\xdf\xa3|OggS|0&\xb2u|\0\0\x01[\xb3\xba]|G.{187}G|"
        rb".{4}G.{191}G"
    ),
}
"""In this order. crx: a camera's raw photo, which limner does not read."""

MOVING = (b"GIF8", b"\x89PNG")
"""First bytes of pictures that may be films."""


def first(path: Path) -> bytes:
    """The first `LENGTH` bytes of a file, or all that it has."""
    with path.open("rb") as stream:
        return stream.read(LENGTH)


def kind(head: bytes) -> str:
    """photo or video, by the first bytes of a file; empty if they tell neither."""
    return next((name for name, beginning in KINDS.items() if beginning.match(head)), "")


def may_move(head: bytes) -> bool:
    """Whether a picture may be a film too, by the first bytes of its file."""
    return head.startswith(MOVING)


def is_text(head: bytes) -> bool:
    """Whether these are the first bytes of a text, or of nothing that holds pixels in bytes."""
    return b"\0" not in head and not kind(head)
