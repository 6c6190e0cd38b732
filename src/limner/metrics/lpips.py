"""Learned perceptual distance that forgives small shifts."""

from math import inf
from pathlib import Path

import torch
from torch import Tensor

from limner.nets.shift_tolerant import ALEXNET, perceptual

TITLE = "LPIPS: learned perceptual distance, shift-tolerant AlexNet"
DIRECTION = "lower"
BOUNDS = (0, inf)
LEAST = 32
"""Pixels a side."""


def lpips(fake: Tensor, real: Tensor, *, weights: Path) -> Tensor:
    """Weighted squared distance between the deep features of two pictures: 0 for equal ones.

    Ghildyal and Liu, "Shift-tolerant perceptual similarity metric", ECCV 2022, after Zhang et al., "The
    unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018. The figures are those of
    stlpips-pytorch 0.0.2, LPIPS(net="alex", variant="shift_tolerant")(fake, real, normalize=True), whose
    weights `weights` holds. AlexNet, because it agrees with people's judgement about as well as VGG at less
    work, and leaves VGG to be trained on.

    Of pictures of less than `LEAST` pixels a side it is nan: the network's maps of them have no inside.

    Raises:
        ModelError: the file of weights is missing or unusable.
    """
    if min(fake.shape[-2:]) < LEAST:
        return fake.new_full((len(fake),), torch.nan)
    network = perceptual(weights / ALEXNET)
    distance: Tensor = network(fake, real)
    return distance
