"""Downloads: verified against their sha256, kept by their content, whole or not at all."""

import asyncio
import errno
import hashlib
import shutil
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import fsspec.asyn

from limner.errors import LimnerError, SourceError
from limner.files import cache_dir, sha256, whole
from limner.progress import progress
from limner.scrape import sources

AT_ONCE = 8
"""Fetches under way at the same time."""
PAUSES = (1.0, 4.0)
"""Seconds to wait before asking again after an error that may pass."""
ABANDONED = 3600
"""Seconds after which nobody writes to a partial file any more."""


@dataclass(frozen=True)
class Wanted:
    """One file: the urls to try in order, and its content's hash if that is known."""

    urls: tuple[str, ...]
    sha256: str = ""


@dataclass(frozen=True)
class Fetched:
    """A whole file on this machine, and the hash of its bytes."""

    path: Path
    sha256: str


class Downloads:
    """The store of downloads in limner's cache: one file a content, named by its sha256.

    Local files stay where they are and are read anew each time. A file whose hash is known never
    touches the network again; one whose hash is not known is remembered by its url.
    """

    def __init__(self, mirrors: Mapping[str, str]) -> None:
        self._mirrors = mirrors
        self._folder = cache_dir("downloads")
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._stopping = threading.Event()
        for part in (*self._folder.glob(".part-*"), *cache_dir("pypi").glob(".part-*")):  # of runs that were killed
            if time.time() - part.stat().st_mtime > ABANDONED:
                shutil.rmtree(part, ignore_errors=True)

    def fetch_all(self, wanted: Sequence[Wanted]) -> list[Fetched | SourceError]:
        """Fetch several files at once; in the order of `wanted`, each the file or why there is none."""

        def fetch(item: Wanted) -> Fetched | SourceError:
            try:
                return self.fetch(item)
            except SourceError as error:
                return error

        pool = ThreadPoolExecutor(AT_ONCE)
        try:
            with progress(len(wanted), "fetch") as bar:
                fetched = []
                for one in pool.map(fetch, wanted):
                    fetched.append(one)
                    bar.update()
            return fetched
        except BaseException:
            self._stop()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def fetch(self, wanted: Wanted) -> Fetched:
        """One file, from the store or the first of its urls and their mirrors that gives the right bytes.

        Raises:
            SourceError: none does; with the reason of each.
        """
        if wanted.sha256:
            kept = self._folder / wanted.sha256
            if kept.is_file() and sha256(kept) == wanted.sha256:
                return Fetched(kept, wanted.sha256)
        reasons = []
        for place in (place for url in wanted.urls for place in sources.mirrored(url, self._mirrors)):
            try:
                return self._from(place, wanted.sha256)
            except SourceError as error:
                reasons.append(str(error))
        raise SourceError("; ".join(reasons))

    def _from(self, url: str, expected: str) -> Fetched:
        path = sources.local(url)
        if path is not None:
            if not path.is_file():
                raise SourceError(f"{url} is {'a folder' if path.is_dir() else 'not there'}")
            return _verified(url, Fetched(path, sha256(path)), expected)
        link = sources.chained(url)
        if link is not None:  # the archive is fetched whole, once, for all its members
            return self._download(url, link[0], expected, self.fetch(Wanted((link[1],))).path)
        with self._locks[url]:
            note = self._folder / "urls" / hashlib.sha256(url.encode()).hexdigest()
            if not expected and note.is_file():
                digest = note.read_text(encoding="ascii")
                kept = self._folder / digest
                if kept.is_file() and sha256(kept) == digest:
                    return Fetched(kept, digest)
            fetched = self._download(url, url, expected)
            if not expected:
                with whole(note) as part:
                    part.write_text(fetched.sha256, encoding="ascii")
            return fetched

    def _download(self, url: str, place: str, expected: str, archive: Path | None = None) -> Fetched:
        """Copy `place` into the store under its hash; only right and whole bytes get that name."""
        with tempfile.TemporaryDirectory(prefix=".part-", dir=self._folder) as work:
            part = Path(work) / "file"
            self._copy(url, place, part, archive)
            fetched = _verified(url, Fetched(part, sha256(part)), expected)
            kept = self._folder / fetched.sha256
            part.replace(kept)
        return Fetched(kept, fetched.sha256)

    def _copy(self, url: str, place: str, part: Path, archive: Path | None) -> None:
        for pause in (*PAUSES, None):
            try:
                sources.copy(place, part, archive)
                failure = None
            except LimnerError:
                raise
            except Exception as error:  # each of fsspec's backends has errors of its own
                failure = error
            if self._stopping.is_set():  # a cancelled copy ends without an error and is not whole
                raise SourceError(f"{url} was interrupted")
            if failure is None:
                return
            if pause is None or not _may_pass(failure):
                raise SourceError(f"{url}: {_reason(failure)}") from failure
            self._stopping.wait(pause)

    def _stop(self) -> None:
        """End the transfers under way: a process that was interrupted must not wait for them."""
        self._stopping.set()
        loop = fsspec.asyn.get_loop()
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])


def _verified(url: str, fetched: Fetched, expected: str) -> Fetched:
    """`fetched` itself.

    Raises:
        SourceError: its bytes are not the expected ones.
    """
    if expected and fetched.sha256 != expected:
        raise SourceError(f"{url} has the sha256 {fetched.sha256}, but {expected} is expected: it is another file")
    return fetched


def _may_pass(error: Exception) -> bool:
    """Whether asking again may help: a busy or failing server, a timeout, a connection cut off."""
    if isinstance(error, aiohttp.ClientResponseError):
        return error.status == 429 or error.status >= 500
    if isinstance(error, OSError) and error.errno in (errno.ECONNRESET, errno.EPIPE):
        return True
    return isinstance(error, (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, TimeoutError))


def _reason(error: Exception) -> str:
    """An error of a filesystem in words."""
    match error:
        case aiohttp.ClientResponseError():
            return f"the server answers {error.status} {error.message}".strip()
        case aiohttp.ClientPayloadError():
            return "the server ended before the whole file had come"
        case aiohttp.ServerTimeoutError() | TimeoutError():
            return "the server does not answer in time"
        case aiohttp.ClientConnectorDNSError():
            return f"the host {error.host} is not known here; is there a network?"
        case FileNotFoundError():
            said = str(error)
            return said if " " in said else "there is no such file (404)"
        case _:
            return f"{error} ({type(error).__name__})" if str(error) else type(error).__name__
