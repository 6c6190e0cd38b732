"""An effect that draws every face anew: within what the effects allow, and the same way each time."""

from typing import Any

import numpy as np
import pytest

from limner.errors import ParamsError
from limner.images import Image
from limner.sketch import load, make
from limner.sketch.effects.varied import Varied
from tests.sketch.conftest import paint_face


@pytest.fixture
def kinds(blocks: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: block for name, block in blocks.items() if block["effect"] != "varied"}


def varied(kinds: dict[str, Any], spread: float = 0.4, seed: int = 1) -> Varied:
    made = load("mine", {"effect": "varied", "kinds": kinds, "spread": spread, "seed": seed})
    assert isinstance(made, Varied)
    return made


def faces(count: int) -> list[Image]:
    """Small pictures, each another one."""
    return [np.full((8, 8, 3), level, np.uint8) for level in range(count)]


def numbers(value: Any) -> list[float]:
    """All the numbers of a parameter, in order."""
    return [number for part in value for number in numbers(part)] if isinstance(value, list | tuple) else [value]


def test_the_photo_and_the_seed_decide(kinds: dict[str, Any]) -> None:
    photo, other = paint_face(45, 170), paint_face(45, 171)
    one = varied(kinds)
    assert one.drawn(photo) == varied(dict(reversed(kinds.items()))).drawn(photo.copy())
    np.testing.assert_array_equal(one(photo), varied(kinds)(photo))
    assert one.drawn(photo) != one.drawn(other)
    assert one.drawn(photo) != varied(kinds, seed=2).drawn(photo)


def test_a_drawing_is_the_kind_s_own_with_the_parameters_drawn(kinds: dict[str, Any]) -> None:
    photo, one = paint_face(230, 190), varied(kinds)
    drawing = one(photo)
    assert drawing.shape == (400, 400)
    np.testing.assert_array_equal(drawing, make(one.drawn(photo), "here")(photo))


def test_no_spread_draws_the_kinds_as_they_are(kinds: dict[str, Any]) -> None:
    one = varied(kinds, spread=0)
    drawn = {block["effect"]: block for block in map(one.drawn, faces(60))}
    assert drawn.keys() == {block["effect"] for block in kinds.values()}, "every kind has its turn"
    for block in kinds.values():
        for key, value in block.items():
            if key != "effect":
                assert numbers(drawn[block["effect"]][key]) == pytest.approx(numbers(value))


@pytest.mark.parametrize("spread", [0.3, 2.0])
def test_whatever_is_drawn_is_allowed(kinds: dict[str, Any], spread: float) -> None:
    one = varied(kinds, spread)
    for photo in faces(120):
        make(one.drawn(photo), "here")


def test_numbers_grow_and_shrink_evenly_within_the_spread(kinds: dict[str, Any]) -> None:
    one = varied({"pencil": kinds["pencil"]}, spread=0.5)
    shares = np.array([np.log(one.drawn(photo)["blur"] / kinds["pencil"]["blur"]) for photo in faces(200)])
    assert np.abs(shares).max() <= 0.5
    assert np.abs(shares.mean()) < 0.06
    assert shares.std() == pytest.approx(0.5 / 3**0.5, rel=0.1)


def test_what_is_in_order_stays_so(kinds: dict[str, Any]) -> None:
    one = varied({"stamp": kinds["stamp"]}, spread=1.0)
    for photo in faces(50):
        steps = np.array(one.drawn(photo)["steps"])
        assert steps.shape == (5, 2)
        assert (np.diff(steps, axis=0) >= 0).all()
        assert ((steps >= 0) & (steps <= 1)).all()


def test_angles_turn(kinds: dict[str, Any]) -> None:
    straight = {**kinds["woodcut"], "angle": 0.0}
    angles = np.array([varied({"cut": straight}, spread=0.5).drawn(photo)["angle"] for photo in faces(100)])
    assert np.abs(angles).max() <= 90
    assert angles.std() == pytest.approx(90 / 3**0.5, rel=0.15)
    layers = [varied({"hatch": kinds["hatch"]}, spread=2.0).drawn(photo)["layers"] for photo in faces(50)]
    assert all(-180 <= angle < 180 and 0 <= start <= 1 for face in layers for angle, start in face)
    assert all(np.diff([start for _, start in face]).max() <= 0 for face in layers), "later layers are for the dark"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kinds": {}}, "1 or more entries"),
        ({"kinds": {"a": {"effect": "stemp"}}}, "varied: kinds.a.effect: no effect 'stemp'"),
        ({"kinds": {"a": {"effect": "pencil", "blurr": 3}}}, "unknown key 'blurr'"),
        ({"kinds": {"a": {"effect": "varied"}}}, "kinds.a: what is varied cannot be varied once more"),
        ({"spread": -0.1}, "spread: -0.1 is not allowed"),
        ({"seed": -1}, "seed: -1 is not allowed"),
        ({"sead": 1}, "unknown key 'sead'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_once(kinds: dict[str, Any], change: dict[str, Any], says: str) -> None:
    block = {"effect": "varied", "kinds": kinds, "spread": 0.3, "seed": 1}
    with pytest.raises(ParamsError) as caught:
        load("mine", block | change)
    assert says in str(caught.value)
