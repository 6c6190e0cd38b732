"""A model's card: read without torch, and what is wrong with a folder is said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from limner.errors import ModelError
from limner.nets import card as cards
from limner.nets.card import CARD, Card

SHAPE = ("batch", "alive", "transposed", 0.0)
GOOD = Card("any", "photo", 64, 1, 3, 4, *SHAPE, ("ann", "bob"), ("ink",), 400, (200.0, 170.0), 120.0)


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).write_text(text)
    return folder


def test_a_card_comes_back_as_it_was(tmp_path: Path) -> None:
    assert cards.read(write(tmp_path, cards.encode(GOOD))) == GOOD


def test_a_card_without_labels_is_written_as_before_there_were_any(tmp_path: Path) -> None:
    text = cards.encode(GOOD)
    assert "label" not in text
    assert cards.read(write(tmp_path, text)).labels == ()
    assert GOOD.channels == 1
    assert GOOD.code("f") == ()


@pytest.mark.parametrize(("key", "value"), [("attention", 16), ("mirror", True)])
def test_a_card_without_a_later_part_is_written_as_before_there_was_any(tmp_path: Path, key: str, value: int) -> None:
    assert key not in cards.encode(GOOD)
    told = replace(GOOD, **{key: value})
    assert cards.read(write(tmp_path, cards.encode(told))) == told


def test_labels_are_planes_of_plus_and_minus_one(tmp_path: Path) -> None:
    told = replace(GOOD, label="sex", labels=("f", "m", "x"))
    assert cards.read(write(tmp_path, cards.encode(told))) == told
    assert told.channels == 4
    assert told.code("m") == (-1.0, 1.0, -1.0)
    assert told.code("") == told.code("q") == (0.0, 0.0, 0.0)


def test_what_is_no_model_is_told_with_the_models_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "painter", cards.encode(GOOD))
    write(tmp_path / "sketcher", cards.encode(GOOD))
    with pytest.raises(ModelError, match=r"panter holds no model: model\.json is missing; there are .*painter, "):
        cards.read(tmp_path / "panter")
    with pytest.raises(ModelError, match="`dvc repro` trains models"):
        cards.read(tmp_path / "empty" / "painter")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "describes no usable model"),
        ("[]", "describes no usable model"),
        (json.dumps({**json.loads(cards.encode(GOOD)), "size": "64"}), "size: '64' is not allowed"),
        (json.dumps({**json.loads(cards.encode(GOOD)), "depth": 3}), "unknown key 'depth'"),
        (json.dumps({"name": "any"}), "the key 'learns' is missing"),
    ],
)
def test_a_damaged_card_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ModelError) as error:
        cards.read(write(tmp_path, text))
    assert told in str(error.value)
    assert CARD in str(error.value)
