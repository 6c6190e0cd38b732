"""Both backends say the same; what a machine or a folder lacks is told."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from limner.errors import ModelError, ParamsError
from limner.nets.card import CARD, ONNX, WEIGHTS, Card
from limner.paint import backends
from limner.paint.backends import Onnx, Torch
from tests.paint.conftest import PAINTER, SIZE, SKETCHER


@pytest.mark.parametrize("card", [PAINTER, SKETCHER])
@pytest.mark.parametrize("batch", [1, 3])
def test_both_give_the_same_picture(models: Path, card: Card, batch: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (batch, card.inputs, SIZE, SIZE), dtype=np.uint8)
    made = [backends.load(str(models / card.name), wanted, "cpu")(pictures) for wanted in ("torch", "onnx")]
    assert all(one.shape == (batch, card.outputs, SIZE, SIZE) and one.dtype == np.uint8 for one in made)
    assert np.abs(made[0].astype(int) - made[1]).max() <= 1
    assert made[0].std() > 5


def test_auto_takes_torch_where_it_is(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(backends.load(str(models / "painter"), "auto", "cpu"), Torch)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert isinstance(backends.load(str(models / "painter"), "auto", "cpu"), Onnx)


def test_one_file_is_enough(models: Path, tmp_path: Path) -> None:
    shutil.copy(models / "painter" / ONNX, tmp_path / "alone.onnx")
    backend = backends.load(str(tmp_path / "alone.onnx"), "auto", "cpu")
    assert backend.card == PAINTER
    with pytest.raises(ModelError, match="is an ONNX file, which torch does not read"):
        backends.load(str(tmp_path / "alone.onnx"), "torch", "cpu")


def test_a_name_is_looked_up_among_the_models(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(models.parent)
    assert backends.load("sketcher", "onnx", "auto").card == SKETCHER
    with pytest.raises(ModelError, match="there are models/painter, models/sketcher"):
        backends.load("models/panter", "auto", "cpu")


def test_what_is_missing_is_told(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(models / "painter" / CARD, tmp_path)
    with pytest.raises(ModelError, match=rf"{WEIGHTS} is missing .*; .*{ONNX} is missing"):
        backends.load(str(tmp_path), "auto", "cpu")
    with pytest.raises(ModelError, match=rf"{ONNX} is missing"):
        backends.load(str(tmp_path), "onnx", "cpu")
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"torch is not installed .*; onnxruntime is not installed \(pip install onnx"):
        backends.load(str(models / "painter"), "auto", "cpu")


def test_a_strange_or_damaged_file_is_told(models: Path, tmp_path: Path) -> None:
    import onnx

    strange = onnx.load_model(models / "painter" / ONNX)
    del strange.metadata_props[:]
    onnx.save_model(strange, tmp_path / "strange.onnx")
    with pytest.raises(ModelError, match="carries no card"):
        backends.load(str(tmp_path / "strange.onnx"), "auto", "cpu")
    (tmp_path / "damaged.onnx").write_bytes(b"hello")
    with pytest.raises(ModelError, match="holds no usable model"):
        backends.load(str(tmp_path / "damaged.onnx"), "auto", "cpu")


def test_a_device_that_is_not_there_is_refused(models: Path) -> None:
    for wanted in ("torch", "onnx"):
        with pytest.raises(ParamsError, match=r"--device: .*mps.*allowed: auto"):
            backends.load(str(models / "painter"), wanted, "mps")
