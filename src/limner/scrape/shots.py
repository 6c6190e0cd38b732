"""From a fetched file to the pictures in it; by its content, so what did not change is not decoded again."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import cv2
import PIL

from limner import files, images
from limner.errors import SourceError
from limner.scrape import duplicates, pictures, video
from limner.scrape.store import Fetched


@dataclass(frozen=True)
class Job:
    """What to take from a file."""

    kind: str
    """photo or video"""
    channels: str = "rgb"
    """Of a photo: rgb or bgr."""
    every: int = 1
    """Of a video: frames from one sample to the next."""
    neighbours: int = 0
    """Of a video: frames on either side of a sampled one among which the sharpest is taken."""


@dataclass(frozen=True)
class Shot:
    """One picture, ready to be copied to data/raw."""

    file: str
    """In the memory's folder; empty if the source's own bytes can be used."""
    suffix: str
    """.jpg or .png"""
    width: int
    height: int
    hash: str
    """Perceptual hash, hexadecimal."""
    frame: int = 0
    """Of a video: index of the sampled frame."""
    time: float = 0.0
    """Of a video: seconds from its start."""


@dataclass(frozen=True)
class Taken:
    """All pictures of one file, or the reason why there are none."""

    shots: tuple[Shot, ...] = ()
    notes: tuple[str, ...] = ()
    failure: str = ""
    source: Path = Path()
    folder: Path = Path()

    def path(self, shot: Shot) -> Path:
        """Where a picture's bytes lie: in the memory, or in the source itself."""
        return self.folder / shot.file if shot.file else self.source


def recall(job: Job, file: Fetched) -> Taken | None:
    """What an earlier run took from the same bytes in the same way, or None."""
    folder = _folder(job, file)
    try:
        kept = json.loads((folder / "shots.json").read_text(encoding="utf-8"))
        shots = tuple(Shot(**shot) for shot in kept["shots"])
        taken = Taken(shots, tuple(kept["notes"]), source=file.path, folder=folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return taken if all(taken.path(shot).is_file() for shot in shots) else None


def take(work: tuple[Job, Fetched]) -> Taken:
    """Decode one file and remember its pictures. A failure is returned, not raised, and not remembered."""
    job, file = work
    folder = _folder(job, file)
    try:
        shots, notes = (_photo if job.kind == "photo" else _frames)(job, file.path, folder)
    except SourceError as error:
        return Taken(failure=str(error))
    # Last, and whole: where this file is, all that it names is there too.
    with files.whole(folder / "shots.json") as part:
        kept = {"shots": [asdict(shot) for shot in shots], "notes": notes}
        part.write_text(json.dumps(kept), encoding="utf-8")
    return Taken(tuple(shots), tuple(notes), source=file.path, folder=folder)


def _photo(job: Job, path: Path, folder: Path) -> tuple[list[Shot], list[str]]:
    picture = pictures.read(path, job.channels)
    if not picture.suffix:
        images.write(folder / "photo.png", picture.image)
    shot = _shot(picture.image, "" if picture.suffix else "photo.png", picture.suffix or ".png")
    return [shot], list(picture.notes)


def _frames(job: Job, path: Path, folder: Path) -> tuple[list[Shot], list[str]]:
    sampler = video.Sampler(path, job.every, job.neighbours)
    shots = []
    for frame in sampler:
        name = f"{frame.index:05d}.png"
        images.write(folder / name, frame.image)
        shots.append(_shot(frame.image, name, ".png", frame.index, frame.time))
    return shots, [sampler.note] if sampler.note else []


def _shot(image: images.Image, file: str, suffix: str, frame: int = 0, time: float = 0.0) -> Shot:
    height, width = image.shape[:2]
    return Shot(file, suffix, width, height, f"{duplicates.perceptual_hash(image):064x}", frame, round(time, 3))


def _folder(job: Job, file: Fetched) -> Path:
    """Where the pictures of a file are kept: by its bytes, what is asked of it, and the code that decodes."""
    key = json.dumps([file.sha256, asdict(job), _code()])
    return files.cache_dir("pictures") / hashlib.sha256(key.encode()).hexdigest()


@cache
def _code() -> tuple[str, ...]:
    ours = (files.sha256(Path(module.__file__ or "")) for module in (pictures, video, duplicates, images))
    return (cv2.__version__, PIL.__version__, *ours)
