"""TIFFs: which of their pictures is meant; and those that Pillow does not read, or reads wrong without a word, named,
so that nobody takes them for damaged."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import Image as Pillow
from PIL import TiffImagePlugin

from limner.errors import SourceError

BITS, PHOTOMETRIC, PLANAR, NUMBERS = 258, 262, 284, 339
COMPRESSION, JPEG_TABLES, KIND, SUB_PICTURES, FILL_ORDER = 259, 347, 254, 330, 266
STRIPS, TILES = (273, 279), (324, 325)
"""The numbers of the tags that are asked for. Of strips and tiles: where they begin, and how long they are."""
TILE_SIZE = (322, 323)
JPEG, DEFLATE = 7, (8, 32946)
"""Ways of packing."""
LAST_FIRST = 2
"""The order of the bits in a byte that is not the usual one."""
SMALLER = 1
"""The bit of its kind that says that a picture is a smaller copy of another in the same file."""
WHITE_IS_ZERO, LAB = 0, (8, 9, 10)
"""Meanings of the colours; of CIE L*a*b* there are three."""
APART = 2
"""Channels one behind the other."""
UNSIGNED, FLOATING = 1, 3
"""Kinds of numbers."""


def turn_to_photo(file: Pillow.Image) -> None:
    """Go to the first picture that is no smaller copy of another.

    Raises:
        SourceError: the others lie where Pillow does not look, as in cameras' raw files.
    """
    if not isinstance(file, TiffImagePlugin.TiffImageFile) or not _is_copy(file):
        return
    for page in range(1, file.n_frames):
        file.info.pop("icc_profile", None)  # else a page that has none is given the one before's
        file.seek(page)
        if not _is_copy(file):
            return
    file.seek(0)
    if SUB_PICTURES in file.tag_v2:
        raise SourceError("it is a camera's raw file, of which only a small copy can be read: develop it to JPEG first")


def _is_copy(file: TiffImagePlugin.TiffImageFile) -> bool:
    return bool(file.tag_v2.get(KIND, 0) & SMALLER)


def tile(file: Pillow.Image) -> tuple[int, int]:
    """Width and height of the tiles of a TIFF, pixels, which may be larger than itself; (0, 0) if it has none."""
    if not isinstance(file, TiffImagePlugin.TiffImageFile):
        return 0, 0
    width, height = (file.tag_v2.get(side, 0) for side in TILE_SIZE)
    return width, height


def parts(file: TiffImagePlugin.TiffImageFile, path: Path) -> Iterator[bytes]:
    """The strips or tiles of a TIFF, packed, one after the other."""
    begin, length = TILES if TILES[0] in file.tag_v2 else STRIPS
    with path.open("rb") as stream:
        for place, count in zip(file.tag_v2.get(begin, ()), file.tag_v2.get(length, ()), strict=False):
            stream.seek(place)
            yield stream.read(count)


def refuse_misread(file: Pillow.Image) -> None:
    """Refuse what Pillow opens, and would give other pixels of.

    Raises:
        SourceError: with what to do about it.
    """
    if not isinstance(file, TiffImagePlugin.TiffImageFile):
        return
    tags, bits = file.tag_v2, max(file.tag_v2.get(BITS, (1,)))
    if bits == 32 and file.mode == "I" and tags.get(NUMBERS, (UNSIGNED,))[0] == UNSIGNED:
        raise SourceError(_unread(tags))
    if bits == 16 and tags.get(PLANAR) == APART and any(tile[0] == "raw" for tile in file.tile):
        raise SourceError("its channels of 16 bits lie one behind the other, uncompressed: save it with LZW or Deflate")


def is_negative(file: Pillow.Image) -> bool:
    """Whether 0 means white in gray of 16 bits, which Pillow, unlike that of 8, leaves as it is."""
    return (
        isinstance(file, TiffImagePlugin.TiffImageFile)
        and file.mode == "I;16"
        and file.tag_v2.get(PHOTOMETRIC) == WHITE_IS_ZERO
    )


def what_is_unread(path: Path) -> str:
    """What a TIFF is that Pillow does not know, or "" if its tags cannot be read either."""
    try:
        with warnings.catch_warnings(action="ignore"), path.open("rb") as stream:
            tags = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
            stream.seek(tags.next)
            tags.load(stream)
            return _unread(tags) if BITS in tags else ""
    except Exception:  # a hostile file can make a decoder raise anything
        return ""


def _unread(tags: TiffImagePlugin.ImageFileDirectory_v2) -> str:
    numbers = "floating-point numbers" if FLOATING in tags.get(NUMBERS, ()) else f"{max(tags[BITS])} bits a channel"
    colours = {WHITE_IS_ZERO: ", 0 for white", **dict.fromkeys(LAB, ", in CIE L*a*b*")}.get(
        tags.get(PHOTOMETRIC, 1), ""
    )
    return f"it is a TIFF of a kind that is not read ({numbers}{colours}): save it as RGB of 8 or 16 bits"
