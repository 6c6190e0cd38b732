"""What every metric of a picture obeys, whatever it measures; where a law does not hold, the reason."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from limner import metrics
from limner.metrics import Metric, psnr
from limner.metrics.views.case import Case, Setting
from tests.metrics.conftest import blur, face, posterise

PERFECT = {
    "psnr": psnr.CAP,
    **dict.fromkeys(["ssim", "ssim_gray", "ssim_flat", "ms_ssim", "fsim", "tone", "landmarks_found"], 1.0),
}
"""Of equal pictures; 0 for every other figure."""

OF_THE_TRUTH = "laid by the truth's landmarks, or a share of what the truth has"
ONE_SIDED = dict.fromkeys(("landmarks", "places", "eye_match", "regions", "colour", "tone"), OF_THE_TRUTH)
"""Metrics to which it matters which is the fake."""

DETECTED = "the detector finds the same points through grain, blur and few colours, until it finds no face"
BOTH_ALIKE = "what is done to both eyes alike leaves them as alike as they were"
MEAN_COLOUR = "does not move the mean colour of a cheek by much"
SOFTENED = "smoothed away before slopes are taken"
NOT_GROWING = {
    **{("landmarks", damage): DETECTED for damage in ("noise", "blur", "fade", "posterise")},
    **{("places", damage): DETECTED for damage in ("noise", "blur", "fade", "posterise")},
    **{("eye_match", damage): BOTH_ALIKE for damage in ("noise", "blur", "fade", "posterise")},
    ("colour", "noise"): MEAN_COLOUR,
    ("colour", "posterise"): MEAN_COLOUR,
    ("tone", "noise"): SOFTENED,
}
"""(Metric, damage) that need not grow together: what these do grow with is in their own tests."""


def names() -> list[str]:
    return [metric.name for metric in metrics.load(metrics.names()) if metric.over == "picture"]


@pytest.fixture(params=names())
def metric(request: pytest.FixtureRequest, backbone: Path, monkeypatch: pytest.MonkeyPatch) -> Metric:
    monkeypatch.setenv("TORCH_HOME", str(backbone))
    return metrics.load([request.param])[0]


def perfect(metric: Metric) -> Tensor:
    return torch.tensor([PERFECT.get(figure.name, 0.0) for figure in metric.figures])


def badness(metric: Metric, figures: Tensor) -> Tensor:
    return figures * torch.tensor([1 if figure.direction == "lower" else -1 for figure in metric.figures])


def test_equal_pictures_are_perfect(metric: Metric, setting: Setting) -> None:
    same = face(number=3)
    figures = metric(Case(same, same.clone(), setting))
    torch.testing.assert_close(figures, perfect(metric).expand(3, -1), atol=1e-5, rtol=0)


def test_nothing_is_better_than_equal(metric: Metric, setting: Setting) -> None:
    faces = face(number=4)
    figures, best = badness(metric, metric(Case(faces[1:], faces[:1], setting))), badness(metric, perfect(metric))
    for figure, column, least in zip(metric.figures, figures.T, best, strict=True):
        found = figure.name == "landmarks_found"  # all or nothing
        assert (column >= least if found else column > least).all(), figure


def test_it_does_not_matter_which_is_the_fake(metric: Metric, setting: Setting) -> None:
    one, other = face(number=3)[:2], face(number=3)[1:]
    there, back = metric(Case(one, other, setting)), metric(Case(other, one, setting))
    if metric.name in ONE_SIDED:
        assert not torch.allclose(there, back, atol=1e-5), "the table says too much"
    else:
        torch.testing.assert_close(there, back, atol=1e-5, rtol=1e-5)


def test_a_picture_is_measured_by_itself(metric: Metric, setting: Setting) -> None:
    fake, real = face(number=4)[:3], face(number=4)[1:]
    one_by_one = [metric(Case(fake[i : i + 1], real[i : i + 1], setting)) for i in range(3)]
    torch.testing.assert_close(metric(Case(fake, real, setting)), torch.cat(one_by_one), atol=1e-5, rtol=1e-5)


def test_one_truth_may_stand_for_all(metric: Metric, setting: Setting) -> None:
    fake, real = face(number=4)[1:], face()
    for_all, for_each = Case(fake, real, setting), Case(fake, real.repeat(3, 1, 1, 1), setting)
    torch.testing.assert_close(metric(for_all), metric(for_each), atol=1e-5, rtol=1e-5)


def test_no_gradient_is_kept_and_the_figures_are_float32(metric: Metric, setting: Setting) -> None:
    figures = metric(Case(face(number=2)[1:].clone().requires_grad_(), face(), setting))
    assert figures.shape == (1, len(metric.figures))
    assert figures.dtype == torch.float32
    assert not figures.requires_grad
    assert figures.isfinite().all()


def noise(x: Tensor, amount: float) -> Tensor:
    draw = torch.Generator().manual_seed(0)
    return (x + amount * torch.randn(x.shape, generator=draw)).clamp(0, 1)


def fade(x: Tensor, amount: float) -> Tensor:
    return x + amount * (0.5 - x)


@pytest.mark.parametrize(
    ("damage", "amounts"),
    [
        (noise, (0.02, 0.05, 0.1, 0.2)),
        (blur, (0.5, 1.0, 2.0, 4.0)),
        (fade, (0.1, 0.3, 0.6, 0.9)),
        (posterise, (16, 8, 4, 2)),
    ],
)
def test_growing_damage_is_growing_distance(
    metric: Metric, damage: Callable[[Tensor, float], Tensor], amounts: tuple[float, ...], setting: Setting
) -> None:
    real = face()
    fakes = torch.cat([damage(real, amount) for amount in amounts])
    figures = badness(metric, metric(Case(fakes, real, setting)))
    for figure, column in zip(metric.figures, figures.T, strict=True):
        if (metric.name, damage.__name__) not in NOT_GROWING:
            assert (column.diff() > 0).all(), (figure.name, column)


def test_flat_pictures_are_measured_where_there_is_something_to_measure(metric: Metric, setting: Setting) -> None:
    white, black = torch.ones(1, 3, 64, 64), torch.zeros(1, 3, 64, 64)
    figures = [metric(Case(fake, white, setting)) for fake in (black, F.interpolate(face(), 64), white)]
    if metric.name in ONE_SIDED:
        assert all(figure.isnan().all() for figure in figures), "no face, no soft gradient"
    else:
        assert all(figure.isfinite().all() for figure in figures)
        torch.testing.assert_close(figures[-1], perfect(metric)[None], atol=1e-5, rtol=0)
