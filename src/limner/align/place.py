"""How a face is put into its square: where each picture's points go in the frame.

eyes    level, both irises where every face has them
box     as a face detector crops: the box around its landmarks in the middle, as wide as faces are, and not levelled
loose   as `eyes`, then turned, scaled and shifted at random, as pictures are that nobody aligned
whole   the whole picture made square, with nothing cropped or levelled (`picture` resizes it: no face decides)
"""

import hashlib

import numpy as np

from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.landmarks import Face
from limner.blocks import Align

BOX = 2.6
"""Longer side of the box around a face's landmarks, in eye distances, as measured on average: 2.56 for two of the
default people, 2.78 for the third and 2.64 for CUHK's. So `box` shows faces as large as `eyes` does: 0.78 of the frame
for eyes that are 0.3 of it apart."""

TURN = 15.0
"""Greatest turn of a loose face to either side, degrees."""
GROW = 0.2
"""Greatest change of its size, share."""
SHIFT = 0.12
"""Greatest way in x and in y, share of the frame's side."""


def matrix(face: Face, params: Align, draw: str) -> Floats:
    """The (2, 3) similarity that puts a face of a picture into the frame, by `params.place`; not for `whole`.

    Args:
        face: as it was found in the picture.
        params: of the frame.
        draw: what decides how a `loose` face is disturbed; equal texts, equal disturbances.
    """
    if params.place == "box":
        scale = BOX * params.eye_distance / face.extent
        return geometry.about(face.box.mean(axis=0), _middle(params), 0.0, scale)
    level = geometry.similarity(face.irises, params.eyes, params.eye_distance)
    if params.place == "loose":
        turn, grow, *shift = _draws(draw)
        middle = _middle(params)
        to = middle + SHIFT * params.size * np.array(shift)
        return geometry.after(geometry.about(middle, to, TURN * turn, 1 + GROW * grow), level)
    return level


def _middle(params: Align) -> Floats:
    return np.full(2, (params.size - 1) / 2)


def _draws(text: str) -> list[float]:
    """Four numbers, evenly distributed in [-1, 1), that nothing but the text decides."""
    bits = np.frombuffer(hashlib.sha256(f"loose {text}".encode()).digest(), "<u8")
    return [float(number) / 2**63 - 1 for number in bits]
