"""Finding faces of any size: the whole picture first, and where faces look small there, its parts.

mediapipe's detector looks at the picture shrunk to a fixed size: measured, it places a face's eyes less and
less well below a fifth of the picture's longer side, and misses it below a tenth. Most pictures cost one look.
"""

from collections.abc import Iterator
from itertools import product
from math import ceil

import numpy as np

from limner.align.landmarks import Face, Landmarker
from limner.align.upright import SURE, sureness, upright
from limner.images import Image

SMALL = 0.2
"""Share of the picture's longer side below which a face is looked at again."""

DIVISIONS = (2, 4, 8)
"""Parts along the longer side, tried one after the other until there is a face; they overlap by half."""

LEAST = 200
"""Pixels of a part's side, if it is to be looked at: faces that smaller ones alone show have their eyes less than 10
apart."""


def find(landmarker: Landmarker, image: Image, every: bool = False, held: bool = False) -> list[Face]:
    """The faces in an (H, W, 3) RGB picture, the largest first; pixels of that picture.

    Args:
        landmarker: finds them.
        image: to look at.
        every: look for small faces beside a large one too, and make all of them `sharp`; otherwise the first is.
        held: as of `upright`.
    """
    faces = landmarker.detect(image)
    # They may all stand on their heads; but it takes little for a face to be seen there.
    turned = [] if faces or held else [face.turned(image) for face in landmarker.detect(image[::-1, ::-1])]
    faces = faces or [face for face in turned if sureness(landmarker, image, face) > SURE]
    longer = max(image.shape[:2])
    whole = bool(faces) and faces[0].extent >= SMALL * longer
    # There may be more faces, or larger ones, than the whole picture shows.
    for division in DIVISIONS if every or not whole else ():
        if ceil(longer / division) < LEAST:
            break
        before = len(faces)
        rectangles = parts(image.shape[1], image.shape[0], division)
        seen = [face for rectangle in rectangles for face in _look(landmarker, image, *rectangle)]
        faces = distinct(faces + seen)
        # Where a large face is, halves may show nothing that the whole does not, and quarters do.
        if faces and not (every and (division == DIVISIONS[0] or len(faces) > before)):
            break
    faces = faces or turned
    for at, face in enumerate(faces if every else faces[:1]):
        near = face if whole and at == 0 else centred(landmarker, image, face)
        faces[at] = upright(landmarker, image, near, held)
    return faces


def sharp(landmarker: Landmarker, image: Image, face: Face, held: bool = False) -> Face:
    """A face that was seen among others in an (H, W, 3) picture, as exactly as can be; `held` as of `upright`."""
    return upright(landmarker, image, centred(landmarker, image, face), held)


def parts(width: int, height: int, division: int) -> Iterator[tuple[int, int, int, int]]:
    """Rectangles (x0, y0, x1, y1) that cover a picture, each overlapping its neighbours by half or more."""
    side = ceil(max(width, height) / division)
    across, down = min(side, width), min(side, height)
    for y, x in product(_starts(height, down), _starts(width, across)):
        yield x, y, x + across, y + down


def _starts(length: int, side: int) -> list[int]:
    count = 1 + ceil((length - side) / max(side / 2, 1))
    return [int(start) for start in np.linspace(0, length - side, count)]


def distinct(faces: list[Face]) -> list[Face]:
    """Drop the faces that lie on a larger one: overlapping parts see the same face."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.extent):
        centre = face.box.mean(axis=0)
        if all(np.abs(centre - other.box.mean(axis=0)).max() > other.extent / 2 for other in kept):
            kept.append(face)
    return kept


def _look(landmarker: Landmarker, image: Image, x0: int, y0: int, x1: int, y1: int) -> list[Face]:
    return [face.moved(x0, y0) for face in landmarker.detect(image[y0:y1, x0:x1])]


def centred(landmarker: Landmarker, image: Image, face: Face) -> Face:
    """The face of an (H, W, 3) picture once more, from a look with it in the middle: large, cut by no part's edge."""
    x, y = face.box.mean(axis=0)
    reach = 1.5 * face.extent
    x0, y0 = max(0, int(x - reach)), max(0, int(y - reach))
    again = _look(landmarker, image, x0, y0, ceil(x + reach), ceil(y + reach))
    return min(again, key=lambda other: np.abs(other.box.mean(axis=0) - [x, y]).max(), default=face)
