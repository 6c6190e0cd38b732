"""The sockets that all hosts share: how many there may be, and which one goes where another is wanted."""

import sys
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

from limner.fetch.endings import Connection
from limner.fetch.lookups import Lookups

SOCKETS = 256
"""Connections to all hosts together, used and kept."""
SHARE = 4
"""Of so many files that a process may open they are one: a connection in another's place is there before that one is
gone, a host may be tried by two addresses at once, and what comes is written to files."""


def most() -> int:
    """How many there may be here. Some systems let a process open but 256 files."""
    if sys.platform == "win32":  # which has no such limit
        return SOCKETS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return SOCKETS if files == resource.RLIM_INFINITY else max(1, min(SOCKETS, files // SHARE))


class Connector(aiohttp.TCPConnector):
    """All connections. One that nobody uses is kept for a while, but not in the way of another; aiohttp limits only
    those that are used. To be made, and used, in one event loop."""

    def __init__(self) -> None:
        super().__init__(limit=0, resolver=Lookups())  # each host has its own limit
        kind: type[ResponseHandler] = Connection
        self._factory = partial(kind, loop=self._loop)
        self._most = most()

    async def _create_connection(self, *how: Any, **further: Any) -> ResponseHandler:
        kept = sum(map(len, self._conns.values()))
        for _ in range(min(kept, len(self._acquired) + kept - self._most)):
            self._close_oldest()
        return await super()._create_connection(*how, **further)

    def _close_oldest(self) -> None:
        """Close one of the host that has gone unasked for longest, or nearly so."""
        key, kept = next(iter(self._conns.items()))
        kept.popleft()[0].abort()
        if not kept:
            del self._conns[key]
