"""aiohttp as it is used here: one request after the other, without a memory or a redirect of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import ClientResponse
from yarl import URL

from limner.fetch import manners
from limner.fetch.endings import LONGEST_HEADER
from limner.fetch.manners import USER_AGENT
from limner.fetch.sockets import Connector


class Cookies:
    """What servers ask to be told again, along one request's way from redirect to redirect; no further."""

    def __init__(self) -> None:
        self._jar: aiohttp.CookieJar | None = None

    def take(self, response: ClientResponse, url: URL) -> None:
        """Those of an answer from `url`."""
        if "Set-Cookie" in response.headers:
            self._jar = self._jar if self._jar is not None else aiohttp.CookieJar(unsafe=True)  # hosts may be addresses
            self._jar.update_cookies(response.cookies, url)

    def header(self, url: URL) -> str:
        """Those that `url` may be told; empty if there are none."""
        told = self._jar.filter_cookies(url).values() if self._jar is not None else ()
        return "; ".join(f"{cookie.key}={cookie.coded_value}" for cookie in told)


class Session:
    """All connections there are. To be used in one event loop."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Nothing is asked any more."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def get(
        self, url: URL, headers: Mapping[str, str], proxy: str | None, seconds: float
    ) -> AsyncIterator[ClientResponse]:
        """One request; redirects are answers. Their bodies are as they are sent.

        Args:
            url: http or https.
            headers: besides the usual ones.
            proxy: by whose way.
            seconds: until all of the answer must be there.

        Raises:
            aiohttp.ServerTimeoutError: its head does not end: a server may say for ever that it is to come (1xx).
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=Connector(),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT},
                read_bufsize=1 << 18,
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
        timeout = aiohttp.ClientTimeout(
            total=seconds,
            connect=manners.SILENCE,  # to all its addresses, and to find them: no answer of the server's
            sock_connect=manners.CONNECT,
            sock_read=manners.SILENCE,
        )
        head = asyncio.timeout(manners.CONNECT + manners.SILENCE)
        try:
            async with head:
                response = await self._session.get(
                    url, headers=headers, allow_redirects=False, proxy=proxy, timeout=timeout
                )
        except TimeoutError as error:
            if not head.expired():
                raise
            why = f"the server's answer did not begin within {manners.CONNECT + manners.SILENCE:g} s"
            raise aiohttp.ServerTimeoutError(why) from error
        async with response:
            yield response
