"""Styles made of another style's drawings: copied by a less certain hand, with something erased, or out of place."""

from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from limner import images, sketches
from limner.blocks import Altered
from limner.errors import LimnerError, choices
from limner.sketch import write_all
from limner.sketch.erase import Floats, erase, rub
from limner.sketch.tone import scale
from limner.sketch.wobble import displaced, wobble

FROM = tuple(family for family in sketches.FAMILIES if family != "altered")
"""The families whose drawings can be altered."""


def source(root: Path, how: Altered) -> Path:
    """The folder below `root`, data/sketches, of the drawings that are altered.

    Raises:
        LimnerError: no effect and no artist has drawn that style; only their drawings can be altered.
    """
    found = {style: folder for style, folder in sketches.folders(root).items() if folder.parent.name in FROM}
    if how.of not in found:
        raise LimnerError(
            f"no drawings of effects or artists in the style {how.of!r} below {root}; " + choices(how.of, found)
        )
    return found[how.of]


def alter(drawing: images.Image, landmarks: Floats, face: str, how: Altered) -> images.Image:
    """Alter one drawing: it wobbles first, what is erased is erased where it then stands, and all of it moves at last.

    Args:
        drawing: (H, W) gray.
        landmarks: (478, 2 or more) x, y in pixels of that drawing.
        face: its id, which decides with `how.draw` what is random.
        how: the style's block in params.yaml.

    Returns:
        (H, W), a new picture.
    """
    seed = f"{face} {how.draw}"
    done = wobble(drawing, how.wobble, seed)
    if how.erase:
        if how.wobble:
            landmarks = displaced(landmarks, how.wobble, seed, drawing.shape[0])
        done = rub(done, landmarks, seed) if how.erase == "any" else erase(done, landmarks, how.erase)
    return shift(done, how.shift, seed)


def shift(drawing: images.Image, pixels: float, seed: str) -> images.Image:
    """Move a drawing as a whole, as where drawing and photo were not cropped alike; its border goes on as it is there.

    Args:
        drawing: (H, W) gray.
        pixels: root mean square of the ways over all seeds, pixels of the 400x400 face; 0 changes nothing. A seed has
            one direction, along which `pixels` only moves it farther.
        seed: whatever tells drawings apart that are to be moved differently.

    Returns:
        (H, W), a new picture.
    """
    if not pixels:
        return drawing.copy()
    height, width = drawing.shape
    ways = np.random.default_rng(list(f"shift {seed}".encode())).standard_normal(2) * pixels / np.sqrt(2)
    move: Any = np.column_stack([np.eye(2), ways * scale(height)])
    moved: Any = cv2.warpAffine(drawing, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def alter_all(drawings: Path, landmarks: Path, frame: int, how: Altered, out: Path, workers: int = 0) -> None:
    """Alter every drawing of a folder into `out`, under its own name.

    A drawing by hand was aligned by its own landmarks into the frame of its photo, whose landmarks serve all drawings.

    Args:
        drawings: a style's folder.
        landmarks: data/landmarks.npz, pixels of the aligned faces.
        frame: side of the aligned faces, pixels.
        how: the style's block in params.yaml.
        out: the folder of the altered style.
        workers: processes; 0: every core.

    Raises:
        LimnerError: there are no drawings, or some cannot be altered; the others are altered all the same.
    """
    write_all(partial(_altered, landmarks, frame, how), drawings, "drawings", out, f"alter {out.name}", workers)


def _altered(landmarks: Path, frame: int, how: Altered, path: Path) -> images.Image:
    """What becomes of the drawing at `path`.

    Raises:
        LimnerError: it cannot be read, or something is to be erased and where its features lie is not known.
    """
    drawing = images.read_gray(path)
    points = np.zeros((478, 3), np.float32)
    if how.erase:
        with np.load(landmarks) as known:
            if path.stem not in known or not np.isfinite(known[path.stem]).all():
                raise LimnerError(f"{path}: nothing can be erased, for {landmarks} has no landmarks of {path.stem!r}")
            points = known[path.stem] * drawing.shape[0] / frame
    return alter(drawing, points, path.stem, how)
