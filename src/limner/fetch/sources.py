"""Where the bytes of a url come from: this machine, an archive, a mirror, or a server by way of fsspec."""

import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import fsspec

import limner.fetch.pypi  # noqa: F401  registers pypi://
from limner.errors import SourceError
from limner.fetch import backends

CHUNK = 1 << 18


def local(url: str) -> Path | None:
    """The path that a url without a scheme, or with file://, means; None for every other url.

    Relative paths are relative to the project's root folder, where every stage runs.
    """
    if url.startswith("file://"):
        return Path(unquote(url.removeprefix("file://")))
    if "://" in url:
        return None
    try:
        return Path(url).expanduser()
    except RuntimeError:  # ~ and a name that is nobody's here
        return Path(url)


def chained(url: str) -> tuple[str, str] | None:
    """(`zip://inner/path`, the archive's own url) of a chained url, or None."""
    inner, chain, outer = url.partition("::")
    return (inner, outer) if chain and not inner.startswith(("http://", "https://")) else None


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


def copy(url: str, path: Path, most_bytes: int, max_seconds: float) -> None:
    """Stream the bytes of a url of any other protocol that fsspec knows to `path`.

    Raises:
        SourceError: they are too many, or take too long.
        Exception: whatever the filesystem of that protocol raises.
    """
    backends.require(url)
    until, size = time.monotonic() + max_seconds, 0
    filesystem, there = fsspec.core.url_to_fs(url)
    with filesystem.open(there, "rb") as stream, path.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most_bytes:
                raise SourceError(f"{url}: it is larger than {most_bytes / 1e6:g} MB (scrape.max_megabytes)")
            if time.monotonic() > until:
                raise SourceError(f"{url}: it did not come within {max_seconds:g} s (scrape.max_seconds)")
            out.write(chunk)


def reason(error: Exception) -> str:
    """An error of a filesystem in words."""
    said = str(error)
    if isinstance(error, FileNotFoundError) and " " not in said:
        return "there is no such file"
    if isinstance(error, ImportError):  # fsspec says which package is to be installed
        return said
    return f"{said} ({type(error).__name__})" if said else type(error).__name__
