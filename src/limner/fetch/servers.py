"""Servers by name: `host:port`, whoever asks them for what."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from yarl import URL

from limner.fetch.answers import address
from limner.fetch.manners import WebError
from limner.fetch.sources import chained, mirrored


def server(url: URL) -> str:
    """The name of the server of a url."""
    return f"{url.host_subcomponent}:{url.port}".lower()


def servers(url: str, mirrors: Mapping[str, str]) -> Iterator[str]:
    """Those that are asked for a url or, of a member, for its archive, in order; none of what lies elsewhere."""
    link = chained(url)
    for place in mirrored(link[1] if link else url, mirrors):
        if place.startswith(("http://", "https://")):
            with suppress(WebError):  # which fetching it tells
                yield server(address(place))
