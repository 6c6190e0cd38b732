"""Both pictures of a pair go through the same draw."""

import torch
from torch import Generator

from limner.pairs import JITTER, Augment, to_pixels, to_unit


def test_units_round_trip() -> None:
    pixels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_pixels(to_unit(pixels)), pixels)
    assert to_unit(pixels)[[0, 255]].tolist() == [-1, 1]


def position(size: int) -> torch.Tensor:
    """(8, 2, S, S) uint8: every pixel tells its own place, x in one channel and y in the other."""
    y, x = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return torch.stack([x, y]).to(torch.uint8).expand(8, 2, size, size).contiguous()


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
