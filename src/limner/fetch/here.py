"""Files that lie on this machine, where anybody may change them at any time."""

from pathlib import Path

from limner.errors import SourceError
from limner.fetch import limits
from limner.fetch.partial import Unfinished
from limner.fetch.store import Fetched, Store, verify, version
from limner.files import sha256


def found(url: str, path: Path, expected: str, kept: bool, store: Store, unfinished: Unfinished) -> Fetched:
    """The file at a path as it is now, where it lies; if its hash is known, the store's copy, which nobody changes.

    Args:
        url: by which it is named.
        path: that this means.
        expected: its hash, if that is known.
        kept: whether `store` has the file of that hash.
        store: gets it otherwise.
        unfinished: by way of this.

    Raises:
        SourceError: it is not there, cannot be read, or is another file than the expected one.
    """
    try:
        refuse_unless_there(url, path)
        if not expected:
            seen = version(path)
            return Fetched(path, sha256(path), version=seen)
        if kept:
            verify(url, sha256(path), expected)
        else:
            with unfinished.copy() as part:
                verify(url, store.copy(path, part, expected), expected)
        return store.named(expected)
    except OSError as error:
        limits.pass_on(error)
        raise unread(url, error) from error


def refuse_unless_there(url: str, path: Path) -> None:
    """Make sure that the path which a url means is one of a file.

    Raises:
        SourceError: it is not.
    """
    if not path.is_file():
        raise SourceError(f"{url} is {'a folder' if path.is_dir() else 'not there'}")


def unread(url: str, error: OSError) -> SourceError:
    """That the system does not let it be read."""
    return SourceError(f"{url} cannot be read: {error.strerror or error}")
