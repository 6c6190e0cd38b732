"""Pictures from outside brought to what the rest of limner reads: upright, 8 bits, RGB, sRGB."""

import io
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pillow
from PIL import ImageCms, UnidentifiedImageError

from limner.errors import SourceError
from limner.images import Image, resize

MOST_PIXELS = 120_000_000
"""A picture of more pixels is refused: decoded, it would take 360 MB and more."""
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM", "HEIF")
"""Pillow's other decoders are never asked: some run programs, none holds photos."""
KEPT = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}
"""Formats that the later stages read as they are. MPO: a phone's JPEG with smaller copies behind it."""
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
"""Of files that were meant to be pictures."""
STRIP = 64
"""Rows that are calculated with at once: of all together the copies would take gigabytes."""
SAME = 3
"""A colour profile that moves no colour by more than this of 255 is sRGB, whatever it is called."""
COLOURLESS = 3
"""The most, of 255, by which the channels of a gray picture differ: profiles and compression round."""
LOOKED_AT = 96
"""Pixels a side to which a picture is shrunk to be looked at for colours."""

TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""By EXIF orientation, what puts a picture upright."""

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
        # Pillow warns of sizes, which are tested here, and of odd metadata.
        with warnings.catch_warnings(action="ignore"), Pillow.open(path, formats=FORMATS) as file:
            _refuse_huge(file)
            file.load()
            return _put_right(file, path, channels)
    except SourceError:
        raise
    except Exception as error:  # a hostile file can make a decoder raise anything
        raise SourceError(_what_it_is(path, error)) from error


def is_gray(image: Image) -> bool:
    """Whether an (H, W, 3) RGB picture shows no colours."""
    small = resize(image, LOOKED_AT, LOOKED_AT).astype(int)
    return bool(np.ptp(small, axis=2).max() <= COLOURLESS)


def _put_right(file: Pillow.Image, path: Path, channels: str) -> Picture:
    notes = []
    if getattr(file, "n_frames", 1) > 1 and file.format != "MPO":
        notes.append(f"animated, of {file.n_frames} pictures: only the first is used")  # type: ignore[attr-defined]
    try:
        turn = TURNS.get(file.getexif().get(0x0112, 1))
        readable = True
    except Exception:
        turn, readable = None, False
        notes.append("its EXIF data is damaged, so it may not be upright")

    base = _shallow(file)
    alpha = None
    if base.has_transparency_data:
        base = base.convert("RGBA")
        alpha = base.getchannel("A")
    if alpha is not None or base.mode not in ("RGB", "L", "CMYK"):
        base = base.convert("RGB")
    if channels == "bgr":
        base = Pillow.merge("RGB", base.convert("RGB").split()[::-1])
    profile = file.info.get("icc_profile")
    plain = profile is None
    if profile is not None:
        base, plain, note = _to_srgb(base, profile)
        notes += note
    base = base.convert("RGB")
    if alpha is not None:
        base = Pillow.composite(base, Pillow.new("RGB", base.size, "white"), alpha)
    if turn is not None:
        base = base.transpose(turn)

    untouched = (
        file.mode == "RGB"
        and alpha is None
        and turn is None
        and readable
        and plain
        and channels == "rgb"
        and not any(note.startswith("animated") for note in notes)
        and not _is_deep_png(file, path)
        and not ("exif" in file.info and _turns_for_others(path))
    )
    suffix = KEPT.get(file.format or "", "") if untouched else ""
    return Picture(np.asarray(base), suffix, tuple(notes))


def _refuse_huge(file: Pillow.Image) -> None:
    width, height = file.size
    if width * height > MOST_PIXELS:
        raise Pillow.DecompressionBombError(f"{width}x{height} pixels")


def _shallow(file: Pillow.Image) -> Pillow.Image:
    """Gray of 16 bits brought to 8; all other modes as they are (Pillow reads 16-bit colour as 8)."""
    if file.mode == "F":
        raise SourceError("its pixels are floating-point numbers: save it with 8 or 16 bits a channel")
    if not file.mode.startswith("I"):
        return file
    deep = np.asarray(file)
    shallow = np.empty(deep.shape, np.uint8)
    for top in range(0, len(deep), STRIP):
        strip = deep[top : top + STRIP].clip(0, 65535).astype(np.uint32)
        shallow[top : top + STRIP] = (strip + 128) // 257  # to the nearest: 257 is odd, so there are no halves
    return Pillow.fromarray(shallow)


def _is_deep_png(file: Pillow.Image, path: Path) -> bool:
    """Whether a PNG has 16 bits a channel: byte 24 of its header, which Pillow does not tell."""
    with path.open("rb") as stream:
        return file.format == "PNG" and stream.read(25)[24] == 16


def _turns_for_others(path: Path) -> bool:
    """Whether OpenCV, which the later stages read with, would turn a picture that Pillow takes for upright: of damaged
    EXIF data they understand different parts."""
    flags = (cv2.IMREAD_REDUCED_COLOR_8, cv2.IMREAD_REDUCED_COLOR_8 | cv2.IMREAD_IGNORE_ORIENTATION)
    turned, plain = (cv2.imread(str(path), flag) for flag in flags)
    return not np.array_equal(turned, plain)  # type: ignore[arg-type]


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(image: Pillow.Image, profile: bytes) -> tuple[Pillow.Image, bool, list[str]]:
    """An RGB, L or CMYK picture in sRGB; whether it was so already; and what went wrong."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            _srgb(),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if image.mode == "RGB" and _moves_nothing(transform):
            return image, True, []
        converted = ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        return image, False, [f"its colour profile cannot be used and was ignored: {error}"]
    return converted or image, False, []


def _moves_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Whether a transform leaves a cube of 9x9x9 colours where they are."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = ImageCms.applyTransform(Pillow.fromarray(cube), transform)
    return moved is not None and np.abs(np.asarray(moved).astype(int) - cube).max() <= SAME


def _what_it_is(path: Path, error: Exception) -> str:
    """Why a file could not be decoded, in words."""
    with path.open("rb") as stream:
        head = stream.read(512)
    start = head.lstrip().lower()
    if not head:
        return "it is empty (0 bytes)"
    if b"<!doctype html" in start or b"<html" in start:
        return "it is a web page (HTML), not a picture"
    if b"<svg" in start:
        return "it is an SVG drawing: save it as PNG"
    if isinstance(error, Pillow.DecompressionBombError):  # Pillow has a limit of its own, beyond ours
        return f"it is too large: at most {MOST_PIXELS // 1_000_000} million pixels are decoded ({error})"
    if isinstance(error, UnidentifiedImageError) and not head.startswith(BEGINNINGS) and head[4:8] != b"ftyp":
        text = b"\0" not in head
        return f"it is {'text' if text else 'no picture'}; allowed: {', '.join(FORMATS)}"
    if isinstance(error, UnidentifiedImageError) or not str(error):  # whose message names a path, and nothing else
        return f"it is a damaged picture ({type(error).__name__})"
    return f"it is a damaged picture: {error}"
