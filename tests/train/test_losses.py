"""The losses, by hand and against their reference."""

import math

import piq
import pytest
import torch

from limner.train.losses import fool_loss, judge_loss, pixel_loss, structure_loss


def test_an_undecided_discriminator_costs_log_2() -> None:
    scores = torch.zeros(2, 1, 3, 3)
    assert float(judge_loss(scores, scores)) == pytest.approx(math.log(2))
    assert float(fool_loss(scores)) == pytest.approx(math.log(2))
    assert float(judge_loss(scores + 9, scores - 9)) < 1e-3 < float(fool_loss(scores - 9))


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
