"""Where an answer ends, as the connection sees that it comes by.

aiohttp takes an answer that broke off for a whole one where nothing says how long it is, waits for the rest of one
whose chunks are broken, and throws a whole one away where more follows it in the same read. Here it is as curl has it.
"""

import re
from contextlib import suppress

from aiohttp import ClientPayloadError
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import EMPTY_BODY_STATUS_CODES
from aiohttp.http import HttpResponseParser
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD

LONGEST_HEADER = 1 << 16
"""Bytes of one line of an answer's head: what a page may load takes many a site more than aiohttp's 8190."""
HEAD = re.compile(rb"(?s)HTTP/.*?\r?\n\r?\n")


class Connection(ResponseHandler):
    """One connection to a server, and the answers that come by it, one after the other."""

    _read = b""
    """What is just coming."""
    _ended = False
    """Whether the server ended it: TCP or, where it is used, TLS (RFC 9112, 9.8), which uvloop tells apart."""

    def data_received(self, data: bytes) -> None:
        """Some of an answer."""
        self._read = data
        ResponseHandler.data_received(self, data)  # by its name, for it runs a few times a file
        self._read = b""

    def eof_received(self) -> None:
        """The server ends the connection."""
        self._ended = True
        super().eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is over; if the server did not end it, neither did it end the body that comes."""
        if self._payload is not None and not (self._ended or self._payload.is_eof()):
            self._payload.set_exception(ClientPayloadError("the connection broke"))
            self._parser = None  # which would say that the body has come to its end
        super().connection_lost(exc)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """No answer can be had, unless there is one before what is none."""
        waits = self._payload is None or self._payload.is_eof()
        if waits and isinstance(exc, HttpProcessingError) and self._began_with_an_answer():
            self._parser = None  # it can read nothing more
            self._drop_timeout()
            self.force_close()
        else:
            super().set_exception(exc, *cause)

    def _began_with_an_answer(self) -> bool:
        """Hand on the whole answer that what is coming begins with; False if there is none."""
        read = self._read
        if (head := HEAD.match(read)) is None:
            return False
        parser = HttpResponseParser(  # a new one, for the one that failed does not give what it has
            self,
            self._loop,
            self._read_bufsize,
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )
        try:
            messages = parser.feed_data(read[: head.end()])[0]
        except HttpProcessingError:  # the same: it is the head that is none
            return False
        for message, payload in messages:
            with suppress(HttpProcessingError):  # the same once more; the answer may have come to its end before
                parser.feed_data(read[head.end() :])
            if message.code >= 200 and payload.is_eof():
                empty = message.code in EMPTY_BODY_STATUS_CODES
                self.feed_data((message, EMPTY_PAYLOAD if empty else payload), 0)
                return True
        return False
