"""Whether the picture is as fine as the truth."""

from math import inf

from torch import Tensor
from torch.nn import functional as F

from limner.metrics.views.colours import gray

TITLE = "Sharpness: how much blurrier or grainier than the truth, octaves of the local slopes"
DIRECTION = "lower"
BOUNDS = (0, inf)

BLOCKS = 16
"""A side, at most: a block has the size of an eye."""
FLOOR = 2 / 255
"""RMS difference of two pixels, of 1, that counts as noise: below it there is nothing to be blurred."""


def sharpness(fake: Tensor, real: Tensor) -> Tensor:
    """Mean over 16 x 16 blocks of |log2| of the ratio of the two pictures' RMS slopes in a block; 0 for equal ones, 1
    where details are half or twice as strong everywhere.

    Slopes are differences of neighbouring gray pixels, so the figure depends on the size of the pictures. By blocks,
    because a blurred face before a noisy background would balance out in a whole picture; the logarithm, because blur
    and grain then weigh alike.
    """
    mine, true = _energy(fake), _energy(real)
    return 0.5 * (mine / true).log2().abs().mean((1, 2, 3))


def _energy(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 1, rows, columns): mean squared slope of each block, with the noise's share."""
    light = gray(pictures)
    down = light[..., 1:, :-1] - light[..., :-1, :-1]
    across = light[..., :-1, 1:] - light[..., :-1, :-1]
    slopes = down.square() + across.square()
    rows, columns = (min(BLOCKS, side) for side in slopes.shape[-2:])
    return F.adaptive_avg_pool2d(slopes, (rows, columns)) + FLOOR**2
