"""Resampling a photo into the aligned frame, and what the frame shows where the photo ends.

Resampling. A photo that shrinks is averaged by area to the frame's scale, since interpolation would read few
of its pixels and turn texture into moire. Then it is doubled by Lanczos interpolation until it is finer than
the frame, where a warp may read it bilinearly without blurring it: as sharp as OpenCV's own Lanczos warp,
which takes 64 products for every pixel, in a fraction of its time.

The border rule. Outside the photo the frame continues in soft colour: each pixel takes a mean of the photo's
pixels, the wider the farther it is from the photo's edge (pull-push: Gortler et al., The Lumigraph, 1996).
A replicated edge smears streaks and a mirrored one shows a second forehead upside down, and a network learns
to paint both; black or gray bars put a hard edge across the hair.
"""

from typing import Any

import cv2
import numpy as np

from limner.align import geometry
from limner.align.geometry import Floats
from limner.images import Image, resize

_AWAY = np.arange(-3.5, 4)
HALFWAY = np.sinc(_AWAY) * np.sinc(_AWAY / 4) / (np.sinc(_AWAY) * np.sinc(_AWAY / 4)).sum()
"""The eight weights of Lanczos-4 half-way between two pixels."""

CORRECTIONS = 2
"""Of a picture that grows: a third would add one dB to what comes back when it is shrunk again."""

SOFT = 4
"""Pixels of the frame to one of the continued colour, which has no detail that more would show."""


def warp(photo: Image, matrix: Floats, size: int) -> tuple[Image, float]:
    """Resample `photo`, (H, W, 3) or (H, W), by a (2, 3) similarity into a frame of `size` pixels a side.

    Returns the frame and the share of it that lies outside the photo, in [0, 1].
    """
    part, left = _shrink(*_crop(photo, matrix, size))
    everywhere = np.full(part.shape[:2], 255, np.uint8)
    inside: Any = cv2.warpAffine(everywhere, left, (size, size), flags=cv2.INTER_NEAREST)
    share = 1 - cv2.countNonZero(inside) / size**2
    # Four channels of a byte are copied and warped as one word, three are not.
    fine: Any = cv2.cvtColor(part, cv2.COLOR_RGB2RGBA) if part.ndim == 3 else part
    while True:
        fine = _doubled(fine)
        left = np.column_stack([left[:, :2] / 2, left[:, 2]])
        if geometry.scale(left) <= 1:
            break
    warped: Any = cv2.warpAffine(fine, left, (size, size), borderMode=cv2.BORDER_REPLICATE)
    frame: Any = cv2.cvtColor(warped, cv2.COLOR_RGBA2RGB) if part.ndim == 3 else warped
    return (_continue(frame, inside) if share > 0 else frame), share


def squared(photo: Image, size: int) -> Image:
    """Resize a whole (H, W, 3) or (H, W) picture to `size` pixels a side, whatever its proportions.

    One that grows gives itself when it is shrunk again by area, but for rounding: what that would lose is added
    (back-projection: Irani & Peleg, Improving resolution by image registration, 1991). Of a 64 x 64 face in a frame of
    400 pixels, 48 dB come back instead of 38, and networks of its own size see it nearly as it was.
    """
    height, width = photo.shape[:2]
    if height > size or width > size or (height, width) == (size, size):
        return resize(photo, size, size)
    pixels: Any = photo.astype(np.float32)
    grown: Any = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_LANCZOS4)
    for _ in range(CORRECTIONS):
        missing = pixels - cv2.resize(grown, (width, height), interpolation=cv2.INTER_AREA)
        grown += cv2.resize(missing, (size, size), interpolation=cv2.INTER_LANCZOS4)
    return np.asarray(np.rint(grown).clip(0, 255), np.uint8)


def _crop(photo: Image, matrix: Floats, size: int) -> tuple[Image, Floats]:
    """Only what the frame can show: a face in a large photo costs no more than one in a small photo."""
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], dtype=np.float64)
    reach = geometry.transform(geometry.inverse(matrix), corners)
    margin = 4 + 2 / geometry.scale(
        matrix
    )  # Lanczos reads four pixels around, the warp of what was shrunk two of the frame's
    low = np.clip(np.floor(reach.min(axis=0) - margin), 0, None).astype(int)
    high = np.ceil(reach.max(axis=0) + margin).astype(int)
    shifted = matrix.copy()
    shifted[:, 2] += matrix[:, :2] @ low
    return photo[low[1] : high[1], low[0] : high[0]], shifted


def _shrink(photo: Image, matrix: Floats) -> tuple[Image, Floats]:
    """Average by area down to the frame's scale; return the smaller photo and the matrix that is left."""
    height, width = photo.shape[:2]
    scale = min(geometry.scale(matrix), 1)
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    step = np.array([width / new_width, height / new_height])  # old pixels a new pixel
    left = matrix.copy()
    left[:, :2] = matrix[:, :2] * step
    left[:, 2] += matrix[:, :2] @ ((step - 1) / 2)  # of pixel centres: old = new * step + (step - 1) / 2
    return resize(photo, new_width, new_height), left


def _doubled(image: Any) -> Any:
    """Twice the pixels to each side, (2H, 2W) or (2H, 2W, 4): pixel (x, y) becomes (2x, 2y)."""
    height, width = image.shape[:2]
    words = np.uint32 if image.ndim == 3 else np.uint8
    # All into one array: the pages of each further one would cost as much as filling it.
    both = np.empty((2 * height, 2 * width, *image.shape[2:]), np.uint8)
    across = cv2.filter2D(image, -1, HALFWAY[None], anchor=(3, 0), borderType=cv2.BORDER_REPLICATE)
    pixels = both.view(words)
    pixels[::2, ::2], pixels[::2, 1::2] = image.view(words), across.view(words)
    even, odd = both[::2], both[1::2]
    cv2.filter2D(even, -1, HALFWAY[:, None], dst=odd, anchor=(0, 3), borderType=cv2.BORDER_REPLICATE)
    return both


def _continue(frame: Image, inside: Image) -> Image:
    """Fill `frame` where `inside` is 0 with soft colour continued from where it is 255."""
    size = frame.shape[0]
    side = max(1, size // SOFT)
    colour: Any = _smaller(cv2.copyTo(frame, inside), side).astype(np.float32)
    known: Any = _smaller(inside, side).astype(np.float32) / 255
    levels = [(colour, known)]
    while side > 1:
        side = (side + 1) // 2
        levels.append((_smaller(levels[-1][0], side), _smaller(levels[-1][1], side)))
    colour, known = levels.pop()
    soft = colour / known.item()
    while levels:
        colour, known = levels.pop()
        missing = 1 - known.reshape(*known.shape, *[1] * (frame.ndim - 2))
        soft = colour + missing * cv2.resize(soft, known.shape, interpolation=cv2.INTER_LINEAR)
    rounded: Any = np.rint(soft).clip(0, 255).astype(np.uint8)
    continued: Any = cv2.resize(rounded, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.copyTo(frame, inside, continued), np.uint8)


def _smaller(image: Any, side: int) -> Any:
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
