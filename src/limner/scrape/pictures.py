"""Pictures from outside brought to what the rest of limner reads: upright, 8 bits, RGB, sRGB."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from limner.errors import SourceError
from limner.images import Image, resize
from limner.scrape import beginnings, colours, damage, tiffs
from limner.scrape.colours import Move

MOST_PIXELS = 120_000_000
"""A picture of more pixels is refused: one of as many takes 1 to 2 GB while it is decoded (a JPEG 2000 with alpha 3),
and 360 MB then."""
LONGEST = 65_535
"""Pixels a side, at most, as in a JPEG: what reads PNGs later refuses those of a million."""
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM", "HEIF")
"""Pillow's other decoders are never asked: some run programs, none holds photos."""
KEPT = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}
"""Formats that the later stages read as they are. MPO: a phone's JPEG with smaller copies behind it."""
TIFF = (b"II*\0", b"MM\0*")
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", *TIFF)
"""Of files that were meant to be pictures."""
STRIP = 64
"""Rows that are calculated with at once: of all together the copies would take gigabytes."""
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
    with damage.listening() as heard:
        try:
            picture, tagged, is_jpeg = _decode(path, channels)
        except SourceError:
            raise
        except Exception as error:  # a hostile file can make a decoder raise anything
            raise SourceError(_what_it_is(path, error)) from error
        if picture.suffix:
            picture = picture if _is_seen_alike(path, picture, tagged) else replace(picture, suffix="")
        elif is_jpeg:
            damage.look_at_jpeg(path)
    damage.refuse_spoilt(heard, path if is_jpeg else None)
    return picture


def _decode(path: Path, channels: str) -> tuple[Picture, bool, bool]:
    """The picture, whether it has EXIF data, and whether it is a JPEG; Pillow's own copy of it is gone then."""
    # Pillow warns of sizes, which are tested here, and of odd metadata.
    with warnings.catch_warnings(action="ignore"), Pillow.open(path, formats=FORMATS) as file:
        tiffs.turn_to_photo(file)
        _refuse_huge(*file.size)
        _refuse_huge(*tiffs.tile(file))
        tiffs.refuse_misread(file)
        file.load()
        picture = _put_right(file, path, channels)
        damage.look_at_tiff(file, path)
        return picture, "exif" in file.info, file.format in ("JPEG", "MPO")


def is_gray(image: Image) -> bool:
    """Whether an (H, W, 3) RGB picture shows no colours."""
    small = resize(image, LOOKED_AT, LOOKED_AT).astype(int)
    return bool(np.ptp(small, axis=2).max() <= COLOURLESS)


def _put_right(file: Pillow.Image, path: Path, channels: str) -> Picture:
    notes: list[str] = []
    if file.format == "TIFF" and file.tell():
        notes.append(f"its first picture is a small copy: picture {file.tell() + 1} of {file.n_frames} is used")  # type: ignore[attr-defined]
    elif getattr(file, "n_frames", 1) > 1 and file.format != "MPO":
        notes.append(f"animated, of {file.n_frames} pictures: only the first is used")  # type: ignore[attr-defined]
    try:
        orientation = file.getexif().get(0x0112, 1)
    except Exception:
        orientation = 1
        notes.append("its EXIF data is damaged, so it may not be upright")
    turn = TURNS.get(orientation)
    if file.mode == "F":
        raise SourceError("its pixels are floating-point numbers: save it with 8 or 16 bits a channel")

    is_deep = _is_deep_png(file, path)
    if is_deep and isinstance(clear := file.info.get("transparency"), tuple):
        file.info["transparency"] = tuple(level >> 8 for level in clear)  # as Pillow reads the colours
    mode, move = colours.to_srgb(file, channels, notes)
    width, height = file.size
    upright = np.empty((width, height, 3) if turn and orientation >= LYING else (height, width, 3), np.uint8)
    lying = turn(upright) if turn else upright
    negative = tiffs.is_negative(file)
    for top in range(0, height, STRIP):
        strip = file.crop((0, top, width, min(top + STRIP, height)))
        lying[top : top + STRIP] = _strip(_shallow(strip, negative), mode, move, channels)

    untouched = (
        file.mode == "RGB"
        and not file.has_transparency_data
        and turn is None
        and move is None
        and channels == "rgb"
        and not notes
        and not is_deep
    )
    suffix = KEPT.get(file.format or "", "") if untouched else ""
    return Picture(upright, suffix, tuple(notes))


def _strip(strip: Pillow.Image, mode: str, move: Move | None, channels: str) -> Image:
    """Some rows as (H, W, 3) RGB in sRGB, over white."""
    alpha = None
    if strip.has_transparency_data:
        strip = strip.convert("RGBA")
        alpha = strip.getchannel("A")
    strip = strip.convert(mode)
    if channels == "bgr":
        strip = Pillow.merge("RGB", strip.split()[::-1])
    if move is not None:
        strip = move(strip)
    strip = strip.convert("RGB")
    if alpha is not None:
        strip = Pillow.composite(strip, Pillow.new("RGB", strip.size, "white"), alpha)
    return np.asarray(strip)


def _refuse_huge(width: int, height: int) -> None:
    if max(width, height) > LONGEST:
        raise SourceError(f"it is too long: at most {LONGEST} pixels a side are decoded ({width}x{height} pixels)")
    if width * height > MOST_PIXELS:
        raise Pillow.DecompressionBombError(f"{width}x{height} pixels")


def _shallow(strip: Pillow.Image, negative: bool = False) -> Pillow.Image:
    """Gray of 16 bits brought to 8, with what is transparent in it; all other modes as they are (Pillow reads 16-bit
    colour as 8)."""
    if not strip.mode.startswith("I"):
        return strip
    deep = np.asarray(strip).clip(0, 65535).astype(np.uint32)
    if negative:
        deep = 65535 - deep
    gray = Pillow.fromarray(((deep + 128) // 257).astype(np.uint8))  # 257 is odd, so there are no halves
    if (clear := strip.info.get("transparency")) is not None:
        gray.putalpha(Pillow.fromarray(np.where(deep == clear, 0, 255).astype(np.uint8)))
    return gray


def _is_deep_png(file: Pillow.Image, path: Path) -> bool:
    """Whether a PNG has 16 bits a channel: byte 24 of its header, which Pillow does not tell."""
    with path.open("rb") as stream:
        return file.format == "PNG" and stream.read(25)[24] == 16


def _is_seen_alike(path: Path, picture: Picture, tagged: bool) -> bool:
    """Whether OpenCV, which the later stages read with, reads a picture, and takes it for upright as Pillow does: of
    damaged files and EXIF data they understand different parts. What it says of a JPEG is listened to."""
    is_tiny = min(picture.image.shape[:2]) < EIGHTH
    flag = cv2.IMREAD_GRAYSCALE if is_tiny else cv2.IMREAD_REDUCED_GRAYSCALE_8
    plain = cv2.imread(str(path), flag | cv2.IMREAD_IGNORE_ORIENTATION)
    if plain is None or not tagged:
        return plain is not None
    return np.array_equal(cv2.imread(str(path), flag), plain)  # type: ignore[arg-type]


def _what_it_is(path: Path, error: Exception) -> str:
    """Why a file could not be decoded, in words."""
    if isinstance(error, MemoryError):
        return "decoding it takes more memory than may be taken"
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
