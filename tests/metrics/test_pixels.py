"""L1 and PSNR by hand."""

import math

import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from limner.metrics.l1 import l1
from limner.metrics.psnr import CAP, psnr
from tests.metrics.conftest import picture

BLACK = torch.zeros(1, 3, 2, 2)


def test_l1_of_one_value_in_twelve() -> None:
    fake = BLACK.clone()
    fake[0, 1, 0, 1] = 0.6
    torch.testing.assert_close(l1(fake, BLACK), torch.tensor([0.6 / 12]))


def test_l1_of_white_and_black_is_one() -> None:
    assert l1(torch.ones(2, 3, 2, 2), BLACK).tolist() == [1, 1]


def test_psnr_by_hand() -> None:
    # A tenth everywhere: the mean square is 1/100, so 20 dB; one value of twelve: 1/1200.
    assert psnr(BLACK + 0.1, BLACK).item() == pytest.approx(20, abs=1e-4)
    fake = BLACK.clone()
    fake[0, 2, 1, 1] = 0.1
    assert psnr(fake, BLACK).item() == pytest.approx(10 * math.log10(1200), abs=1e-4)


def test_psnr_of_equal_pictures_is_the_cap() -> None:
    assert psnr(BLACK, BLACK).item() == pytest.approx(CAP)


def test_psnr_agrees_with_skimage() -> None:
    fake, real = picture(1), picture(2)
    assert psnr(fake, real).item() == pytest.approx(
        peak_signal_noise_ratio(real.numpy(), fake.numpy(), data_range=1), abs=1e-4
    )
