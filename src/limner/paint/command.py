"""`limner paint`: pictures of faces in, what a model makes of them out."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from limner import images, params, sketch
from limner.align.landmarks import Landmarker
from limner.errors import LimnerError, ParamsError, choices
from limner.images import Image
from limner.paint import inputs, levelled, place
from limner.paint.backends import Backend
from limner.paint.colour import is_photo
from limner.paint.inputs import Picture
from limner.paint.levelled import Levelled
from limner.paint.names import Names
from limner.progress import progress
from limner.sketch import Effect
from limner.tables import Problem


@dataclass(frozen=True)
class Options:
    """What a person may wish, as `limner paint --help` says it."""

    style: str | None
    side_by_side: bool
    back: bool
    aligned: bool
    all_faces: bool
    every: int
    force: bool
    max_yaw: float
    landmarker: Path


def paint(named: list[str], backend: Backend, out: Path, options: Options) -> int:
    """Paint from all pictures that are `named` into the folder `out`; return how many were made.

    What one picture lacks is told at the end and stops no other.

    Raises:
        LimnerError: an option does not fit the model or another one, a file that all pictures need is missing, or
            nothing could be made.
    """
    painter = Painter(backend, options)
    files, problems = inputs.find(named, out)
    names = Names(out, files, options.force)
    made = 0
    with painter, progress(len(files), f"{backend.card.name} ({backend.name})") as bar:
        for file in files:
            try:
                for picture in inputs.read(file, options.every):
                    try:
                        for stem, image in painter(picture):
                            images.write(names.claim(stem), image)
                            made += 1
                    except LimnerError as error:
                        problems.append(Problem(_called(file, picture), "skipped", str(error)))
                    problems += [Problem(_called(file, picture), "noted", note) for note in painter.notes(picture)]
            except LimnerError as error:
                problems.append(Problem(str(file), "failed", str(error)))
            bar.update()
    for problem in problems:
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)
    if not made:
        raise LimnerError(f"nothing was painted from {', '.join(named)}")
    print(f"{made} picture{'s' * (made > 1)} in {out}")
    return made


def _called(file: Path, picture: Picture) -> str:
    """A picture in messages: its file, and the frame of a video."""
    return str(file) if picture.stem == file.stem else f"{file}{picture.stem.removeprefix(file.stem)}"


class Painter:
    """What is done with each picture: level its faces, draw them if asked, paint, put back if asked.

    Use it in a `with` block, which frees the landmarker.

    Raises:
        LimnerError: the options do not fit, or the landmarker's file is missing.
    """

    def __init__(self, backend: Backend, options: Options) -> None:
        self.card = backend.card
        self._backend = backend
        self._options = options
        if options.aligned and (options.back or options.all_faces):
            raise ParamsError("--aligned pictures are one face each and nothing else: no --back, no --all-faces")
        self._effect = self._load(options.style) if options.style else None
        self._gray = self.card.inputs == 1 and self._effect is None
        if not options.aligned and not options.landmarker.is_file():
            raise LimnerError(
                f"{options.landmarker} does not exist: `dvc repro scrape` fetches it, --landmarker names another place "
                "(data/manifests/models.csv has its url), and --aligned pictures need none"
            )
        self._held = ExitStack()
        self._found: dict[str, int] = {}

    def _load(self, style: str) -> Effect:
        if self.card.inputs == 3:
            raise ParamsError(f"--style {style}: {self.card.name} reads photos, so there is nothing to draw first")
        if not Path("params.yaml").is_file():
            raise ParamsError(
                f"--style {style}: styles are blocks of a project's params.yaml, and there is none here: run this in "
                "the project's folder, or name pictures that are drawn already"
            )
        styles = params.load().styles
        if style not in styles:
            raise ParamsError(f"--style: no effect draws {style!r}; {choices(style, styles)}")
        return sketch.load(style, styles[style])

    def __enter__(self) -> "Painter":
        if not self._options.aligned:
            self._landmarker = self._held.enter_context(Landmarker(self._options.landmarker))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def __call__(self, picture: Picture) -> Iterator[tuple[str, Image]]:
        """The results of one picture, each with the stem of its name: one, or with --all-faces one a face."""
        options = self._options
        if options.aligned:
            frame = levelled.as_it_is(picture.image, self.card, self._gray)
            yield picture.stem, self._shown(*self._painted(frame))
            return
        faces = levelled.level(picture.image, self.card, self._gray, self._landmarker, options.max_yaw)
        self._found = {picture.stem: len(faces)}
        taken = faces if options.all_faces else faces[:1]
        if options.back:
            yield picture.stem, self._back(picture.image, taken)
            return
        for number, face in enumerate(taken, start=1):
            stem = picture.stem if number == 1 else f"{picture.stem}~face{number}"
            yield stem, self._shown(*self._painted(face.image))

    def notes(self, picture: Picture) -> Iterator[str]:
        """What a person should know of a picture that was just painted."""
        yield from picture.notes
        found = self._found.get(picture.stem, 1)
        if found > 1 and not self._options.all_faces:
            yield f"{found} faces found, the largest is painted (--all-faces: each)"
        if self._gray and is_photo(picture.image):
            yield f"it looks like a photo, and {self.card.name} reads drawings: --style STYLE draws it first"

    def _painted(self, frame: Image) -> tuple[Image, Image]:
        """What the model sees of a frame, and what it makes of it: (size, size) or (size, size, 3)."""
        drawn = self._effect(frame) if self._effect else frame
        size = self.card.size
        seen = images.resize(drawn, size, size)
        stacked = seen.reshape(size, size, -1).transpose(2, 0, 1)[None]
        made = self._backend(np.ascontiguousarray(stacked))[0].transpose(1, 2, 0).squeeze()
        return seen, np.ascontiguousarray(made)

    def _shown(self, seen: Image, made: Image) -> Image:
        return _beside(seen, made) if self._options.side_by_side else made

    def _back(self, whole: Image, faces: list[Levelled]) -> Image:
        card, result = self.card, whole
        for face in reversed(faces):  # the largest last, on top
            _, made = self._painted(face.image)
            weight = place.mask(face.points, card.frame_size, card.frame_eye_distance)
            result = place.back(result, made, face.matrix, weight)
        return _beside(whole, result) if self._options.side_by_side else result


def _beside(*pictures: Image) -> Image:
    """Pictures of one height, left to right; gray ones as gray RGB if any has colour."""
    if any(picture.ndim == 3 for picture in pictures):
        pictures = tuple(
            picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
            for picture in pictures
        )
    return np.concatenate(pictures, axis=1)
