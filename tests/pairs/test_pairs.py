"""Photos are kept once, and every drawing stays with its own, wherever the pixels are."""

from pathlib import Path

import pytest
import torch

from limner.errors import LimnerError, SourceError
from limner.pairs import Pairs, Sources, load, open_pairs, read_pairs
from limner.pairs.pixels import Held, Mapped
from tests.pairs.conftest import SIDE

CPU = torch.device("cpu")


def read(project: Path, learns: str = "photo", side: int = 40) -> Pairs:
    folders = {"ink": project / "ink", "artist": project / "artist"}
    return read_pairs(project / "faces", folders, ["b", "a", "c"], learns, side)  # type: ignore[arg-type]


@pytest.mark.parametrize("held", [False, True])
def test_a_photo_is_kept_once_for_all_its_drawings(project: Path, held: bool) -> None:
    pairs = read(project).to(CPU) if held else read(project)
    assert isinstance(pairs.pixels, Held if held else Mapped)
    assert pairs.names == (("ink", "a"), ("ink", "b"), ("ink", "c"), ("artist", "b"))
    assert pairs.bytes == (3 * 3 + 4) * 40**2
    assert len(set(pairs.photo_row.tolist())) == 3
    for index in range(len(pairs)):
        sketch, photo = pairs.batch(torch.tensor([index]))
        assert torch.equal(sketch[0, 0], photo[0, 0])
        assert sketch[0, 0, 0, 0] == 50 * [0, 1, 2, 1][index]


def test_direction(project: Path) -> None:
    picture, truth = read(project, "sketch").batch(torch.tensor([0]))
    assert (picture.shape[1], truth.shape[1]) == (3, 1)


def test_a_stored_picture_is_the_file_at_that_side(project: Path) -> None:
    sketch, photo = read(project, side=24).batch(torch.tensor([3, 0]))
    assert torch.equal(photo, load([project / f"faces/{id}.png" for id in "ba"], 24, 3))
    assert torch.equal(sketch, load([project / "artist/b.png", project / "ink/a.png"], 24, 1))


@pytest.mark.parametrize("held", [False, True])
def test_take_keeps_each_drawing_with_its_photo(project: Path, held: bool) -> None:
    pairs = read(project).to(CPU) if held else read(project)
    some = pairs.take([3, 0])
    assert some.names == (("artist", "b"), ("ink", "a"))
    for taken in (some, some.to(CPU), some.to(CPU).take([0, 1])):
        sketch, photo = taken.batch(torch.tensor([0, 1]))
        assert torch.equal(sketch[:, 0], photo[:, 0])
        assert sketch[:, 0, 0, 0].tolist() == [50, 0]
    assert (
        some.bytes
        == (2 * 3 + 2) * 40**2
        == sum(
            pixels.numel()
            for pixels in (some.to(CPU).pixels.all_photos, some.to(CPU).pixels.all_sketches)  # type: ignore[attr-defined]
        )
    )


def test_the_digest_tells_pairs_apart(project: Path) -> None:
    pairs = read(project)
    assert read(project).digest == pairs.digest == pairs.to(CPU).digest
    assert len({pairs.digest, read(project, side=39).digest, pairs.take([0]).digest, pairs.take([1]).digest}) == 4


@pytest.mark.parametrize("shard", [1, 10_000, 2**20])
def test_every_shard_size_gives_the_same_pixels(many: Sources, shard: int) -> None:
    path = Path(open_pairs(many, "photo", SIDE).pixels.path)  # type: ignore[attr-defined]
    pairs = Pairs.mapped(path, "", many, "photo", SIDE, shard)
    numbers = [int(id) for _, id in pairs.names]
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0))
    sketch, photo = pairs.batch(order)
    assert photo[:, :, 3, 4].tolist() == [[numbers[index]] * 3 for index in order]
    assert sketch[:, 0, -1, -1].tolist() == [numbers[index] for index in order]
    for same in zip(pairs.to(CPU).batch(order), (sketch, photo), strict=True):
        assert torch.equal(*same)
    assert len(pairs.shard.unique()) == {1: 40, 10_000: 8, 2**20: 1}[shard]
    by_photo = dict(zip(pairs.photo_row.tolist(), pairs.shard.tolist(), strict=True))
    assert pairs.shard.tolist() == [by_photo[row] for row in pairs.photo_row.tolist()], "drawings lie with their photo"


def test_no_pair_is_an_error(project: Path) -> None:
    with pytest.raises(LimnerError, match="no drawing"):
        read_pairs(project / "faces", {"ink": project / "ink"}, ["nobody"], "photo", 40)


@pytest.mark.parametrize("place", ["ink", "faces"])
def test_a_broken_picture_is_named_and_leaves_nothing(project: Path, cache: Path, place: str) -> None:
    (project / place / "a.png").write_bytes(b"no picture")
    with pytest.raises(SourceError, match=rf"{place}/a\.png cannot be decoded"):
        read(project)
    assert [path.name for path in cache.iterdir() if path.name != "lock"] == []


def test_a_missing_photo_is_named(project: Path) -> None:
    (project / "faces/b.png").unlink()
    with pytest.raises(SourceError, match=r"faces/b\.png is missing"):
        read(project)
