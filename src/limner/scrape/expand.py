"""Rows that stand for many: a folder, a pattern of paths, an archive. One row a picture comes of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from limner.errors import SourceError, tellable
from limner.fetch import archives
from limner.fetch.archives import Member
from limner.fetch.downloads import Fetched, Wanted
from limner.fetch.sources import chained, local
from limner.scrape.homes import PHOTOS, watched
from limner.scrape.ids import Ids
from limner.scrape.manifests import Row
from limner.tables import Problem

SUFFIXES = {
    "photo": (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".heic"),
        *(".heif", ".jp2", ".ppm"),
    ),
    "video": (
        *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".3gp", ".mts", ".m2ts", ".ogv", ".wmv"),
    ),
}
FILES = (*SUFFIXES["photo"], *SUFFIXES["video"], *archives.SUFFIXES)
"""Endings of what is one file, and can have a hash."""
UNTELLABLE = "has characters in its name that no table can hold: rename it"


@dataclass(frozen=True, slots=True)
class Part(Row):
    """One of the files in an archive."""

    archive: str = field(default="", compare=False)
    """The hash of the bytes that it was listed in: its row may pin others than the next one of the same url."""


class Damage(Problem):
    """An archive cannot be read to its end: what is behind its damage is missing, not refused."""


def expand(rows: Iterable[Row], fetch: Callable[[Wanted], Fetched]) -> Iterator[Row | Problem]:
    """The rows themselves, and in place of those that stand for many, a row for each file; lazily.

    Ids are `{id}-{name}`. What lies there but cannot be used is a problem, named.

    Args:
        rows: in the order of the manifests, which is kept.
        fetch: gets an archive; the other rows fetch nothing.
    """
    for row in rows:
        try:
            many = inside(row, fetch)
            if many is None:
                yield row
                yield from _unwatched(row, row.url, row.sha256)
                yield from _unwatched(row, row.sketch_url, row.sketch_sha256)
            else:
                yield from _each(row, many)
        except SourceError as error:
            yield Problem(row.id, "failed", f"{row.url}: {str(error).removeprefix(f'{row.url}: ')}")


def stands_for_many(url: str, pin: str = "") -> bool:
    """Whether a row with this url and sha256 is expanded: a folder, a pattern or an archive."""
    return stands_for_files(url, pin) or (chained(url) is None and archives.is_archive(url))


def stands_for_files(url: str, pin: str = "") -> bool:
    """Whether a row with this url and sha256 is a folder or a pattern of paths.

    `film [x1].mp4` looks like a pattern once it is gone; if it is pinned it is a file, of which the store may have a
    copy.
    """
    path = local(url)
    if path is None:
        return False
    return _seen(path.is_dir, False) or (is_pattern(path) and not (pin and path.name.lower().endswith(FILES)))


def is_pattern(path: Path) -> bool:
    """Whether a path has *, ? or [...] in it, and is no file of that very name."""
    return _first_wild(path) is not None


def _first_wild(path: Path) -> int | None:
    """Which of a path's parts is the first with *, ? or [...] in it, but for folders that are there by that very name,
    such as `holiday [2]`."""
    wild = (k for k, part in enumerate(path.parts) if re.search(r"[*?[]", part))
    return next((k for k in wild if not _seen(Path(*path.parts[: k + 1]).exists, True)), None)


def _seen(look: Callable[[], bool], unseen: bool) -> bool:
    """What a path is, or `unseen` where nobody can look: it is then taken for a file, and fetching it says why."""
    try:
        return look()
    except OSError:  # Python passes over what is not there, but not over a name too long or a folder of another's
        return unseen


def inside(row: Row, fetch: Callable[[Wanted], Fetched]) -> Iterator[Member] | None:
    """The files that a row stands for, sorted by name, or None if it is itself one file.

    Raises:
        SourceError: the row has what only one file can have, or the archive cannot be fetched or read.
    """
    if not stands_for_many(row.url, row.sha256):
        return None
    path, files = local(row.url), stands_for_files(row.url, row.sha256)
    # The hash of an archive pins all that is in it; a folder has none.
    wrong = [name for name in ("sha256", "sketch_url") if getattr(row, name) and (files or name != "sha256")]
    if wrong:
        raise SourceError(f"it stands for many files and has no {' and no '.join(wrong)}: give each file its own row")
    if path is None or not files:
        return members(row, fetch(Wanted((row.url,), row.sha256)))
    return _folder(row.url, path) if _seen(path.is_dir, False) else _matches(path)


def members(row: Row, archive: Fetched) -> Iterator[Member]:
    """The files in the archive of a row, sorted by name; what is wrong with it comes as one of them."""
    found: list[Member] = []
    try:
        listed = archives.members(archive.path)
        found.extend(replace(one, url=f"{one.url}::{row.url}", archive=archive.sha256) for one in listed)
    except SourceError as error:  # what could be listed before is there
        found.append(Member("", row.url, str(error), refused=True, damaged=isinstance(error, archives.Damaged)))
    yield from sorted(found, key=lambda one: one.name)


def _folder(url: str, folder: Path) -> Iterator[Member]:
    base = url.rstrip("/")
    try:
        found = sorted(folder.iterdir(), key=lambda path: path.name)
    except OSError as error:
        raise SourceError(f"it cannot be read: {error.strerror or error}") from error
    for path in found:
        name = quote(path.name) if url.startswith("file://") else path.name
        if path.name.startswith("."):
            continue
        elif _seen(path.is_dir, False):
            why = f"is a folder in a folder: give it a row of its own, or take all by {base}/**/*"
            yield Member(path.name, f"{base}/{name}", why)
        else:
            yield named(path.name, f"{base}/{name}")


def _matches(pattern: Path) -> Iterator[Member]:
    """The files that match; links to folders are not followed, which could lead round in circles."""
    fixed = _first_wild(pattern)
    below = "*" if pattern.name == "**" else ""  # alone it means folders to Python
    base, rest = Path(*pattern.parts[:fixed]), str(Path(*pattern.parts[fixed:], below))
    try:
        found = sorted(base.glob(rest))
    except (ValueError, OSError) as error:
        raise SourceError(f"it is no pattern of paths: {error}") from error
    for path in found:
        name = path.relative_to(base)
        if _seen(path.is_file, True) and not any(part.startswith(".") for part in name.parts):
            yield named(name.as_posix(), path.as_posix())


def named(name: str, url: str) -> Member:
    """A file of a folder, which cannot be used where no table can hold its name."""
    if tellable(url):
        return Member(name, url)
    return Member(ascii(name)[1:-1], ascii(url)[1:-1], UNTELLABLE, refused=True)


def _each(row: Row, many: Iterable[Member]) -> Iterator[Row | Problem]:
    ids, count = Ids(), 0
    for one in many:
        if not one.fault and not one.name.lower().endswith(SUFFIXES[row.kind]):
            why = f"is no {row.kind} that limner reads ({', '.join(SUFFIXES[row.kind])})"
            yield Problem(row.id, "skipped", f"{one.url} {why}")
        elif one.fault:
            kind = Damage if one.damaged else Problem
            yield kind(row.id, "failed" if one.refused else "skipped", one.complaint)
        else:
            count += 1
            stem = str(PurePosixPath(one.name).with_suffix(""))
            # The hash of an archive is not that of what is in it.
            file = replace(row, id=ids.give(row.id, stem, one.name), url=one.url, sha256="")
            yield Part(**_cells(file), archive=one.archive) if one.archive else file
    if not count:
        yield Problem(row.id, "failed", f"{row.url} holds no {row.kind}")
    else:
        yield from _unwatched(row, row.url, row.sha256)


def _cells(row: Row) -> dict[str, Any]:
    return {cell.name: getattr(row, cell.name) for cell in fields(row)}


def _unwatched(row: Row, url: str, pin: str) -> Iterator[Problem]:
    link = chained(url)
    path = local(link[1] if link else url)
    if url and not pin and path is not None and not watched(path):
        why = f"{url} lies outside {PHOTOS} and has no sha256: when it changes, run `dvc repro --force scrape`"
        yield Problem(row.id, "noted", why)
