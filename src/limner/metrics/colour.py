"""Whether the skin has the right colour."""

import torch
from torch import Tensor

from limner.metrics.views.colours import lab

TITLE = "Colour: colour shift of the cheeks, Delta E (CIE 1976; 2.3 is just noticeable)"
DIRECTION = "lower"
LEARNS = ("photo",)


def colour(fake: Tensor, real: Tensor, *, cheeks: Tensor) -> Tensor:
    """Distance in CIE L*a*b* between a cheek's mean colour in both pictures, averaged over the two cheeks; 0 for
    equal ones.

    The cheeks are two discs laid by the truth's landmarks. Delta E of 1976 (ISO/CIE 11664-4): Euclidean. sRGB is
    averaged in L*a*b*. nan where the truth shows no face or a cheek lies outside the picture.
    """
    mine, true = _mean(fake, cheeks.expand(len(fake), -1, -1, -1)), _mean(real, cheeks.expand(len(real), -1, -1, -1))
    shift: Tensor = (mine - true).norm(dim=2).mean(1)
    return shift


def _mean(pictures: Tensor, masks: Tensor) -> Tensor:
    """(N, 3, H, W) and (N, K, H, W) -> (N, K, 3): mean L*a*b* under each mask."""
    colours = lab(pictures.permute(0, 2, 3, 1))
    return torch.einsum("nhwc,nkhw->nkc", colours, masks) / masks.sum((2, 3))[..., None]
