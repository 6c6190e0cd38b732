"""Manifests verified without the network: what would fail in a build, as far as that shows from here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from limner.errors import LimnerError, SourceError
from limner.fetch import answers, archives, backends, members, pypi
from limner.fetch.downloads import Fetched, Wanted
from limner.fetch.here import refuse_unless_there, unread
from limner.fetch.sources import chained, local
from limner.fetch.store import verify
from limner.files import cache_dir, sha256
from limner.manifest import kinds
from limner.scrape import beginnings, expand, manifests, weights
from limner.scrape.homes import MODELS
from limner.scrape.manifests import Row
from limner.tables import Problem

DRAWING = "drawing"
"""The kind of what a row's sketch_url names."""
Listed = Callable[[Path], tuple[frozenset[str], str]]
"""`members_of`, or one that remembers."""


class Archives:
    """The archives of this machine, each listed and read once in a check: for the next it may be another.

    Args:
        folder: for what is unpacked.
        most_bytes: of one member.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._unpacked = folder / "member"
        self._members = members.Members(folder, most_bytes)
        self._digest = cache(sha256)
        self.listed: Listed = cache(members_of)
        self.hash = cache(self._hash)
        """Of a member (`zip://name`) of an archive; a SourceError where it cannot be had."""

    def _hash(self, inner: str, archive: Path) -> str:
        self._members.copy(inner, archive, self._digest(archive), self._unpacked)
        return sha256(self._unpacked)

    def close(self) -> None:
        """Nothing is asked any more."""
        self._members.close()


def check(names: Sequence[str], allow_unlicensed: bool, most_bytes: int) -> tuple[list[Row], list[Problem]]:
    """The rows of which all is in order, and all that is wrong with the others; none of a manifest that cannot be read.

    Args:
        names: paths of manifests.
        allow_unlicensed: let rows without a licence be.
        most_bytes: that a member of an archive may have.
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
        each = [check([name], allow_unlicensed, most_bytes) for name in names]
        return [row for fine, _ in each for row in fine], [one for _, found in each for one in found]
    problems += found
    with TemporaryDirectory(dir=cache_dir("pictures")) as folder, closing(Archives(Path(folder), most_bytes)) as here:
        faults = list(_all_faults(rows, here))
    problems += [fault for _, fault in faults]
    unpinned = [row for row in rows if not _pinned(row)]
    if unpinned:
        lock = " ".join(["limner manifest lock", *dict.fromkeys(row.manifest for row in unpinned)])
        others = f" ({len(unpinned) - 1} more like it)" if len(unpinned) > 1 else ""
        why = f"it, or its drawing, has no sha256{others}: `{lock}` fills in what is missing"
        problems.append(Problem(unpinned[0].id, "noted", why))
    wrong = {id for id, _ in faults}
    return [row for row in rows if row.id not in wrong], problems


def _pinned(row: Row) -> bool:
    """Whether each of its files that can have a hash has one."""
    return bool(row.sha256 or expand.stands_for_files(row.url)) and bool(row.sketch_sha256 or not row.sketch_url)


def _all_faults(rows: Sequence[Row], here: Archives) -> Iterator[tuple[str, Problem]]:
    """What is wrong with each row, by its id, and which pictures of two rows would bear one name."""
    photos: dict[str, Row] = {}
    for row in rows:
        for one in _looked_at(row, here):
            if isinstance(one, Problem):
                yield row.id, one
            elif one.kind == "photo" and (other := photos.setdefault(one.id.lower(), one)) is not one:
                places = " and ".join(f"{photo.url} ({photo.manifest}, line {photo.line})" for photo in (other, one))
                yield row.id, Problem(one.id, "failed", f"{places} are both named so: rename one of the rows")


def _looked_at(row: Row, here: Archives) -> Iterator[Row | Problem]:
    """Each file that a row stands for, as far as that shows from here, as a row; and what fails."""
    many = expand.stands_for_many(row.url, row.sha256)
    if many and (local(row.url) is not None or row.sketch_url):
        for one in expand.expand([row], _here):
            if isinstance(one, Row):
                yield one
                yield from _failure(one.id, one.url, partial(_verify_kind, one.url, one.kind))
            elif one.what == "failed":
                yield one
        return
    if not many:
        yield row
    yield from _failure(row.id, row.url, partial(_verify, row.url, row.sha256, row.kind, here))
    if url := row.sketch_url:
        yield from _failure(row.id, url, partial(_verify, url, row.sketch_sha256, DRAWING, here))


def _failure(id: str, url: str, look: Callable[[], None]) -> Iterator[Problem]:
    """What is wrong with a row's file at `url`, if anything is."""
    try:
        look()
    except SourceError as error:
        yield Problem(id, "failed", str(error))
    except OSError as error:
        yield Problem(id, "failed", str(unread(url, error)))


def _verify(url: str, digest: str, kind: str, here: Archives) -> None:
    """Look at one file, or its url, from here; `kind` as `_verify_kind` has it.

    Raises:
        SourceError: what is wrong with it.
    """
    if kind == DRAWING and chained(url) is None and archives.is_archive(url):
        raise SourceError(f"{url} is an archive, and a drawing is one file")
    path = local(url)
    if path is not None:
        _verify_local(url, path, digest)
        _verify_kind(url, kind)
        return
    verify_address(url)
    _verify_kind(url, kind)
    if link := chained(url):
        verify_member(url, *link, here.listed)
        if digest and (archive := local(link[1])):
            try:
                now = here.hash(link[0], archive)
            except SourceError as error:
                raise SourceError(f"{url}: {error}") from error
            verify(url, now, digest)


def _verify_kind(url: str, kind: str) -> None:
    """Make sure that a file is not plainly something else: of this machine by its first bytes, of others by its name,
    unless something else is asked for of what has it (`film.webm?width=640`).

    Args:
        url: of the file.
        kind: photo, video or `DRAWING`.

    Raises:
        SourceError: it is.
    """
    path = local(url)
    if path is None:
        told, moves, how = "" if {"?", "#"} & set(url) else kinds.by_name(url), kinds.may_move(url), " by its name"
    else:
        head = beginnings.first(path)
        told, moves, how = beginnings.kind(head), beginnings.may_move(head), ""
    if told == "video" and kind != "video":
        end = ", and a drawing is a picture" if kind == DRAWING else ": write video into its column kind"
        raise SourceError(f"{url} is a video{how}{end}")
    if told == "photo" and kind == "video" and not moves:
        raise SourceError(f"{url} is a picture{how}: leave its column kind empty")
    if path is None:
        return
    if instead := answers.stands_in(head) or ("text" if kind != "video" and beginnings.is_text(head) else ""):
        raise SourceError(f"{url} holds {instead} in place of a {kind}")


def verify_address(url: str) -> None:
    """Look at a url alone, that of an archive within it too.

    Raises:
        SourceError: nothing can be asked for it.
    """
    backends.require(url)
    if link := chained(url):
        members.check(link[0])
        if local(link[1]) is None:
            verify_address(link[1])
    elif url.startswith(("http://", "https://")):
        answers.address(url)
    elif url.startswith("pypi://"):
        pypi.parts(url)


def verify_member(url: str, inner: str, outer: str, listed: Listed) -> None:
    """Look for a member in its archive, if that is here.

    Raises:
        SourceError: it is not there.
    """
    if (archive := local(outer)) is None:
        return
    if not archive.is_file():
        raise SourceError(f"{url}: the archive {outer} is not there")
    there, fault = listed(archive)
    protocol, _, name = inner.partition("://")
    for other in members.PROTOCOLS:
        if other != protocol and _plain(f"{other}://{name}") in there:
            raise SourceError(f"{url}: the archive {outer} is a {other}: write {other}://{name}::{outer}")
    if _plain(inner) not in there:
        raise SourceError(f"{url}: the archive {outer} holds no such member that may be read{fault}")


def _verify_local(url: str, path: Path, digest: str) -> None:
    refuse_unless_there(url, path)
    if digest:
        verify(url, sha256(path), digest)


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
        raise unread(url, error) from error
    return Fetched(path, wanted.sha256)


def members_of(archive: Path) -> tuple[frozenset[str], str]:
    """The members that can be read of an archive, and why no more can, to be added to a sentence."""
    names, fault = set(), ""
    try:
        for one in archives.members(archive):
            if not one.fault:
                names.add(_plain(one.url))
    except SourceError as error:
        fault = f": {error}"
    return frozenset(names), fault


def _plain(member: str) -> str:
    """`zip://name` by what the member is known."""
    protocol, _, name = member.partition("://")
    return f"{protocol}://{archives.plain(name)}"
