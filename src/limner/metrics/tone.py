"""Whether soft shading is still soft."""

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from limner.metrics.views.colours import gray

TITLE = "Tone: share of the truth's soft gradients that survive"
DIRECTION = "higher"
BOUNDS = (0, 1)
LEARNS = ("photo",)  # a drawing in flat greys has no gradients to lose

SMOOTHING = 1 / 128
"""Standard deviation of the blur under the slopes, of the shorter side: hides grain, and the steps of 8 bits."""
GENTLE, STEEP = 0.5, 4.0
"""Slopes between these are soft: tones (0 black to 1 white) over the length of the shorter side. Below lies what looks
flat, above what looks like an edge."""
BLOCKS = 8
"""A side: within a block of this size shading may lie elsewhere than in the truth."""


def tone(fake: Tensor, real: Tensor) -> Tensor:
    """Block by block, how much of the softly shaded area is left, at most as much as the truth has there, as a share
    of the truth's; 1 for equal pictures.

    Made for the look of a woodblock print, which a painter's outputs get from drawings unlike those it has learned
    from: a few flat colours with hard steps between, where the truth is shaded. Every step that a gradient is cut into
    turns its slope into none and too much, so both leave the soft range. Of real faces at 128 pixels posterised to
    2, 3, 4, 6, 8 and 16 levels a channel, .21, .39, .48, .68, .78 and .94 survive; of faces blurred by a sigma of 1
    and 2 pixels, .97 and .94; somebody else's face, as softly shaded, has .83.
    nan where the truth has no soft gradient.
    """
    mine, true = _soft(fake), _soft(real)
    return torch.minimum(mine, true).sum((1, 2, 3)) / true.sum((1, 2, 3))


def _soft(pictures: Tensor) -> Tensor:
    """(N, 3, H, W) -> (N, 1, rows, columns): the share of each block that is softly shaded."""
    side = min(pictures.shape[-2:])
    light = gray(pictures).detach()
    smooth = np.stack([cv2.GaussianBlur(one, (0, 0), SMOOTHING * side) for one in light[:, 0].cpu().numpy()])
    down, across = torch.gradient(torch.from_numpy(smooth).to(light) * side, dim=(1, 2))
    slope = (down.square() + across.square()).sqrt()[:, None]
    return F.adaptive_avg_pool2d(((slope > GENTLE) & (slope < STEEP)).to(light), BLOCKS)
