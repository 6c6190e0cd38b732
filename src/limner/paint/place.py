"""A painted face put back to where it was in its picture, so that nobody sees where it ends.

The face is taken, not the frame: what a model painted around it is the background it was trained on. The mask is the
oval of the landmarks; it falls smoothly to nothing within itself, before the oval's rim and before the frame's.
"""

import cv2
import numpy as np
import numpy.typing as npt

from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.warp import warp
from limner.distance import to_zero
from limner.images import Image
from limner.mesh import OVAL

FEATHER = 0.3
"""Width of the fading rim, distances of the irises: about from the cheekbone's edge half-way to the eye."""

Mask = npt.NDArray[np.float32]
"""(S, S) in [0, 1]: the share of the painted picture."""


def mask(points: Floats, size: int, eye_distance: float) -> Mask:
    """The face with landmarks `points`, (478, 3) pixels of a frame of `size` pixels a side."""
    oval = np.zeros((size, size), np.uint8)
    cv2.fillConvexPoly(oval, cv2.convexHull(np.rint(points[OVAL, :2]).astype(np.int32)), 255)
    oval[[0, -1]] = 0
    oval[:, [0, -1]] = 0
    inside = to_zero(oval)
    share = np.clip(inside / (FEATHER * eye_distance), 0, 1)
    # Smooth at both ends (Hermite's cubic), since the eye finds the corner of a straight ramp.
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def back(picture: Image, painted: Image, matrix: Floats, weight: Mask) -> Image:
    """`picture`, (H, W, 3), with the face that was painted from it.

    Args:
        picture: as it was; every pixel without weight stays.
        painted: (S, S, 3) or (S, S), what the model made of the frame, of any size.
        matrix: (2, 3), from the picture to the frame.
        weight: (F, F) the mask in the frame.
    """
    frame = weight.shape[0]
    y, x = np.nonzero(weight)
    if not x.size:
        return picture
    out = geometry.inverse(matrix)
    corners = np.array([(a, b) for a in (x.min() - 1, x.max() + 1) for b in (y.min() - 1, y.max() + 1)], np.float64)
    reach = geometry.transform(out, corners)
    height, width = picture.shape[:2]
    left, top = np.clip(np.floor(reach.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(reach.max(axis=0)) + 1, 0, (width, height)).astype(int)
    if right <= left or bottom <= top:
        return picture
    into = out.copy()
    into[:, 2] -= (left, top)

    share = cv2.warpAffine(weight, into, (right - left, bottom - top), flags=cv2.INTER_LINEAR)[..., None]
    colours = painted if painted.ndim == 3 else np.repeat(painted[..., None], 3, axis=2)
    enlarged = _from_size(into, frame, painted.shape[0])
    fine, _ = warp(np.ascontiguousarray(colours), enlarged, max(right - left, bottom - top))
    fine = fine[: bottom - top, : right - left]
    whole = picture.copy()
    here = whole[top:bottom, left:right]
    whole[top:bottom, left:right] = np.rint(here + share * (fine.astype(np.float32) - here)).astype(np.uint8)
    return whole


def _from_size(matrix: Floats, frame: int, size: int) -> Floats:
    """`matrix` from a frame of `frame` pixels a side, for the same frame at `size`; pixel centres are whole numbers."""
    step = frame / size
    moved = matrix.copy()
    moved[:, :2] *= step
    moved[:, 2] += matrix[:, :2] @ np.full(2, (step - 1) / 2)
    return moved
