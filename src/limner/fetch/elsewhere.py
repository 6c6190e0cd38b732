"""Files by way of fsspec, whose filesystems block, each in its own way and with errors of its own."""

import asyncio
import time
from itertools import count
from pathlib import Path

import fsspec

import limner.fetch.pypi  # noqa: F401  registers pypi://
from limner.errors import SourceError, short
from limner.fetch import backends, limits, manners
from limner.fetch.daemon import in_daemon
from limner.fetch.manners import Budget, Manners

COPIES = 8
"""Files that come at the same time, each in a thread."""
CHUNK = 1 << 18
TICK = 0.005
"""Seconds by which a time may be over early: event loops count in thousandths."""


class Elsewhere:
    """What neither this machine, nor an archive, nor an HTTP server has.

    Args:
        behaviour: towards each of them.
        work: a folder for what comes on the way.
    """

    def __init__(self, behaviour: Manners, work: Path) -> None:
        self._behaviour = behaviour
        self._work = work
        self._copies = asyncio.Semaphore(COPIES)

    async def bring(self, url: str, path: Path) -> None:
        """Write the bytes of a url to `path`.

        Raises:
            SourceError: they cannot be had, are too many, or take too long.
            OSError: this machine takes no more.
        """
        budget = Budget(self._behaviour.max_seconds)
        async with self._copies:
            for tries in count(1):
                try:
                    with budget:
                        await asyncio.wait_for(in_daemon(self._copy, url, path, budget.left), budget.left)
                    return
                except SourceError:
                    raise
                except Exception as error:  # each filesystem has errors of its own, some after a time of its own
                    if isinstance(error, TimeoutError) and budget.left < TICK:
                        raise self._late(url) from error
                    limits.pass_on(error)
                    wait = manners.pause(tries, 0.0)
                    passing = isinstance(error, ConnectionError | TimeoutError) and wait < budget.left
                    if tries >= self._behaviour.tries or not passing:
                        raise SourceError(f"{url}: {reason(error)}") from error
                with budget:
                    await asyncio.sleep(wait)

    def _copy(self, url: str, path: Path, seconds: float) -> None:
        """Stream them to `path`. It may be that nobody waits any more when that ends."""
        backends.require(url)
        most, until, size = self._behaviour.max_bytes, time.monotonic() + seconds, 0
        how = {"work": str(self._work), "max_seconds": self._behaviour.max_seconds} if url.startswith("pypi:") else {}
        filesystem, there = fsspec.core.url_to_fs(url, **how)
        with filesystem.open(there, "rb") as stream, path.open("wb") as out:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > most:
                    raise SourceError(f"{url}: it is larger than {most / 1e6:g} MB (scrape.max_megabytes)")
                if time.monotonic() > until:
                    raise self._late(url)
                out.write(chunk)

    def _late(self, url: str) -> SourceError:
        return SourceError(f"{url}: it did not come within {self._behaviour.max_seconds:g} s (scrape.max_seconds)")


def reason(error: Exception) -> str:
    """An error of a filesystem in words."""
    said = short(str(error), manners.MOST_TOLD)
    if isinstance(error, FileNotFoundError) and " " not in said:
        return "there is no such file"
    if isinstance(error, ImportError):  # fsspec says which package is to be installed
        return said
    return f"{said} ({type(error).__name__})" if said else type(error).__name__
