"""Manifests verified without the network: what would fail in a build, as far as that shows from here."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from limner.errors import LimnerError, SourceError
from limner.fetch import answers, archives, backends
from limner.fetch.downloads import Fetched, Wanted
from limner.fetch.sources import chained, local
from limner.files import sha256
from limner.scrape import expand, manifests, weights
from limner.scrape.homes import MODELS
from limner.scrape.manifests import Row
from limner.tables import Problem

Members = Callable[[Path], tuple[frozenset[str], str]]
"""`members_of`, or one that remembers."""


def check(names: Sequence[str], allow_unlicensed: bool) -> tuple[list[Row], list[Problem]]:
    """The rows, and all that is wrong with them; no rows where a manifest cannot be read.

    Args:
        names: paths of manifests.
        allow_unlicensed: let rows without a licence be.
    """
    problems = []
    try:
        for name in (models := [name for name in names if Path(name).name == MODELS]):
            weights.read(Path(name))
        rows, found = manifests.read_all([name for name in names if name not in models], allow_unlicensed)
    except LimnerError as error:
        if len(names) == 1:
            return [], [Problem(names[0], "failed", str(error))]
        # Each by itself, so that the others are looked at too.
        for name in names:
            problems += check([name], allow_unlicensed)[1]
        return [], problems
    problems += found
    members = cache(members_of)  # of this check: an archive may be another for the next
    for row in rows:
        problems += _faults(row, members)
    unpinned = [row for row in rows if not _pinned(row)]
    if unpinned:
        lock = " ".join(["limner manifest lock", *dict.fromkeys(row.manifest for row in unpinned)])
        others = f" ({len(unpinned) - 1} more like it)" if len(unpinned) > 1 else ""
        why = f"it, or its drawing, has no sha256{others}: `{lock}` fills in what is missing"
        problems.append(Problem(unpinned[0].id, "noted", why))
    return rows, problems


def _pinned(row: Row) -> bool:
    """Whether each of its files that can have a hash has one."""
    return bool(row.sha256 or expand.stands_for_files(row.url)) and bool(row.sketch_sha256 or not row.sketch_url)


def _faults(row: Row, members: Members) -> Iterator[Problem]:
    if expand.stands_for_many(row.url, row.sha256) and (local(row.url) is not None or row.sketch_url):
        for one in expand.expand([row], _here):
            if isinstance(one, Problem) and one.what == "failed":
                yield one
        return
    for url, digest in ((row.url, row.sha256), (row.sketch_url, row.sketch_sha256)):
        try:
            if url:
                _verify(url, digest, members)
            if url == row.sketch_url and chained(url) is None and archives.is_archive(url):
                raise SourceError(f"{url} is an archive, and a drawing is one file")
        except SourceError as error:
            yield Problem(row.id, "failed", str(error))
        except OSError as error:
            yield Problem(row.id, "failed", str(_unread(url, error)))


def _verify(url: str, digest: str, members: Members) -> None:
    """Look at one file, or its url, from here.

    Raises:
        SourceError: what is wrong with it.
    """
    path = local(url)
    if path is not None:
        _verify_local(url, path, digest)
        return
    backends.require(url)  # each link of a chain
    if link := chained(url):
        verify_member(url, *link, members)
    elif url.startswith(("http://", "https://")):
        answers.address(url)


def verify_member(url: str, inner: str, outer: str, members: Members) -> None:
    """Look for a member in its archive, if that is here.

    Raises:
        SourceError: it is not there.
    """
    if (archive := local(outer)) is None:
        return
    if not archive.is_file():
        raise SourceError(f"{url}: the archive {outer} is not there")
    there, fault = members(archive)
    if archives.plain(inner.partition("://")[2]) not in there:
        raise SourceError(f"{url}: the archive {outer} holds no such member that may be read{fault}")


def _verify_local(url: str, path: Path, digest: str) -> None:
    if not path.is_file():
        raise SourceError(f"{url} is {'a folder' if path.is_dir() else 'not there'}")
    if digest and (now := sha256(path)) != digest:
        raise SourceError(f"{url} has the sha256 {now}, but {digest} is expected: it is another file")


def _here(wanted: Wanted) -> Fetched:
    """An archive of this machine, as `expand` asks for it."""
    url = wanted.urls[0]
    path = local(url)
    if path is None:
        raise SourceError("nothing is fetched to check a manifest")
    try:
        _verify_local(url, path, wanted.sha256)
        path.open("rb").close()
    except OSError as error:
        raise _unread(url, error) from error
    return Fetched(path, wanted.sha256)


def _unread(url: str, error: OSError) -> SourceError:
    return SourceError(f"{url} cannot be read: {error.strerror or error}")


def members_of(archive: Path) -> tuple[frozenset[str], str]:
    """What can be read of an archive, and why no more can, to be added to a sentence."""
    names, fault = set(), ""
    try:
        for one in archives.members(archive):
            if not one.fault:
                names.add(archives.plain(one.name))
    except SourceError as error:
        fault = f": {error}"
    return frozenset(names), fault
