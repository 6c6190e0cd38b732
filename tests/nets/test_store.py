"""A model's folder: what is saved comes back, and what is wrong with it is said."""

from pathlib import Path

import pytest
import torch

from limner.errors import ModelError
from limner.nets import store
from limner.nets.card import CARD, WEIGHTS, Card

SHAPE = ("batch", "alive", "transposed", 0.0)
GOOD = Card("any", "photo", 64, 1, 3, 4, *SHAPE, ("ann",), ("ink",), 400, (200.0, 170.0), 120.0)


def test_a_model_comes_back_ready_to_be_applied(tmp_path: Path) -> None:
    network = GOOD.network()
    store.save(tmp_path, GOOD, network)
    card, loaded = store.load(tmp_path)
    assert card == GOOD
    assert not loaded.training
    assert all(torch.equal(value, loaded.state_dict()[key]) for key, value in network.state_dict().items())


@pytest.mark.parametrize(
    ("file", "data", "told"),
    [
        (WEIGHTS, None, "holds no model: weights.safetensors is missing"),
        (CARD, None, "holds no model: model.json is missing"),
        (WEIGHTS, b"hello", "holds no usable model"),
        (CARD, b"\xff", "cannot be read"),
    ],
)
def test_what_is_missing_or_damaged_is_told(tmp_path: Path, file: str, data: bytes | None, told: str) -> None:
    store.save(tmp_path, GOOD, GOOD.network())
    (tmp_path / file).unlink() if data is None else (tmp_path / file).write_bytes(data)
    with pytest.raises(ModelError, match=told):
        store.load(tmp_path)


def test_files_that_do_not_fit_each_other_are_told(tmp_path: Path) -> None:
    wide = Card("any", "photo", 64, 1, 3, 8, *SHAPE, ("ann",), ("ink",), 400, (200.0, 170.0), 120.0)
    store.save(tmp_path, GOOD, wide.network())
    with pytest.raises(ModelError, match="size mismatch"):
        store.load(tmp_path)
