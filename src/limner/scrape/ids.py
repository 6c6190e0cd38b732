"""Ids made from names that others chose: plain and unique."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from itertools import count

from limner.scrape.manifests import LONGEST

WIDEST = 60
"""Characters that are kept of a name."""


def plain(name: str) -> str:
    """A name as part of an id. If characters had to go, a hash of it keeps it unique, whatever else there is."""
    name = unicodedata.normalize("NFC", name)  # macOS stores é as two characters
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", bare).strip("_-")[:WIDEST]
    return kept if kept == name else f"{kept}-{_digest(name)}".lstrip("-")


class Ids:
    """Hands out ids, none of them twice, whatever the case of its letters.

    Args:
        taken: ids that are in use already.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {id_.lower() for id_ in taken}

    def give(self, prefix: str, name: str, whole: str) -> str:
        """`PREFIX-NAME`.

        Args:
            prefix: an id or a plain name.
            name: any text, such as a file's name without its suffix.
            whole: what no other picture has, such as its url: it tells those of one name apart.
        """
        id_ = f"{prefix}-{plain(name)}".rstrip("-")
        tries = count(1)
        while len(id_) > LONGEST or id_.lower() in self._taken:
            digest = _digest(f"{whole}#{k}" if (k := next(tries)) > 1 else whole)
            id_ = f"{id_[: LONGEST - 7].rstrip('-_')}-{digest}"
        self._taken.add(id_.lower())
        return id_


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:6]
