"""Each kind of picture comes out upright, RGB, 8 bits, sRGB; what is no picture is named."""

import io
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from limner import images
from limner.errors import SourceError
from limner.scrape import damage, expand, pictures
from tests.sites import scene


def saved(path: Path, image: Pillow.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def corners(image: np.ndarray) -> list[str]:
    """Which of red, green, blue, white each corner is: top left, top right, bottom left, bottom right."""
    names = {(255, 0, 0): "red", (0, 255, 0): "green", (0, 0, 255): "blue", (255, 255, 255): "white"}
    picked = (image[2, 2], image[2, -3], image[-3, 2], image[-3, -3])
    return [min(names.items(), key=lambda item: np.abs(np.array(item[0]) - c.astype(int)).sum())[1] for c in picked]


def quarters(width: int = 64, height: int = 32) -> Pillow.Image:
    """Red and green above blue and white."""
    image = Pillow.new("RGB", (width, height), "white")
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste((0, 255, 0), (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png16(values: np.ndarray, more: bytes = b"") -> bytes:
    """A PNG with 16 bits a channel and `more` chunks, written by hand: Pillow writes none in colour."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">IIBBBBB", width, height, 16, 2 if values.ndim == 3 else 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def swapped_profile() -> bytes:
    """An sRGB profile whose red and blue primaries have changed places."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", data[128:132])[0]
    entries = {bytes(data[132 + 12 * k : 136 + 12 * k]): 132 + 12 * k for k in range(count)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    data[red + 4 : red + 12], data[blue + 4 : blue + 12] = (
        data[blue + 4 : blue + 12],
        data[red + 4 : red + 12],
    )
    return bytes(data)


@pytest.mark.parametrize(("suffix", "name"), [(".jpg", "JPEG"), (".png", "PNG")])
def test_plain_rgb_keeps_its_bytes(tmp_path: Path, suffix: str, name: str) -> None:
    path = saved(tmp_path / "download", scene(1), format=name)
    picture = pictures.read(path)
    assert picture.suffix == suffix
    assert picture.notes == ()
    stored = path.rename(tmp_path / f"x{suffix}")
    # What limner reads later from the kept bytes is what was decoded here.
    assert np.abs(images.read(stored).astype(int) - picture.image).max() <= 2


@pytest.mark.parametrize("fault", ["a wrong checksum", "no end"])
def test_a_png_that_only_one_decoder_forgives_is_written_anew(tmp_path: Path, fault: str) -> None:
    whole = encoded("PNG")
    data = whole.index(b"IDAT")
    checksum = data + 4 + struct.unpack(">I", whole[data - 4 : data])[0]
    broken = whole[:checksum] + bytes(4) + whole[checksum + 4 :] if fault == "a wrong checksum" else whole[:-12]
    path = tmp_path / "a.png"
    path.write_bytes(broken)
    with pytest.raises(SourceError, match="cannot be decoded"):
        images.read(path)
    picture = pictures.read(path)
    assert picture.suffix == ""
    assert np.array_equal(picture.image, np.asarray(scene(3, 256, 256)))


@pytest.mark.parametrize("size", [(1, 1), (2, 900), (7, 8)])
def test_tiny_pictures_keep_their_bytes(tmp_path: Path, size: tuple[int, int]) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 1
    assert pictures.read(saved(tmp_path / "a.png", scene(1, *size), exif=exif)).suffix == ".png"


def tiff(path: Path, tags: dict[int, int], samples: bytes, order: str = "<") -> Path:
    """An uncompressed TIFF of one strip, 4 x 4 pixels, written by hand: Pillow writes none of these."""
    tags = {256: 4, 257: 4, 258: 16, 259: 1, 262: 1, 273: 0, 277: 1, 278: 4, 279: len(samples)} | tags
    begins = 8 + 2 + 12 * len(tags) + 4
    directory = b"".join(
        struct.pack(f"{order}HHI", tag, 4, 1) + struct.pack(f"{order}I", begins if tag == 273 else value)
        for tag, value in sorted(tags.items())
    )
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(tags))
    path.write_bytes(head + directory + bytes(4) + samples)
    return path


def planar(path: Path, bits: int, samples: bytes) -> Path:
    """The same of three channels, each of them a strip of its own behind the other."""
    length = len(samples) // 3
    lists = struct.pack("<3H", bits, bits, bits) + bytes(2) + struct.pack("<3I", length, length, length)
    tags = {256: (4, 1, 4), 257: (4, 1, 4), 258: (3, 3, 0), 259: (3, 1, 1), 262: (3, 1, 2), 273: (4, 3, 0)}
    tags |= {277: (3, 1, 3), 278: (4, 1, 4), 279: (4, 3, 0), 284: (3, 1, 2)}
    behind = 8 + 2 + 12 * len(tags) + 4
    begins = behind + len(lists) + 12
    lists += struct.pack("<3I", begins, begins + length, begins + 2 * length)
    values = {258: behind, 279: behind + 8, 273: behind + 20}
    directory = b"".join(
        struct.pack("<HHII", tag, kind, count, values.get(tag, value))
        for tag, (kind, count, value) in sorted(tags.items())
    )
    path.write_bytes(struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + directory + bytes(4) + lists + samples)
    return path


def test_a_tiff_of_16_bits_in_which_0_is_white_is_no_negative(tmp_path: Path) -> None:
    values = np.array([[0, 257, 32896, 65535]], "<u2").repeat(4, axis=0)
    picture = pictures.read(tiff(tmp_path / "a.tif", {262: 0}, values.tobytes()))
    assert picture.image[0].tolist() == [[255] * 3, [254] * 3, [127] * 3, [0] * 3]


@pytest.mark.parametrize(
    ("tags", "order", "words"),
    [
        ({262: 0}, ">", r"16 bits a channel, 0 for white"),
        ({258: 32}, "<", r"32 bits a channel"),
        ({258: 32}, ">", r"32 bits a channel"),
        ({258: 32, 262: 2, 277: 3, 339: 3}, "<", r"floating-point numbers"),
        ({258: 8, 262: 9, 277: 3}, "<", r"8 bits a channel, in CIE L\*a\*b\*"),
    ],
)
def test_kinds_of_tiff_that_are_not_read_are_named(
    tmp_path: Path, tags: dict[int, int], order: str, words: str
) -> None:
    path = tiff(tmp_path / "a.tif", tags, bytes(4 * 4 * 12), order)
    with pytest.raises(SourceError, match=rf"a kind that is not read \({words}\): save it as RGB"):
        pictures.read(path)


@pytest.mark.parametrize("bits", [8, 16])
def test_channels_one_behind_the_other_are_read_or_refused_never_mixed(tmp_path: Path, bits: int) -> None:
    """Pillow takes those of 16 bits for one plane after the other of nothing in particular."""
    red, green, blue = (np.full((4, 4), value, f"<u{bits // 8}") for value in (250, 100, 20))
    samples = b"".join(plane.tobytes() for plane in (red, green, blue))
    path = planar(tmp_path / "a.tif", bits, samples)
    if bits == 8:
        assert pictures.read(path).image[0, 0].tolist() == [250, 100, 20]
        return
    with pytest.raises(SourceError, match=r"channels of 16 bits lie one behind the other, uncompressed: save it"):
        pictures.read(path)


def test_a_tiff_that_is_damaged_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(b"II*\0" + b"\xff" * 60)
    with pytest.raises(SourceError, match="damaged"):
        pictures.read(path)


def test_srgb_profile_is_nothing_to_put_right(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pictures.read(saved(tmp_path / "a.jpg", scene(1), icc_profile=profile)).suffix == ".jpg"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int) -> None:
    upright = quarters()
    lies = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT,
        3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM,
        5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_90,
        7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_270,
    }
    turned = upright.transpose(lies[orientation]) if orientation in lies else upright
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    picture = pictures.read(saved(tmp_path / "a.jpg", turned, exif=exif, quality=95, subsampling=0))
    assert picture.image.shape == (32, 64, 3)
    assert corners(picture.image) == ["red", "green", "blue", "white"]
    assert picture.suffix == (".jpg" if orientation == 1 else "")


def test_swapped_primaries_are_brought_to_srgb(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", quarters(), icc_profile=swapped_profile())
    picture = pictures.read(path)
    assert picture.suffix == ""
    assert corners(picture.image) == ["blue", "green", "red", "white"]


def test_a_broken_profile_is_noted_and_ignored(tmp_path: Path) -> None:
    picture = pictures.read(saved(tmp_path / "a.png", quarters(), icc_profile=b"no profile at all"))
    assert corners(picture.image) == ["red", "green", "blue", "white"]
    assert "profile" in picture.notes[0]
    assert picture.suffix == ""


def gray_profile(gamma: float) -> bytes:
    """An ICC profile of one gray channel."""
    white = struct.pack(">iii", *(round(65536 * value) for value in (0.9642, 1, 0.8249)))
    curve = b"curv" + bytes(4) + struct.pack(">IHH", 1, round(256 * gamma), 0)
    tags = {b"wtpt": b"XYZ " + bytes(4) + white, b"kTRC": curve}
    begins, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, begins + len(body), len(tag))
        body += tag
    head = bytes(8) + b"\x02\x40\0\0mntrGRAYXYZ ".ljust(28, b"\0") + b"acsp" + bytes(28) + white
    rest = head[4:].ljust(124, b"\0") + table + body
    return struct.pack(">I", 4 + len(rest)) + rest


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16"])
def test_a_gray_profile_counts_however_the_gray_is_told(tmp_path: Path, mode: str) -> None:
    ramp = np.linspace(0, 255, 256).astype(np.uint8).reshape(16, 16)
    gray = Pillow.fromarray(ramp)
    image = Pillow.fromarray(ramp.astype(np.uint16) * 257) if mode == "I;16" else gray.convert(mode)
    picture = pictures.read(saved(tmp_path / "a.png", image, icc_profile=gray_profile(1.0)))
    linear = np.asarray(image.convert("L") if mode == "1" else gray) / 255
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert picture.notes == ()
    assert np.abs(picture.image - 255 * srgb[..., None])[4:].max() < 1.5  # curves are steep where it is black


def test_bgr_is_swapped(tmp_path: Path) -> None:
    picture = pictures.read(saved(tmp_path / "a.png", quarters()), channels="bgr")
    assert corners(picture.image) == ["blue", "green", "red", "white"]
    assert picture.suffix == ""


def test_cmyk(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", quarters().convert("CMYK"), quality=95, subsampling=0)
    picture = pictures.read(path)
    assert corners(picture.image) == ["red", "green", "blue", "white"]
    assert picture.suffix == ""


def test_alpha_lies_over_white(tmp_path: Path) -> None:
    image = Pillow.new("RGBA", (10, 10), (255, 0, 0, 128))
    image.putpixel((0, 0), (0, 0, 0, 0))
    picture = pictures.read(saved(tmp_path / "a.png", image))
    assert picture.image[0, 0].tolist() == [255, 255, 255]
    assert np.abs(picture.image[5, 5].astype(int) - [255, 127, 127]).max() <= 1


def test_palette_with_transparency(tmp_path: Path) -> None:
    image = quarters().convert("P", palette=Pillow.Palette.ADAPTIVE)
    path = saved(tmp_path / "a.png", image, transparency=image.getpixel((2, 2)))
    assert corners(pictures.read(path).image) == ["white", "green", "blue", "white"]


def test_gray_of_16_bits(tmp_path: Path) -> None:
    values = np.array([[0, 257, 32896, 65535]], np.uint16).repeat(4, axis=0)
    picture = pictures.read(saved(tmp_path / "a.png", Pillow.fromarray(values)))
    assert picture.image[0].tolist() == [[0] * 3, [1] * 3, [128] * 3, [255] * 3]


def test_colour_of_16_bits_is_written_anew(tmp_path: Path) -> None:
    values = np.zeros((4, 4, 3), np.uint16)
    values[..., 0] = 65535
    path = tmp_path / "a.png"
    path.write_bytes(png16(values))
    picture = pictures.read(path)
    assert picture.image[0, 0].tolist() == [255, 0, 0]
    assert picture.suffix == ""


@pytest.mark.parametrize("channels", [(), (3,)])
def test_a_transparent_level_of_16_bits_lies_over_white(tmp_path: Path, channels: tuple[int, ...]) -> None:
    values = np.full((4, 4, *channels), 30000, np.uint16)
    values[2:] = 12345 * 2
    level = struct.pack(">H", 30000) * (3 if channels else 1)
    path = tmp_path / "a.png"
    path.write_bytes(png16(values, chunk(b"tRNS", level)))
    image = pictures.read(path).image
    assert (image[:2] == 255).all()
    assert (image[2:] == 96).all()


@pytest.mark.parametrize(
    ("gamma", "more", "seen"),
    [(100_000, b"", 188), (45_455, b"", 130), (100_000, chunk(b"sRGB", b"\0"), 130), (1, b"", 130)],
)
def test_the_gamma_of_a_png_counts_if_nothing_says_more(tmp_path: Path, gamma: int, more: bytes, seen: int) -> None:
    plain = io.BytesIO()
    Pillow.new("RGB", (64, 64), (130, 130, 130)).save(plain, "PNG")
    whole = plain.getvalue()
    path = tmp_path / "a.png"
    path.write_bytes(whole[:33] + chunk(b"gAMA", struct.pack(">I", gamma)) + more + whole[33:])
    picture = pictures.read(path)
    assert (picture.image == seen).all()
    assert picture.suffix == ("" if seen == 188 else ".png")


@pytest.mark.parametrize(("colours", "gray"), [("L", True), ("RGB", False), ("sepia", False)])
def test_gray_is_what_shows_no_colours(colours: str, gray: bool) -> None:
    image = scene(1, 300, 200)
    shown = {"L": image.convert("L").convert("RGB"), "RGB": image, "sepia": Pillow.new("RGB", (9, 9), (112, 66, 20))}
    assert pictures.is_gray(np.asarray(shown[colours])) == gray


def test_gray_becomes_rgb(tmp_path: Path) -> None:
    picture = pictures.read(saved(tmp_path / "a.jpg", Pillow.new("L", (8, 6), 77)))
    assert picture.image.shape == (6, 8, 3)
    assert (picture.image == 77).all()
    assert picture.suffix == ""


@pytest.mark.parametrize("name", ["HEIF", "AVIF", "WEBP", "JPEG2000", "TIFF", "BMP"])
def test_other_formats_are_written_anew(tmp_path: Path, name: str) -> None:
    picture = pictures.read(saved(tmp_path / "a.jpg", quarters(), format=name))
    assert corners(picture.image) == ["red", "green", "blue", "white"]
    assert picture.suffix == ""


def test_heic_with_alpha_lies_over_white(tmp_path: Path) -> None:
    image = Pillow.new("RGBA", (64, 64), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 32, 64))
    picture = pictures.read(saved(tmp_path / "a.heic", image, format="HEIF", quality=95))
    assert picture.image[32, 8].min() > 245
    assert np.abs(picture.image[32, 56].astype(int) - [255, 0, 0]).max() < 12


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_other_formats_come_upright(tmp_path: Path, name: str) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    turned = quarters().transpose(Pillow.Transpose.ROTATE_90)
    picture = pictures.read(saved(tmp_path / "a", turned, format=name, exif=exif))
    assert corners(picture.image) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03",  # ends within its first entry
        b"Exif\0\0no such thing",
        b"Exif\0\0II*\0\xff\xff\xff\xff",  # points beyond its end
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0\0\0\0\0",  # orientation 99
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\0\0\x06\0\0\0\0\0\0",  # 6, of which there are none
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06",  # 6, cut
    ],
)
def test_corrupt_exif_does_not_cost_the_picture(tmp_path: Path, exif: bytes) -> None:
    path = tmp_path / "a.jpg"
    whole = io.BytesIO()
    quarters().save(whole, "JPEG", quality=95, subsampling=0)
    body = whole.getvalue()
    path.write_bytes(body[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + body[2:])
    picture = pictures.read(path)
    assert corners(picture.image) == ["red", "green", "blue", "white"]
    if picture.suffix:  # kept as it is: the later stages must see the same
        assert corners(images.read(path)) == ["red", "green", "blue", "white"]


def test_of_an_animation_the_first_picture(tmp_path: Path) -> None:
    frames = [Pillow.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    picture = pictures.read(path)
    assert picture.image[0, 0].tolist() == [255, 0, 0]
    assert "animated" in picture.notes[0]


def encoded(name: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    scene(3, 256, 256).save(stream, name, **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"these are only words\n", "text"),
        (b"\n<!DOCTYPE html><title>404</title>", "web page"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "SVG"),
        (b"\xef\xbb\xbf<!-- made by hand -->\n<html><body>404</body></html>", "web page"),
        (b"\0\1\2\3" * 99, "no picture"),
        (b"\0\0\0 ftypisom\0\0\2\0isomiso2avc1mp41", "a video: .* into its column kind"),
        (encoded(quality=95)[:2000], "truncated"),
        (encoded("PNG")[:2000], "truncated"),
        (encoded("WEBP")[:2000], "damaged"),
        (encoded("AVIF")[:2000], "damaged"),
        (encoded("HEIF")[:2000], r"damaged picture: [^\n]*\Z"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(body)
    with pytest.raises(SourceError, match=words):
        pictures.read(path)


def broken(whole: bytes, how: str) -> bytes:
    half = len(whole) // 2
    return {
        "half of it": whole[:half] + b"\xff\xd9",
        "a hole": whole[:half] + whole[half + 1500 :],
        "a page in it": whole[:half] + b"<html><body>502 Bad Gateway</body></html>" * 9 + b"\xff\xd9",
        "a part twice": whole[:half] + whole[half - 1500 :],
        "zeros": whole[:half] + bytes(2000) + whole[half + 2000 :],
    }[how]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 2}])
@pytest.mark.parametrize("how", ["half of it", "a hole", "a page in it", "a part twice", "zeros"])
def test_a_jpeg_that_is_not_all_there_is_damaged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], how: str, options: dict[str, object], turned: bool
) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6 if turned else 1
    path = tmp_path / "a.jpg"
    path.write_bytes(broken(encoded(quality=95, exif=exif, **options), how))
    with pytest.raises(SourceError, match="damaged picture"):
        pictures.read(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("compression", ["jpeg", "tiff_adobe_deflate", "tiff_lzw"])
def test_a_tiff_that_is_not_all_there_is_damaged(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "a.tif"
    whole = encoded("TIFF", compression=compression)
    path.write_bytes(whole)
    assert np.abs(pictures.read(path).image.astype(int) - np.asarray(scene(3, 256, 256))).mean() < 5
    path.write_bytes(broken(whole, "zeros"))
    with pytest.raises(SourceError, match="damaged picture"):
        pictures.read(path)


def before(whole: bytes, marker: bytes, spare: bytes) -> bytes:
    return whole.replace(b"\xff" + marker, spare + b"\xff" + marker, 1)


WHOLE = {
    "a little before its end, and more behind": encoded()[:-2] + bytes(9) + encoded()[-2:] + bytes(999),
    "the same of many scans": encoded(progressive=True)[:-2] + bytes(9) + encoded(progressive=True)[-2:],
    "a block filled up": encoded()[:-2] + bytes(512) + encoded()[-2:],
    "much before its tables": before(encoded(), b"\xdb", bytes(2000)),
    "before its codes": before(encoded(), b"\xc4", bytes(1)),
    "before its scan": before(encoded(), b"\xda", bytes(40)),
    "before a restart": before(encoded(restart_marker_rows=1), b"\xd3", bytes(1)),
}


@pytest.mark.parametrize("how", WHOLE)
def test_what_cameras_leave_in_a_photo_does_no_harm(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], how: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(WHOLE[how])
    assert pictures.read(path).suffix == ".jpg"
    assert capfd.readouterr().err == ""


def test_what_cameras_leave_hides_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(before(broken(encoded(quality=95), "a hole"), b"\xdb", bytes(20)))
    with pytest.raises(SourceError, match="damaged picture"):
        pictures.read(path)


def test_what_others_say_meanwhile_is_not_kept_from_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with damage.listening() as heard:
        os.write(2, b"Corrupt JPEG data: 9 extraneous bytes before marker 0xd9\n3 of 4 done\n")
    assert heard == ["Corrupt JPEG data: 9 extraneous bytes before marker 0xd9\n"]
    assert capfd.readouterr().err == "3 of 4 done\n"


def test_pictures_are_read_where_there_is_no_terminal(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", scene(1))
    code = "import sys; from pathlib import Path; from limner.scrape import pictures; pictures.read(Path(sys.argv[1]))"
    command = ["sh", "-c", '"$@" <&- 2>&-', "sh", sys.executable, "-c", code, str(path)]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0


def test_bits_of_a_tiff_may_be_in_either_order(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.tif", scene(2), compression="tiff_adobe_deflate", tiffinfo={266: 2})
    np.testing.assert_array_equal(pictures.read(path).image, np.asarray(scene(2)))


def test_a_tile_much_larger_than_its_tiff_is_refused(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", {258: 8, 322: 40_000, 323: 50_000, 324: 8, 325: 99}, bytes(99))
    with pytest.raises(SourceError, match="at most 120 million pixels"):
        pictures.read(path)


def test_a_side_that_later_stages_cannot_read_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Pillow.new("RGB", (65_536, 1)))
    with pytest.raises(SourceError, match="at most 65535 pixels a side"):
        pictures.read(path)


def pages(path: Path, *kinds: int, below: bool = False) -> Path:
    """A TIFF of pages of one gray each, 0, 100, ... of the `kinds`; `below`: the first tells of pictures below it."""
    data = b"II*\0" + struct.pack("<I", 8)
    for page, kind in enumerate(kinds):
        tags = {254: kind, 256: 4, 257: 4, 258: 8, 259: 1, 262: 1, 277: 1, 278: 4, 279: 16}
        tags |= {330: 8} if below else {}
        begins = len(data) + 2 + 12 * (len(tags) + 1) + 4
        entries = sorted((tags | {273: begins}).items())
        data += struct.pack("<H", len(entries))
        data += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        data += struct.pack("<I", begins + 16 if page + 1 < len(kinds) else 0) + bytes([100 * page] * 16)
    path.write_bytes(data)
    return path


def test_of_a_tiff_that_begins_with_a_small_copy_the_photo_is_read(tmp_path: Path) -> None:
    picture = pictures.read(pages(tmp_path / "a.tif", 1, 1, 0))
    assert (picture.image == 200).all()
    assert picture.notes == ("its first picture is a small copy: picture 3 of 3 is used",)
    assert (pictures.read(pages(tmp_path / "b.tif", 1, 1)).image == 0).all()


def test_of_a_raw_file_the_small_copy_is_not_taken_for_the_photo(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="a camera's raw file"):
        pictures.read(pages(tmp_path / "a.dng", 1, below=True))
    assert (pictures.read(pages(tmp_path / "b.tif", 0, below=True)).image == 0).all()


@pytest.mark.parametrize(("width", "height"), [(12_001, 10_000), (60_000, 60_000)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "a.png"
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b""))
    with pytest.raises(SourceError, match="at most 120 million pixels"):
        pictures.read(path)


@pytest.mark.parametrize(("ending", "format"), [("jpe", "JPEG"), ("jfif", "JPEG"), ("jp2", "JPEG2000"), ("ppm", "PPM")])
def test_rarer_endings_are_those_of_photos_that_are_read(tmp_path: Path, ending: str, format: str) -> None:
    path = tmp_path / f"x.{ending}"
    scene(1).save(path, format=format)
    assert path.suffix in expand.SUFFIXES["photo"]
    assert pictures.read(path).image.shape == (64, 96, 3)


@pytest.mark.parametrize(
    ("dtype", "least", "most"), [(np.uint16, 0, 65536), (np.int32, -(2**31), 2**31), (np.int32, -300, 66000)]
)
def test_sixteen_bits_of_gray_are_the_nearest_of_eight(dtype: type, least: int, most: int) -> None:
    random = np.random.default_rng(1).integers(least, most, 200 * 400).astype(dtype)
    every = np.arange(65536).astype(dtype)
    for values in (random.reshape(200, 400), every.reshape(-1, 64), every[:1].reshape(1, 1)):
        expected = np.clip(np.rint(values.astype(np.float64) / 257), 0, 255).astype(np.uint8)
        assert np.array_equal(np.asarray(pictures._shallow(Pillow.fromarray(values))), expected)


@pytest.mark.parametrize("mode", ["I;16", "RGB", "RGBA"])
def test_no_array_is_held_but_what_is_returned_and_some_rows(tmp_path: Path, mode: str) -> None:
    path = saved(tmp_path / "a.png", Pillow.new(mode, (2000, 3000)))
    tracemalloc.start()
    pictures.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4.5 * 2000 * 3000  # bytes, 3 of which are what is returned
