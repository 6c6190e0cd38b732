"""Feature similarity."""

import piq
import torch
from torch import Tensor

TITLE = "FSIM: feature similarity, colour (FSIMc)"
DIRECTION = "higher"

# The sixteen filter responses of a few pictures stay in the processor's cache; those of many do not.
AT_ONCE = 4


def fsim(fake: Tensor, real: Tensor) -> Tensor:
    """FSIMc: likeness of phase congruency, gradient and chroma, weighted by phase congruency; 1 for equal
    pictures.

    Zhang et al., "FSIM: a feature similarity index for image quality assessment", IEEE TIP 2011, by piq's
    port of the authors' MATLAB: 4 scales, 4 orientations, shortest wavelength 6 pixels; pictures from 384
    pixels on are first averaged down by round(side / 256), as the authors do.
    """
    real = real.expand_as(fake)
    parts = [slice(start, start + AT_ONCE) for start in range(0, len(fake), AT_ONCE)]
    return torch.cat([piq.fsim(fake[part], real[part], chromatic=True, reduction="none") for part in parts])
