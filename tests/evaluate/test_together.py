"""What is judged only when all pictures were seen."""

import numpy as np
import pytest
import torch

from limner import metrics
from limner.evaluate.collect import NO_SEED
from limner.evaluate.engine import Measured
from limner.evaluate.together import MOST, Together
from limner.metrics import kid

NOTHING = np.zeros((0, 0), np.float32)


def vector(place: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """(1, 128): a point on a line."""
    return np.full((1, 128), place, np.float32)


def seen(truth: float, *made: float) -> Measured:
    return Measured(NOTHING, {"rank": np.concatenate([vector(place) for place in made])}, {"rank": vector(truth)})


def test_a_picture_is_ranked_among_the_truths_of_its_suite() -> None:
    together = Together({"near": ["a", "b", "c"], "far": ["d", "e"]}, metrics.load(["rank"]), "photo")
    keys = [("ink", "model", 0), ("ink", "copy", NO_SEED)]
    together.add("near", "g1", keys, seen(0.0, 0.1, 0.9))  # the second one is nearer to b
    together.add("near", "g1", keys, seen(1.0, 1.1, 1.9))  # the second one is nearer to c
    together.add("near", "g2", keys, seen(2.0, 2.1, 1.9))
    together.add("far", "g3", keys, seen(1.05, 1.1, 9.0))
    together.add("far", "g3", keys, seen(9.0, 1.1, 9.0))
    judged = together.judged()
    assert judged["rank_1"].tolist() == [1, 0, 1, 0, 1, 1, 1, 0, 0, 1]
    assert judged["rank_5"].tolist() == [1] * 10


def test_drawings_are_ranked_among_those_of_their_style() -> None:
    together = Together({"near": ["a", "b", "a", "b"]}, metrics.load(["rank"], "sketch"), "sketch")
    for style, shift in (("ink", 0.0), ("wash", 0.4)):
        for place in (0.0, 1.0):
            together.add("near", "g", [(style, "model", 0)], seen(place + shift, place + shift + 0.45))
    # Among all four, the wash's truths at .4 and 1.4 would be nearer to the ink's outputs at .45 and 1.45.
    assert together.judged()["rank_1"].tolist() == [1] * 4


def features(
    draw: np.random.Generator, number: int, shift: float
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return (draw.normal(0, 1, (number, 4, 8)) + shift).astype(np.float32)


def test_sets_are_compared_method_by_method() -> None:
    draw, number = np.random.default_rng(0), 60
    together = Together({"all": [f"{index}" for index in range(number)]}, metrics.load(["kid"]), "photo")
    made = {"model": features(draw, number, 0.0), "copy": features(draw, number, 0.8)}
    truths = features(draw, number, 0.0)
    for index in range(number):
        assert together.wanted("all", str(index)) == ("kid",)
        keys = [("ink", "model", 0), ("ink", "copy", NO_SEED)]
        fakes = np.stack([made[method][index] for _, method, _ in keys])
        together.add(
            "all", f"g{index % 6}", keys, Measured(NOTHING, {"kid": fakes}, {"kid": truths[index : index + 1]})
        )
    told = {figures.key[1]: figures for figures in together.sets()}
    assert set(told) == {"model", "copy"}
    for method, figures in told.items():
        expected = kid.kid(torch.from_numpy(made[method]), torch.from_numpy(truths))
        assert figures.value == pytest.approx(float(expected), abs=1e-6)
        assert (figures.groups, figures.pictures) == (6, number)
    assert abs(told["model"].value[0]) < told["copy"].value[0] / 10
    assert told["copy"].drawn.std() > 0


@pytest.mark.parametrize("number", [kid.LEAST - 1, kid.LEAST, 3 * MOST])
def test_sets_are_asked_for_where_there_are_enough_truths_and_no_more_than_enough(number: int) -> None:
    ids = [f"{index}" for index in range(number)]
    together = Together({"all": ids}, metrics.load(["l1", "kid"]), "photo")
    asked = [id for id in ids if "kid" in together.wanted("all", id)]
    assert len(asked) == (0 if number < kid.LEAST else min(number, MOST))
    assert all("l1" in together.wanted("all", id) for id in ids)
