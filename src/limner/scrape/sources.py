"""Where the bytes of a url come from: this machine, an archive, a mirror or a server. All through fsspec."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import aiohttp
import fsspec

import limner.scrape.pypi  # noqa: F401  registers pypi://

# Patience with a server: seconds to connect, and seconds without a byte.
HTTP = {
    "client_kwargs": {
        "timeout": aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=30),
        "trust_env": True,  # proxies, as every other tool honours them
        "headers": {"User-Agent": "limner (a DVC pipeline; fetches what its manifests name, once)"},
    }
}


def local(url: str) -> Path | None:
    """The path that a url without a scheme, or with file://, means; None for every other url.

    Relative paths are relative to the project's root folder, where every stage runs.
    """
    if url.startswith("file://"):
        return Path(unquote(url.removeprefix("file://")))
    return None if "://" in url else Path(url).expanduser()


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


def copy(url: str, path: Path, archive: Path | None = None) -> None:
    """Stream the bytes of a url that is not local to `path`, in chunks.

    Args:
        url: of one file; the inner part of a chained url when `archive` is given.
        path: is overwritten.
        archive: the local copy of the archive that `url` lies in.

    Raises:
        Exception: whatever the filesystem of that protocol raises.
    """
    if archive is not None:
        protocol, _, inner = url.partition("://")
        fsspec.filesystem(protocol, fo=str(archive)).get_file(inner, str(path))
        return
    options = HTTP if url.startswith(("http://", "https://")) else {}
    filesystem, there = fsspec.core.url_to_fs(url, **options)
    filesystem.get_file(there, str(path))
