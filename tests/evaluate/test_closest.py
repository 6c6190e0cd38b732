"""The most similar picture, by hand."""

import numpy as np
import pytest

from limner.evaluate.closest import Closest, apart, small
from limner.images import Image


def flat(value: int) -> Image:
    return np.full((64, 64, 3), value, np.uint8)


@pytest.fixture
def known() -> Closest:
    closest = Closest()
    for value in (0, 100, 200):
        closest.add(f"gray-{value}", flat(value))
    return closest


@pytest.mark.parametrize(("value", "expected"), [(10, "gray-0"), (60, "gray-100"), (151, "gray-200")])
def test_the_closest_is_found_with_its_distance(known: Closest, value: int, expected: str) -> None:
    found, distance = known.find(flat(value))
    assert found == expected
    assert distance == pytest.approx(abs(value - int(expected[5:])) / 255, abs=1e-6)


def test_a_picture_is_closest_to_itself(known: Closest) -> None:
    assert known.find(flat(100)) == ("gray-100", 0.0)


def test_gray_and_colour_compare() -> None:
    assert apart(small(flat(80)), small(np.full((32, 32), 80, np.uint8))) == 0


def test_the_distance_is_the_root_mean_square() -> None:
    picture = flat(0)
    picture[:, :32] = 51  # half of it is a fifth lighter
    assert apart(small(flat(0)), small(picture)) == pytest.approx(0.2 / np.sqrt(2), abs=1e-6)


def test_a_learned_picture_is_not_its_own_neighbour(known: Closest) -> None:
    assert known.find(flat(100), without="gray-100")[0] == "gray-0"
    alone = Closest()
    alone.add("only", flat(3))
    assert alone.find(flat(3), without="only") == ("only", 0.0)
