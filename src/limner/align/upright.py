"""A face that was found, looked at once more with its eyes level, and with its head up.

mediapipe places the eyes of a face that lies on its side less well, and lays an upright mesh over one that stands on
its head, as if nothing were wrong; its detector alone is less sure of such a face than of the same one turned round.
"""

import cv2
import numpy as np

from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.landmarks import Face, Landmarker
from limner.images import Image

TILTED = 35.0
"""Degrees between a face's eye line and the picture's from which it is looked at again."""
LEVEL = 8.0
"""Degrees, below which that was once enough."""
SIDE, GLANCE = 512, 192
"""Pixels of the square that is looked at then, and of the one that the detector is asked about, which sees 128."""
EYES, APART = (0.5, 0.42), 0.25
"""Where in them the middle between the eyes is, and how far they are apart, in shares of the side: all of a head."""
SURE, DOUBT, SURER = 0.88, 0.75, 0.03
"""How sure the detector mostly is of an upright face; how sure it is at least; and by how much more of the same face
turned by quarters before that is believed. Of 167 photos and drawings it is .80 to .99, and at least .08 less of each
turned."""
WIDE = 0.4
"""Of the square's scale, where it is not even that sure: the mesh may lie beside the face, and be small."""


def upright(landmarker: Landmarker, image: Image, face: Face, held: bool = False) -> Face:
    """A face of an (H, W, 3) RGB picture, from a look at it with its head up; itself if the picture has it so.

    Args:
        landmarker: looks.
        image: the picture.
        face: as it was found.
        held: the picture is known not to stand on its head, which takes a fifth of a look to find out.
    """
    if abs(geometry.roll(face.irises)) > TILTED:
        face = _levelled(landmarker, image, face)
    if held:
        return face
    sure = sureness(landmarker, image, face)
    for least, scale in ((SURE, 1.0), (DOUBT, WIDE)):
        if sure < least and (other := _head_up(landmarker, image, face, scale, sure + SURER)):
            face = _levelled(landmarker, image, other)
            sure = sureness(landmarker, image, face)
    return face


def sureness(landmarker: Landmarker, image: Image, face: Face) -> float:
    """How sure the detector is, in [0, 1], that this is an upright face once its eyes are level."""
    return landmarker.sureness(_square(image, face, GLANCE))


def _head_up(landmarker: Landmarker, image: Image, face: Face, scale: float, least: float) -> Face | None:
    """The face once more, turned by the quarters in which the detector is surest that it is one; None if it is not
    more so than `least`."""
    square = _square(image, face, GLANCE, scale)
    sure = [landmarker.sureness(np.rot90(square, quarters)) for quarters in range(4)]
    return _look(landmarker, image, face, scale, int(np.argmax(sure))) if max(sure) > least else None


def _levelled(landmarker: Landmarker, image: Image, face: Face) -> Face:
    """The face from one look with its eyes level, or two if they were not yet in the first."""
    for _ in range(2):
        before = face
        face = _look(landmarker, image, before) or before
        turned = geometry.roll(face.irises) - geometry.roll(before.irises)
        if abs((turned + 180) % 360 - 180) < LEVEL:
            break
    return face


def _look(landmarker: Landmarker, image: Image, face: Face, scale: float = 1.0, quarters: int = 0) -> Face | None:
    """The face in the middle of its square, turned to the left by so many quarters, if one is seen there."""
    seen = landmarker.detect(np.rot90(_square(image, face, SIDE, scale), quarters))
    if not seen:
        return None
    centre = np.full(2, (SIDE - 1) / 2)
    nearest = min(seen, key=lambda found: float(np.abs(found.box.mean(axis=0) - centre).max()))
    turn = geometry.about(centre, centre, -90.0 * quarters, 1.0)
    back = geometry.inverse(geometry.after(turn, _matrix(face, SIDE, scale)))
    return Face(geometry.transform(back, nearest.points), nearest.yaw)


def _square(image: Image, face: Face, side: int, scale: float = 1.0) -> Image:
    """(side, side, 3) with its eyes level; what lies beyond the picture's edges goes on as its outermost pixels are."""
    matrix = _matrix(face, side, scale)
    return np.asarray(cv2.warpAffine(image, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _matrix(face: Face, side: int, scale: float) -> Floats:
    eyes = (EYES[0] * side - 0.5, EYES[1] * side - 0.5)
    return geometry.similarity(face.irises, eyes, scale * APART * side)
