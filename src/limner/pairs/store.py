"""The pixels of pairs in one file of limner's cache, decoded once and named by a hash of all that decides them.

KEY.pixels holds uint8 and nothing else: the photos, (3, side, side) each, then the drawings, (side, side) each, both
in the order of `Sources`. KEY is made of the contents of the picture files, since DVC may replace one by another of
equal size; hashing takes a small part of the time that decoding does.
"""

import errno
import hashlib
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from filelock import FileLock, Timeout

from limner import files, images
from limner.errors import LimnerError, SourceError
from limner.pairs import sources as found
from limner.pairs.sources import Sources
from limner.pairs.use import in_use
from limner.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")

PIECE = 32
"""Pictures that a thread takes at a time."""
AHEAD = 8
"""Pieces that are decoded before their turn to be written: a bound on memory."""
KEEP = 0.25
"""Share of the disk, of what would be free without any sets of pairs, that sets not in use may take."""
LIBRARIES = ("opencv-contrib-python", "numpy")


def size(sources: Sources, side: int) -> int:
    """Bytes of the pixels."""
    return (3 * len(sources.ids) + len(sources)) * side**2


def key(sources: Sources, side: int) -> str:
    """Hex digest of all that decides the pixels: the files' contents, whose they are, the side, and the code.

    Raises:
        SourceError: a file is missing.
    """
    digest = hashlib.sha256(f"{side} {[version(library) for library in LIBRARIES]}".encode())
    for module in (Path(__file__), Path(found.__file__), Path(images.__file__)):
        digest.update(module.read_bytes())
    for style, id in sources.names:
        digest.update(f"{style}/{id}\n".encode())
    pieces = _pieces(chain(sources.photos(), sources.sketches()))
    for contents in _spread(lambda paths: b"".join(map(_content, paths)), pieces):
        digest.update(contents)
    return digest.hexdigest()


def stored(sources: Sources, side: int) -> tuple[Path, str]:
    """The file of the pixels and its key; it is written unless it is there.

    Sets that nobody has open are deleted when another is written, longest unused first, until they take at most `KEEP`.

    Raises:
        SourceError: a picture is missing or broken.
        LimnerError: the disk has no room for them.
    """
    folder, name = files.cache_dir("pairs"), key(sources, side)
    path = folder / f"{name}.pixels"
    if not _whole(path, sources, side):
        with _alone(folder):
            if not _whole(path, sources, side):  # or else another process wrote it meanwhile
                _write(path, sources, side)
                prune(folder, spare=path)
    os.utime(path)
    return path, name


def prune(folder: Path, spare: Path | None = None, room: int = 0) -> None:
    """Delete sets of pairs that nobody has open, longest unused first, until they take at most `KEEP` and `room` bytes
    are free. Only for who holds the folder's lock: what a killed process left half-written goes too.
    """
    for part in folder.glob(".part-*"):
        part.unlink()
    idle = [path for path in folder.glob("*.pixels") if path != spare and not in_use(path)]
    idle.sort(key=lambda path: path.stat().st_mtime)
    taken = sum(path.stat().st_size for path in idle)
    for path in idle:
        free = shutil.disk_usage(folder).free
        if taken <= KEEP * (free + taken) and free >= room:
            break
        taken -= path.stat().st_size
        path.unlink()


def _whole(path: Path, sources: Sources, side: int) -> bool:
    return path.is_file() and path.stat().st_size == size(sources, side)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process decodes at a time: it takes every core, and several may want the same pairs."""
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("waiting for another process that decodes pairs", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _write(path: Path, sources: Sources, side: int) -> None:
    needed = size(sources, side)
    prune(path.parent, room=needed)
    if shutil.disk_usage(path.parent).free < needed:
        raise _full(path.parent, needed)
    try:
        with files.whole(path) as part, part.open("wb") as stream:
            _decode_into(stream, sources, side)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(path.parent, needed) from error


def _decode_into(stream: IO[bytes], sources: Sources, side: int) -> None:
    jobs = chain(((path, 3) for path in sources.photos()), ((path, 1) for path in sources.sketches()))
    with progress(len(sources.ids) + len(sources), f"decode pairs at {side} pixels") as bar:
        for pictures in _spread(
            lambda piece: [decode(path, side, channels) for path, channels in piece], _pieces(jobs)
        ):
            stream.writelines(picture.data for picture in pictures)
            bar.update(len(pictures))


def decode(path: Path, side: int, channels: int) -> images.Image:
    """A picture file as (channels, side, side) uint8.

    Raises:
        SourceError: it is missing or no picture.
    """
    picture = images.read(path) if channels == 3 else images.read_gray(path)
    picture = images.resize(picture, side, side).reshape(side, side, channels)
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def _full(folder: Path, needed: int) -> LimnerError:
    free = shutil.disk_usage(folder).free
    return LimnerError(
        f"the pairs take {needed / 1e9:.2f} GB and {folder} has {free / 1e9:.2f} GB left: free some, "
        "or set LIMNER_CACHE to a folder on a larger disk, or make `size` smaller"
    )


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise SourceError(f"{path} is missing")
    return bytes.fromhex(files.sha256(path))


def _pieces(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while piece := list(islice(rest, PIECE)):
        yield piece


def _spread(work: Callable[[Item], Result], items: Iterator[Item]) -> Iterator[Result]:
    """`work` of each item, in order, by threads (what it calls lets go of Python's lock), a little ahead."""
    with ThreadPoolExecutor() as pool:
        waiting: deque[Future[Result]] = deque(pool.submit(work, item) for item in islice(items, AHEAD))
        try:
            while waiting:
                result = waiting.popleft().result()
                waiting.extend(pool.submit(work, item) for item in islice(items, 1))
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
