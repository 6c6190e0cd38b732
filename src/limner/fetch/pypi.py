"""pypi://PROJECT==VERSION/path/in/the/archive: the files inside a published Python package.

A read-only fsspec filesystem over `pip download --no-deps`, so it honours whatever index the user
has configured. Wheels and source archives; paths in a source archive are relative to its one top
folder. Archives are kept in limner's cache: each is downloaded once.
"""

import re
import subprocess
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import fsspec
from fsspec.spec import AbstractFileSystem

from limner.errors import SourceError, choices, short
from limner.fetch import manners, tether
from limner.fetch.archives import unsafe
from limner.files import cache_dir

RELEASE = re.compile(r"(?P<project>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]*)")
SOURCE_SUFFIXES = (".tar.gz", ".tar.bz2", ".tar.xz", ".zip")
LONGEST = 3600.0
"""Seconds that pip may take for an archive if nobody says how many."""


class PypiFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """Files by `PROJECT==VERSION/path`; FileNotFoundError for a path that the archive lacks.

    fsspec makes one instance a thread, and so an archive's read position is never shared.

    Args:
        work: a folder on the cache's file system for what is half there; the cache's own if empty.
        max_seconds: that pip may take for an archive, before it is ended.
    """

    protocol = "pypi"
    root_marker = ""

    def __init__(self, work: str = "", max_seconds: float = LONGEST, **options: Any) -> None:
        super().__init__(**options)
        self._work, self._max_seconds = Path(work) if work else None, max_seconds
        self._archives: dict[str, tuple[AbstractFileSystem, str]] = {}

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, type and size of one file or folder."""
        release, inside = parts(path)
        archive, top = self._open_archive(release)
        try:
            return self._renamed(archive.info(top + inside), release, top)
        except FileNotFoundError:
            names = sorted(name.removeprefix(top) for name in archive.find(top))
            raise FileNotFoundError(f"{release} holds no {inside!r}; {_near(inside, names)}") from None

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """What lies in a folder of the archive."""
        release, inside = parts(path)
        archive, top = self._open_archive(release)
        entries = [self._renamed(entry, release, top) for entry in archive.ls(top + inside)]
        return entries if detail else [entry["name"] for entry in entries]

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode != "rb":
            raise ValueError(f"pypi:// can only be read, not opened as {mode!r}")
        self.info(path)  # says what is there instead
        release, inside = parts(path)
        archive, top = self._open_archive(release)
        return archive.open(top + inside)

    def _open_archive(self, release: str) -> tuple[AbstractFileSystem, str]:
        """The archive as a filesystem of its own, and the top folder that its paths begin with."""
        if release not in self._archives:
            path = download(release, self._work, self._max_seconds)
            archive = fsspec.filesystem("tar" if ".tar." in path.name else "zip", fo=str(path))
            tops = [] if path.suffix == ".whl" else archive.ls("", detail=False)
            self._archives[release] = archive, f"{tops[0].strip('/')}/" if len(tops) == 1 else ""
        return self._archives[release]

    def _renamed(self, entry: dict[str, Any], release: str, top: str) -> dict[str, Any]:
        name = entry["name"].rstrip("/").removeprefix(top)
        return {"name": f"{release}/{name}", "type": entry["type"], "size": entry["size"]}


fsspec.register_implementation("pypi", PypiFileSystem, clobber=True)


def parts(path: str) -> tuple[str, str]:
    """`PROJECT==VERSION`, and the path in its archive.

    Raises:
        SourceError: it names no such release, or nothing within its archive.
    """
    release, _, inside = PypiFileSystem._strip_protocol(path).partition("/")
    found = RELEASE.fullmatch(release)
    if found is None:
        raise SourceError(f"pypi://{release} is not pypi://PROJECT==VERSION/path")
    if why := unsafe(inside):
        raise SourceError(f"pypi://{release}/{short(inside)} {why}")
    project = re.sub(r"[-_.]+", "-", found["project"]).lower()  # so one project has one name
    return f"{project}=={found['version']}", inside


_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def download(release: str, work: Path | None = None, max_seconds: float = LONGEST) -> Path:
    """The archive of `PROJECT==VERSION`, from the cache or through pip; the rest as `PypiFileSystem` has it.

    Raises:
        SourceError: pip could not get it, with pip's own reason, or not in time.
    """
    kept = cache_dir("pypi") / release
    with _locks[release]:  # several files of one archive are asked for at once
        if not kept.is_dir():
            with tempfile.TemporaryDirectory(prefix=".part-", dir=work or kept.parent) as part:
                folder = Path(part) / "archive"
                _pip_download(release, folder, max_seconds)
                if not kept.is_dir():  # another process may have been faster
                    folder.rename(kept)
        archives = [path for path in sorted(kept.iterdir()) if path.name.endswith((".whl", *SOURCE_SUFFIXES))]
    if not archives:
        raise SourceError(f"pip download {release} gave no wheel and no source archive")
    return archives[0]


def _pip_download(release: str, folder: Path, max_seconds: float) -> None:
    """One archive into `folder`. Nothing of it is installed, so the Python it asks for does not matter.

    Of a wheel pip runs nothing, and takes one if there is one for this machine. Of a source archive it runs
    the build's metadata step, which is the archive's own code. With the setuptools that is here this takes
    seconds and needs no further download; only what wants another builder gets one of its own.
    """
    ask = ["download", "--quiet", "--no-deps", "--ignore-requires-python"]
    until = time.monotonic() + max_seconds
    for how in (["--no-build-isolation"], []):
        try:
            arguments = [*ask, *how, "--dest", str(folder), release]
            status, said = tether.run("pip", arguments, until - time.monotonic())
        except subprocess.TimeoutExpired:
            late = f"it was not done within {max_seconds:g} s (scrape.max_seconds)"
            raise SourceError(f"pip could not download {release}: {late}") from None
        if status == 0:
            return
        if "No matching distribution" in said:
            break
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR:")]
    reason = short(" ".join(errors or lines[-1:]), manners.MOST_TOLD) or "it gives no reason"
    raise SourceError(f"pip could not download {release}: {reason}")


def _near(inside: str, names: list[str]) -> str:
    """What the archive holds that was probably meant: the same file name, or the same folder."""
    base = inside.rpartition("/")[2]
    alike = [name for name in names if name.endswith(f"/{base}")]
    beside = [name for name in names if name.startswith(inside.rpartition("/")[0])]
    return choices(inside, (alike or beside or names)[:8])
