"""Labels as planes: each pair keeps its own wherever its pixels go, and no augmentation touches them."""

from pathlib import Path

import pytest
import torch
from torch import Generator

from limner import tables
from limner.errors import SourceError
from limner.pairs import Augment, Feed, Pairs, Sources, by_face, open_pairs, with_planes
from tests.pairs.conftest import SIDE

CPU = torch.device("cpu")


def numbered(many: Sources) -> Pairs:
    """The planes of each pair hold the number of its photo, and minus it."""
    return open_pairs(many, "photo", SIDE).labelled({id: (float(id), -float(id)) for id in many.ids})


def test_planes_are_full_of_what_the_code_says() -> None:
    pictures = torch.rand(2, 3, 4, 4)
    seen = with_planes(pictures, torch.tensor([[1.0, -1.0], [0.0, 0.0]]))
    assert seen.shape == (2, 5, 4, 4)
    assert torch.equal(seen[:, :3], pictures)
    assert torch.equal(seen[0, 3:], torch.stack([torch.ones(4, 4), -torch.ones(4, 4)]))
    assert not seen[1, 3:].any()


def test_without_labels_the_pictures_are_what_they_were() -> None:
    pictures = torch.rand(2, 3, 4, 4)
    assert with_planes(pictures, torch.zeros(2, 0)) is pictures


def test_each_pair_keeps_its_label(many: Sources) -> None:
    pairs = numbered(many)
    numbers = torch.tensor([float(id) for _, id in pairs.names])
    assert torch.equal(pairs.codes, torch.stack([numbers, -numbers], 1))
    assert torch.equal(pairs.take([5, 1]).codes[:, 0], numbers[[5, 1]])
    assert torch.equal(pairs.to(CPU).codes, pairs.codes)


def test_a_batch_comes_with_its_labels_in_every_process(many: Sources) -> None:
    pairs = numbered(many)
    for process in range(2):
        feed = Feed(pairs, 7, CPU, process, 2)
        epoch = feed.epoch(Generator().manual_seed(0))
        for indices, (sketch, _) in zip(epoch, feed.batches(epoch), strict=True):
            assert torch.equal(feed.codes(indices)[:, 0], sketch[:, 0, 0, 0].float())


def test_labels_are_part_of_the_digest(many: Sources) -> None:
    plain = open_pairs(many, "photo", SIDE)
    one, other = (plain.labelled(dict.fromkeys(many.ids, (value,))) for value in (1.0, -1.0))
    assert plain.codes.shape == (len(plain), 0)
    assert len({plain.digest, one.digest, other.digest, numbered(many).digest}) == 4
    assert plain.labelled(dict.fromkeys(many.ids, (1.0,))).digest == one.digest


def test_augmentation_leaves_planes_alone(many: Sources) -> None:
    pairs = numbered(many)
    augment = Augment(16, (1.0, 1.1), flip=True, rotate=10, tone=1.0)
    indices = torch.arange(4)
    pictures, _ = augment(*pairs.batch(indices), Generator().manual_seed(0))
    seen = with_planes(pictures, pairs.codes[indices])
    assert all(len(plane.unique()) == 1 for plane in seen[:, 1:].flatten(0, 1))


def test_labels_are_a_column(tmp_path: Path) -> None:
    rows = [{"id": "001", "sex": "f"}, {"id": "002", "sex": ""}]
    tables.write_rows(tmp_path / "faces.csv", ("id", "sex"), rows)
    assert by_face(tmp_path / "faces.csv", "sex") == {"001": "f", "002": ""}
    with pytest.raises(SourceError, match=r"faces\.csv lacks the columns age; it has id, sex"):
        by_face(tmp_path / "faces.csv", "age")
