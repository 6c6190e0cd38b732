"""Feature similarity."""

import math
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

TITLE = "FSIM: feature similarity, colour (FSIMc)"
DIRECTION = "higher"
BOUNDS = (0, 1)

SCALES, ORIENTATIONS = 4, 4
SHORTEST = 6
"""Wavelength of the finest filter, pixels; each scale doubles it."""
BANDWIDTH, SPREAD = 0.55, math.pi / (4 * 1.2)
"""Of a filter: in scale (ratio of its Gaussian's deviation to its centre), in angle (radians)."""
DEVIATIONS = 2
"""Of the noise's energy above its mean that are taken for noise."""
CUTOFF = 0.45
"""Where the filters are faded out, cycles a pixel."""
T_CONGRUENCY, T_GRADIENT, T_CHROMA, CHROMA_POWER = 0.85, 160, 200, 0.03
"""The paper's constants, for values in [0, 255]."""

AXES = ((1, 0), (0, 1))
YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


class Features(NamedTuple):
    """What is compared, each (N, H, W)."""

    congruency: Tensor
    gradient: Tensor
    i: Tensor
    q: Tensor


def fsim(fake: Tensor, real: Tensor) -> Tensor:
    """FSIMc: likeness of phase congruency, gradient and chroma, weighted by phase congruency; 1 for equal
    ones.

    Zhang et al., "FSIM: a feature similarity index for image quality assessment", IEEE TIP 2011. Agrees with
    piq.fsim, a port of the authors' MATLAB, in half its time, since a truth is looked at once for all its
    fakes. Pictures from 384 pixels on are first averaged down by round(side / 256), as the authors do.
    """
    mine, true = _features(fake), _features(real)
    # Two pictures without any feature weigh the same everywhere.
    weight = torch.maximum(mine.congruency, true.congruency) + 1e-12
    likeness = _likeness(mine.congruency, true.congruency, T_CONGRUENCY)
    likeness = likeness * _likeness(mine.gradient, true.gradient, T_GRADIENT)
    chroma = _likeness(mine.i, true.i, T_CHROMA) * _likeness(mine.q, true.q, T_CHROMA)
    total: Tensor = (likeness * chroma.abs() ** CHROMA_POWER * weight).sum((1, 2)) / weight.sum((1, 2))
    return total


def _likeness(one: Tensor, other: Tensor, steady: float) -> Tensor:
    return (2 * one * other + steady) / (one.square() + other.square() + steady)


def _features(pictures: Tensor) -> Features:
    """(N, 3, H, W) in [0, 1] -> its features."""
    pictures = 255 * pictures
    if (step := round(min(pictures.shape[-2:]) / 256)) > 1:
        pictures = F.avg_pool2d(pictures, step)
    light, i, q = torch.einsum("kc,nchw->knhw", pictures.new_tensor(YIQ), pictures)
    # Picture by picture: the sixteen responses to one stay in the processor's cache.
    congruency = torch.stack([_phase_congruency(one) for one in light])
    return Features(congruency, torch.stack([_gradient(one) for one in light]), i, q)


def _gradient(light: Tensor) -> Tensor:
    """(H, W) -> (H, W): length of the gradient by Scharr's filter, black outside."""
    plane = light.detach().cpu().numpy()
    slopes = [cv2.Scharr(plane, cv2.CV_32F, *axis, scale=1 / 16, borderType=cv2.BORDER_CONSTANT) for axis in AXES]
    return torch.from_numpy(np.hypot(*slopes)).to(light)


def _phase_congruency(light: Tensor) -> Tensor:
    """(H, W) in [0, 255] -> (H, W) in [0, 1]: how well the frequencies at a place agree in phase.

    Kovesi, "Image features from phase congruency", Videre 1999: 1 at a step, a line or a corner, whatever its
    contrast.
    """
    filters, noise_gain = _filters(*light.shape)
    tiny = torch.finfo(light.dtype).eps
    spectrum = torch.fft.fft2(light)
    energy, amplitude = torch.zeros_like(light), torch.full_like(light, tiny)
    for of_orientation, gain in zip(filters.to(light.device), noise_gain, strict=True):
        response = torch.fft.ifft2(spectrum * of_orientation)  # (SCALES, H, W): even and odd part
        # On real numbers: torch takes the size of complex ones at a tenth of the speed.
        even, odd = torch.view_as_real(response).movedim(-1, 0).contiguous()
        power = even.square() + odd.square()
        mean_even, mean_odd = even.sum(0), odd.sum(0)
        mean = (mean_even.square() + mean_odd.square()).sqrt()
        # The scales' parts along the mean phase, which sum to the mean itself, less their parts across.
        across = odd.mul_(mean_even).sub_(even.mul_(mean_odd)).abs_().sum(0)
        along = (mean.square() - across) / (mean + tiny)
        # The finest filter sees little but noise, so its median energy tells how much of it there is
        # everywhere.
        rayleigh = math.sqrt(_median(power[0]) * gain)
        threshold = rayleigh * (math.sqrt(math.pi / 2) + DEVIATIONS * math.sqrt(2 - math.pi / 2)) / 1.7
        energy += along.sub_(threshold).clamp_min_(0)
        amplitude += power.sqrt_().sum(0)
    return energy / amplitude


def _median(values: Tensor) -> float:
    """The lower one of the middle two, as torch has it, in a quarter of its time."""
    middle = (values.numel() - 1) // 2
    return float(np.partition(values.detach().cpu().numpy(), middle, axis=None)[middle])


@cache
def _filters(height: int, width: int) -> tuple[Tensor, list[float]]:
    """Log-Gabor filters (ORIENTATIONS, SCALES, H, W), zero frequency first, and by orientation how the median
    energy of the finest filter's response to noise gives the variance of all scales' summed response.
    """
    down, across = torch.meshgrid(_frequencies(height), _frequencies(width), indexing="ij")
    radius = (down.square() + across.square()).sqrt()
    fade = 1 / (1 + (radius / CUTOFF) ** 30)
    radius[0, 0] = 1  # its logarithm is taken; the filters are zero there
    angle = torch.atan2(-across, down)
    rings = []
    for scale in range(SCALES):
        octaves = (radius * SHORTEST * 2**scale).log()
        ring = (-octaves.square() / (2 * math.log(BANDWIDTH) ** 2)).exp() * fade
        ring[0, 0] = 0
        rings.append(ring)
    filters, gains = [], []
    for orientation in range(ORIENTATIONS):
        turn = angle - orientation * math.pi / ORIENTATIONS
        away = torch.atan2(turn.sin(), turn.cos())
        of_scale = torch.stack(rings) * (-away.square() / (2 * SPREAD**2)).exp()
        filters.append(of_scale)
        together = torch.fft.ifft2(of_scale.sum(0)).real * math.sqrt(height * width)
        gains.append(float(together.square().sum() / of_scale[0].square().sum() / math.log(2)))
    return torch.stack(filters), gains


def _frequencies(size: int) -> Tensor:
    """Cycles a pixel, zero first, as the authors' code counts them."""
    steps = torch.arange(size, dtype=torch.float32) - size // 2
    shifted: Tensor = torch.fft.ifftshift(steps / (size - size % 2))
    return shifted
