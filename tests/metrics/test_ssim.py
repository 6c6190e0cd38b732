"""The SSIMs against skimage and pytorch-msssim, at sizes below and above those from which others average down, and on
the public outputs of another project."""

from pathlib import Path
from typing import Any

import pytest
from skimage.metrics import structural_similarity
from torch import Tensor

from limner import images
from limner.evaluate.engine import to_tensor
from limner.metrics.l1 import l1
from limner.metrics.ms_ssim import ms_ssim, scales
from limner.metrics.psnr import psnr
from limner.metrics.ssim import ssim
from limner.metrics.ssim_flat import ssim_flat
from limner.metrics.ssim_gray import ssim_gray
from limner.metrics.views.colours import BT601
from tests.metrics.conftest import blur, picture

GAUSSIAN: dict[str, Any] = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1}

# pytorch-msssim 1.0.0, ms_ssim(fake, real, data_range=1, size_average=False), of picture(1, size) and
# blur(picture(1, size), 2), and of picture(1, size) and picture(2, size).
MS_SSIM = {176: (0.970030, 0.050844), 177: (0.969859, 0.068289), 256: (0.961614, 0.073839)}


@pytest.mark.parametrize("size", [64, 65, 128, 400])
def test_ssim_agrees_with_skimage(size: int) -> None:
    fake, real = picture(1, size), picture(2, size)
    expected = structural_similarity(real[0].numpy(), fake[0].numpy(), channel_axis=0, **GAUSSIAN)
    assert ssim(fake, real).item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("size", [64, 128])
def test_gray_ssim_agrees_with_skimage(size: int) -> None:
    def gray(x: Tensor) -> Any:
        return sum(weight * channel for weight, channel in zip(BT601, x[0].double().numpy(), strict=True))

    fake, real = picture(1, size), picture(2, size)
    expected = structural_similarity(gray(real), gray(fake), **GAUSSIAN)
    assert ssim_gray(fake, real).item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("size", [7, 64, 65, 400])
def test_flat_ssim_is_what_skimage_does_by_default(size: int) -> None:
    fake, real = picture(1, size), picture(2, size)
    expected = structural_similarity(real[0].numpy(), fake[0].numpy(), channel_axis=0, data_range=1)
    assert ssim_flat(fake, real).item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("size", list(MS_SSIM))
def test_ms_ssim_agrees_with_its_reference(size: int) -> None:
    near, far = MS_SSIM[size]
    fake, real = picture(1, size, 2)[:1], picture(2, size, 2)[:1]
    assert ms_ssim(fake, real).item() == pytest.approx(far, abs=2e-5)
    alone = picture(1, size)
    assert ms_ssim(alone, blur(alone, 2)).item() == pytest.approx(near, abs=2e-5)


@pytest.mark.parametrize(
    ("side", "number"), [(11, 1), (21, 1), (22, 2), (64, 3), (128, 4), (175, 4), (176, 5), (999, 5)]
)
def test_as_many_scales_as_leave_the_window_inside(side: int, number: int) -> None:
    assert scales(side) == number


def test_with_one_scale_ms_ssim_is_ssim() -> None:
    fake, real = picture(1, 16), blur(picture(1, 16), 0.8)
    assert ms_ssim(fake, real).item() == pytest.approx(ssim(fake, real).item(), abs=1e-5)


def test_the_known_figures_of_another_projects_outputs_come_out(shared: Path) -> None:
    folder = shared / "sketchtoface"
    fakes = to_tensor([images.read(folder / f"images/f00{number}-outputs.png") for number in (5, 6, 7)])
    reals = to_tensor([images.read(folder / f"sketches/A64/f00{number}.jpg") for number in (5, 6, 7)])
    figures = [float(metric(fakes, reals).mean()) for metric in (ssim_flat, psnr, l1, ssim)]
    assert figures == pytest.approx([0.7029, 18.80, 0.0742, 0.690], abs=5e-3)
    assert figures[0] == pytest.approx(0.7029, abs=5e-5)
