"""Both pictures of a pair go through the same draw, and turns, shifts, stretches and tones are what they are called."""

import math
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from limner.pairs import JITTER, Augment, to_pixels, to_unit


def test_units_round_trip() -> None:
    pixels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_pixels(to_unit(pixels)), pixels)
    assert to_unit(pixels)[[0, 255]].tolist() == [-1, 1]


def position(size: int, count: int = 8) -> Tensor:
    """(N, 2, S, S) uint8: every pixel tells its own place, x in one channel and y in the other."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return torch.stack([x, y]).to(torch.uint8).expand(count, 2, size, size).contiguous()


def moved(zoom: float = JITTER, **how: Any) -> tuple[Tensor, Tensor]:
    """Of 300 draws (N, 2, 2) and (N, 2): by how many pixels of the source its x and y go on with a pixel of the result,
    to the right and down; and how far from the source's middle the result's lies."""
    source = position(72, 300)
    made, _ = Augment(64, (zoom, zoom), flip=False, **how)(source, source, Generator().manual_seed(0))
    inner = ((made + 1) * 127.5)[:, :, 24:40, 24:40]  # nothing beyond the border, where the picture is mirrored
    right, down = inner.diff(dim=3).mean((2, 3)), inner.diff(dim=2).mean((2, 3))
    return torch.stack([right, down], 2), inner.mean((2, 3)) - 35.5


def test_pix2pix_jitter_is_a_plain_crop_of_whole_pixels() -> None:
    augment = Augment(64, (JITTER, JITTER), flip=False)
    assert augment.side == 72
    source = position(72)
    out, same = augment(source, source, Generator().manual_seed(3))
    assert torch.equal(out, same)
    places = set()
    for picture, whole in zip(to_pixels(out), source, strict=True):
        left, top = int(picture[0, 0, 0]), int(picture[1, 0, 0])
        assert torch.equal(picture, whole[:, top : top + 64, left : left + 64])
        places.add((left, top))
    assert len(places) > 1


def test_zoom_from_one_reaches_the_frame_of_the_test() -> None:
    """At zoom 1 the whole picture comes out, as it is when a model is applied."""
    augment = Augment(64, (1.0, 1.0), flip=False)
    out, _ = augment(position(72), position(72), Generator().manual_seed(0))
    corner = to_pixels(out)[0, :, [0, -1], [0, -1]].tolist()
    assert corner == [[0, 71], [0, 71]], "the corners' middles lie half an output pixel from the border"


def test_both_pictures_are_drawn_alike_and_pairs_differ() -> None:
    augment = Augment(64, (1.0, JITTER), flip=True)
    first, second = augment(position(72), 255 - position(72), Generator().manual_seed(1))
    assert torch.allclose(first, -second, atol=1e-5)
    assert not torch.allclose(first[0], first[1], atol=0.01)


def test_flip_alone_mirrors_about_half() -> None:
    augment = Augment(72, None, flip=True)
    assert augment.side == 72
    source = position(72).repeat(32, 1, 1, 1)
    out = to_pixels(augment(source, source, Generator().manual_seed(0))[0])
    mirrored = [torch.equal(picture, whole.flip(-1)) for picture, whole in zip(out, source, strict=True)]
    straight = [torch.equal(picture, whole) for picture, whole in zip(out, source, strict=True)]
    assert sum(mirrored) + sum(straight) == 256
    assert 90 < sum(mirrored) < 166


def test_nothing_to_draw_changes_nothing() -> None:
    source = position(64)
    out, _ = Augment(64, None, flip=False)(source, source, Generator())
    assert torch.equal(to_pixels(out), source)


def test_a_turn_is_a_turn_to_either_side() -> None:
    matrix, _ = moved(rotate=20.0)
    torch.testing.assert_close(matrix @ matrix.mT, torch.eye(2).expand(300, 2, 2), atol=1e-3, rtol=0)
    degrees = torch.atan2(matrix[:, 1, 0], matrix[:, 0, 0]).rad2deg()
    assert -20 <= degrees.min() < -18
    assert 18 < degrees.max() <= 20


def test_what_is_stretched_one_way_is_narrowed_the_other() -> None:
    matrix, _ = moved(stretch=0.1)
    wide, tall = matrix[:, 0, 0], matrix[:, 1, 1]
    torch.testing.assert_close(wide * tall, torch.ones(300), atol=1e-3, rtol=0)
    assert 0.9 <= wide.min() < 0.92
    assert 1.08 < wide.max() <= 1.1


@pytest.mark.parametrize("zoom", [1.0, JITTER])
def test_a_shift_is_a_share_of_the_whole_picture_beyond_the_crop(zoom: float) -> None:
    """Not of what is cut out of it, which is less when it is enlarged."""
    (plain, crop), (matrix, way) = moved(zoom), moved(zoom, shift=0.1)
    torch.testing.assert_close(matrix, plain, atol=1e-3, rtol=0)
    most = (way - crop).abs().amax(0)
    assert (most > 0.098 * 72).all()
    assert (most < 0.1 * 72 + 0.01).all()


def test_what_comes_in_from_outside_is_the_mirrored_picture() -> None:
    """No rim of another tone, and no streaks: from pixel to pixel x goes on by one, but for where it turns round."""
    source = position(72)
    made, _ = Augment(64, (JITTER, JITTER), flip=False, shift=0.3)(source, source, Generator().manual_seed(0))
    steps = ((made[:, 0] + 1) * 127.5).diff(dim=2).abs()
    turns = (steps - 1).abs() > 0.01
    assert steps.max() < 1.01
    assert turns.any()
    assert turns.sum(2).max() <= 2


def test_the_tone_of_the_input_alone_is_bent_up_as_often_as_down() -> None:
    gray = torch.full((300, 1, 64, 64), 51, dtype=torch.uint8)  # a fifth
    made, truth = Augment(64, None, flip=False, tone=0.5)(gray, gray, Generator().manual_seed(0))
    assert torch.equal(truth, to_unit(gray))
    bent = (((made[:, 0, 0, 0] + 1) / 2).log() / math.log(0.2)).log()  # the gamma's logarithm
    assert (float(bent.min()), float(bent.max())) == pytest.approx((-0.5, 0.5), abs=0.02)
    assert float(bent.mean()) == pytest.approx(0, abs=0.05)
