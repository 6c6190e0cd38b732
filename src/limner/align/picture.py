"""One picture on its way to an aligned face: read, search, judge, warp."""

from dataclasses import replace
from math import nan
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from limner import images
from limner.align import geometry, place
from limner.align.geometry import Floats
from limner.align.landmarks import Face, Landmarker
from limner.align.memory import Aligned, Facts
from limner.align.persons import Likeness
from limner.align.search import find, sharp
from limner.align.warp import squared, warp
from limner.blocks import Align
from limner.errors import SourceError
from limner.images import Image


def align(
    path: Path,
    gray: bool,
    params: Align,
    landmarker: Landmarker,
    likeness: Likeness | None = None,
    draw: str = "",
    film: bool = False,
) -> Aligned:
    """Put a face of a picture into its frame: the one most like the person if there is a `likeness`, else the largest.

    `gray` makes the result (size, size) instead of RGB, `draw` decides how a loose face lies (see `place.matrix`), and
    a frame of a `film` is not asked whether it stands on its head: its file says how it is held, and there are many.
    What is wrong with a picture is told in the result's facts, so one bad picture never stops the others.
    """
    try:
        picture = images.read(path)
    except SourceError as error:
        return Aligned(Facts("failed", str(error)))
    whole = params.place == "whole"
    # A drawing's lines are made gray before the warp: Lanczos rings differently in each channel.
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if gray else picture
    if whole and gray:  # nothing of it depends on its face, and its photo's landmarks serve it
        return Aligned(Facts(), _squared(pixels, params))
    faces = find(landmarker, picture, held=film)
    if not faces:
        height, width = picture.shape[:2]
        why = f"no face found in {width} x {height} pixels"
        if whole and likeness is None:
            unknown = Facts("", f"{why}: it is used whole, without landmarks", eye_distance=nan, yaw=nan, roll=nan)
            return Aligned(unknown, _squared(pixels, params))
        return Aligned(Facts("skipped", why))
    face, far = faces[0], None
    if likeness is not None:
        face, far = likeness.nearest(picture, faces)
        if far > params.same_person:  # behind somebody else, it may be
            faces = find(landmarker, picture, every=True, held=film)
            face, far = likeness.nearest(picture, faces)
        elif face is not faces[0]:
            face = sharp(landmarker, picture, face, held=film)
        if far > params.same_person:
            return Aligned(Facts("skipped", _nobody(len(faces), far, params.same_person), len(faces)))
    facts = Facts(
        faces_found=len(faces),
        from_reference=far,
        eye_distance=geometry.distance(face.irises),
        yaw=face.yaw,
        roll=geometry.roll(face.irises),
    )
    if reason := _refusal(facts, face, picture, params):
        return Aligned(replace(facts, left_out="skipped", reason=reason))
    if whole:
        return Aligned(facts, _squared(pixels, params), _points(_to_square(picture, params), face))
    matrix = place.matrix(face, params, draw)
    frame, share = warp(pixels, matrix, params.size)
    return Aligned(replace(facts, outside=share), images.encode(frame), _points(matrix, face))


def _squared(pixels: Image, params: Align) -> bytes:
    return images.encode(squared(pixels, params.size))


def _to_square(picture: Image, params: Align) -> Floats:
    """The (2, 3) matrix that `squared` resizes by; the corners of pixels meet, not their centres."""
    height, width = picture.shape[:2]
    scale = params.size / np.array([width, height])
    return np.column_stack([np.diag(scale), (scale - 1) / 2])


def _points(matrix: Floats, face: Face) -> npt.NDArray[np.float32]:
    return geometry.transform(matrix, face.points).astype(np.float32)


def _nobody(faces: int, far: float, most: float) -> str:
    """Why a picture of somebody else is not used."""
    what = "the face in it is" if faces == 1 else f"of {faces} faces the nearest is"
    return (
        f"matches nobody: {what} {far:.2f} from the reference photo; at most {most:g} are allowed (align.same_person)"
    )


def _refusal(facts: Facts, face: Face, picture: Image, params: Align) -> str:
    """Why a face that was found is not used; empty if it is."""
    if params.place == "whole":  # a small picture is taken as it is: it is judged by what it fills of the frame
        apart = geometry.distance(geometry.transform(_to_square(picture, params), face.irises))
        whose = "pixels apart in the frame"
    else:
        apart, whose = facts.eye_distance, "pixels apart"
    if apart < params.min_eye_distance:
        return (
            f"the irises are {apart:.1f} {whose}; "
            f"at least {params.min_eye_distance:g} are needed (align.min_eye_distance)"
        )
    if abs(facts.yaw) > params.max_yaw:
        return (
            f"the head is turned {abs(facts.yaw):.0f} degrees to a side; "
            f"at most {params.max_yaw:g} are allowed (align.max_yaw)"
        )
    return ""
