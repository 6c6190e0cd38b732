"""Whether the skin has the right colour."""

from math import inf

from torch import Tensor

from limner.metrics.views.colours import under

TITLE = "Colour: colour shift of the cheeks, Delta E (CIE 1976; 2.3 is just noticeable)"
DIRECTION = "lower"
BOUNDS = (0, inf)
LEARNS = ("photo",)


def colour(fake: Tensor, real: Tensor, *, cheeks: Tensor) -> Tensor:
    """Distance in CIE L*a*b* between a cheek's mean colour in both pictures, averaged over the two cheeks; 0 for
    equal ones.

    The cheeks are two discs laid by the truth's landmarks. Delta E of 1976 (ISO/CIE 11664-4): Euclidean. sRGB is
    averaged in L*a*b*. nan where the truth shows no face or a cheek lies outside the picture.
    """
    shift: Tensor = (under(fake, cheeks) - under(real, cheeks)).norm(dim=2).mean(1)
    return shift
