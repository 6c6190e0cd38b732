"""The addresses of hosts, looked up by the system, for none of which another host waits."""

import asyncio
import socket
import sys

from aiohttp.abc import AbstractResolver, ResolveResult

from limner.fetch.daemon import in_daemon

LOOKUPS = 512
"""Hosts that are looked up at once: twice as many as are asked at once, since the system may go on looking when nobody
waits any more. Event loops and executors have a few threads for it, which a few dead nameservers hold for minutes."""
FLAGS = 0 if sys.platform == "win32" else socket.AI_ADDRCONFIG & getattr(socket, "AI_MASK", ~0)
"""No addresses of a kind that this machine has no way to; Windows would not know itself by them without a network."""
NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class Lookups(AbstractResolver):
    """The system's resolver, in threads of its own. To be used in one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """All addresses of a host.

        Raises:
            OSError: it has none, or none is known for now.
        """
        async with self._free:
            try:
                return await in_daemon(_addresses, host, port, family)
            except RuntimeError as error:  # the system gives no more threads, for now
                raise socket.gaierror(socket.EAI_AGAIN, str(error)) from error

    async def close(self) -> None:
        """What is looked up still ends by itself."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found: list[ResolveResult] = []
    for kind, _, proto, _, address in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=FLAGS):
        # Of an address of this link alone, its number names the link too.
        name = socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0]
        found.append(ResolveResult(hostname=host, host=name, port=port, family=kind, proto=proto, flags=NUMERIC))
    return found
