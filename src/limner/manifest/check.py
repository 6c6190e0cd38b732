"""Manifests verified without the network: what would fail in a build, as far as that shows from here."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from limner.errors import LimnerError, SourceError
from limner.fetch import answers, archives, backends
from limner.fetch.downloads import Fetched
from limner.fetch.sources import chained, local
from limner.files import sha256
from limner.scrape import expand, manifests, weights
from limner.scrape.homes import MODELS
from limner.scrape.manifests import Row
from limner.tables import Problem


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
    for row in rows:
        problems += _faults(row)
    unpinned = [row for row in rows if not row.sha256 and not expand.stands_for_files(row.url)]
    if unpinned:
        lock = " ".join(["limner manifest lock", *dict.fromkeys(row.manifest for row in unpinned)])
        why = f"{len(unpinned)} rows have no sha256, this is the first: `{lock}` fills them in"
        problems.append(Problem(unpinned[0].id, "noted", why))
    return rows, problems


def _faults(row: Row) -> Iterator[Problem]:
    for url, digest in ((row.url, row.sha256), (row.sketch_url, row.sketch_sha256)):
        try:
            if url:
                _verify(url, digest, row)
        except SourceError as error:
            yield Problem(row.id, "failed", str(error))
        except OSError as error:
            yield Problem(row.id, "failed", f"{url} cannot be read: {error.strerror or error}")


def _verify(url: str, digest: str, row: Row) -> None:
    """Look at one url from here.

    Raises:
        SourceError: what is wrong with it.
    """
    path = local(url)
    if path is not None:
        _verify_local(url, path, digest, row)
        return
    backends.require(url)
    link = chained(url)
    if link is not None:
        archive = local(link[1])
        if archive is None:
            backends.require(link[1])
        elif not archive.is_file():
            raise SourceError(f"{url}: the archive {link[1]} is not there")
        elif archives.plain(link[0].partition("://")[2]) not in _members(archive):
            raise SourceError(f"{url}: the archive {link[1]} holds no such member that may be read")
    elif url.startswith(("http://", "https://")):
        answers.address(url)


def _verify_local(url: str, path: Path, digest: str, row: Row) -> None:
    if expand.stands_for_files(url, digest):
        if not any(isinstance(one, Row) for one in expand.expand([row], _not_here)):
            raise SourceError(f"{url} holds no {row.kind}")
    elif not path.is_file():
        raise SourceError(f"{url} is not there")
    elif digest and (now := sha256(path)) != digest:
        raise SourceError(f"{url} has the sha256 {now}, but {digest} is expected: it is another file")


def _not_here(_: object) -> Fetched:
    raise SourceError("nothing is fetched to check a manifest")


@cache
def _members(archive: Path) -> frozenset[str]:
    return frozenset(archives.plain(one.name) for one in archives.members(archive) if not one.fault)
