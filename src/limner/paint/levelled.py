"""Faces of a picture in the frame that a model's card states."""

from dataclasses import dataclass

import cv2
import numpy as np

from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.landmarks import Face, Landmarker
from limner.align.search import find, sharp
from limner.align.warp import warp
from limner.errors import FaceError
from limner.images import Image, resize
from limner.nets.card import Card


@dataclass(frozen=True)
class Levelled:
    """One face as a model's frame shows it."""

    image: Image
    """(frame_size, frame_size, 3) RGB, or (frame_size, frame_size) gray."""
    matrix: Floats
    """(2, 3): from a point of the picture to one of the frame."""
    points: Floats
    """(478, 3) landmarks, pixels of the frame."""


def level(
    picture: Image, card: Card, gray: bool, landmarker: Landmarker, most_yaw: float, every: bool
) -> list[Levelled]:
    """The faces of an (H, W, 3) picture, the largest first.

    Args:
        picture: to look at.
        card: of the model, which states the frame.
        gray: make the picture gray before the warp, as drawings are: Lanczos rings differently in each channel.
        landmarker: finds the faces.
        most_yaw: heads that are turned further to a side are left out, degrees.
        every: look for small faces beside a large one too.

    Raises:
        FaceError: there is no face, or none that looks this way.
    """
    height, width = picture.shape[:2]
    faces = find(landmarker, picture, every)
    if not faces:
        raise FaceError(f"no face found in {width} x {height} pixels; what is level already needs none (--aligned)")
    frontal = [face for face in faces if abs(face.yaw) <= most_yaw]
    if not frontal:
        least = min(abs(face.yaw) for face in faces)
        raise FaceError(f"the head is turned {least:.0f} degrees to a side; --max-yaw allows {most_yaw:g}")
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if gray else picture
    if not every and frontal[0] is not faces[0]:  # `find` has made sharp what was asked for
        frontal[0] = sharp(landmarker, picture, frontal[0])
    return [_levelled(pixels, face, card) for face in frontal]


def _levelled(pixels: Image, face: Face, card: Card) -> Levelled:
    matrix = geometry.similarity(face.irises, *card.eyes)
    image, _ = warp(pixels, matrix, card.frame_size)
    return Levelled(image, matrix, geometry.transform(matrix, face.points))


def as_it_is(picture: Image, card: Card, gray: bool) -> Image:
    """A picture that is in the model's frame already, of any size, as `Levelled.image` is.

    Raises:
        FaceError: it is no square.
    """
    height, width = picture.shape[:2]
    if height != width:
        raise FaceError(f"{width} x {height} pixels are no square, so it is not in the model's frame (--aligned)")
    pixels = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if gray else picture
    return resize(pixels, card.frame_size, card.frame_size)
