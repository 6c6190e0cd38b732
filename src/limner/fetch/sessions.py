"""aiohttp as it is used here: one request after the other, without a limit, a memory or a redirect of its own."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import aiohttp
from aiohttp import ClientResponse
from yarl import URL

from limner.fetch import manners
from limner.fetch.manners import USER_AGENT

LONGEST_HEADER = 1 << 16
"""Bytes of one line of an answer's head: what a page may load takes many a site more than aiohttp's 8190."""


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


class Sessions:
    """One for bodies as they were before they were packed for their way, and one for them as they are sent. Both share
    their connections. To be used in one event loop."""

    def __init__(self) -> None:
        self._connector: aiohttp.TCPConnector | None = None
        self._by_packed: dict[bool, aiohttp.ClientSession] = {}

    async def close(self) -> None:
        """Nothing is asked any more."""
        for session in self._by_packed.values():
            await session.close()
        if self._connector is not None:
            await self._connector.close()

    def get(
        self, url: URL, headers: Mapping[str, str], proxy: str | None, seconds: float, packed: bool
    ) -> AbstractAsyncContextManager[ClientResponse]:
        """One request; redirects are answers.

        Args:
            url: http or https.
            headers: besides the usual ones.
            proxy: by whose way.
            seconds: until all of the answer must be there.
            packed: leave its body as it is sent.
        """
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(limit=0)  # each host has its own limit
        if packed not in self._by_packed:
            self._by_packed[packed] = aiohttp.ClientSession(
                connector=self._connector,
                connector_owner=False,
                auto_decompress=not packed,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": USER_AGENT},
                read_bufsize=1 << 18,
                max_line_size=LONGEST_HEADER,
                max_field_size=LONGEST_HEADER,
            )
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=manners.CONNECT, sock_read=manners.SILENCE)
        return self._by_packed[packed].get(url, headers=headers, allow_redirects=False, proxy=proxy, timeout=timeout)
