"""One picture on its way to an aligned face: read, search, judge, warp."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from limner import images
from limner.align import geometry
from limner.align.landmarks import Landmarker
from limner.align.memory import Aligned, Facts
from limner.align.persons import Likeness
from limner.align.search import SMALL, centred, find
from limner.align.warp import warp
from limner.errors import SourceError
from limner.params import Align


def align(path: Path, gray: bool, params: Align, landmarker: Landmarker, likeness: Likeness | None = None) -> Aligned:
    """Level and crop a face of a picture: the one most like the person if there is a `likeness`, else the largest.

    `gray` makes the result (size, size) instead of RGB. What is wrong with a picture is told in the result's facts,
    so one bad picture never stops the others.
    """
    try:
        picture = images.read(path)
    except SourceError as error:
        return Aligned(Facts("failed", str(error)))
    faces = find(landmarker, picture)
    if not faces:
        height, width = picture.shape[:2]
        return Aligned(Facts("skipped", f"no face found in {width} x {height} pixels"))
    face, far = faces[0], None
    if likeness is not None:
        face, far = likeness.nearest(picture, faces)
        if far > params.same_person:
            return Aligned(Facts("skipped", _nobody(len(faces), far, params.same_person), len(faces)))
        if face is not faces[0] and face.extent < SMALL * max(picture.shape[:2]):
            face = centred(landmarker, picture, face)
    facts = Facts(
        faces_found=len(faces),
        from_reference=far,
        eye_distance=geometry.distance(face.irises),
        yaw=face.yaw,
        roll=geometry.roll(face.irises),
    )
    if reason := _refusal(facts, params):
        return Aligned(replace(facts, left_out="skipped", reason=reason))
    matrix = geometry.similarity(face.irises, params.eyes, params.eye_distance)
    # A drawing's lines are made gray before the warp: Lanczos rings differently in each channel.
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if gray else picture
    frame, share = warp(pixels, matrix, params.size)
    points = geometry.transform(matrix, face.points).astype(np.float32)
    return Aligned(replace(facts, outside=share), images.encode(frame), points)


def _nobody(faces: int, far: float, most: float) -> str:
    """Why a picture of somebody else is not used."""
    what = "the face in it is" if faces == 1 else f"of {faces} faces the nearest is"
    return (
        f"matches nobody: {what} {far:.2f} from the reference photo; at most {most:g} are allowed (align.same_person)"
    )


def _refusal(facts: Facts, params: Align) -> str:
    """Why a face that was found is not used; empty if it is."""
    if facts.eye_distance < params.min_eye_distance:
        return (
            f"the irises are {facts.eye_distance:.1f} pixels apart; "
            f"at least {params.min_eye_distance:g} are needed (align.min_eye_distance)"
        )
    if abs(facts.yaw) > params.max_yaw:
        return (
            f"the head is turned {abs(facts.yaw):.0f} degrees to a side; "
            f"at most {params.max_yaw:g} are allowed (align.max_yaw)"
        )
    return ""
