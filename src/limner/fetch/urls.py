"""Urls, as yarl takes them apart."""

import re

from yarl import URL

SENDABLE = re.compile(r"[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]*")
"""What a url may hold (RFC 3986)."""


def as_it_is(url: str) -> URL:
    """A url of which not a character is changed, if they can all be sent: servers may have signed the very text.

    Raises:
        ValueError: it is none; of some it is only asking for the host that tells.
    """
    try:
        return URL(url, encoded=SENDABLE.fullmatch(url) is not None)
    except IndexError as error:  # as yarl has it where nothing stands behind an @
        raise ValueError("it has no host") from error
