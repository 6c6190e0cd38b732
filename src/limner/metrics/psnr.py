"""Peak signal-to-noise ratio."""

from torch import Tensor

TITLE = "PSNR: peak signal-to-noise ratio, dB"
DIRECTION = "higher"
BOUNDS = (0, 100)

# Equal pictures have an infinite ratio, of which no mean can be taken. A single wrong value by one step of
# 255 in a 512 x 512 RGB picture is 107 dB, so anything at the cap is as good as equal.
CAP = 100.0


def psnr(fake: Tensor, real: Tensor) -> Tensor:
    """-10 log10 of the mean squared difference over pixels and channels (peak 1), in dB, capped at 100 dB.

    Agrees with skimage.metrics.peak_signal_noise_ratio(data_range=1) below the cap.
    """
    mean_square = (fake - real).square().mean((1, 2, 3))
    return -10 * mean_square.clamp_min(10 ** (-CAP / 10)).log10()
