"""The perceptual distance against the figures of its authors' package."""

from pathlib import Path

import pytest
import torch

from limner.metrics.l1 import l1
from limner.metrics.lpips import lpips
from tests.metrics.conftest import picture

# stlpips-pytorch 0.0.2, LPIPS(net="alex", variant="shift_tolerant")(fake, real, normalize=True), of
# picture(seed, size, 2) and picture(seed + 10, size, 2).
REFERENCE = {
    (1, 64): (0.441779, 0.432525),
    (2, 96): (0.611039, 0.527311),
    (3, 128): (0.627045, 0.700544),
    (4, 65): (0.421008, 0.420277),
}


@pytest.mark.parametrize(("seed", "size"), list(REFERENCE))
def test_the_figures_are_those_of_the_reference(seed: int, size: int, weights: Path) -> None:
    figures = lpips(picture(seed, size, 2), picture(seed + 10, size, 2), weights=weights)
    assert figures.tolist() == pytest.approx(REFERENCE[seed, size], abs=1e-5)


def test_a_shift_by_a_pixel_matters_less_than_to_the_pixels(weights: Path) -> None:
    wide = picture(5, size=100)
    real, moved, other = wide[..., :96, :96], wide[..., 1:97, 1:97], picture(6, size=96)
    perceptual = lpips(moved, real, weights=weights) / lpips(other, real, weights=weights)
    by_pixel = l1(moved, real) / l1(other, real)
    assert perceptual.item() < by_pixel.item() / 2


def test_a_gradient_reaches_the_picture(weights: Path) -> None:
    fake = picture(1).requires_grad_()
    lpips(fake, picture(2), weights=weights).sum().backward()
    assert fake.grad is not None
    assert torch.isfinite(fake.grad).all()
    assert fake.grad.abs().sum() > 0
