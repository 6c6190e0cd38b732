"""Laying one picture over another: is one a copy of the other, resized, recompressed or cropped a little?

Both are looked at as gray thumbnails squeezed into a square, so that what a crop and a resizing do to a picture
is a scale and a shift along each axis. Those are found by least squares from coarse to fine (Lucas and Kanade
1981, with the mean of both gradients: Benhimane and Malis 2004); what is left after that tells copies from
pictures taken a moment later. Frames of one film are only compared where they are, by a limit of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from limner.images import Image, resize

SIDE = 96
"""Pixels a side of a thumbnail."""
COARSE, MIDDLE, FINE = (24, 1.5, 8), (48, 1.0, 4), (SIDE, 1.5, 4)
"""Of each level: pixels a side, standard deviation of the blur (pixels), steps of the least squares."""
MARGIN = 3
"""Pixels at the edge that are left out: the blur had to guess what lies beyond."""
EDGE = 2
"""Pixels at the edge of the coarsest level that a glance leaves out: a crop takes nearly as many away."""
FARTHEST = 0.2
"""By how much a scale may differ from 1 and a shift from 0 (sides of the thumbnail): a crop of 5% a side comes to
0.11, and the steps on the way there may overshoot."""
ALIKE = 0.9
"""Correlation below which two coarse pictures, laid over one another, show different things."""
STEADY = (0.1, 8.0)
"""By how much a copy may be brighter or of more contrast: share of the contrast, and gray levels."""
HOPELESS = 20.0
"""Gray levels at the middle level beyond which the fine one would find no copy either: copies come to 8."""
PLACE = 7
"""Pixels a side of a place where two thumbnails are compared: about an eye of a face that fills the picture."""
SAME_SCALE = 0.01
"""Scales closer to 1 than this show that nothing was cropped, if both pictures have as many pixels."""
UNCROPPED = 0.4
"""Share of the difference allowed between copies of the same size: only their compression differs. With 3 gray levels
allowed, JPEG of quality 50 or better passes, and of quality 30 not always."""
FAINT = 20.0
"""Standard deviation of the gray levels below which a picture may differ the less from its copy, the fainter it is."""
GRAINY = (2.5, 2.0)
"""Pixels of a picture to one of its thumbnail below which compression shows through, and by which factor at most."""

Floats = npt.NDArray[np.float32]
Place = npt.NDArray[np.float64]
"""(scale x, shift x, scale y, shift y): what is at x of the one is at scale * x + shift of the other, with x from
the middle, in sides of the thumbnail."""
SAME_PLACE: Place = np.array([1.0, 0.0, 1.0, 0.0])


@dataclass(frozen=True)
class Thumbnail:
    """A picture squeezed into a small gray square."""

    pixels: Image
    """(SIDE, SIDE) gray."""
    width: int
    """Of the picture itself, pixels."""
    height: int


def thumbnail(image: Image) -> Image:
    """(H, W, 3) RGB -> (SIDE, SIDE) gray."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    return resize(gray, SIDE, SIDE)


def difference(one: Thumbnail, other: Thumbnail) -> float | None:
    """How far two pictures are from being copies: gray levels at the place where they differ most.

    0 for equal ones. Copies of unequal size or crop come to 1 to 2.5, and those of the same size, by JPEG of quality
    50 or better, to less than 3: for small pictures and for equal sizes the scale is another (see `_allowance`).
    None if they show different things.
    """
    place = roughly(one, other)
    if place is None:
        return None
    place, left = _register(one, other, place, *MIDDLE)
    if left is None:
        return None
    if (worst := _worst(left.residual)) > HOPELESS:
        return worst / _allowance(one, other, place)
    place, left = _register(one, other, place, *FINE)
    if left is None:
        return None
    gain, offset = left.brightness
    if abs(gain - 1) > STEADY[0] or abs(offset) > STEADY[1]:
        return None
    return _worst(left.residual) / _allowance(one, other, place)


def movement(one: Thumbnail, other: Thumbnail) -> float:
    """Gray levels at the place where two frames of one film differ most, left where they are; not scaled."""
    _, sigma, _ = FINE
    return _worst(_blurred(one.pixels, SIDE, [sigma] * 2) - _blurred(other.pixels, SIDE, [sigma] * 2))


def roughly(one: Thumbnail, other: Thumbnail) -> Place | None:
    """Where `one` lies in `other`, found at the coarsest level; None if they show different things."""
    place, left = _register(one, other, SAME_PLACE, *COARSE)
    return place if left is not None and left.explained >= ALIKE**2 else None


def unfit(pixels: Image, others: Sequence[Image]) -> Floats:
    """Of each other thumbnail the share of its coarse variance, 0 to 1, that no small crop of `pixels` accounts for.

    A glance at many: one step of least squares at the coarsest level, for all of them from the same place.
    """
    side, sigma, _ = COARSE
    coarse = _blurred(pixels, side, [sigma] * 2)
    offsets = np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)
    across, down = _gradients(coarse)
    inside = slice(EDGE, -EDGE)
    changes = np.stack([across, across * offsets, down, down * offsets[:, None], coarse, np.ones_like(coarse)])[
        :, inside, inside
    ].reshape(6, -1)
    seen = np.stack([_blurred(other, side, [sigma] * 2)[inside, inside].ravel() for other in others])
    seen -= seen.mean(axis=1, keepdims=True)
    plain, _ = np.linalg.qr(changes.T)
    left = seen - (seen @ plain) @ plain.T
    share: Floats = (left**2).sum(axis=1) / np.maximum((seen**2).sum(axis=1), np.float32(1e-6))
    return share


def moved(pixels: Image, place: Place) -> Image:
    """A (SIDE, SIDE) thumbnail as it would look in the frame of the other one, in which it lies at `place`."""
    return cv2.warpAffine(pixels, _matrix(place, SIDE), (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )


def _worst(residual: Floats) -> float:
    """The greatest root mean square of any place."""
    power: Any = cv2.boxFilter(residual**2, -1, (PLACE, PLACE), borderType=cv2.BORDER_REFLECT).max()
    return float(np.sqrt(max(power, 0.0)))


def _allowance(one: Thumbnail, other: Thumbnail, place: Place) -> float:
    """What the difference is divided by: more for what differs more among true copies."""
    fewest = min(one.width * one.height, other.width * other.height)
    few, most = GRAINY
    allowance = float(np.clip(few * SIDE / np.sqrt(fewest), 1, most))
    same_size = (one.width, one.height) == (other.width, other.height)
    if same_size and np.abs(place[::2] - 1).max() < SAME_SCALE:
        allowance *= UNCROPPED
    return allowance * float(np.clip(one.pixels.std() / FAINT, 1e-3, 1))


@dataclass(frozen=True)
class _Left:
    """What is left where two pictures overlap, after the one was brought to the other's brightness."""

    residual: Floats
    explained: float
    """Share of the variance, 0 to 1; 1 if there is none."""
    brightness: tuple[float, float]
    """Gain, and difference of the means."""


def _register(
    one: Thumbnail, other: Thumbnail, place: Place, side: int, sigma: float, steps: int
) -> tuple[Place, _Left | None]:
    """Improve `place` at one level; nothing is left if it goes too far."""
    # What is scaled up must be blurred less, to be as sharp as what it is compared with.
    blurs = [_blurs(sigma, place[axis], one_side, other_side) for axis, one_side, other_side in _sides(one, other)]
    a, b = (_blurred(t.pixels, side, [blur[k] for blur in blurs]) for k, t in enumerate((one, other)))
    ax, ay = _gradients(a)
    middle = (side - 1) / 2
    offsets = (np.arange(side, dtype=np.float32) - np.float32(middle)) / side
    for step in range(steps + 1):
        if np.abs(place - SAME_PLACE).max() > FARTHEST:
            return place, None
        matrix = _matrix(place, side)
        warped: Any = cv2.warpAffine(
            b, matrix, (side, side), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
        )
        inside = tuple(_inside(matrix[axis, axis], matrix[axis, 2], side) for axis in (1, 0))
        there, here = warped[inside], a[inside]
        there_mean, here_mean = there.mean(), here.mean()
        varied, wanted = there - there_mean, here - here_mean
        power, all_there_is = float((varied**2).sum()), float((wanted**2).sum())
        gain = float((varied * wanted).sum()) / power if power > 0 else 1.0
        residual = wanted - gain * varied
        if step == steps:
            explained = 1 - float((residual**2).sum()) / all_there_is if all_there_is > 0 else float(power == 0)
            return place, _Left(residual, explained, (gain, float(here_mean - there_mean)))
        bx, by = _gradients(warped)
        across = (ax[inside] + gain * bx[inside]) * np.float32(side / 2)
        down = (ay[inside] + gain * by[inside]) * np.float32(side / 2)
        slopes = np.stack(
            [across * offsets[None, inside[1]], across, down * offsets[inside[0], None], down, varied]
        ).reshape(5, -1)
        normal = slopes @ slopes.T
        normal[np.diag_indices(5)] += 1e-4 * np.trace(normal) / 5 + 1e-6  # a picture without edges says nothing
        place = place + np.linalg.solve(normal, slopes @ residual.ravel())[:4]
    raise AssertionError("the last step returns")


def _sides(one: Thumbnail, other: Thumbnail) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    return (0, one.width, other.width), (2, one.height, other.height)


def _blurs(sigma: float, scale: float, *sides: int) -> tuple[float, float]:
    """Standard deviations for the one and the other along an axis, after which both are equally sharp.

    A pixel is itself a mean over its width, of variance 1/12; one that was interpolated is less sharp still.
    """
    box = 1 / 12
    variance = (sigma * max(1.0, *(SIDE / side for side in sides))) ** 2 + box
    return (
        float(np.sqrt(variance * max(1.0, scale**-2) - box)),
        float(np.sqrt(variance * max(1.0, scale**2) - box)),
    )


def _blurred(pixels: Image, side: int, sigmas: list[float]) -> Floats:
    small = resize(pixels, side, side).astype(np.float32)
    blurred: Any = cv2.GaussianBlur(small, (0, 0), sigmas[0], sigmaY=sigmas[1])
    return np.asarray(blurred, np.float32)


def _gradients(image: Floats) -> tuple[Floats, Floats]:
    across: Any = cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=1, scale=0.5)
    down: Any = cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=1, scale=0.5)
    return across, down


def _matrix(place: Place, side: int) -> npt.NDArray[np.float64]:
    """(2, 3) of `place` in pixels, counted from the first one's centre."""
    middle = (side - 1) / 2
    (sx, tx), (sy, ty) = place[:2], place[2:]
    return np.array([[sx, 0, middle * (1 - sx) + tx * side], [0, sy, middle * (1 - sy) + ty * side]])


def _inside(scale: float, shift: float, side: int) -> slice:
    """The pixels along an axis that lie in both pictures, away from the edges of both."""
    low = max(MARGIN * side / SIDE, (MARGIN * side / SIDE - shift) / scale)
    high = min(side - 1 - MARGIN * side / SIDE, (side - 1 - MARGIN * side / SIDE - shift) / scale)
    return slice(int(np.ceil(low)), int(np.floor(high)) + 1)
