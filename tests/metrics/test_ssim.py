"""SSIM against skimage, at sizes below and above the one from which others average the picture down."""

import pytest
from skimage.metrics import structural_similarity

from limner.metrics.ssim import ssim
from tests.metrics.conftest import picture


@pytest.mark.parametrize("size", [64, 128, 400])
def test_ssim_agrees_with_skimage(size: int) -> None:
    fake, real = picture(1, size), picture(2, size)
    expected = structural_similarity(
        real[0].numpy(),
        fake[0].numpy(),
        channel_axis=0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=1,
    )
    assert ssim(fake, real).item() == pytest.approx(expected, abs=1e-5)
