"""An eraser takes a feature away, all of it, and touches nothing else."""

import cv2
import numpy as np
import pytest

from limner.blocks import Feature
from limner.mesh import IRISES, LEFT_EYE, NOSE, OUTER_LIPS, OVAL, RIGHT_EYE
from limner.sketch.erase import EDGE, FEATURES, PAPER, Floats, erase, reach, rub
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


@pytest.fixture
def face(landmarks: Floats) -> Floats:
    """(478, 3) of the same face, with its outline."""
    turn = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    landmarks[OVAL, :2] = np.stack([np.sin(turn), -np.cos(turn)], axis=1) * (120, 160) + (200, 220)
    return landmarks


def rubbed(face: Floats, seeds: int = 300) -> np.ndarray:
    """(seeds, 400, 400): where seed by seed a black drawing is bare."""
    black = np.zeros((400, 400), np.uint8)
    return np.stack([rub(black, face, f"ann-{seed}") == PAPER for seed in range(seeds)])


def test_at_random_something_of_the_face_is_lost_and_never_all(face: Floats, drawing: np.ndarray) -> None:
    before = drawing.copy()
    for seed in range(30):
        done = rub(drawing, face, str(seed))
        changed = done != drawing
        assert 0.002 < changed.mean() < 0.4
        assert (done >= drawing).all(), "an eraser darkens nothing"
        np.testing.assert_array_equal(done, rub(drawing, face, str(seed)))
    np.testing.assert_array_equal(drawing, before)


def test_at_random_every_feature_goes_and_both_eyes_at_once(face: Floats) -> None:
    bare = rubbed(face)
    shares = {}
    for feature in FEATURES:
        inside = away(face, feature) == 0
        shares[feature] = bare[:, inside].all(axis=1)
        assert 0.1 < shares[feature].mean() < 0.5, feature
        assert (bare[:, inside].any(axis=1) & ~shares[feature]).mean() > 0.05, f"{feature} in part"
    assert 0.03 < (shares["left_eye"] & shares["right_eye"]).mean() < 0.3
    cheek = bare[:, 250, 110]
    assert 0.01 < cheek.mean() < 0.3, "what is no feature goes too"


def test_at_random_the_edge_is_soft(face: Floats) -> None:
    black = np.zeros((400, 400), np.uint8)
    for seed in range(20):
        steps = np.abs(np.diff(rub(black, face, str(seed)).astype(int), axis=0))
        assert steps.max() < 3.5 * PAPER / (EDGE * DISTANCE)


def test_at_random_is_the_same_at_any_size(face: Floats) -> None:
    black = np.zeros((400, 400), np.uint8)
    for seed in range(10):
        small = rub(black[:200, :200], face / 2, str(seed))
        shrunk = cv2.resize(rub(black, face, str(seed)), (200, 200), interpolation=cv2.INTER_AREA)
        assert np.abs(shrunk.astype(int) - small).mean() < 1


def test_at_random_outside_of_the_drawing_nothing_is_touched(drawing: np.ndarray, face: Floats) -> None:
    np.testing.assert_array_equal(rub(drawing, face + np.float32(2000), "ann"), drawing)
