"""An eraser takes a feature away, all of it, and touches nothing else."""

import cv2
import numpy as np
import pytest

from limner.mesh import IRISES, LEFT_EYE, NOSE, OUTER_LIPS, RIGHT_EYE
from limner.params import Feature
from limner.sketch.erase import EDGE, FEATURES, PAPER, Floats, erase, reach
from tests.loading import loaded

OUTLINES: dict[Feature, tuple[list[int], tuple[float, float], tuple[float, float]]] = {
    "right_eye": (RIGHT_EYE, (140, 170), (26, 11)),
    "left_eye": (LEFT_EYE, (260, 170), (26, 11)),
    "nose": (NOSE, (200, 215), (25, 45)),
    "mouth": (OUTER_LIPS, (200, 295), (50, 18)),
}
DISTANCE = 120.0


@pytest.fixture
def landmarks() -> Floats:
    """(478, 3) of a frontal face of 400 pixels; each feature's outline is an ellipse."""
    points = np.full((478, 3), 200.0, np.float32)
    for outline, centre, radii in OUTLINES.values():
        turn = np.linspace(0, 2 * np.pi, len(outline), endpoint=False)
        points[outline, :2] = np.stack([np.cos(turn), np.sin(turn)], axis=1) * radii + centre
    points[IRISES, :2] = [(140, 170), (260, 170)]
    return points


@pytest.fixture
def drawing() -> np.ndarray:
    """(400, 400) gray scribble, darker than paper everywhere."""
    return np.random.default_rng(0).integers(0, 250, (400, 400), dtype=np.uint8)


def away(landmarks: Floats, feature: Feature) -> Floats:
    """(400, 400): how far each pixel lies from a feature's outline, in eye distances; 0 inside."""
    outside = np.ones((400, 400), np.uint8)
    cv2.fillConvexPoly(outside, cv2.convexHull(landmarks[FEATURES[feature][0], :2].round().astype(np.int32)), 0)
    return cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) / DISTANCE


PIXEL = 1.5 / DISTANCE
"""What an outline drawn to whole pixels may be off by, in eye distances."""


@pytest.mark.parametrize("feature", FEATURES)
def test_nothing_is_left_of_the_feature_and_all_of_the_rest(
    drawing: np.ndarray, landmarks: Floats, feature: Feature
) -> None:
    before = drawing.copy()
    done = erase(drawing, landmarks, [feature])
    far = away(landmarks, feature)
    assert (done[far < FEATURES[feature][1] - PIXEL] == PAPER).all()
    untouched = far > reach(feature) + PIXEL
    np.testing.assert_array_equal(done[untouched], drawing[untouched])
    assert (done >= drawing).all(), "an eraser darkens nothing"
    np.testing.assert_array_equal(drawing, before)


@pytest.mark.parametrize("feature", FEATURES)
def test_the_edge_is_soft_and_uneven(landmarks: Floats, feature: Feature) -> None:
    done = erase(np.zeros((400, 400), np.uint8), landmarks, [feature])
    steps = np.abs(np.diff(done.astype(int), axis=0)).max()
    assert steps < 2 * PAPER / (EDGE * DISTANCE), "no hard line"
    edge = away(landmarks, feature)[(done > 100) & (done < 155)]
    assert edge.max() - edge.min() > 0.02


def test_sides_are_the_person_s_own(landmarks: Floats) -> None:
    black = np.zeros((400, 400), np.uint8)
    left, right = (erase(black, landmarks, [feature]) for feature in ("left_eye", "right_eye"))
    assert left[:, 220:].any()
    assert not left[:, :200].any()
    assert right[:, :180].any()
    assert not right[:, 200:].any()


def test_several_are_erased_at_once_in_any_order(drawing: np.ndarray, landmarks: Floats) -> None:
    both = erase(drawing, landmarks, ["nose", "left_eye"])
    for feature in ("nose", "left_eye"):
        assert (both[erase(drawing, landmarks, [feature]) == PAPER] == PAPER).all()
    np.testing.assert_allclose(erase(drawing, landmarks, ["left_eye", "nose"]).astype(int), both, atol=1)
    np.testing.assert_array_equal(erase(drawing, landmarks, []), drawing)


def test_once_more_changes_nothing_inside(drawing: np.ndarray, landmarks: Floats) -> None:
    once = erase(drawing, landmarks, ["mouth"])
    twice = erase(once, landmarks, ["mouth"])
    assert (twice[once == PAPER] == PAPER).all()
    np.testing.assert_array_equal(erase(drawing, landmarks, ["mouth"]), once)


def test_the_edge_is_the_same_at_any_size(landmarks: Floats) -> None:
    black = np.zeros((400, 400), np.uint8)
    large = erase(black, landmarks, ["nose"])
    small = erase(black[:200, :200], landmarks / 2, ["nose"])
    shrunk = cv2.resize(large, (200, 200), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(int) - small).mean() < 1
    steepest = 1.5 * PAPER / (EDGE * DISTANCE / 2)
    assert np.abs(shrunk.astype(int) - small).max() < steepest, "off by less than a pixel"


def test_what_lies_outside_of_the_drawing_is_left_out(drawing: np.ndarray, landmarks: Floats) -> None:
    for corner in ((-390, -390), (390, 390), (1000, 0), (0, -1000), (-200, 0)):
        moved = landmarks.copy()
        moved[:, :2] += corner
        assert erase(drawing, moved, list(FEATURES)).shape == (400, 400)
    np.testing.assert_array_equal(erase(drawing, landmarks + np.float32(1000), list(FEATURES)), drawing)


def test_it_needs_no_torch() -> None:
    assert "torch" not in loaded((("limner.sketch.erase",),))[0]
