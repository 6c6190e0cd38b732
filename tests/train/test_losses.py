"""The losses, by hand and against their reference."""

import math

import piq
import pytest
import torch

from limner.recipe import Game
from limner.train.losses import feature_loss, fool_loss, judge_loss, pixel_loss, slope_loss, structure_loss


@pytest.mark.parametrize(
    ("game", "undecided"), [("cross_entropy", math.log(2)), ("hinge", 1.0), ("least_squares", 0.5)]
)
def test_an_undecided_discriminator_pays(game: Game, undecided: float) -> None:
    """And one that is right pays less, while the generator that it sees through pays more."""
    zero = torch.zeros(2, 1, 3, 3)
    assert float(judge_loss(game, zero, zero)) == pytest.approx(undecided)
    true, fake = (zero + 1, zero) if game == "least_squares" else (zero + 9, zero - 9)
    assert float(judge_loss(game, true, fake)) < 1e-3
    assert float(fool_loss(game, fake)) > float(fool_loss(game, true)) + 0.9


def test_features_are_compared_layer_by_layer() -> None:
    maps = [torch.zeros(1, 4, 8, 8), torch.zeros(1, 8, 2, 2)]
    assert float(feature_loss(maps, [maps[0] + 1, maps[1] + 3])) == 2.0


@pytest.mark.parametrize("side", [8, 16])
def test_the_slope_is_that_of_a_patch(side: int) -> None:
    """Patches of two pixels by two, which do not overlap, each scored by its sum times 3: four times 3 squared."""
    weight = torch.full((1, 1, 2, 2), 3.0, requires_grad=True)
    truth = torch.rand(5, 1, side, side)
    loss = slope_loss(lambda pictures: torch.nn.functional.conv2d(pictures, weight, stride=2), truth)
    assert float(loss.detach()) == pytest.approx(36)
    loss.backward()
    assert weight.grad is not None
    assert torch.allclose(weight.grad, torch.tensor(6.0)), "twice each weight"
    assert truth.grad is None


def test_l1_is_the_mean_difference() -> None:
    assert float(pixel_loss(torch.tensor([1.0, -1.0]), torch.tensor([0.5, -0.5]))) == 0.5


@pytest.mark.parametrize("shape", [(2, 3, 64, 64), (1, 1, 16, 16)])
def test_structure_agrees_with_piq(shape: tuple[int, ...]) -> None:
    draw = torch.Generator().manual_seed(3)
    truth = torch.rand(shape, generator=draw) * 2 - 1
    painted = (truth + 0.3 * torch.randn(shape, generator=draw)).clamp(-1, 1).requires_grad_(True)
    mine = structure_loss(painted, truth)
    unit = [(picture + 1) / 2 for picture in (painted, truth)]
    theirs = 1 - piq.ssim(*unit, data_range=1.0, downsample=False)
    assert float(mine.detach()) == pytest.approx(float(theirs.detach()), abs=1e-5)
    gradients = [torch.autograd.grad(loss, painted)[0] for loss in (mine, theirs)]
    assert torch.allclose(*gradients, atol=1e-6)
    assert float(structure_loss(truth, truth)) == pytest.approx(0, abs=1e-6)
