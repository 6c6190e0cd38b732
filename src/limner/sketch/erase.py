"""Taking something out of a drawing, as an eraser would: bare paper, with a soft and slightly uneven edge."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from limner.blocks import Feature
from limner.distance import to_zero
from limner.images import Image
from limner.mesh import IRISES, LEFT_EYE, NOSE, OUTER_LIPS, OVAL, RIGHT_EYE

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

KINDS = {"feature": 0.44, "eyes": 0.06, "part": 0.2, "spot": 0.15, "stroke": 0.15}
"""What `rub` takes away, and how often: a whole feature, both eyes, a part of a feature, and, anywhere on the face, a
spot or a stroke."""
COUNTS = {1: 0.4, 2: 0.35, 3: 0.25}
"""How many of them, and how often."""
PART, SPOT, STROKE = (0.08, 0.2), (0.1, 0.3), (0.05, 0.13)
"""The least and the greatest half of their width, of the eye distance."""
DABS = 12
"""Of which a stroke is made."""
ROUND = 24
"""Corners of what is round."""

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
    points, distance = _measured(landmarks)
    done = drawing.copy()
    for feature in features:
        outline, margin = FEATURES[feature]
        _remove(done, points[outline], margin, distance)
    return done


def rub(drawing: Image, landmarks: Floats, seed: str) -> Image:
    """Remove one to three things at random: features, both eyes, parts of features, or spots and strokes of the face.

    The seed and the landmarks decide what, where and how large, the same at any size of the drawing.

    Args:
        drawing: (H, W) gray.
        landmarks: (478, 2 or more) x, y in pixels of that drawing; what lies outside of it is left out.
        seed: whatever tells drawings apart that are to lose different things.

    Returns:
        (H, W), a new picture.
    """
    rng = np.random.default_rng(list(f"rub {seed}".encode()))
    points, distance = _measured(landmarks)
    done = drawing.copy()
    for _ in range(_pick(rng, COUNTS)):
        for outline, margin in _shapes(rng, points):
            _remove(done, outline, margin, distance)
    return done


def reach(feature: Feature) -> float:
    """How far from a feature's outline a drawing may change, of the eye distance."""
    return _far(FEATURES[feature][1])


def _far(margin: float) -> float:
    """How far from a shape a drawing may change that is bare up to `margin` from it, of the eye distance."""
    return margin + 2 * UNEVEN + EDGE


def _measured(landmarks: Floats) -> tuple[Floats, float]:
    """(478, 2) in eye distances, and the pixels of one."""
    points = np.asarray(landmarks, np.float64)[:, :2]
    distance = float(np.hypot(*(points[IRISES[0]] - points[IRISES[1]])))
    return points / distance, distance


def _pick(rng: np.random.Generator, often: dict[Any, float]) -> Any:
    """One of the keys, each as often as its share of 1 says."""
    return list(often)[rng.choice(len(often), p=list(often.values()))]


def _shapes(rng: np.random.Generator, points: Floats) -> list[tuple[Floats, float]]:
    """Of one erasure, piece by piece: an outline (N, 2), and how far beyond it the paper is bare, all in eye distances
    like the landmarks."""
    kind = _pick(rng, KINDS)
    if kind in ("feature", "eyes"):
        names: list[Feature] = ["left_eye", "right_eye"] if kind == "eyes" else [rng.choice(list(FEATURES))]
        return [(points[FEATURES[name][0]], FEATURES[name][1]) for name in names]
    if kind == "part":
        outline, _ = FEATURES[rng.choice(list(FEATURES))]
        return [(_ellipse(rng, rng.choice(points[outline]), PART), 0.0)]
    if kind == "spot":
        return [(_ellipse(rng, _on_face(rng, points), SPOT), 0.0)]
    start, middle, end = (_on_face(rng, points) for _ in range(3))
    way = np.linspace(0, 1, DABS)[:, None]
    path = (1 - way) ** 2 * start + 2 * way * (1 - way) * middle + way**2 * end
    half = rng.uniform(*STROKE)
    dabs = [_ellipse(rng, centre, (0.8 * half, 1.2 * half)) for centre in path]
    return [(np.concatenate(two), 0.0) for two in pairwise(dabs)]


def _on_face(rng: np.random.Generator, points: Floats) -> Floats:
    """(2,): a point inside the oval, all places about as likely."""
    centre = points[OVAL].mean(axis=0)
    inside: Floats = centre + np.sqrt(rng.random()) * (rng.choice(points[OVAL]) - centre)
    return inside


def _ellipse(rng: np.random.Generator, centre: Floats, half: tuple[float, float]) -> Floats:
    """(ROUND, 2): round `centre`, its axes of any direction, each between the two lengths of `half`."""
    turn, slant = np.linspace(0, 2 * np.pi, ROUND, endpoint=False), rng.uniform(0, np.pi)
    wide, high = rng.uniform(*half, 2)
    x, y = wide * np.cos(turn), high * np.sin(turn)
    around: Floats = np.stack([x * np.cos(slant) - y * np.sin(slant), x * np.sin(slant) + y * np.cos(slant)], axis=1)
    return centre + around


def _remove(drawing: Image, outline: Floats, margin: float, scale: float) -> None:
    """Erase, in place, what lies within the hull of an outline (N, 2), in eye distances of `scale` pixels, and around
    it up to `margin`."""
    far = _far(margin)
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
    away = to_zero(outside)
    x, y = (
        np.arange(count, dtype=np.float32) - np.float32(middle)
        for count, middle in zip(part.shape[::-1], scale * outline.mean(axis=0) - low, strict=True)
    )
    across, down = (np.ascontiguousarray(grid) for grid in np.broadcast_arrays(x, y[:, None]))
    angles: Any = cv2.phase(across, down, angleInDegrees=True)
    bare = margin + UNEVEN + _wander(outline)[angles.astype(np.intp) % DEGREES]
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
