"""Taking a feature out of a drawing, as an eraser would: bare paper, with a soft and slightly uneven edge."""

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image
from limner.mesh import IRISES, LEFT_EYE, NOSE, OUTER_LIPS, RIGHT_EYE
from limner.params import Feature

PAPER = 255
"""What is left; styles that shade the skin grey show a white patch, as an eraser leaves one on shaded paper."""
EDGE = 0.06
"""Width of the edge, from bare paper to untouched, of the eye distance."""
UNEVEN = 0.03
"""How far the edge wanders outwards and inwards, of the eye distance."""
WAVES = (2, 3, 5, 8)
"""How often each part of that wandering comes back on the way round; the finer, the fainter."""
DEGREES = 360
FINE = 4
"""Bits of a pixel's fraction that outlines are drawn to."""

FEATURES: dict[Feature, tuple[list[int], float]] = {
    "left_eye": (LEFT_EYE, 0.15),
    "right_eye": (RIGHT_EYE, 0.15),
    "nose": (NOSE, 0.11),
    "mouth": (OUTER_LIPS, 0.13),
}
"""By feature its outline, and how far beyond it the paper is bare all round, of the eye distance: lids and lashes lie
outside an eye's outline, wings and shadow outside the nose's ridge."""

Floats = npt.NDArray[np.floating[Any]]


def erase(drawing: Image, landmarks: Floats, features: Iterable[Feature]) -> Image:
    """Remove features from a drawing.

    The same landmarks always give the same edge, at any size of the drawing; farther than `reach` from a feature's
    outline nothing changes.

    Args:
        drawing: (H, W) gray.
        landmarks: (478, 2 or more) x, y in pixels of that drawing; what lies outside of it is left out.
        features: the person's own left and right.

    Returns:
        (H, W), a new picture.
    """
    points = np.asarray(landmarks, np.float64)[:, :2]
    distance = float(np.hypot(*(points[IRISES[0]] - points[IRISES[1]])))
    done = drawing.copy()
    for feature in features:
        outline, _ = FEATURES[feature]
        _rub(done, points[outline] / distance, feature, distance)
    return done


def reach(feature: Feature) -> float:
    """How far from a feature's outline a drawing may change, of the eye distance."""
    return FEATURES[feature][1] + 2 * UNEVEN + EDGE


def _rub(drawing: Image, outline: Floats, feature: Feature, scale: float) -> None:
    """Erase a feature, in place: inside its outline (N, 2), in eye distances of `scale` pixels, and around it."""
    far = reach(feature)
    height, width = drawing.shape
    low = np.floor(scale * (outline.min(axis=0) - far)).astype(int).clip(0, (width, height))
    high = (np.ceil(scale * (outline.max(axis=0) + far)).astype(int)).clip(0, (width, height))
    (left, top), (right, bottom) = low, high
    if left >= right or top >= bottom:
        return
    part = drawing[top:bottom, left:right]
    outside = np.ones(part.shape, np.uint8)
    corners = (scale * outline - low) * 2**FINE
    cv2.fillConvexPoly(outside, cv2.convexHull(corners.round().astype(np.int32)), 0, shift=FINE)
    away: Any = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    x, y = (
        np.arange(count, dtype=np.float32) - np.float32(middle)
        for count, middle in zip(part.shape[::-1], scale * outline.mean(axis=0) - low, strict=True)
    )
    across, down = (np.ascontiguousarray(grid) for grid in np.broadcast_arrays(x, y[:, None]))
    angles: Any = cv2.phase(across, down, angleInDegrees=True)
    bare = FEATURES[feature][1] + UNEVEN + _wander(outline)[angles.astype(np.intp) % DEGREES]
    kept = np.clip((away / np.float32(scale) - bare) / np.float32(EDGE), 0, 1)
    kept *= kept * (3 - 2 * kept)
    part[:] = np.rint(PAPER + kept * (part - np.float32(PAPER)))


def _wander(outline: Floats) -> npt.NDArray[np.float32]:
    """(DEGREES,): how far the edge lies from its mean at each angle, in eye distances; the outline decides it."""
    phases = 50 * (outline - outline.mean(axis=0)).sum(axis=1)[: len(WAVES), None]
    counts, turn = np.array(WAVES)[:, None], np.linspace(0, 2 * np.pi, DEGREES, endpoint=False)
    sizes = 1 / np.sqrt(counts)
    edge = (sizes * np.sin(counts * turn + phases)).sum(axis=0)
    return np.asarray(UNEVEN / sizes.sum() * edge, np.float32)
