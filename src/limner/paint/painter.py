"""One picture on its way to what a model makes of it: levelled, drawn if asked, painted, put back if asked."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from limner import images, params, sketch
from limner.align.landmarks import Landmarker
from limner.errors import LimnerError, ParamsError, choices
from limner.images import Image
from limner.nets.card import Card
from limner.paint import levelled, place, tones
from limner.paint.backends import Backend
from limner.paint.colour import is_photo
from limner.paint.levelled import Levelled
from limner.sketch import Effect

PARAMS = Path("params.yaml")


@dataclass(frozen=True)
class Options:
    """What a person may wish of each picture, as `limner paint --help` says it."""

    style: str | None
    back: bool
    side_by_side: bool
    all_faces: bool
    aligned: bool
    max_yaw: float
    landmarker: Path
    label: str | None = None
    """Of every picture, for a model that knows labels; "" where it is not known."""


class Painter:
    """A model and what else each picture needs; use it in a `with` block, which frees the landmarker.

    Raises:
        ParamsError: the options do not fit the model or one another, a label among them, or params.yaml has no such
            style.
        ModelError: pictures are to be put right for a model that has no frame for them.
        LimnerError: the landmarker's file is missing.
    """

    def __init__(self, backend: Backend, options: Options) -> None:
        if options.aligned and (options.back or options.all_faces):
            raise ParamsError("--aligned pictures are one face each and nothing else: no --back, no --all-faces")
        if not options.aligned:
            _ = backend.card.eyes  # it has a frame to put pictures into
            if not options.landmarker.is_file():
                raise LimnerError(
                    f"{options.landmarker} does not exist: `dvc repro scrape` fetches it, --landmarker names another "
                    "place (data/manifests/models.csv has its url), and --aligned pictures need none"
                )
        _check_label(options.label, backend.card)
        self.card = backend.card
        self._backend = backend
        self._options = options
        self._effect = _effect(options.style, self.card.name, self.card.inputs) if options.style else None
        self._gray = self.card.inputs == 1 and self._effect is None
        self._held = ExitStack()

    def __enter__(self) -> "Painter":
        if not self._options.aligned:
            self._landmarker = self._held.enter_context(Landmarker(self._options.landmarker))
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def __call__(self, picture: Image) -> tuple[list[Image], list[str]]:
        """What becomes of an (H, W, 3) picture: a result, or with --all-faces one a face; and what is to be noted.

        Raises:
            FaceError: it holds no face that can be painted.
        """
        options, card, notes = self._options, self.card, []
        if self._gray and is_photo(picture):
            notes.append(f"it looks like a photo, and {card.name} reads drawings: --style STYLE draws it first")
        if options.aligned:
            return [self._shown(*self._painted(levelled.as_it_is(picture, card, self._gray)))], notes
        faces = levelled.level(picture, card, self._gray, self._landmarker, options.max_yaw, options.all_faces)
        if len(faces) > 1 and not options.all_faces:
            notes.append(f"{len(faces)} faces found, the largest is painted (--all-faces: each)")
            faces = faces[:1]
        if options.back:
            return [self._back(picture, faces)], notes
        return [self._shown(*self._painted(face.image)) for face in faces], notes

    def _painted(self, frame: Image) -> tuple[Image, Image]:
        """What the model sees of a frame, and what it makes of it: (size, size) or (size, size, 3) both."""
        drawn = self._effect(frame) if self._effect else frame
        size = self.card.size
        seen = images.resize(drawn, size, size)
        stacked = seen.reshape(size, size, -1).transpose(2, 0, 1)[None]
        made = self._backend(np.ascontiguousarray(stacked), self._options.label or "")[0].transpose(1, 2, 0).squeeze()
        return seen, np.ascontiguousarray(made)

    def _shown(self, before: Image, after: Image) -> Image:
        return _beside(before, after) if self._options.side_by_side else after

    def _back(self, picture: Image, faces: list[Levelled]) -> Image:
        card, whole = self.card, picture
        for face in reversed(faces):  # the largest last, on top
            made = self._painted(face.image)[1]
            weight = place.mask(face.points, card.frame_size, card.eyes[1])
            if self._effect:  # photo in, photo out; a drawing and a photo each have tones of their own
                made = tones.like(made, face.image, weight)
            whole = place.back(whole, made, face.matrix, weight)
        return self._shown(picture, whole)


def _check_label(label: str | None, card: Card) -> None:
    """Refuse a label that the model does not know, and none where it wants one."""
    if not card.labels and label is not None:
        raise ParamsError(f"--label {label}: {card.name} knows no labels, so leave --label out")
    if card.labels and label is None:
        raise ParamsError(
            f"{card.name} is told the {card.label} of each picture: --label says it, one of {', '.join(card.labels)}; "
            "'' where you do not know it"
        )
    if label and label not in card.labels:
        raise ParamsError(f"--label: {card.name} knows no {card.label} {label!r}; {choices(label, card.labels)}")


def _effect(style: str, model: str, inputs: int) -> Effect:
    """What draws a photo for a model that reads drawings."""
    if inputs == 3:
        raise ParamsError(f"--style {style}: {model} reads photos, so there is nothing to draw first")
    if not PARAMS.is_file():
        raise ParamsError(
            f"--style {style}: styles are blocks of a project's {PARAMS}, and there is none here: run this in the "
            "project's folder, or name pictures that are drawn already"
        )
    styles = params.load(PARAMS).styles
    if style not in styles:
        raise ParamsError(f"--style: no effect draws {style!r}; {choices(style, styles)}")
    return sketch.load(style, styles[style])


def _beside(*pictures: Image) -> Image:
    """Pictures of one height, left to right, in RGB."""
    coloured = [cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB) if picture.ndim == 2 else picture for picture in pictures]
    return np.concatenate(coloured, axis=1).astype(np.uint8, copy=False)
