"""What the two networks lower, by hand: of a discriminator whose maps are the very pair it is shown."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from limner.recipe import Game
from limner.train.machine import Machine
from limner.train.objective import SLOPES_EVERY, Objective

from .tiny import RECIPE

PICTURE, TRUTH, PAINTED = torch.zeros(2, 1, 16, 16), torch.full((2, 3, 16, 16), 0.5), torch.full((2, 3, 16, 16), -0.5)
NOTHING = torch.empty(2, 0, 16, 16)


def maps(pair: Tensor) -> list[Tensor]:
    """The pair, twice the pair, and as its score the mean of its four channels: .375 of the truth, -.375 painted."""
    return [pair, 2 * pair, pair.mean(1, keepdim=True)]


def objective(**changed: Any) -> Objective:
    return Objective(replace(RECIPE, **changed), Machine(torch.device("cpu")), Path("nowhere"))


@pytest.mark.parametrize(("game", "right"), [("cross_entropy", (1, 1)), ("hinge", (1, 1)), ("least_squares", (0, 1))])
def test_what_counts_as_judged_right(game: Game, right: tuple[float, float]) -> None:
    """Least squares draws true patches to 1 and painted ones to 0."""
    loss, told = objective(game=game).judge(maps, PICTURE, TRUTH, PAINTED)
    assert (float(told["true_right"]), float(told["painted_right"])) == right
    assert told["discriminator"] == loss
    _, told = objective(game=game).judge(maps, PICTURE, PAINTED, TRUTH)
    assert (float(told["true_right"]), float(told["painted_right"])) == (0, game == "least_squares")


def test_the_painters_losses_are_weighed_and_told_before() -> None:
    own = objective(game="least_squares", l1=2.0, ssim=0.0, features=3.0)
    own.recipe, own.see = replace(own.recipe, perceptual=5.0), lambda *_: torch.tensor(7.0)
    loss, told = own.paint(maps, PICTURE, TRUTH, PAINTED, NOTHING)
    # Three of four channels differ by 1 in the first map and by 2 in the second; the scores are no features.
    parts = {"generator": (1 + 0.375) ** 2, "l1": 1.0, "features": (0.75 + 1.5) / 2, "perceptual": 7.0}
    assert {name: float(part) for name, part in told.items()} == pytest.approx(parts)
    expected = parts["generator"] + 2 * parts["l1"] + 3 * parts["features"] + 5 * parts["perceptual"]
    assert float(loss) == pytest.approx(expected)


def test_structure_is_weighed_too() -> None:
    alone, more = (objective(ssim=weight).paint(maps, PICTURE, TRUTH, PAINTED, NOTHING) for weight in (0.0, 4.0))
    assert "ssim" not in alone[1]
    assert float(more[0] - alone[0]) == pytest.approx(4 * float(more[1]["ssim"]), rel=1e-4)


def test_the_slope_is_looked_at_now_and_then_and_weighs_as_much_as_in_every_step() -> None:
    """Each score rises by a quarter with each of three channels: a slope of 3/16, of which R1 is half."""
    own = objective(r1=10.0)
    seen = {step: own.flatten(maps, PICTURE, TRUTH, step) for step in range(2 * SLOPES_EVERY)}
    looked = {step: float(loss.detach()) for step, loss in seen.items() if loss is not None}
    assert looked == dict.fromkeys((0, SLOPES_EVERY), pytest.approx(SLOPES_EVERY * 10 / 2 * 3 / 16))
    assert objective(r1=0.0).flatten(maps, PICTURE, TRUTH, 0) is None
