"""All servers that one client asks, each known by its name, and the sockets that they share."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from yarl import URL

from limner.fetch import sockets
from limner.fetch.answers import address
from limner.fetch.delays import Delays
from limner.fetch.manners import Host, Manners
from limner.fetch.servers import server


class Hosts:
    """The hosts that are asked, and whose turn it is.

    Args:
        behaviour: towards each of them.
        delays: that they asked for before.
    """

    def __init__(self, behaviour: Manners, delays: Delays) -> None:
        self._behaviour = behaviour
        self._delays = delays
        self._known: dict[str, Host] = {}
        self._doubted: set[str] = set()
        self._sockets = asyncio.Semaphore(sockets.most())
        self.open = asyncio.Event()
        """Whether any may be asked: not while more comes than is put away."""
        self.open.set()

    def of(self, url: URL) -> Host:
        """The host of a url, always the same one."""
        name = server(url)
        if name not in self._known:
            host = self._known[name] = Host(url.scheme, name, self._behaviour)
            host.doubted = name in self._doubted
            host.delay = max(host.delay, self._delays.of(name))
        return self._known[name]

    def keep_apart(self, url: str, seconds: float) -> None:
        """Let at least so many seconds pass between two requests to the host of `url`, as its robots.txt asks now: in
        this run and, where there is a memory, in all later ones, until another asks otherwise."""
        host = self.of(address(url))
        self._delays.put(host.name, seconds)
        host.delay = max(self._behaviour.delay, seconds)

    def doubt(self, names: Collection[str]) -> None:
        """Give up hosts (`host:port`) after a few failed connections: nobody would miss what they have."""
        self._doubted |= set(names)

    @asynccontextmanager
    async def turn(self, host: Host, url: URL) -> AsyncIterator[None]:
        """The host may be asked, and there is a socket to ask it by."""
        async with host.connections:
            await self.open.wait()
            await host.turn(url)
            async with self._sockets:
                yield
