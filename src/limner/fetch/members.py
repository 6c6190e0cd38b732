"""Members of zip and tar archives: opened once a run, copied out one by one under names of our own."""

import shutil
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from limner.errors import MOST_NAME, SourceError, choices
from limner.fetch import limits
from limner.fetch.archives import (
    DAMAGES,
    Damaged,
    fault_in_tar,
    fault_in_zip,
    is_packed,
    opened_zip,
    plain,
    reason,
    unsafe,
)
from limner.fetch.near import Near
from limner.fetch.tars import CarefulTar, unpacked

PROTOCOLS = ("zip", "tar")
UNPACKED = 20
"""All of an archive may unpack to so many times the size that one member may have, or to twice its own: photos hardly
can be packed. So many times that size all tars take that lie unpacked at a time."""
OPEN = 32
"""Zips that are open at a time: a process may open but so many files."""
SPARE = 5 * 10**9
"""Bytes of the disk that unpacked tars leave to the rest of the run, or a tenth of a small one."""
CHUNK = 1 << 18
UNENDED = "the archive cannot be read to its end"


@dataclass(frozen=True, slots=True)
class _Zip:
    """A zip, opened, and what it holds."""

    opened: zipfile.ZipFile
    infos: Mapping[str, zipfile.ZipInfo]
    damage: SourceError | None
    """Why they may not be all."""
    near: Near


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a member of a tar lies, or why it is not for us."""

    start: int
    size: int
    fault: str | None
    """As `fault_in_tar` has it."""


@dataclass(frozen=True, slots=True)
class _Tar:
    """A tar, unpacked if it was compressed, as far as it can be read."""

    path: Path
    places: Mapping[str, _Place]
    damage: SourceError | None
    """Why it cannot be read to its end."""
    near: Near


def check(url: str) -> None:
    """Refuse what is no member of an archive that is read here.

    Raises:
        SourceError: with what is allowed.
    """
    protocol, _, name = url.partition("://")
    if protocol not in PROTOCOLS or not name:
        allowed = ", ".join(f"{protocol}://name/in/it::archive" for protocol in PROTOCOLS)
        raise SourceError(f"{url} names no member of an archive; allowed: {allowed}")
    if len(name) > MOST_NAME:
        raise SourceError(f"{url[:100]}… is a name of {len(name)} characters, and at most {MOST_NAME} are read")


class Members:
    """The members of the archives of one run, by their content.

    Args:
        folder: for tars as they are unpacked: gzip and xz can only be read from their beginning.
        most_bytes: of one member.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most = most_bytes
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._zips: dict[str, _Zip] = {}
        self._tars: dict[str, _Tar] = {}
        self._unpacking = threading.Lock()
        """Held for what is looked at and changed in `_unpacked`. Who holds it may wait for the lock of an archive that
        lies unpacked, as who holds that one never waits for this."""
        self._unpacked: dict[str, int] = {}
        """Bytes of each tar that lies unpacked."""
        self._turns, self._turn = count(), defaultdict[str, int](int)
        """When each archive was used last."""
        self._taken: defaultdict[str, int] = defaultdict(int)
        """Bytes that were unpacked of each zip."""

    def copy(self, url: str, archive: Path, digest: str, target: Path) -> None:
        """Write the bytes of one member to `target`.

        Args:
            url: `zip://name` or `tar://name`.
            archive: a whole file.
            digest: its hash, by which it is known again.
            target: is overwritten.

        Raises:
            Damaged: it is, or the archive is no such one.
            SourceError: there is no such member, it is no plain file, encrypted or too large.
            OSError: this machine takes no more.
        """
        protocol, _, name = url.partition("://")
        try:
            with self._locks[digest], target.open("wb") as out:
                self._turn[digest] = next(self._turns)
                if protocol == "zip":
                    self._unzip(name, archive, digest, out)
                else:
                    self._untar(name, archive, digest, out)
        except DAMAGES as error:
            limits.pass_on(error)
            raise Damaged(f"the archive cannot be read there: {reason(error)}") from error
        finally:
            self._close_some()

    def close(self) -> None:
        """Nothing is asked any more."""
        for zipped in self._zips.values():
            zipped.opened.close()
        for digest in self._unpacked:
            self._place(digest).unlink(missing_ok=True)

    def _close_some(self) -> None:
        """Keep the zips open that were used last. Whoever waits here for the lock of one holds none."""
        while len(self._zips) > OPEN:
            oldest = min(list(self._zips), key=self._turn.__getitem__)
            with self._locks[oldest]:
                if zipped := self._zips.pop(oldest, None):
                    zipped.opened.close()

    def _unzip(self, name: str, archive: Path, digest: str, out: IO[bytes]) -> None:
        if digest not in self._zips:
            opened, damage = opened_zip(archive)
            # The last of a name counts, but none that is refused for it.
            infos = {plain(info.filename): info for info in opened.infolist() if not unsafe(info.filename)}
            self._zips[digest] = _Zip(opened, infos, damage, Near(infos))
        zipped = self._zips[digest]
        info = zipped.infos.get(plain(name))
        if info is None:
            raise _absent(name, zipped)
        _refuse(name, fault_in_zip(info))
        self._refuse_huge(name, info.file_size)
        self._taken[digest] += info.file_size
        self._refuse_bomb(self._taken[digest], archive)
        with zipped.opened.open(info) as stream:  # gives no more than file_size, whatever else is packed there
            while chunk := stream.read(CHUNK):
                out.write(chunk)

    def _untar(self, name: str, archive: Path, digest: str, out: IO[bytes]) -> None:
        if digest not in self._tars:
            self._tars[digest] = self._opened(archive, digest)
        tar = self._tars[digest]
        place = tar.places.get(plain(name))
        if place is None:
            raise _absent(name, tar)
        _refuse(name, place.fault)
        self._refuse_huge(name, place.size)
        with tar.path.open("rb") as stream:
            stream.seek(place.start)
            left = place.size
            while left:
                chunk = stream.read(min(CHUNK, left))
                if not chunk:
                    raise EOFError(f"it ends within {name}")
                out.write(chunk)
                left -= len(chunk)

    def _opened(self, archive: Path, digest: str) -> _Tar:
        """An archive, looked at once for all its members: of a damaged one those before the damage can be had."""
        path, damage = archive, None
        if is_packed(archive):
            path = self._place(digest)
            try:
                damage = self._unpack(archive, digest)
            except (SourceError, *DAMAGES) as error:
                path.unlink(missing_ok=True)
                limits.pass_on(error)
                return _Tar(archive, {}, _damage("the archive cannot be unpacked", error), Near({}))
        places: dict[str, _Place] = {}
        try:
            places.update(_places(path))  # those before a damage stay
        except (SourceError, *DAMAGES) as error:
            limits.pass_on(error)
            damage = damage or _damage(UNENDED, error)
        return _Tar(path, places, damage, Near(places))

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest}.tar"

    def _unpack(self, archive: Path, digest: str) -> SourceError | None:
        """Write the tar itself, of one that is compressed.

        Returns:
            Why not all of it is there, or nothing: what is before an end too soon is as it was.

        Raises:
            SourceError: it is too large.
        """
        size, damage = 0, None
        with self._unpacking:
            self._unpacked.pop(digest, None)
            with unpacked(archive) as stream, self._place(digest).open("wb") as out:
                try:
                    while chunk := stream.read1(CHUNK):
                        size += len(chunk)
                        self._refuse_bomb(size, archive)
                        self._make_room(size)
                        out.write(chunk)
                except EOFError as error:
                    damage = _damage(UNENDED, error)
            self._unpacked[digest] = size
        return damage

    def _make_room(self, size: int) -> None:
        """For so much of another tar: those used longest ago make way, and are unpacked again if they are asked for.

        Raises:
            SourceError: the disk has too little of it.
        """
        while self._unpacked and (sum(self._unpacked.values()) + size > UNPACKED * self._most or self._lacking()):
            oldest = min(self._unpacked, key=self._turn.__getitem__)
            with self._locks[oldest]:
                self._tars.pop(oldest, None)
                self._place(oldest).unlink(missing_ok=True)
                del self._unpacked[oldest]
        if spare := self._lacking():
            raise SourceError(f"less than {spare / 1e9:.3g} GB of the disk would be left, and the run needs room too")

    def _lacking(self) -> int:
        """The bytes that are to be left of the disk, if there are not as many."""
        disk = shutil.disk_usage(self._folder)
        spare = min(SPARE, disk.total // 10)
        return spare if disk.free < spare else 0

    def _refuse_huge(self, name: str, size: int) -> None:
        if size > self._most:
            least = f"{size / 1e6:.1f} MB, and at most {self._most / 1e6:g} are taken (scrape.max_megabytes)"
            raise SourceError(f"{name} unpacks to {least}")

    def _refuse_bomb(self, size: int, archive: Path) -> None:
        if size > UNPACKED * self._most and size > 2 * archive.stat().st_size:
            most = f"{UNPACKED * self._most / 1e6:g} MB ({UNPACKED} times scrape.max_megabytes)"
            raise SourceError(f"the archive unpacks to more than {most}, and to more than twice its own size")


def _damage(what: str, error: Exception) -> SourceError:
    """What is wrong with an archive, in words; one that is too large is not damaged."""
    return (SourceError if isinstance(error, SourceError) else Damaged)(f"{what}: {reason(error)}")


def _refuse(name: str, fault: str | None) -> None:
    if fault != "":
        raise SourceError(f"{name} {fault or 'is a folder in the archive, not a file'}")


def _places(path: Path) -> Iterator[tuple[str, _Place]]:
    with path.open("rb") as stream, CarefulTar(stream) as archive:
        for info in archive:
            if len(info.name) <= MOST_NAME and not unsafe(info.name):
                yield plain(info.name), _Place(info.offset_data, info.size, fault_in_tar(info))


def _absent(name: str, archive: _Zip | _Tar) -> SourceError:
    if archive.damage:  # it may lie where nothing could be read
        return type(archive.damage)(str(archive.damage))
    return SourceError(f"the archive holds no {name!r}; {choices(name, archive.near.to(name))}")
