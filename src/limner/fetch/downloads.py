"""Downloads: verified against their sha256, kept by their content, whole or not at all."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from limner.blocks import Scrape
from limner.errors import SourceError, Unreachable
from limner.fetch import here, manners, members, sources
from limner.fetch.ahead import ahead
from limner.fetch.archives import Damaged
from limner.fetch.elsewhere import Elsewhere
from limner.fetch.hands import Hands
from limner.fetch.manners import Budget, Manners
from limner.fetch.members import Members
from limner.fetch.mirrors import mirrors
from limner.fetch.partial import NOTHING, Partial, Unfinished
from limner.fetch.scribe import Scribe
from limner.fetch.servers import servers
from limner.fetch.store import Fetched, Known, Store, verify
from limner.fetch.web import Web
from limner.files import cache_dir, sha256
from limner.progress import progress

__all__ = ["Downloads", "Fetched", "Wanted"]

AHEAD, EACH = 4096, 256
"""Files looked at before the first of them is there, and those of them that one host is asked for: rows may be sorted
by host, and one slow host is not to hold up the others."""
THREADS = 2
"""That hash and write: more of them would take Python's one lock from the thread that reads the network."""
MANY = 8
"""Files for which one of them is woken at once."""
UNTAKEN = 128
"""Files that have come and are not yet on the disk, while which nobody is asked for more: it may be slower than a
network, and they lie in memory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file: the urls to try in order, and its content's hash if that is known."""

    urls: tuple[str, ...]
    sha256: str = ""
    archive: str = ""
    """Of a member: the hash of the archive that it was listed in; empty if a row names it by hand."""


class Downloads:
    """What the manifests name, on this machine. Use it in a `with`, or `close()` it.

    A file whose hash is known and that came once never touches the network again; one whose hash is not known is
    remembered by its url. Local files stay where they are and are read anew each time; of those whose hash is known
    the store holds a copy, which is what is given, since nobody changes it meanwhile.

    Args:
        options: the section `scrape` of params.yaml.
    """

    def __init__(self, options: Scrape) -> None:
        self.mirrors = mirrors(options.mirrors)
        """By url prefix, the place that is asked first."""
        folder = cache_dir("downloads")
        self._store = Store(folder)
        self._unfinished = Unfinished(folder / "unfinished")
        self.web = Web(Manners.of(options), self._store.delays)
        self._members = Members(self._unfinished.folder, self.web.manners.max_bytes)
        self._opened: dict[str, Fetched] = {}
        self._failed: dict[tuple[str, str, str], SourceError] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._scribe = Scribe(folder, self._unfinished.folder / "landing")
        self._hands = Hands(THREADS, MANY)
        self._untaken = 0
        self._elsewhere = Elsewhere(self.web.manners, self._unfinished.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what is under way; what came of large files is kept for the next run."""
        self.web.close()
        self._scribe.close()
        self._hands.close()
        self._members.close()
        self._unfinished.close()
        self._store.close()

    def stream(self, wanted: Iterable[Wanted], total: int, again: bool = False) -> Iterator[Fetched | SourceError]:
        """Fetch many files at once; in the order of `wanted`, each the file or why there is none.

        Args:
            wanted: is read only so far ahead as is fetched.
            total: how many there are, for the progress bar.
            again: as `fetch` has it.
        """
        start, failed = time.monotonic(), 0
        with progress(total, "fetch", unit=" files") as bar:

            def landed(task: asyncio.Task[Fetched]) -> None:
                nonlocal failed
                failed += not task.cancelled() and task.exception() is not None
                rate = self.web.received / max(time.monotonic() - start, 1e-3)
                bar.set_postfix_str(f"{rate / 1e6:.1f} MB/s, {failed} failed", refresh=False)
                bar.update()

            works = ((self._waits_for(item), partial(self._fetch, item, again)) for item in wanted)
            for task in ahead(self.web.loop, works, AHEAD, EACH, landed):
                try:
                    yield task.result()
                except SourceError as error:
                    yield error

    def fetch(self, wanted: Wanted, again: bool = False) -> Fetched:
        """One file, from the store or the first of its urls and their mirrors that gives the right bytes.

        Args:
            wanted: where it is, and its hash if that is known.
            again: ask its server whether it changed, even if it is in the store. What is in the store stays what is
                given if it is pinned, or if the server does not give it any more; `note` tells.

        Raises:
            SourceError: it is not to be had; with the reason of each place.
        """
        fetched = self.web.run(self._fetch(wanted, again))
        for key in (fetched.sha256, *wanted.urls):  # members come from listed bytes; named by hand, rather from pinned
            self._opened[key] = fetched if wanted.sha256 else self._opened.get(key, fetched)
        return fetched

    def forget(self, url: str) -> None:
        """What came from `url` is of no use, but may be another time: busy servers send a page in a photo's place. Of a
        member it is its archive that may have been spoilt on its way; others of it are used until then."""
        for place in sources.mirrored(url, self.mirrors):
            self._store.forget(place)
        if link := sources.chained(url):
            self.doubt(link[1])

    def doubt(self, url: str) -> None:
        """What came from `url` may be a part of it, or spoilt: it is used until its server, asked anew, has another."""
        for place in sources.mirrored(url, self.mirrors):
            self._store.doubt(place)

    def _waits_for(self, wanted: Wanted) -> str:
        """The server that is asked first, if any is."""
        return next((name for url in wanted.urls for name in servers(url, self.mirrors)), "")

    async def _fetch(self, wanted: Wanted, again: bool = False) -> Fetched:
        async with self._alone(wanted.sha256):
            kept = await self._hands.do(self._store.find, wanted.sha256) if self._store.has(wanted.sha256) else None
            if kept and not again and not any(sources.local(url) for url in wanted.urls):
                return kept
            reasons: list[SourceError] = []
            places = [place for url in wanted.urls for place in sources.mirrored(url, self.mirrors)]
            if len(places) > 1 and not (again or wanted.sha256):  # nobody is asked for what is remembered of another
                known = await self._hands.do(self._store.remembered, places)
                places.sort(key=lambda place: place not in known and sources.local(place) is None)
            for place in places:
                try:
                    if (path := sources.local(place)) is not None:
                        own = (place, path, wanted.sha256, kept is not None, self._store, self._unfinished)
                        return await self._hands.do(here.found, *own)
                    return await self._from(place, wanted.sha256, wanted.archive, again)
                except SourceError as error:
                    reasons.append(_anew(error))
            why = "; ".join(map(str, reasons))
            if kept:
                return replace(kept, note=f"{why}: what was fetched before is used")
            raise type(reasons[-1])(why)  # not that of a mirror

    async def _from(self, url: str, expected: str, listed: str, again: bool) -> Fetched:
        """The file at one url.

        Raises:
            SourceError: it is not there, or has another hash than the expected one.
        """
        async with self._alone(url):
            known = await self._hands.do(self._store.recall, url, expected) if again or not expected else None
            if known and not (again or known.doubted):
                return replace(known.file, recalled=True)
            if (url, expected, listed) in self._failed and not again:
                raise _anew(self._failed[url, expected, listed])
            try:
                if url.startswith(("http://", "https://")):
                    return await self._from_server(url, expected, known)
                if link := sources.chained(url):
                    return await self._from_archive(url, *link, expected, listed, again)
                with self._unfinished.copy() as part:
                    await self._elsewhere.bring(url, part)
                    digest = verify(url, await self._hands.do(sha256, part), expected)
                    return await self._hands.do(self._land, url, part, expected, digest)
            except SourceError as error:
                if known and not expected:
                    return replace(known.file, note=f"{error}: what was fetched before is used")
                self._failed[url, expected, listed] = _anew(error)
                raise

    async def _from_server(self, url: str, expected: str, known: Known | None) -> Fetched:
        tries, spoilt, before = 0, set[str](), known.validator if known else None
        budget = Budget(self.web.manners.max_seconds)
        while True:
            tries += 1
            part = self._unfinished.path(url)
            coming = await self.web.download(url, part, budget, pinned=bool(expected), known=before)
            if coming is None:
                assert known is not None
                if known.doubted:  # in this run no more, unless whoever reads it does so again
                    self._store.remember(url, known.file.sha256, known.validator)
                    await self._hands.do(self._store.settle)
                return known.file
            digest = await self._take(coming, expected)
            if expected in ("", digest):
                if coming.validator != NOTHING or not expected:
                    self._store.remember(url, digest, coming.validator)
                    await self._hands.do(self._store.settle)
                return self._store.named(digest)
            wait = manners.pause(tries, 0.0)
            # The same bytes twice were not spoilt on their way.
            if digest in spoilt or tries >= self.web.manners.tries or wait > budget.left:
                verify(url, digest, expected)
            spoilt.add(digest)
            with budget:
                await asyncio.sleep(wait)

    async def _take(self, coming: Partial, expected: str) -> str:
        """Take in what came if it is the expected file; and its hash."""
        self._untaken += 1
        if self._untaken == UNTAKEN:
            self.web.hosts.open.clear()
        try:
            if coming.held and (digest := await self._scribe.land(coming.held, expected)):
                return digest
            return await self._hands.do(self._store.take, coming, expected)
        finally:
            self._untaken -= 1
            if self._untaken < UNTAKEN:
                self.web.hosts.open.set()

    async def _from_archive(self, url: str, inner: str, outer: str, expected: str, listed: str, again: bool) -> Fetched:
        """A member of an archive, which is fetched whole, once, for all its members."""
        members.check(inner)
        async with self._alone(f"archive {outer}"):
            archive = self._opened.get(listed) or self._opened.get(outer)
            if archive is None:
                archive = self._opened[outer] = await self._fetch(Wanted((outer,)), again)
        while True:
            try:
                return await self._hands.do(self._member, url, inner, archive, expected)
            except SourceError as error:
                if listed:
                    raise
                before, archive = archive, await self._newer(outer, archive)
                if archive.sha256 == before.sha256:
                    if expected or isinstance(error, Damaged):  # it may be a page in its place, or spoilt
                        await self._hands.do(self.doubt, outer)
                    raise type(error)("; ".join(filter(None, (str(error), archive.note)))) from error

    async def _newer(self, outer: str, archive: Fetched) -> Fetched:
        """What an archive is now that was of no use as it is remembered: once a run, however many members ask."""
        async with self._alone(f"archive {outer}"):
            if self._opened.setdefault(outer, archive).recalled:
                self._opened[outer] = await self._fetch(Wanted((outer,)), again=True)
            return self._opened[outer]

    def _member(self, url: str, inner: str, archive: Fetched, expected: str) -> Fetched:
        name = f"{inner}::sha256:{archive.sha256}"
        if known := self._store.recall(name, expected):
            return known.file
        with self._unfinished.copy() as part:
            try:
                self._members.copy(inner, archive.path, archive.sha256, part)
                archive.stayed()
            except SourceError as error:
                raise type(error)(f"{url}: {error}") from error
            return self._land(name, part, "", verify(url, sha256(part), expected))

    def _land(self, url: str, part: Path, expected: str, digest: str) -> Fetched:
        """Take verified bytes into the store, and remember what `fetch` will want to know of their url."""
        landed = self._store.land(part, digest)
        if not expected:
            self._store.remember(url, digest)
            self._store.settle()
        return landed

    def _alone(self, key: str) -> asyncio.Lock:
        """By which rows that name the same file wait for the first of them; what has no key is never the same."""
        return self._locks.setdefault(key, asyncio.Lock()) if key else asyncio.Lock()


def _anew(error: SourceError) -> SourceError:
    """The same in words alone: an error that was raised holds on to all that was under way, 10 KB for each file."""
    return (Unreachable if isinstance(error, Unreachable) else SourceError)(str(error))
