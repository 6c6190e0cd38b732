"""What is said in HTTP: urls and redirects, pages, conditions and ranges, statuses and failures in words."""

import codecs
import os
import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import aiohttp
from yarl import URL

from limner.errors import short
from limner.fetch import manners
from limner.fetch.manners import Host, NoAnswer, Request, WebError
from limner.fetch.partial import Partial, Validator
from limner.fetch.urls import as_it_is

CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_:.-]+)""", re.IGNORECASE)
CHARSETS = re.compile(
    r"ascii|utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp(125\d|866|874|932|949)|koi8-[ru]|mac-(cyrillic|roman)|tis-620|"
    r"gb2312|gbk|gb18030|big5(hkscs)?|euc_(jp|kr)|iso2022_jp|shift_jis"
)
"""Those of web pages (the WHATWG's), as Python calls them. It knows others too: punycode takes hours for some MB."""
ALIKE = {
    **dict.fromkeys(("ascii", "iso8859-1"), "cp1252"),
    **{"iso8859-9": "cp1254", "tis-620": "cp874", "gb2312": "gbk", "euc_kr": "cp949", "shift_jis": "cp932"},
}
"""Charsets that browsers take for others, of which they are a part but for characters that no page has."""
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
"""Byte order marks."""
PACKED = (".gz", ".tgz", ".gzip")
"""Endings of files of which servers say that they are packed on their way, when the file itself is."""
HEAD = 512
"""The first bytes of a file, by which a page is known that stands in its place."""
PAGE = re.compile(
    rb"(?is)(?:\xef\xbb\xbf)?(?>\s*(?:<\?xml.*?\?>|<!--.*?-->))*+\s*<(?:!doctype\s+html|html|head|body)\b"
)
"""How a web page begins. Comments are taken whole: of many, how they could be taken otherwise has no end."""
GONE = (404, 410, 451)
"""Statuses that speak of the file: it is not to be had. Others speak of who asks, and how, or of the server."""


@dataclass(frozen=True)
class Page:
    """The whole answer to one request."""

    url: str
    """Where it came from in the end, after redirects."""
    headers: Mapping[str, str]
    """Their names may be asked for in any case of letters."""
    body: bytes

    @property
    def text(self) -> str:
        """The body in the charset that its byte order mark tells, or that the header, or a <meta> in the page, names;
        UTF-8 otherwise."""
        said = re.search(r"charset\s*=\s*[\"']?([\w:.-]+)", self.headers.get("Content-Type", ""))
        within = CHARSET.search(self.body[:2048])
        name = said[1] if said else within[1].decode("ascii") if within else "utf-8"
        marked = next((charset for mark, charset in MARKS.items() if self.body.startswith(mark)), "")
        return self.body.decode(marked or _charset(name), errors="replace").removeprefix("\ufeff")


def _charset(name: str) -> str:
    """The codec of a charset, of which Python has further names; UTF-8 for one that no web page is written in."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        return "utf-8"
    return ALIKE.get(known, known) if CHARSETS.fullmatch(known) else "utf-8"


def address(url: str) -> URL:
    """The url of a server.

    Raises:
        WebError: it is none.
    """
    try:
        parsed = as_it_is(url)
        fine = parsed.scheme in ("http", "https") and parsed.host
    except ValueError as error:
        raise WebError(f"{url}: it is no url of a server: {error}") from error
    if not fine:
        raise WebError(f"{url}: it is no url of a server; allowed: http://host/..., https://host/...")
    return parsed


def onward(url: URL, here: URL, location: str) -> URL:
    """Where a redirect leads.

    Raises:
        WebError: away from http and https, or nowhere.
    """
    try:
        there = here.join(as_it_is(location))
        fine = there.scheme in ("http", "https") and there.host
    except ValueError as error:
        why = f"the server redirects to {short(location)!r}, which is no url: {short(str(error))}"
        raise WebError(f"{url}: {why}") from error
    if not fine:
        raise WebError(f"{url}: the server redirects to {short(location)!r}; only http and https are followed")
    return there.with_fragment(None)


def conditions(coming: Partial, known: Validator | None) -> dict[str, str]:
    """The headers that ask for the rest of what is coming, or for what is not known yet."""
    headers = {"Accept-Encoding": "identity"}  # lengths and ranges are then those of the file itself
    if coming.size and coming.resumable:
        headers["Range"] = f"bytes={coming.size}-"
        if coming.validator.condition:
            headers["If-Range"] = coming.validator.condition
    elif known is not None:
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.modified:
            headers["If-Modified-Since"] = known.modified
    return headers


def goes_on(response: aiohttp.ClientResponse, coming: Partial) -> int:
    """Where a part of a file ends, in bytes of the whole, if it is the one that was asked for, of the same version:
    all the rest. 0 otherwise."""
    found = re.fullmatch(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", response.headers.get("Content-Range", ""))
    if response.status != 206 or found is None or int(found[1]) != coming.size:
        return 0
    now, then, end = Validator.of(response.headers), coming.validator, int(found[2]) + 1
    same = (now.etag or then.etag) == then.etag and (now.modified or then.modified) == then.modified
    return end if same and found[3] in ("*", str(end)) and coming.total in (None, end) else 0


def itself_packed(way: Iterable[URL]) -> bool:
    """Whether the file behind these urls is a packed one by its name, which any of them may hold, in its query too."""
    names = (name for url in way for name in (url.path, *url.query.values()))
    return any(name.lower().endswith(PACKED) for name in names)


def stands_in(first: bytes) -> str:
    """What a server sends in place of a file, as busy ones do and say that all is fine; empty if it is no such thing.

    Args:
        first: the first `HEAD` bytes, or all.
    """
    return "nothing (0 bytes)" if not first else "a web page (HTML)" if PAGE.match(first) else ""


def refuse_unless(fine: bool, url: URL, response: aiohttp.ClientResponse) -> None:
    """End with what the server says instead of giving what it was asked for.

    Raises:
        WebError: unless all is fine.
    """
    if not fine:
        status = response.status
        passing = status in (408, 425, 429) or (status >= 500 and status not in (501, 505))
        wait = manners.retry_after(response.headers.get("Retry-After"))
        why = f"{url}: the server answers {status} {short(readable(response.reason or ''))}".rstrip()
        raise WebError(why, status=status, passing=passing, wait=wait)


def readable(said: str) -> str:
    """What stands in the head of an answer: aiohttp leaves halves of characters where it is not written in UTF-8."""
    try:
        said.encode()
        return said
    except UnicodeEncodeError:  # then it is Latin-1, which browsers take for Windows' own
        return said.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


@contextmanager
def in_words(host: Host, url: URL) -> Iterator[Request]:
    """A request to `host`, of which is said how it failed; the host learns of it too.

    Raises:
        WebError: it failed.
        TimeoutError: the time of its file was over.
    """
    request = Request(host)
    try:
        yield request
    except WebError:
        host.done()
        raise
    except aiohttp.ClientConnectorCertificateError as error:  # the host is there, and shows the same one again
        host.answered()
        host.done()
        raise WebError(f"{url}: {reason(error)}") from error
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        host.unreachable(reason(error))
        unknown = isinstance(error, aiohttp.ClientConnectorDNSError) and error.os_error.errno != socket.EAI_AGAIN
        raise NoAnswer(f"{url}: {reason(error)}", passing=host.known or not unknown) from error
    except (aiohttp.InvalidURL, UnicodeError) as error:  # of a host that no resolver can be asked for
        raise WebError(f"{url}: it is no url of a server") from error
    except aiohttp.ServerTimeoutError as error:
        request.stalled()
        raise host.failure(url, reason(error)) from error
    except TimeoutError:
        request.stalled()
        raise
    except (aiohttp.ClientError, ConnectionError) as error:
        raise host.failure(url, reason(error)) from error


def reason(error: Exception) -> str:
    """A failed request in words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"the host {error.host} is not known here; is there a network?"
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate of {error.host} cannot be trusted: {error.certificate_error}"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port}: {_system(error.os_error)}"
        case aiohttp.ConnectionTimeoutError():
            return "no connection came about in time"
        case aiohttp.SocketTimeoutError():
            return f"the server sent nothing for {manners.SILENCE:g} s"
        case aiohttp.ServerTimeoutError():  # our own
            return str(error)
        case aiohttp.ClientPayloadError():
            return "the server ended before the whole file had come"
        case aiohttp.ServerDisconnectedError() | ConnectionError():
            return "the server closed the connection"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy answers {error.status}"
        case aiohttp.ClientResponseError():  # what aiohttp says of it may hold all that came
            return "what the server sends is no HTTP"
        case aiohttp.ClientOSError():
            return f"the connection broke: {_system(error)}"
        case _:
            return f"the request failed ({type(error).__name__})"


def _system(error: OSError) -> str:
    """What the system says; Python's own text names the address again. TLS and resolvers have numbers of their own."""
    if not error.errno or isinstance(error, ssl.SSLError | socket.gaierror):
        return error.strerror or str(error)
    return os.strerror(error.errno)
