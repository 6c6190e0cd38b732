"""Pictures at the border: RGB uint8 in, the same out."""

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from limner import images
from limner.errors import SourceError


def test_round_trip_keeps_every_pixel_and_the_order_of_colours(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (7, 5, 3), dtype=np.uint8)
    images.write(tmp_path / "a.png", picture)
    assert np.array_equal(images.read(tmp_path / "a.png"), picture)
    images.write(tmp_path / "g.png", picture[..., 0])
    assert np.array_equal(images.read_gray(tmp_path / "g.png"), picture[..., 0])


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (3, 1, 3), (40, 33), (33, 40, 3)])
def test_any_decoder_reads_what_is_encoded(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)[::-1]  # not contiguous either
    file = Pillow.open(io.BytesIO(images.encode(picture)))
    assert (file.format, file.mode, file.size) == ("PNG", "RGB" if len(shape) == 3 else "L", shape[1::-1])
    assert np.array_equal(np.asarray(file), picture)


@pytest.mark.parametrize("shape", [(4, 4, 4), (4, 4, 1), (0, 4), (4, 0, 3)])
def test_what_is_no_picture_is_not_encoded(shape: tuple[int, ...]) -> None:
    with pytest.raises(SourceError, match="shape"):
        images.encode(np.zeros(shape, np.uint8))


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    picture = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    for name in ("a.png", "b.png"):
        images.write(tmp_path / name, picture)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_bytes_are_the_same_on_every_machine() -> None:
    """A pattern, an edge and a slope: a processor or a release that compresses them otherwise is noticed."""
    y, x = np.mgrid[:120, :160]
    picture = np.stack([x * y * 7919 % 251, np.where(x > y, 255, 0), x + y >> 1], axis=-1).astype(np.uint8)
    assert (
        hashlib.sha256(images.encode(picture)).hexdigest()
        == "2416586655f408ad52c307d8ba5941e9b6eac7619c5d2bc2167905e3dccb02ad"
    )


@pytest.mark.parametrize(
    ("content", "told"), [(b"words", "cannot be decoded"), (b"", "missing or empty"), (None, "missing")]
)
def test_no_picture_is_told(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(SourceError, match=told):
        images.read(tmp_path / "a.png")


def test_shrinking_averages_by_area() -> None:
    board = np.indices((8, 8)).sum(0) % 2 * 200
    assert np.array_equal(images.resize(board.astype(np.uint8), 4, 4), np.full((4, 4), 100))


def test_resize_takes_width_then_height() -> None:
    assert images.resize(np.zeros((8, 6, 3), np.uint8), 3, 12).shape == (12, 3, 3)
