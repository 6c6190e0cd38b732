"""What costs nothing to know: trivial painters that a model must beat, fitted to the pairs it learned
from.

Copying the input beats a poor model's SSIM on drawings of photos, and so does a linear filter: no figure is
worth much without these beside it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from limner.errors import LimnerError
from limner.images import Image

WINDOW = 5
"""Side of the linear filter, pixels."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Floors:
    """The trivial painters that are fitted to one style's pairs, at their size."""

    mean_input: Array
    """(H, W, Ci) in [0, 1]."""
    mean_truth: Array
    """(H, W, Co) in [0, 1]."""
    filter: Array
    """(Ci * WINDOW * WINDOW, Co): what an input's difference from the mean says about the truth's."""

    def mean(self) -> Image:
        """The mean true picture, whatever the input: (H, W, 3) or (H, W) in [0, 255]."""
        return _to_image(self.mean_truth)

    def linear(self, picture: Image) -> Image:
        """The mean true picture plus a linear filter of how the input, (H, W, 3) or (H, W) in [0, 255], differs from
        the mean input; as `mean` gives it."""
        away = _to_array(picture) - self.mean_input
        kernels = self.filter.T.reshape(-1, away.shape[2], WINDOW, WINDOW)
        changes = [sum(map(_filtered, np.moveaxis(away, 2, 0), of_channels)) for of_channels in kernels]
        return _to_image(self.mean_truth + np.stack(changes, axis=2))


def copy(picture: Image, channels: int) -> Image:
    """The input itself, (H, W, 3) or (H, W) in [0, 255], as gray (1 channel) or RGB (3) as the truth is."""
    if channels == 3 and picture.ndim == 2:
        return np.repeat(picture[..., None], 3, axis=2)
    if channels == 1 and picture.ndim == 3:
        return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return picture


class Fit:
    """Floors in the making: each training pair is added once, and none is kept.

    The filter solves the least squares of (truth - mean truth) on 5 x 5 patches of (input - mean input), one
    filter for all places. Patches are linear in the picture, so the sums over the centred pairs are those
    over the pairs themselves less those of the means.
    """

    def __init__(self) -> None:
        self._number = 0
        self._inputs = self._truths = self._squares = self._products = np.zeros(())

    def add(self, picture: Image, truth: Image) -> None:
        """One more pair (input, truth), (H, W, 3) or (H, W) in [0, 255] each, of the size of the others."""
        x, y = _to_array(picture), _to_array(truth)
        patches = _patches(x)
        self._inputs, self._truths = self._inputs + x, self._truths + y
        self._squares = self._squares + patches @ patches.T
        self._products = self._products + patches @ y.reshape(-1, y.shape[2])
        self._number += 1

    def floors(self) -> Floors:
        """The floors of all pairs that were added.

        Raises:
            LimnerError: there are none.
        """
        if self._number == 0:
            raise LimnerError("floors need at least one training pair, and there is none")
        mean_input, mean_truth = self._inputs / self._number, self._truths / self._number
        patches = _patches(mean_input)
        squares = self._squares - self._number * patches @ patches.T
        products = self._products - self._number * patches @ mean_truth.reshape(-1, mean_truth.shape[2])
        # Drawings that are all alike leave directions without evidence: the shortest solution sets them to zero.
        solution = np.asarray(np.linalg.lstsq(squares, products, rcond=1e-10)[0], np.float64)
        return Floors(mean_input, mean_truth, solution)


def _patches(picture: Array) -> Array:
    """(H, W, C) -> (C * WINDOW * WINDOW, H * W): each pixel's neighbours, the border repeated outwards."""
    height, width, channels = picture.shape
    margin = WINDOW // 2
    padded = np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), mode="edge").transpose(2, 0, 1)
    # A shift of the picture a row: ten times as fast to copy as a patch a row.
    patches = np.empty((channels, WINDOW, WINDOW, height, width))
    for down in range(WINDOW):
        for across in range(WINDOW):
            patches[:, down, across] = padded[:, down : down + height, across : across + width]
    return patches.reshape(-1, height * width)


def _filtered(plane: Array, kernel: Array) -> Array:
    """(H, W) and (WINDOW, WINDOW) -> (H, W): the sum of each pixel's neighbours so weighed, the border repeated
    outwards."""
    return np.asarray(cv2.filter2D(plane, cv2.CV_64F, kernel, borderType=cv2.BORDER_REPLICATE), np.float64)


def _to_array(image: Image) -> Array:
    """(H, W) or (H, W, C) in [0, 255] -> (H, W, C) in [0, 1]."""
    return np.atleast_3d(image).astype(np.float64) / 255


def _to_image(array: Array) -> Image:
    """(H, W, C) in [0, 1] -> (H, W) or (H, W, 3) in [0, 255]."""
    image = (255 * array).round().clip(0, 255).astype(np.uint8)
    return image[..., 0] if image.shape[2] == 1 else image
