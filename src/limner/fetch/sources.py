"""Where the bytes of a url come from: this machine, an archive, a mirror, or the place that it names."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote


def local(url: str) -> Path | None:
    """The path that a url without a scheme, or with file://, means; None for every other url.

    Relative paths are relative to the project's root folder, where every stage runs.
    """
    if url.startswith("file://"):
        return Path(unquote(re.sub(r"^file://(localhost(?=/))?", "", url)))
    if "://" in url:
        return None
    try:
        return Path(url).expanduser()
    except RuntimeError:  # ~ and a name that is nobody's here
        return Path(url)


def chained(url: str) -> tuple[str, str] | None:
    """(`zip://inner/path`, the archive's own url) of a chained url, or None: names of files may hold `::` too."""
    inner, chain, outer = url.partition("::")
    if not chain or inner.startswith(("http://", "https://")) or local(url) is not None:
        return None
    return inner, outer


def mirrored(url: str, mirrors: Mapping[str, str]) -> list[str]:
    """Where to ask for a url, in order: the mirror of its longest matching prefix, then itself."""
    prefixes = [prefix for prefix in mirrors if prefix and url.startswith(prefix)]
    if not prefixes:
        return [url]
    prefix = max(prefixes, key=len)
    mirror, rest = mirrors[prefix], url[len(prefix) :]
    joint = "/" if prefix.endswith("/") and not mirror.endswith("/") else ""
    # On a server a space is %20; in a folder it is a space.
    return [mirror + joint + (rest if "://" in mirror else unquote(rest)), url]
