"""FSIM against piq, also at sizes that are odd, and at those that are averaged down."""

import piq
import pytest
import torch

from limner.metrics.fsim import _phase_congruency, fsim
from tests.metrics.conftest import picture


@pytest.mark.parametrize("size", [64, 65, 128, 400])
def test_fsim_agrees_with_piq(size: int) -> None:
    fake, real = picture(1, size, 2), picture(2, size, 2)
    expected = piq.fsim(fake, real, chromatic=True, reduction="none")
    torch.testing.assert_close(fsim(fake, real), expected, atol=1e-5, rtol=0)


def test_a_step_is_the_same_feature_whatever_its_contrast() -> None:
    step = torch.zeros(64, 64)
    step[:, 32:] = 1
    faint, strong = _phase_congruency(10 * step), _phase_congruency(200 * step)
    torch.testing.assert_close(faint, strong, atol=1e-4, rtol=0)
    assert strong[32].argmax().item() in (0, 31, 32, 63), "at the step, or where the picture's ends meet"
