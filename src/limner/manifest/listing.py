"""What a folder, or a pattern, of one of fsspec's filesystems holds, whatever its server says."""

import asyncio
import time

import fsspec
import psutil

from limner.errors import SourceError
from limner.fetch.archives import Member
from limner.fetch.daemon import in_daemon
from limner.scrape import expand

MEMORY = 2 * 10**9
"""Bytes by which this process may grow meanwhile: filesystems gather all that a server says before they give any."""
LOOK = 0.2
"""Seconds from one look at that to the next."""


def files(url: str, seconds: float) -> list[Member]:
    """The files there, sorted by name.

    Args:
        url: of a folder, a pattern or a file.
        seconds: that it may take (scrape.max_seconds).

    Raises:
        SourceError: they cannot be listed, or that takes too long, or too much memory.
    """
    return asyncio.run(_watched(url, seconds))


async def _watched(url: str, seconds: float) -> list[Member]:
    """Nobody waits any more for a listing that is given up: it ends with the process."""
    process = psutil.Process()
    start, until = process.memory_info().rss, time.monotonic() + seconds
    listing = asyncio.ensure_future(in_daemon(_files, url))
    while not listing.done():
        await asyncio.wait([listing], timeout=LOOK)
        if not listing.done() and time.monotonic() > until:
            raise SourceError(f"{url}: to list it takes more than {seconds:g} s (scrape.max_seconds)")
        if process.memory_info().rss - start > MEMORY:
            raise SourceError(f"{url}: to list it takes more than {MEMORY / 1e9:g} GB of memory")
    return listing.result()


def _files(url: str) -> list[Member]:
    try:
        filesystem, there = fsspec.core.url_to_fs(url)
        if "*" in there:
            names = filesystem.glob(there)
        elif filesystem.isdir(there):
            names = [entry["name"] for entry in filesystem.ls(there, detail=True) if entry["type"] == "file"]
        else:
            names = [there]
        base = there.partition("*")[0].rpartition("/")[0]
        urls = {name: _whole(url, there, name, filesystem) for name in sorted(names)}
        return [expand.named(name.removeprefix(f"{base}/"), whole) for name, whole in urls.items()]
    except SourceError:
        raise
    except Exception as error:  # each of fsspec's backends has errors of its own
        raise SourceError(f"{url}: {error} ({type(error).__name__})") from error


def _whole(url: str, there: str, name: str, filesystem: fsspec.AbstractFileSystem) -> str:
    """The url of a file that was found by listing `url`, which the filesystem calls `there`: with the host, user and
    branch that some filesystems leave out of their own."""
    path = there.strip("/")
    bare = url.rstrip("/") if path else f"{url.removesuffix('/')}/"
    if bare.endswith(f"/{path}"):
        return bare.removesuffix(path) + name.lstrip("/")
    return str(filesystem.unstrip_protocol(name))
