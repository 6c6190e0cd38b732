"""How the colours of a picture are brought to sRGB: by the profile in it, or a PNG's gamma."""

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

SAME = 3
"""A colour profile that moves no colour by more than this of 255 is sRGB, whatever it is called."""
GAMMA = 2.2
"""Of screens. A PNG's own, times this, is 1 where nothing is to be done."""
POSSIBLE = 16e-5, 6250.0
"""From least to most, the gammas that libpng takes for such."""
NEARLY = 0.05
"""By how much that may differ from 1: libpng, too, calls less than this insignificant."""

Move = Callable[[Pillow.Image], Pillow.Image]
"""Some rows to the same in sRGB."""


def to_srgb(file: Pillow.Image, channels: str, notes: list[str]) -> tuple[str, Move | None]:
    """The mode in which a picture is brought to sRGB, and by what: None if nothing is to be done, or can be.

    Args:
        file: the picture.
        channels: `bgr` if red and blue are swapped in the file.
        notes: takes what a person should know.
    """
    mode = file.mode if file.mode in ("L", "CMYK") and channels == "rgb" else "RGB"
    if (data := file.info.get("icc_profile")) is None:
        return mode, _by_gamma(file)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        if profile.profile.xcolor_space.strip() == "GRAY" and _is_told_in_gray(file) and channels == "rgb":
            mode = "L"
        transform = ImageCms.buildTransform(
            profile,
            _srgb(),
            mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        notes.append(f"its colour profile cannot be used and was ignored: {error}")
        return mode, None
    if mode == "RGB" and _moves_nothing(transform):
        return mode, None
    return mode, lambda strip: ImageCms.applyTransform(strip, transform) or strip


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _is_told_in_gray(file: Pillow.Image) -> bool:
    """Whether each pixel is one number, or a place in a palette of grays."""
    if file.mode.startswith("P"):
        return not np.ptp(np.reshape(file.getpalette("RGB") or (), (-1, 3)), axis=1).any()
    return file.mode.startswith(("1", "L", "I")) and file.mode != "LAB"


def _moves_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a transform leaves a cube of 9x9x9 colours where they are."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = ImageCms.applyTransform(Pillow.fromarray(cube), transform)
    return moved is not None and np.abs(np.asarray(moved).astype(int) - cube).max() <= SAME


def _by_gamma(file: Pillow.Image) -> Move | None:
    """What a PNG's gAMA chunk asks for, as programs that render write it; sRGB and profiles count before it."""
    gamma = file.info.get("gamma", 0)
    possible = POSSIBLE[0] <= gamma <= POSSIBLE[1]
    if file.format != "PNG" or "srgb" in file.info or not possible or abs(gamma * GAMMA - 1) <= NEARLY:
        return None
    table = [round(255 * (value / 255) ** (1 / (gamma * GAMMA))) for value in range(256)]
    return lambda strip: strip.point(table * len(strip.getbands()))
