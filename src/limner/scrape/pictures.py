"""Pictures from outside brought to what the rest of limner reads: upright, 8 bits, RGB, sRGB."""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pillow
from PIL import ImageCms, UnidentifiedImageError

from limner.errors import SourceError
from limner.images import Image, resize
from limner.scrape import beginnings, tiffs

MOST_PIXELS = 120_000_000
"""A picture of more pixels is refused: one of as many takes 900 MB while it is decoded, and 360 MB then."""
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM", "HEIF")
"""Pillow's other decoders are never asked: some run programs, none holds photos."""
KEPT = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}
"""Formats that the later stages read as they are. MPO: a phone's JPEG with smaller copies behind it."""
TIFF = (b"II*\0", b"MM\0*")
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", *TIFF)
"""Of files that were meant to be pictures."""
STRIP = 64
"""Rows that are calculated with at once: of all together the copies would take gigabytes."""
SAME = 3
"""A colour profile that moves no colour by more than this of 255 is sRGB, whatever it is called."""
COLOURLESS = 3
"""The most, of 255, by which the channels of a gray picture differ: profiles and compression round."""
EIGHTH = 8
"""Pixels a side of which OpenCV can make one."""
LOOKED_AT = 96
"""Pixels a side to which a picture is shrunk to be looked at for colours."""

TURNS: dict[int, Callable[[Image], Image]] = {
    2: lambda upright: upright[:, ::-1],
    3: lambda upright: upright[::-1, ::-1],
    4: lambda upright: upright[::-1],
    5: lambda upright: upright.swapaxes(0, 1),
    6: lambda upright: upright.swapaxes(0, 1)[::-1],
    7: lambda upright: upright[::-1, ::-1].swapaxes(0, 1),
    8: lambda upright: upright.swapaxes(0, 1)[:, ::-1],
}
"""By EXIF orientation, an upright picture as it lies in its file: a view, to be written through."""
LYING = 5
"""The first of the orientations of which width and height change places."""

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Picture:
    """One decoded picture."""

    image: Image
    """(H, W, 3) RGB, uint8, upright, sRGB."""
    suffix: str
    """Of a file whose bytes need nothing put right (.jpg or .png), else empty: write `image` instead."""
    notes: tuple[str, ...]
    """What a person should know of how it was read."""


def read(path: Path, channels: str = "rgb") -> Picture:
    """Decode a picture of any common format and put its orientation, channels and colours right.

    Args:
        path: of the file; its name's ending is not believed.
        channels: `bgr` if red and blue are swapped in the file.

    Raises:
        SourceError: it is no picture, damaged, or too large; with what it is instead.
    """
    try:
        picture, tagged = _decode(path, channels)
    except SourceError:
        raise
    except Exception as error:  # a hostile file can make a decoder raise anything
        raise SourceError(_what_it_is(path, error)) from error
    if picture.suffix and not _is_seen_alike(path, picture, tagged):
        return replace(picture, suffix="")
    return picture


def _decode(path: Path, channels: str) -> tuple[Picture, bool]:
    """The picture, and whether it has EXIF data; Pillow's own copy of it is gone then."""
    # Pillow warns of sizes, which are tested here, and of odd metadata.
    with warnings.catch_warnings(action="ignore"), Pillow.open(path, formats=FORMATS) as file:
        _refuse_huge(file)
        tiffs.refuse_misread(file)
        file.load()
        return _put_right(file, path, channels), "exif" in file.info


def is_gray(image: Image) -> bool:
    """Whether an (H, W, 3) RGB picture shows no colours."""
    small = resize(image, LOOKED_AT, LOOKED_AT).astype(int)
    return bool(np.ptp(small, axis=2).max() <= COLOURLESS)


def _put_right(file: Pillow.Image, path: Path, channels: str) -> Picture:
    notes: list[str] = []
    if getattr(file, "n_frames", 1) > 1 and file.format != "MPO":
        notes.append(f"animated, of {file.n_frames} pictures: only the first is used")  # type: ignore[attr-defined]
    try:
        orientation = file.getexif().get(0x0112, 1)
    except Exception:
        orientation = 1
        notes.append("its EXIF data is damaged, so it may not be upright")
    turn = TURNS.get(orientation)
    if file.mode == "F":
        raise SourceError("its pixels are floating-point numbers: save it with 8 or 16 bits a channel")

    mode, transform = _to_srgb(file, channels, notes)
    width, height = file.size
    upright = np.empty((width, height, 3) if turn and orientation >= LYING else (height, width, 3), np.uint8)
    lying = turn(upright) if turn else upright
    negative = tiffs.is_negative(file)
    for top in range(0, height, STRIP):
        strip = file.crop((0, top, width, min(top + STRIP, height)))
        lying[top : top + STRIP] = _strip(_shallow(strip, negative), mode, transform, channels)

    untouched = (
        file.mode == "RGB"
        and not file.has_transparency_data
        and turn is None
        and transform is None
        and channels == "rgb"
        and not notes
        and not _is_deep_png(file, path)
    )
    suffix = KEPT.get(file.format or "", "") if untouched else ""
    return Picture(upright, suffix, tuple(notes))


def _strip(strip: Pillow.Image, mode: str, transform: ImageCms.ImageCmsTransform | None, channels: str) -> Image:
    """Some rows as (H, W, 3) RGB in sRGB, over white."""
    alpha = None
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
        alpha = strip.getchannel("A")
    strip = strip.convert(mode)
    if channels == "bgr":
        strip = Pillow.merge("RGB", strip.split()[::-1])
    if transform is not None:
        strip = ImageCms.applyTransform(strip, transform) or strip
    strip = strip.convert("RGB")
    if alpha is not None:
        strip = Pillow.composite(strip, Pillow.new("RGB", strip.size, "white"), alpha)
    return np.asarray(strip)


def _refuse_huge(file: Pillow.Image) -> None:
    width, height = file.size
    if width * height > MOST_PIXELS:
        raise Pillow.DecompressionBombError(f"{width}x{height} pixels")


def _shallow(strip: Pillow.Image, negative: bool = False) -> Pillow.Image:
    """Gray of 16 bits brought to 8; all other modes as they are (Pillow reads 16-bit colour as 8)."""
    if not strip.mode.startswith("I"):
        return strip
    deep = np.asarray(strip).clip(0, 65535).astype(np.uint32)
    if negative:
        deep = 65535 - deep
    return Pillow.fromarray(((deep + 128) // 257).astype(np.uint8))  # 257 is odd, so there are no halves


def _is_deep_png(file: Pillow.Image, path: Path) -> bool:
    """Whether a PNG has 16 bits a channel: byte 24 of its header, which Pillow does not tell."""
    with path.open("rb") as stream:
        return file.format == "PNG" and stream.read(25)[24] == 16


def _is_seen_alike(path: Path, picture: Picture, tagged: bool) -> bool:
    """Whether OpenCV, which the later stages read with, reads a picture, and takes it for upright as Pillow does: of
    damaged files and EXIF data they understand different parts."""
    is_tiny = min(picture.image.shape[:2]) < EIGHTH
    flag = cv2.IMREAD_GRAYSCALE if is_tiny else cv2.IMREAD_REDUCED_GRAYSCALE_8
    plain = cv2.imread(str(path), flag | cv2.IMREAD_IGNORE_ORIENTATION)
    if plain is None or not tagged:
        return plain is not None
    return np.array_equal(cv2.imread(str(path), flag), plain)  # type: ignore[arg-type]


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(file: Pillow.Image, channels: str, notes: list[str]) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """The mode in which a picture is brought to sRGB, and by what: None if nothing is to be done, or can be."""
    mode = file.mode if file.mode in ("L", "CMYK") and channels == "rgb" else "RGB"
    if (data := file.info.get("icc_profile")) is None:
        return mode, None
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
        return mode, None if mode == "RGB" and _moves_nothing(transform) else transform
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        notes.append(f"its colour profile cannot be used and was ignored: {error}")
        return mode, None


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


def _what_it_is(path: Path, error: Exception) -> str:
    """Why a file could not be decoded, in words."""
    head = beginnings.first(path)
    start = head.lstrip().lower()
    if not head:
        return "it is empty (0 bytes)"
    if b"<!doctype html" in start or b"<html" in start:
        return "it is a web page (HTML), not a picture"
    if b"<svg" in start:
        return "it is an SVG drawing: save it as PNG"
    if isinstance(error, Pillow.DecompressionBombError):  # Pillow has a limit of its own, beyond ours
        return f"it is too large: at most {MOST_PIXELS // 1_000_000} million pixels are decoded ({error})"
    if isinstance(error, UnidentifiedImageError) and beginnings.kind(head) == "video":
        return "it is a video: where a manifest names it, write video into its column kind"
    if isinstance(error, UnidentifiedImageError) and not head.startswith(BEGINNINGS) and head[4:8] != b"ftyp":
        return f"it is {'text' if beginnings.is_text(head) else 'no picture'}; allowed: {', '.join(FORMATS)}"
    if isinstance(error, UnidentifiedImageError) and head.startswith(TIFF) and (unread := tiffs.what_is_unread(path)):
        return unread
    if isinstance(error, UnidentifiedImageError) or not str(error):  # whose message names a path, and nothing else
        return f"it is a damaged picture ({type(error).__name__})"
    return f"it is a damaged picture: {' '.join(str(error).split())}"
