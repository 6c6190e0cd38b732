"""Where the bytes of a url come from: this machine, an archive, a mirror, or a server by way of fsspec."""

import hashlib
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import fsspec

import limner.scrape.pypi  # noqa: F401  registers pypi://
from limner.errors import SourceError
from limner.scrape.manifests import Row
from limner.tables import Problem

SUFFIXES = {
    "photo": (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"),
    "video": (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".3gp"),
}
WATCHED = Path("data/photos")
"""The one folder of local pictures that DVC watches."""

CHUNK = 1 << 18


def local(url: str) -> Path | None:
    """The path that a url without a scheme, or with file://, means; None for every other url.

    Relative paths are relative to the project's root folder, where every stage runs.
    """
    if url.startswith("file://"):
        return Path(unquote(url.removeprefix("file://")))
    return None if "://" in url else Path(url).expanduser()


def chained(url: str) -> tuple[str, str] | None:
    """(`zip://inner/path`, the archive's own url) of a chained url, or None."""
    inner, chain, outer = url.partition("::")
    return (inner, outer) if chain and not inner.startswith(("http://", "https://")) else None


def mirrored(url: str, mirrors: Mapping[str, str]) -> list[str]:
    """Where to ask for a url, in order: the mirror of its longest matching prefix, then itself."""
    prefixes = [prefix for prefix in mirrors if prefix and url.startswith(prefix)]
    if not prefixes:
        return [url]
    prefix = max(prefixes, key=len)
    mirror, rest = mirrors[prefix], url[len(prefix) :]
    joint = "/" if prefix.endswith("/") and not mirror.endswith("/") else ""
    # On a server a space is %20; in a folder it is a space.
    return [mirror + joint + (rest if "://" in mirror else unquote(rest)), url]


def copy(url: str, path: Path, most_bytes: int, max_seconds: float) -> None:
    """Stream the bytes of a url of any other protocol that fsspec knows to `path`.

    Raises:
        SourceError: they are too many, or take too long.
        Exception: whatever the filesystem of that protocol raises.
    """
    until, size = time.monotonic() + max_seconds, 0
    filesystem, there = fsspec.core.url_to_fs(url)
    with filesystem.open(there, "rb") as stream, path.open("wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > most_bytes:
                raise SourceError(f"{url}: it is larger than {most_bytes / 1e6:g} MB (scrape.max_megabytes)")
            if time.monotonic() > until:
                raise SourceError(f"{url}: it did not come within {max_seconds:g} s (scrape.max_seconds)")
            out.write(chunk)


def reason(error: Exception) -> str:
    """An error of a filesystem in words."""
    said = str(error)
    if isinstance(error, FileNotFoundError) and " " not in said:
        return "there is no such file"
    if isinstance(error, ImportError):  # fsspec says which package is to be installed
        return said
    return f"{said} ({type(error).__name__})" if said else type(error).__name__


def expand(rows: Iterable[Row]) -> tuple[list[Row], list[Problem]]:
    """Rows whose url is a folder become one row a picture (or video) in it, sorted by name.

    Their ids are `{id}-{name}`. What is in the folder but cannot be used is listed as skipped.
    """
    found: list[Row] = []
    problems: list[Problem] = []
    for row in rows:
        path = local(row.url)
        if path is not None and path.is_dir():
            inside, skipped = _expand_folder(row, path)
            found += inside
            problems += skipped
        else:
            found.append(row)
            if path is not None and not row.sha256 and WATCHED not in path.parents:
                problems.append(_unwatched(row))
    return found, problems


def _expand_folder(row: Row, folder: Path) -> tuple[list[Row], list[Problem]]:
    wrong = [name for name in ("sha256", "sketch_url") if getattr(row, name)]
    if wrong:
        why = f"{row.url} is a folder and has no {' and no '.join(wrong)}: give each picture its own row"
        return [], [Problem(row.id, "failed", why)]
    inside, problems, url = [], [], row.url.rstrip("/")
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            why = "is a folder in a folder: give it a row of its own"
        elif path.suffix.lower() not in SUFFIXES[row.kind]:
            why = f"is no {row.kind} that limner reads ({', '.join(SUFFIXES[row.kind])})"
        else:
            inside.append(replace(row, id=f"{row.id}-{_plain(path)}", url=f"{url}/{path.name}"))
            continue
        problems.append(Problem(row.id, "skipped", f"{url}/{path.name} {why}"))
    if not inside:
        problems.append(Problem(row.id, "failed", f"the folder {row.url} holds no {row.kind}"))
    elif folder != WATCHED and WATCHED not in folder.parents:
        problems.append(_unwatched(row))
    return inside, problems


def _plain(path: Path) -> str:
    """A file's name as part of an id. If characters had to go, a hash of the name keeps it unique,
    whatever else lies in the folder."""
    stem = unicodedata.normalize("NFC", path.stem)  # macOS stores é as two characters
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_")[:60]
    return plain if plain == stem else f"{plain}-{hashlib.sha256(stem.encode()).hexdigest()[:6]}".lstrip("-")


def _unwatched(row: Row) -> Problem:
    why = f"{row.url} lies outside {WATCHED} and has no sha256: when it changes, run `dvc repro --force scrape`"
    return Problem(row.id, "noted", why)
