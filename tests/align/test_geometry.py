"""The similarity transform, against values computed by hand and its own laws."""

import numpy as np
import pytest

from limner.align import geometry

IRISES = np.array([[100.0, 50.0], [160.0, 130.0]])  # 100 apart, falling to the right


def test_irises_come_to_their_places() -> None:
    matrix = geometry.similarity(IRISES, (200, 170), 120)
    assert geometry.transform(matrix, IRISES) == pytest.approx(np.array([[140, 170], [260, 170]]))


def test_by_hand() -> None:
    """Level eyes 60 apart around (130, 80) become 120 apart around (200, 170): twice, then shifted."""
    matrix = geometry.similarity(np.array([[100.0, 80.0], [160.0, 80.0]]), (200, 170), 120)
    assert matrix == pytest.approx(np.array([[2, 0, -60], [0, 2, 10]]))


def test_depth_only_scales() -> None:
    matrix = geometry.similarity(IRISES, (200, 170), 120)
    moved = geometry.transform(matrix, np.array([[130.0, 90.0, 5.0]]))
    assert moved == pytest.approx(np.array([[200, 170, 6]]))
    assert geometry.scale(matrix) == pytest.approx(1.2)


def test_no_mirror_and_no_shear() -> None:
    turn = geometry.similarity(IRISES, (200, 170), 120)[:, :2]
    assert turn.T @ turn == pytest.approx(1.44 * np.eye(2))
    assert np.linalg.det(turn) > 0


def test_inverse_undoes() -> None:
    matrix = geometry.similarity(IRISES, (10, 20), 33)
    there = geometry.transform(matrix, IRISES)
    assert geometry.transform(geometry.inverse(matrix), there) == pytest.approx(IRISES)


def test_an_upside_down_face_is_turned_upright() -> None:
    matrix = geometry.similarity(IRISES[::-1].copy(), (200, 170), 120)
    assert geometry.transform(matrix, IRISES[::-1].copy())[0] == pytest.approx([140, 170])


def test_angles_by_hand() -> None:
    assert geometry.distance(IRISES) == pytest.approx(100)
    assert geometry.roll(np.array([[0.0, 0.0], [1.0, 1.0]])) == pytest.approx(45)
    assert geometry.roll(np.array([[0.0, 0.0], [1.0, 0.0]])) == 0
    assert geometry.roll(np.array([[1.0, 1.0], [0.0, 0.0]])) == pytest.approx(-135), "upside down"
    third = np.sqrt(3) / 2
    turned = np.array([[third, 0, 0.5, 0], [0, 1, 0, 0], [-0.5, 0, third, 0], [0, 0, 0, 1]])
    assert geometry.yaw(turned) == pytest.approx(30)
    nod = np.array([[1, 0, 0, 0], [0, 0.8, -0.6, 0], [0, 0.6, 0.8, 0], [0, 0, 0, 1]])
    assert geometry.yaw(turned @ nod) == pytest.approx(30), "however low the head is held"
    assert geometry.yaw(np.eye(4)) == 0


def test_turned_about_a_point_that_moves() -> None:
    """By hand: a quarter turn clockwise takes what lies right of the middle below it, here twice as far."""
    matrix = geometry.about(np.array([10.0, 20.0]), np.array([100.0, 50.0]), 90, 2)
    moved = geometry.transform(matrix, np.array([[10.0, 20.0], [13.0, 20.0]]))
    assert moved == pytest.approx(np.array([[100, 50], [100, 56]]))


def test_one_after_the_other() -> None:
    first = geometry.similarity(IRISES, (200, 170), 120)
    second = geometry.about(np.array([5.0, 6.0]), np.array([1.0, 2.0]), 33, 0.7)
    both = geometry.after(second, first)
    assert geometry.transform(both, IRISES) == pytest.approx(
        geometry.transform(second, geometry.transform(first, IRISES))
    )
