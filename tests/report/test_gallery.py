"""Thumbnails: small, under safe names, each picture once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner import images
from limner.errors import SourceError
from limner.report.pictures import LARGEST, Gallery, safe_name

NAMES = ["a", "A", "a b", "a-b", "../../etc/passwd", "ä€", "", "x" * 300, "CON", "a#b?c=%20", '"><script>']


@pytest.mark.parametrize("name", NAMES)
def test_names_are_safe(name: str) -> None:
    safe = safe_name("photo", name)
    assert len(safe) <= 80
    assert set(safe) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    assert safe.startswith("photo")


def test_different_parts_have_different_names() -> None:
    names = {safe_name("photo", name) for name in NAMES} | {safe_name("a", "b"), safe_name("a-b")}
    assert len(names) == len(NAMES) + 2


def test_pictures_shrink_to_the_side_and_never_grow(tmp_path: Path) -> None:
    images.write(tmp_path / "wide.png", np.full((100, 400, 3), 128, np.uint8))
    images.write(tmp_path / "small.png", np.full((10, 20), 128, np.uint8))
    gallery = Gallery(tmp_path / "pictures", tmp_path, 128)
    wide = gallery.add(tmp_path / "wide.png", "wide")
    small = gallery.add(tmp_path / "small.png", "small")
    gallery.write()
    assert (wide.width, wide.height) == (128, 32)
    assert (small.width, small.height) == (20, 10)
    assert Image.open(tmp_path / wide.src).size == (128, 32)


def test_no_side_is_larger_than_a_page_needs(tmp_path: Path) -> None:
    images.write(tmp_path / "large.png", np.full((512, 512, 3), 128, np.uint8))
    assert Gallery(tmp_path / "pictures", tmp_path, 512).add(tmp_path / "large.png", "").width == LARGEST


def test_a_picture_is_written_once(tmp_path: Path) -> None:
    images.write(tmp_path / "face.png", np.full((64, 64, 3), 128, np.uint8))
    gallery = Gallery(tmp_path / "pictures", tmp_path, 64)
    first = gallery.add(tmp_path / "face.png", "truth")
    again = gallery.add(tmp_path / "face.png", "input")
    gallery.write()
    assert first.src == again.src
    assert (first.alt, again.alt) == ("truth", "input")
    assert len(list((tmp_path / "pictures").iterdir())) == 1


def test_colours_stay(tmp_path: Path) -> None:
    images.write(tmp_path / "red.png", np.full((64, 64, 3), (200, 40, 30), np.uint8))
    gallery = Gallery(tmp_path / "pictures", tmp_path, 64)
    src = gallery.add(tmp_path / "red.png", "").src
    gallery.write()
    pixels = np.asarray(Image.open(tmp_path / src).convert("RGB"))
    assert np.abs(pixels.astype(int) - (200, 40, 30)).max() < 12


def test_pictures_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "pictures", tmp_path, 64)
    for folder, gray in (("a", 10), ("b", 200)):
        images.write(tmp_path / folder / "face.png", np.full((8, 8), gray, np.uint8))
    pictures = [gallery.add(tmp_path / folder / "face.png", "") for folder in ("a", "b")]
    gallery.write(workers=1)
    means = [np.asarray(Image.open(tmp_path / picture.src)).mean() for picture in pictures]
    assert means == pytest.approx([10, 200], abs=3)


@pytest.mark.parametrize("content", [None, b"", b"no picture"])
def test_a_missing_picture_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "nowhere.png").write_bytes(content)
    with pytest.raises(SourceError, match=r"nowhere\.png"):
        Gallery(tmp_path / "pictures", tmp_path, 64).add(tmp_path / "nowhere.png", "")


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    images.write(tmp_path / "cut.png", np.full((64, 64, 3), 128, np.uint8))
    whole = (tmp_path / "cut.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:60])
    gallery = Gallery(tmp_path / "pictures", tmp_path, 64)
    gallery.add(tmp_path / "cut.png", "")
    with pytest.raises(SourceError, match=r"cut\.png"):
        gallery.write()
