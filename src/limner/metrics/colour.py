"""Whether the skin has the right colour."""

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
    there = (cheeks > 0).any(1).any(0)
    masks = cheeks[:, :, there]
    mine, true = _mean(fake[:, :, there], masks), _mean(real[:, :, there], masks)
    shift: Tensor = (mine - true).norm(dim=2).mean(1)
    return shift


def _mean(colours: Tensor, masks: Tensor) -> Tensor:
    """(N, 3, P) sRGB and (N or 1, K, P) -> (N, K, 3): mean L*a*b* under each mask."""
    masks = masks.expand(len(colours), -1, -1)
    return masks @ lab(colours.mT) / masks.sum(2, keepdim=True)
