"""What a person names on the command line (pictures, videos, folders, patterns) as pictures, one by one."""

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from limner.images import Image
from limner.scrape import pictures
from limner.scrape.video import Sampler
from limner.tables import Problem

PICTURES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".png",
        ".webp",
        ".tif",
        ".tiff",
        ".bmp",
        ".gif",
        ".avif",
        ".jp2",
        ".heic",
        ".heif",
        ".ppm",
        ".pgm",
        ".pbm",
    ]
)
VIDEOS = frozenset([".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv"])


@dataclass(frozen=True)
class Picture:
    """One picture to paint from."""

    stem: str
    """What its result is called: the file's name without its ending, of a video with `~` and the frame's number."""
    image: Image
    """(H, W, 3) RGB, upright, sRGB."""
    notes: tuple[str, ...] = ()
    """What a person should know of how it was read."""


def find(named: Sequence[str], out: Path) -> tuple[list[Path], list[Problem]]:
    """The files that are meant, each once, and what was named for nothing.

    A file is taken whatever its ending; of a folder all pictures and videos below it, but those that are hidden or lie
    in `out`, where the results go. A name that is neither may be a pattern, with `**` for any folders.
    """
    files: dict[Path, Path] = {}
    problems = []
    for name in named:
        path = Path(name)
        if path.exists():
            found = _below(path, out) if path.is_dir() else [path]
            missing = f"holds no picture or video ({' '.join(sorted(PICTURES | VIDEOS))})"
        elif glob.has_magic(name):
            matches = [Path(match) for match in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207 - from any root
            found = [file for match in matches for file in (_below(match, out) if match.is_dir() else [match])]
            missing = "matches no picture or video"
        else:
            found, missing = [], "does not exist"
        if not found:
            problems.append(Problem(name, "failed", missing))
        for file in found:
            files.setdefault(file.resolve(), file)
    return list(files.values()), problems


def _below(folder: Path, out: Path) -> list[Path]:
    """The pictures and videos in a folder and the folders within it, by name."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in PICTURES | VIDEOS
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and out.resolve() not in file.resolve().parents
    ]


def read(path: Path, every: int) -> Iterator[Picture]:
    """The picture in a file, or each `every`th frame of a video.

    Raises:
        SourceError: it can be decoded as neither.
    """
    if path.suffix.lower() in VIDEOS:
        for frame in Sampler(path, every, neighbours=0):
            yield Picture(f"{path.stem}~{frame.index:05d}", frame.image)
    else:
        picture = pictures.read(path)
        yield Picture(path.stem, picture.image, picture.notes)
