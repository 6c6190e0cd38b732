"""SSIM's comparison of two pictures through a window that slides over them.

Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004. Several
metrics differ only in the window and in what they show it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

K1, K2 = 0.01, 0.03
"""The paper's constants that steady the two quotients, for values in [0, 1]."""


@dataclass(frozen=True)
class Window:
    """Weights of a row and of a column, odd in number, of sum 1."""

    weights: tuple[float, ...]
    sample: bool = False
    """Variances of a sample (divided by n - 1), not of a population."""

    @property
    def correction(self) -> float:
        """What a variance about the window's own mean is multiplied by."""
        number = len(self.weights) ** 2
        return number / (number - 1) if self.sample else 1.0


class Likeness(NamedTuple):
    """(N, C, h, w) each, at every place where the window lies inside the picture."""

    light: Tensor
    """Of the means; 1 for equal ones."""
    structure: Tensor
    """Of contrast and structure; 1 for equal ones."""


def _gaussian(size: int, sigma: float) -> tuple[float, ...]:
    row = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
    return tuple(row / row.sum())


GAUSSIAN = Window(_gaussian(11, 1.5))
"""The paper's own: 11 x 11 pixels, sigma 1.5."""
FLAT = Window((1 / 7,) * 7, sample=True)
"""What skimage.metrics.structural_similarity does unless told otherwise: 7 x 7 pixels that weigh the same."""


def compare(fake: Tensor, real: Tensor, window: Window) -> Likeness:
    """(N, C, H, W) and (N or 1, C, H, W) in [0, 1], H and W not less than the window -> their likeness."""
    mine, true = _mean(fake, window), _mean(real, window)
    of_mine = (_mean(fake.square(), window) - mine.square()) * window.correction
    of_true = (_mean(real.square(), window) - true.square()) * window.correction
    together = (_mean(fake * real, window) - mine * true) * window.correction
    light = (2 * mine * true + K1**2) / (mine.square() + true.square() + K1**2)
    return Likeness(light, (2 * together + K2**2) / (of_mine + of_true + K2**2))


def similarity(fake: Tensor, real: Tensor, window: Window) -> Tensor:
    """(N,): SSIM, the mean of light times structure over places and channels."""
    light, structure = compare(fake, real, window)
    return (light * structure).mean((1, 2, 3))


def _mean(pictures: Tensor, window: Window) -> Tensor:
    """(N, C, H, W) -> (N, C, H - n + 1, W - n + 1): mean under the window of n x n pixels."""
    row, margin = np.array(window.weights), len(window.weights) // 2
    height, width = pictures.shape[-2:]
    planes: npt.NDArray[np.float32] = pictures.detach().cpu().numpy().reshape(-1, height, width)
    # OpenCV takes a twentieth of the time of torch's convolution with one channel.
    means = np.stack([cv2.sepFilter2D(plane, cv2.CV_32F, row, row)[margin:-margin, margin:-margin] for plane in planes])
    return torch.from_numpy(means.reshape(*pictures.shape[:2], *means.shape[1:])).to(pictures)
