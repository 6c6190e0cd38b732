"""What every metric obeys, whatever it measures."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision.transforms.v2.functional import gaussian_blur

from limner import metrics
from limner.metrics import Metric, Setting, psnr
from tests.metrics.conftest import picture

# Of equal pictures.
PERFECT = {"l1": 0.0, "psnr": psnr.CAP, "ssim": 1.0, "fsim": 1.0, "lpips": 0.0, "identity": 0.0}


@pytest.fixture(params=metrics.names())
def metric(request: pytest.FixtureRequest, setting: Setting) -> Metric:
    return metrics.load([request.param], setting)[0]


def badness(metric: Metric, fake: Tensor, real: Tensor) -> Tensor:
    return metric(fake, real) * (1 if metric.direction == "lower" else -1)


def test_equal_pictures_are_perfect(metric: Metric) -> None:
    same = picture(0, number=3)
    expected = torch.full((3,), PERFECT[metric.name])
    torch.testing.assert_close(metric(same, same.clone()), expected, atol=1e-5, rtol=0)


def test_nothing_is_better_than_equal(metric: Metric) -> None:
    real = picture(0)
    assert (badness(metric, picture(1, number=4), real) > badness(metric, real, real)).all()


def test_it_does_not_matter_which_is_the_fake(metric: Metric) -> None:
    one, other = picture(1, number=2), picture(2, number=2)
    torch.testing.assert_close(metric(one, other), metric(other, one), atol=1e-5, rtol=1e-5)


def test_a_picture_is_measured_by_itself(metric: Metric) -> None:
    fake, real = picture(1, number=3), picture(2, number=3)
    one_by_one = torch.cat([metric(fake[i : i + 1], real[i : i + 1]) for i in range(3)])
    torch.testing.assert_close(metric(fake, real), one_by_one, atol=1e-5, rtol=1e-5)


def test_one_truth_may_stand_for_all(metric: Metric) -> None:
    fake, real = picture(1, number=3), picture(2)
    torch.testing.assert_close(metric(fake, real), metric(fake, real.repeat(3, 1, 1, 1)), atol=1e-5, rtol=1e-5)


def test_no_gradient_is_kept_and_the_figures_are_float32(metric: Metric) -> None:
    figures = metric(picture(1).requires_grad_(), picture(2))
    assert figures.shape == (1,)
    assert figures.dtype == torch.float32
    assert not figures.requires_grad


def noise(x: Tensor, amount: float) -> Tensor:
    draw = torch.Generator().manual_seed(0)
    return (x + amount * torch.randn(x.shape, generator=draw)).clamp(0, 1)


def blur(x: Tensor, amount: float) -> Tensor:
    return gaussian_blur(x, [31, 31], [amount, amount])


def fade(x: Tensor, amount: float) -> Tensor:
    return x + amount * (0.5 - x)


@pytest.mark.parametrize(
    ("damage", "amounts"),
    [(noise, (0.02, 0.05, 0.1, 0.2)), (blur, (0.5, 1.0, 2.0, 4.0)), (fade, (0.1, 0.3, 0.6, 0.9))],
)
def test_growing_damage_is_growing_distance(
    metric: Metric, damage: Callable[[Tensor, float], Tensor], amounts: tuple[float, ...]
) -> None:
    real = picture(3, size=96)
    figures = torch.cat([badness(metric, damage(real, amount), real) for amount in amounts])
    assert (figures.diff() > 0).all(), figures


def test_flat_pictures_have_figures_too(metric: Metric) -> None:
    white, black = torch.ones(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    assert metric(white, black).isfinite().all()
    assert metric(white, F.interpolate(picture(0), 64)).isfinite().all()
    torch.testing.assert_close(metric(white, white), torch.tensor([PERFECT[metric.name]]), atol=1e-5, rtol=0)
