"""From a fetched file to the pictures in it; by its content, so what did not change is not decoded again."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import PIL
import pillow_heif
from filelock import FileLock, Timeout

from limner import files, images
from limner.errors import SourceError
from limner.fetch.store import Fetched
from limner.scrape import colours, damage, pictures, registration, tiffs, video
from limner.scrape.manifests import Row

THUMBNAILS = "thumbnails.npy"
"""(shots, SIDE, SIDE) gray, beside the pictures."""
EARLY = "it ends early"
"""How the note on a video begins that may be the first part of another."""
LIST = "shots.json"
"""What a folder holds: where it is, all that it names is there too."""


@dataclass(frozen=True)
class Job:
    """What to take from a file."""

    kind: str
    """photo or video"""
    channels: str = "rgb"
    """rgb or bgr"""
    every: int = 1
    """Of a video: frames from one sample to the next."""
    neighbours: int = 0
    """Of a video: frames on either side of a sampled one among which the sharpest is taken."""

    @classmethod
    def of(cls, row: Row, neighbours: int) -> Self:
        """What to take from the file of a row; its drawing is a photo like others."""
        if row.kind == "video":
            return cls("video", row.channels, row.every, neighbours)
        return cls("photo", row.channels)


@dataclass(frozen=True)
class Shot:
    """One picture, ready to be copied to data/raw."""

    file: str
    """In the memory's folder; empty if the source's own bytes can be used."""
    suffix: str
    """.jpg or .png"""
    width: int
    height: int
    frame: int = 0
    """Of a video: index of the sampled frame."""
    time: float = 0.0
    """Of a video: seconds from its start."""
    gray: bool = False
    """Of a photo: whether it has no colours."""


@dataclass(frozen=True)
class Taken:
    """All pictures of one file, or the reason why there are none."""

    shots: tuple[Shot, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str = ""
    source: Path = Path()
    folder: Path = Path()

    @property
    def early(self) -> bool:
        """Whether there may be more of it than came: a video breaks off, and does not tell of whose fault."""
        return any(note.startswith(EARLY) for note in self.notes)

    def path(self, shot: Shot) -> Path:
        """Where a picture's bytes lie: in the memory, or in the source itself."""
        return self.folder / shot.file if shot.file else self.source

    def thumbnails(self) -> Iterator[registration.Thumbnail]:
        """One a shot, in their order."""
        if self.shots:
            pixels = np.load(self.folder / THUMBNAILS, mmap_mode="r")
            for shot, small in zip(self.shots, pixels, strict=True):
                yield registration.Thumbnail(np.asarray(small), shot.width, shot.height)


def recall(job: Job, file: Fetched) -> Taken | None:
    """What an earlier run took from the same bytes in the same way, or None."""
    where = folder(job, file)
    try:
        kept = json.loads((where / LIST).read_text(encoding="utf-8"))
        shots = tuple(Shot(**shot) for shot in kept["shots"])
        taken = Taken(shots, tuple(kept["notes"]), source=file.path, folder=where)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    there = (where / THUMBNAILS).is_file() and all(taken.path(shot).is_file() for shot in shots)
    return taken if there else None


def take(job: Job, file: Fetched, where: Path, alive: Callable[[], None] = lambda: None) -> Taken:
    """Decode one file and remember its pictures. A failure is returned, not raised, and leaves nothing behind.

    Args:
        job: what to take.
        file: from which file.
        where: a folder that nobody else writes to: when it is whole, `keep` gives it its place.
        alive: called whenever another frame of a video was read.
    """
    try:
        taken = (_photo if job.kind == "photo" else _frames)(job, file, where, alive)
        file.stayed()  # or its pictures would be remembered as those of other bytes
        with files.whole(where / LIST) as part:
            kept = {"shots": [asdict(shot) for shot in taken.shots], "notes": taken.notes}
            part.write_text(json.dumps(kept), encoding="utf-8")
    except BaseException as error:
        drop(where)
        if isinstance(error, SourceError):
            return Taken(failure=str(error))
        raise
    return taken


def drop(where: Path) -> None:
    """Leave nothing of a file that was not taken to its end: a disk that half a film has filled would stay full."""
    shutil.rmtree(where, ignore_errors=True)


class Bench:
    """A folder for what one run has not taken to its end; those that killed runs left are dropped.

    Each has a lock beside it, which the system frees when its run is killed.
    """

    def __init__(self) -> None:
        around = files.cache_dir("pictures/unfinished").absolute()
        with FileLock(around.with_suffix(".lock")):  # so that no other run finds this bench before it has its own lock
            for other in {path.with_suffix("") for path in around.iterdir()}:
                with suppress(Timeout), _lock(other) as lock:  # else its run is still at work
                    drop(other)
                    Path(lock.lock_file).unlink(missing_ok=True)
            self.folder = Path(tempfile.mkdtemp(dir=around))
            self._lock = _lock(self.folder)
            self._lock.acquire()

    def close(self) -> None:
        """Drop what is there: nobody works in it any more."""
        drop(self.folder)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def _lock(bench: Path) -> FileLock:
    return FileLock(bench.with_suffix(".lock"), timeout=0)


def keep(own: Path, where: Path) -> None:
    """Give a folder that was taken to its end its place, the `folder` of its job and file.

    What another run has finished there in the meantime is the same, and never gone: somebody may be copying it.
    """
    try:
        own.rename(where)
    except OSError:  # there is something: whole, or what is left of it
        for path in sorted(own.iterdir(), key=lambda path: path.name == LIST):
            path.replace(where / path.name)
        drop(own)


def folder(job: Job, file: Fetched) -> Path:
    """Where the pictures of a file are kept: by its bytes, what is asked of it, and the code that decodes."""
    key = json.dumps([file.sha256, asdict(job), _code()])
    return files.cache_dir("pictures") / hashlib.sha256(key.encode()).hexdigest()


def _photo(job: Job, file: Fetched, where: Path, _: Callable[[], None]) -> Taken:
    picture = pictures.read(file.path, job.channels)
    if not picture.suffix:
        images.write(where / "photo.png", picture.image)
    height, width = picture.image.shape[:2]
    gray = pictures.is_gray(picture.image)
    shot = Shot("" if picture.suffix else "photo.png", picture.suffix or ".png", width, height, gray=gray)
    _write_thumbnails(where, [registration.thumbnail(picture.image)])
    return Taken((shot,), picture.notes, source=file.path, folder=where)


def _frames(job: Job, file: Fetched, where: Path, alive: Callable[[], None]) -> Taken:
    sampler = video.Sampler(file.path, job.every, job.neighbours, alive)
    shots, thumbnails = [], []
    for frame in sampler:
        name = f"{frame.index:05d}.png"
        image = np.ascontiguousarray(frame.image[..., ::-1]) if job.channels == "bgr" else frame.image
        images.write(where / name, image)
        height, width = image.shape[:2]
        shots.append(Shot(name, ".png", width, height, frame.index, round(frame.time, 3)))
        thumbnails.append(registration.thumbnail(image))
    _write_thumbnails(where, thumbnails)
    return Taken(tuple(shots), (sampler.note,) if sampler.note else (), source=file.path, folder=where)


def _write_thumbnails(where: Path, thumbnails: list[images.Image]) -> None:
    with files.whole(where / THUMBNAILS) as part, part.open("wb") as stream:
        np.save(stream, np.stack(thumbnails))


@cache
def _code() -> tuple[str, ...]:
    modules = (pictures, colours, damage, tiffs, video, registration, images)
    ours = (files.sha256(Path(module.__file__ or "")) for module in modules)
    return (cv2.__version__, PIL.__version__, pillow_heif.__version__, *ours)
