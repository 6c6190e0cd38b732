"""The bodies of answers as they come: soon enough, as they were before they were packed for their way, and whole.

aiohttp would unpack them too, but takes one that breaks off for all of it.
"""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from yarl import URL

from limner.fetch import manners
from limner.fetch.manners import WebError

READ = "gzip, deflate"
"""What is asked for where a body may be packed."""
GZIP = ("gzip", "x-gzip")
UNREAD = ("br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm")
"""The other codings that there are (IANA's). What else is named, such as none or utf-8, is no way to pack a body."""
CODINGS = frozenset((*GZIP, "deflate", *UNREAD))
PIECE = 1 << 18
"""Bytes that are unpacked at once: a little that is sent may be a lot."""
MOST_LAYERS, MOST_EMPTY = 2, 100
"""Codings one over the other, and streams that hold nothing one behind the other: more of them is malice."""


def codings(response: aiohttp.ClientResponse) -> list[str]:
    """In which a body is packed, in their order; its lengths are not those of the file then."""
    named = ",".join(response.headers.getall("Content-Encoding", ())).lower()
    return [coding for name in named.split(",") if (coding := name.strip()) in CODINGS] if named else []


def body(response: aiohttp.ClientResponse, packed: list[str]) -> AsyncIterator[bytes]:
    """The body of an answer, whose `codings` are taken off.

    Raises:
        aiohttp.ClientPayloadError: it broke off.
        aiohttp.ServerTimeoutError: it comes too slowly.
        WebError: it is packed otherwise than it says, or in a way that is not read here.
    """
    if unread := next((coding for coding in packed if coding in UNREAD), ""):
        raise WebError(f"{response.url}: the server sends it packed by {unread}; what limner unpacks: {READ}")
    if len(packed) > MOST_LAYERS:
        raise WebError(f"{response.url}: the server sends it packed {len(packed)} times over")
    pieces = _as_sent(response)
    for coding in reversed(packed):
        pieces = _unpacked(pieces, coding, response.url)
    return pieces


async def _as_sent(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    since, size = time.monotonic(), 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if (seconds := time.monotonic() - since) > manners.SILENCE:
            if size < manners.LEAST * seconds:
                raise aiohttp.ServerTimeoutError(f"the server sent but {size} bytes in {seconds:.0f} s")
            since, size = time.monotonic(), 0
        yield chunk


async def _unpacked(packed: AsyncIterator[bytes], coding: str, url: URL) -> AsyncIterator[bytes]:
    stream: Any = None
    empty = 0
    async for rest in packed:
        full = False
        while rest or full:
            if stream is None or (stream.eof and coding in GZIP and rest[:1] == b"\x1f"):  # several make a whole
                stream = zlib.decompressobj(_window(coding, rest))
            elif stream.eof:  # what stands behind its end is no part of it
                break
            try:
                piece = stream.decompress(rest, PIECE)
            except zlib.error as error:
                raise WebError(f"{url}: what the server sends is not {coding}, as it says", passing=True) from error
            if piece:
                empty = 0
                yield piece
            elif stream.eof and (empty := empty + 1) > MOST_EMPTY:
                raise WebError(f"{url}: the server sends nothing, packed again and again")
            full = len(piece) == PIECE and not stream.eof
            rest = stream.unused_data if stream.eof else stream.unconsumed_tail
            if full:
                await asyncio.sleep(0)  # others have waited
    if stream is not None and not stream.eof:
        raise aiohttp.ClientPayloadError


def _window(coding: str, first: bytes) -> int:
    """What zlib is told of a stream; some servers leave out the head of deflate's."""
    if coding in GZIP:
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if first[0] & 0xF == zlib.DEFLATED else -zlib.MAX_WBITS
