"""Sharpness and tone: by hand, and on damage of their own kind."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from limner.metrics.sharpness import sharpness
from limner.metrics.tone import tone
from tests.metrics.conftest import blur, face, posterise


def stripes(contrast: float) -> Tensor:
    """(1, 3, 64, 64): columns that alternate, so that each neighbour differs by `contrast`."""
    return (0.5 + contrast / 2 * (-1.0) ** torch.arange(64)).expand(1, 3, 64, 64)


def test_details_half_as_strong_are_an_octave() -> None:
    assert sharpness(stripes(0.2), stripes(0.4)).item() == pytest.approx(1, abs=2e-3)
    assert sharpness(stripes(0.8), stripes(0.2)).item() == pytest.approx(2, abs=2e-3)


def test_blur_here_is_not_made_up_for_by_grain_there() -> None:
    fake = torch.cat([stripes(0.2)[..., :32], stripes(0.8)[..., 32:]], dim=3)
    assert sharpness(fake, stripes(0.4)).item() > 0.9


def test_noise_below_the_floor_is_no_sharpness() -> None:
    flat = torch.full((1, 3, 64, 64), 0.5)
    grain = flat + 0.001 * torch.randn(flat.shape, generator=torch.Generator().manual_seed(0))
    assert sharpness(grain, flat).item() < 0.05


def ramp(span: float) -> Tensor:
    """(1, 3, 128, 128): a shade from dark to light over the whole width, in steps of 8 bits."""
    row = 0.5 + span * (torch.linspace(0, 1, 128) - 0.5)
    return (255 * row).round().expand(1, 3, 128, 128) / 255


def test_a_soft_ramp_survives_what_is_no_woodblock() -> None:
    assert tone(ramp(0.9), ramp(0.9)).item() == 1
    assert tone(ramp(0.7), ramp(0.9)).item() == pytest.approx(1, abs=0.01), "fainter"
    assert tone(ramp(0.9).flip(3), ramp(0.9)).item() == pytest.approx(1, abs=0.01), "lit from the other side"
    assert tone(blur(ramp(0.9), 3), ramp(0.9)).item() == pytest.approx(1, abs=0.05)


def test_a_ramp_cut_into_steps_is_none() -> None:
    figures = [tone(posterise(ramp(0.9), levels), ramp(0.9)).item() for levels in (2, 3, 4, 8, 16, 64)]
    assert figures == sorted(figures)
    assert figures[0] < 0.1
    assert figures[-1] > 0.9


def test_without_soft_shading_in_the_truth_there_is_nothing_to_lose() -> None:
    checks = F.interpolate((torch.arange(64).reshape(8, 8) % 2).float().expand(1, 3, 8, 8), 128)
    assert tone(ramp(0.9), checks * 0 + 1).isnan().all()


@pytest.mark.parametrize("size", [64, 128, 256])
def test_few_colours_cost_much_more_than_a_slight_blur(size: int) -> None:
    real = face(size)
    woodblock, blurred = tone(posterise(real, 4), real).item(), tone(blur(real, size / 128), real).item()
    assert woodblock < 0.75
    assert blurred > 0.95
