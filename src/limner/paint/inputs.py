"""What a person names on the command line (pictures, videos, folders, patterns) as pictures, one by one."""

import glob
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from limner.images import Image
from limner.scrape import pictures
from limner.scrape.video import Sampler
from limner.tables import Problem

PICTURES = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif", ".jp2", ".heic", ".heif", ".ppm")
)
VIDEOS = frozenset((".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv"))
"""Endings of the files that are taken from folders."""


@dataclass(frozen=True)
class Picture:
    """One picture to paint from."""

    name: str
    """In messages: the file, of a video with `~` and the frame's number."""
    stem: str
    """What its result is called: the same without folder and ending."""
    image: Image
    """(H, W, 3) RGB, upright, sRGB."""


def find(named: Sequence[str], out: Path) -> tuple[list[Path], list[Problem]]:
    """The files that are meant, each once, and what was named for nothing.

    A file is taken whatever its ending; of a folder all pictures and videos below it that are not hidden. A name that
    is neither may be a pattern, with `**` for any folders. What lies in `out`, where the results go, is taken only
    where that very folder, or something in it, is named: results of a former run are no inputs of the next.
    """
    files: dict[Path, Path] = {}
    problems = []
    for name in named:
        base, matches, missing = _searched(name)
        there = [file for match in matches for file in _meant(match)]
        found = there if _lies_in(base, out) else [file for file in there if not _lies_in(file, out)]
        if not found:
            problems.append(Problem(name, "failed", missing + f" outside {out}, where the results go" * bool(there)))
        for file in found:
            files.setdefault(file.resolve(), file)
    return list(files.values()), problems


def _searched(name: str) -> tuple[Path, list[Path], str]:
    """The place that a name names for certain, the files and folders it means, and what to say if that is nothing."""
    path = Path(name)
    if path.exists():
        return path, [path], "holds no picture and no video"
    if not glob.has_magic(name):
        return path, [], "does not exist"
    fixed = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
    matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
    return fixed, [Path(match) for match in matches], "matches no picture and no video"


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _meant(path: Path) -> list[Path]:
    """A file itself; the pictures and videos in a folder and the folders within it, by name."""
    if not path.is_dir():
        return [path]
    return [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix.lower() in PICTURES | VIDEOS
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]


def read(path: Path, every: int, tell: Callable[[str], None]) -> Iterator[Picture]:
    """The picture in a file, or each `every`th frame of a video; `tell` hears what a person should know of it.

    Raises:
        SourceError: it can be decoded as neither.
    """
    if path.suffix.lower() in VIDEOS:
        sampler = Sampler(path, every, neighbours=0)
        for frame in sampler:
            number = f"~{frame.index:05d}"
            yield Picture(f"{path}{number}", f"{path.stem}{number}", frame.image)
        if sampler.note:
            tell(sampler.note)
    else:
        picture = pictures.read(path)
        for note in picture.notes:
            tell(note)
        yield Picture(str(path), path.stem, picture.image)
