"""The one HTTP client of limner: pages and files from servers that may be slow, busy, broken or hostile.

It runs in a thread of its own, so that what calls it need not know of asyncio.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Self, TypeVar

from aiohttp import ClientResponse
from yarl import URL

from limner.errors import short
from limner.fetch import answers, bodies, manners
from limner.fetch.answers import Page
from limner.fetch.daemon import in_daemon
from limner.fetch.delays import Delays
from limner.fetch.hosts import Hosts
from limner.fetch.loop import new_loop
from limner.fetch.manners import Budget, Manners, Request, WebError
from limner.fetch.partial import Partial, Validator, is_left
from limner.fetch.sessions import Cookies, Session

MOST_REDIRECTS = 10
REDIRECTS = (301, 302, 303, 307, 308)

T = TypeVar("T")


class Web:
    """Requests with manners. Use it in a `with`, or `close()` it.

    Args:
        behaviour: towards each server.
        delays: that servers asked for before; of this run alone if there are none.
    """

    def __init__(self, behaviour: Manners, delays: Delays | None = None) -> None:
        self.manners = behaviour
        self.received = 0
        """Bytes of files so far."""
        self.hosts = Hosts(behaviour, delays or Delays())
        self._session = Session()
        self.loop = new_loop()
        """Where all of it is done, in a thread of its own."""
        self._thread = threading.Thread(target=self.loop.run_forever, name="web", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what is under way, at once; what came of a file stays where it can be gone on with."""
        if not self.loop.is_closed():
            self.run(self._end())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join()
            self.loop.close()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Have `work` done in the client's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, done in the client's own thread."""
        future = self.start(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def read(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        most_bytes: int = 20_000_000,
        wanted: Callable[[Mapping[str, str]], bool] = lambda _: True,
        follow: Callable[[str], None] | None = None,
    ) -> Page:
        """One page, or another answer that fits into memory.

        Args:
            url: http or https.
            params: are added to its query.
            most_bytes: of the body, unpacked.
            wanted: by the headers of the answer, whether its body is; it is empty otherwise.
            follow: called with where a redirect leads before it is followed, in another thread; it may raise.

        Raises:
            WebError: there is no such page, the server does not answer, or the body is larger.
        """
        address = answers.address(url)
        address = address.update_query(params) if params else address
        budget = Budget(self.manners.max_seconds)
        return self.run(self._persist(address, lambda: self._page(address, most_bytes, wanted, follow, budget), budget))

    async def download(
        self,
        url: str,
        part: Path | str,
        budget: Budget | None = None,
        *,
        pinned: bool = False,
        known: Validator | None = None,
    ) -> Partial | None:
        """One file, gone on with where an earlier try or run left it; for what runs in the client's own thread.

        What came before a failure stays, unless the server said of this very file that it is worth nothing
        (`_transfer`): an earlier run may have left most of it, and its host may not even have been asked.

        Args:
            url: http or https.
            part: where its bytes may be kept on their way; nobody else may write there.
            budget: what is left of its time; all of it if there is none.
            pinned: its hash is known: what is at `part` is gone on with even if the server names no version.
            known: the version that is already here.

        Returns:
            all of its bytes, to be landed or discarded; None if the version is still `known`.

        Raises:
            WebError: the server does not give it, not in time, or it is too large.
        """
        address = answers.address(url)
        budget = budget or Budget(self.manners.max_seconds)
        coming = await in_daemon(Partial, part, pinned) if is_left(part) else Partial(part, pinned)
        if pinned and coming.size == coming.total:  # a run was killed just then; its hash will tell
            return coming
        try:
            changed = await self._persist(
                address, lambda: self._transfer(address, coming, known, budget), budget, lambda: coming.size
            )
        except BaseException:
            coming.keep()
            raise
        return coming if changed else None

    async def _end(self) -> None:
        while others := asyncio.all_tasks() - {asyncio.current_task()}:  # one that ends well may have begun another
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await self._session.close()

    async def _persist(
        self, url: URL, attempt: Callable[[], Awaitable[T]], budget: Budget, size: Callable[[], int] = lambda: 0
    ) -> T:
        """Try again while the failure may pass and there is time. A try that brought further bytes is none."""
        tries, most = 0, size()
        while True:
            try:
                return await attempt()
            except WebError as error:
                if not error.passing:
                    raise
                failure = error
            except TimeoutError:
                why = f"the server was not done within {budget.all:g} s (scrape.max_seconds)"
                raise self.hosts.of(url).failure(url, why) from None
            tries = 1 if size() > most else tries + 1
            most = max(most, size())
            wait = manners.pause(tries, failure.wait)
            if tries >= self.manners.tries:
                raise failure
            if wait > budget.left:
                asked = f", and the server asks to wait {failure.wait:.0f} s" if failure.wait else ""
                left = f"the {budget.all:g} s of scrape.max_seconds do not allow another try"
                raise type(failure)(f"{failure}{asked}: {left}", status=failure.status, passing=True)
            with budget:
                await asyncio.sleep(wait)

    async def _ask(
        self,
        url: URL,
        headers: Mapping[str, str],
        budget: Budget,
        take: Callable[[ClientResponse, Request, Sequence[URL]], Awaitable[T]],
        follow: Callable[[str], None] | None = None,
    ) -> T:
        """What `take` makes of the answer and of the urls to it, each of them a request with its own host's manners."""
        way, cookies, told, asked = [url], Cookies(), "", {(url, "")}
        while len(way) <= MOST_REDIRECTS + 1:
            host = self.hosts.of(way[-1])
            async with self.hosts.turn(host, way[-1]):
                with budget, answers.in_words(host, way[-1]) as request:
                    seconds = max(budget.left, 0.001)
                    sent = {**headers, "Cookie": told} if told else headers
                    async with self._session.get(way[-1], sent, host.proxy, seconds) as response:
                        host.answered()
                        if response.status not in REDIRECTS or "Location" not in response.headers:
                            busy = response.status in manners.PUTS_OFF
                            wanted = manners.retry_after(response.headers.get("Retry-After")) if busy else 0.0
                            if wanted or response.status == 429:
                                host.rest(wanted, budget.left, response.status)
                            else:
                                host.gave()
                            taken = await take(response, request, way)
                            host.done()
                            return taken
                        cookies.take(response, way[-1])
                        way.append(answers.onward(url, way[-1], response.headers["Location"]))
                        if self.hosts.of(way[-1]) is not host:  # else it has yet to give what it was asked for
                            host.gave()
                            host.done()
            told = cookies.header(way[-1])
            if (way[-1], told) in asked:
                circle = " to ".join(short(str(there)) for there in way[:4])
                raise WebError(f"{url}: the server redirects in a circle, by {circle}")
            asked.add((way[-1], told))
            if follow:
                await in_daemon(follow, str(way[-1]))
        raise WebError(f"{url}: the server redirects more than {MOST_REDIRECTS} times")

    async def _page(
        self,
        url: URL,
        most_bytes: int,
        wanted: Callable[[Mapping[str, str]], bool],
        follow: Callable[[str], None] | None,
        budget: Budget,
    ) -> Page:
        async def take(response: ClientResponse, request: Request, _: Sequence[URL]) -> Page:
            answers.refuse_unless(response.status == 200, url, response)
            body = bytearray()
            if not wanted(response.headers):
                return Page(str(response.url), response.headers, b"")
            async for chunk in bodies.body(response, bodies.codings(response)):
                body += chunk
                request.brought(len(chunk), kept=False)
                if len(body) > most_bytes:
                    raise WebError(f"{url}: it is larger than {most_bytes / 1e6:g} MB")
            return Page(str(response.url), response.headers, bytes(body))

        return await self._ask(url, {"Accept-Encoding": bodies.READ}, budget, take, follow)

    async def _transfer(self, url: URL, coming: Partial, known: Validator | None, budget: Budget) -> bool:
        """Bring what `coming` lacks; False if the server says that the file is still `known`."""

        async def take(response: ClientResponse, request: Request, way: Sequence[URL]) -> bool:
            if response.status == 304 and known is not None:
                return False
            most, packed = self.manners.max_bytes, bodies.codings(response)
            if packed and answers.itself_packed(way):
                packed = []
            end = answers.goes_on(response, coming) if coming.size and not packed else 0
            if response.status in (206, 416) and not end:
                coming.discard()
                raise WebError(f"{url}: the server gives another part of the file than the one asked for", passing=True)
            if response.status in answers.GONE:
                coming.discard()
            answers.refuse_unless(response.status in (200, 206), url, response)
            if response.status == 200:
                total = None if packed else response.content_length
                coming.begin(Validator.of(response.headers), total, resumable=not packed)
            if coming.size + (response.content_length or 0) > most:
                coming.discard()
                raise WebError(f"{url}: it is larger than {most / 1e6:g} MB (scrape.max_megabytes)")
            first = b""
            async for chunk in bodies.body(response, packed):
                first += chunk[: answers.HEAD - len(first)]
                coming.add(chunk)
                request.brought(len(chunk), coming.resumable)
                self.received += len(chunk)
                if coming.size > most:
                    coming.discard()
                    raise WebError(f"{url}: it does not end within {most / 1e6:g} MB (scrape.max_megabytes)")
            if not end and (instead := answers.stands_in(first)):
                coming.discard()
                raise WebError(f"{url}: the server gives {instead} in place of the file", passing=True)
            if end and coming.size > end:
                coming.discard()
            if end and coming.size != end:
                raise WebError(f"{url}: the server gave another part of the file than the one it named", passing=True)
            return True

        return await self._ask(url, answers.conditions(coming, known), budget, take)
