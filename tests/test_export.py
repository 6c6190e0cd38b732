"""The ONNX file says what torch says, for any batch, is usable alone, and equal weights make equal bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize
from torch.nn.utils.parametrizations import spectral_norm

from limner import export, images
from limner.nets import card as cards
from limner.nets import store
from limner.nets.attention import SelfAttention
from limner.nets.card import METADATA, ONNX, Card
from limner.nets.unet import UNet
from limner.pairs import with_planes

CARD = Card(
    "any", "photo", 64, 1, 3, 4, "batch", "alive", "transposed", 0.5, ("ann",), ("ink",), 400, (200.0, 170.0), 120.0
)


def network(card: Card, seed: int = 0) -> UNet:
    """A generator as training leaves one: its norms have seen pictures."""
    torch.manual_seed(seed)
    made = card.network()
    for module in made.modules():
        if isinstance(module, SelfAttention):
            nn.init.ones_(module.share)
    for _ in range(3):
        made(torch.rand(4, card.inputs, card.size, card.size) * 2 - 1)
    return made.eval()


def run(data: bytes, pictures: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (painted,) = session.run(["painted"], {"picture": pictures})
    return np.asarray(painted)


CARDS = (CARD, replace(CARD, learns="sketch", inputs=3, outputs=1, size=128), replace(CARD, attention=16, mirror=True))


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("batch", [1, 3, 8])
def test_it_says_what_torch_says(card: Card, batch: int) -> None:
    net = network(card)
    pictures = torch.rand(batch, card.inputs, card.size, card.size) * 2 - 1
    with torch.no_grad():
        expected = net(pictures).numpy()
    assert expected.std() > 0.01
    np.testing.assert_allclose(run(export.encode(card, net), pictures.numpy()), expected, atol=1e-5)


def test_a_label_is_a_second_input() -> None:
    card = replace(CARD, label="sex", labels=("f", "m"))
    torch.manual_seed(0)
    net = card.network().eval()
    data = export.encode(card, net)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert [(one.name, one.shape) for one in session.get_inputs()] == [
        ("picture", ["N", 1, 64, 64]),
        ("label", ["N", 2]),
    ]
    assert cards.decode(session.get_modelmeta().custom_metadata_map[METADATA], ONNX) == card
    for batch in (1, 3):
        pictures = torch.rand(batch, 1, 64, 64) * 2 - 1
        codes = torch.tensor([card.code(label) for label in ("m", "", "f")[:batch]])
        with torch.no_grad():
            expected = net(with_planes(pictures, codes)).numpy()
        (painted,) = session.run(["painted"], {"picture": pictures.numpy(), "label": codes.numpy()})
        np.testing.assert_allclose(painted, expected, atol=1e-5)


class Rich(nn.Module):
    """What generators are made of beside plain convolutions: norms, attention, resizing, computed weights."""

    def __init__(self) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(1, 8, 3, padding=1))
        self.norms = nn.Sequential(nn.InstanceNorm2d(8, affine=True), nn.GroupNorm(2, 8))
        self.look = nn.Conv2d(8, 24, 1)
        self.more = nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(8, 32, 3, padding=1, padding_mode="reflect"))
        self.last = nn.Sequential(nn.PixelShuffle(2), nn.SiLU(), nn.Conv2d(8, 3, 1))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        x = self.norms(F.leaky_relu(self.first(F.avg_pool2d(picture, 4)), 0.2))
        batch, channels, height, width = x.shape
        looks = self.look(x).reshape(batch, 3, channels, height * width).transpose(2, 3)
        seen = F.scaled_dot_product_attention(*looks.unbind(1))
        x = x + seen.transpose(1, 2).reshape(batch, channels, height, width)
        return torch.tanh(F.interpolate(self.last(self.more(x)), size=(64, 64), mode="bilinear"))


def test_any_batch_goes_through_other_layers_too() -> None:
    torch.manual_seed(0)
    net = Rich()
    for _ in range(3):
        net(torch.rand(2, 1, 64, 64))  # spectral norm comes closer each time
    data = export.encode(CARD, net)
    net.eval()
    for batch in (1, 3):
        pictures = torch.rand(batch, 1, 64, 64) * 2 - 1
        np.testing.assert_allclose(run(data, pictures.numpy()), net(pictures).detach().numpy(), atol=1e-4)
    assert parametrize.is_parametrized(net.first), "the network stays as it is"


def test_a_trained_model_says_the_same_of_real_drawings(root: Path) -> None:
    folder, drawings = root / "models/painter", sorted((root / "data/sketches/effects").glob("*/*.png"))[::97]
    if not (folder / store.WEIGHTS).is_file() or not drawings:
        pytest.skip("the project is not built")
    card, net = store.load(folder)
    data = export.encode(card, net)
    gray = [images.resize(images.read_gray(path), card.size, card.size) for path in drawings[:8]]
    pictures = (np.stack(gray)[:, None] / 127.5 - 1).astype(np.float32)
    with torch.no_grad():
        expected = net(torch.from_numpy(pictures)).numpy()
    for batch in (1, 3, len(pictures)):
        assert np.abs(run(data, pictures[:batch]) - expected[:batch]).max() < 1e-4


def test_one_file_holds_all_that_is_needed(tmp_path: Path) -> None:
    export.write(tmp_path, CARD, network(CARD))
    assert [path.name for path in tmp_path.iterdir()] == [ONNX]
    session = onnxruntime.InferenceSession(tmp_path / ONNX, providers=["CPUExecutionProvider"])
    told = session.get_modelmeta().custom_metadata_map[METADATA]
    assert cards.decode(told, ONNX) == CARD
    (picture,), (painted,) = session.get_inputs(), session.get_outputs()
    assert (picture.name, picture.type, picture.shape) == ("picture", "tensor(float)", ["N", 1, 64, 64])
    assert (painted.name, painted.type, painted.shape) == ("painted", "tensor(float)", ["N", 3, 64, 64])


def test_the_network_stays_as_it_is() -> None:
    net = network(CARD).train().to(memory_format=torch.channels_last)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    export.encode(CARD, net)
    assert net.training
    assert all(value.requires_grad for value in net.parameters())
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())


def test_mode_layout_and_precision_change_no_byte() -> None:
    data = export.encode(CARD, network(CARD))
    assert export.encode(CARD, network(CARD)) == data
    assert export.encode(CARD, network(CARD).train().to(memory_format=torch.channels_last)) == data
    assert export.encode(CARD, network(CARD, seed=1)) != data


def test_another_process_writes_the_same_bytes(tmp_path: Path, root: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.test_export import CARD, network; from limner import export;"
        "export.write(Path(sys.argv[1]), CARD, network(CARD))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}  # sets of strings have another order there
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment, cwd=root)
    assert (tmp_path / ONNX).read_bytes() == export.encode(CARD, network(CARD))


def test_nothing_of_this_machine_is_in_it() -> None:
    data = export.encode(CARD, network(CARD))
    model = onnx.load_model_from_string(data)
    assert model.producer_name == model.producer_version == model.doc_string == ""
    assert str(Path(torch.__file__).parent).encode() not in data
    assert str(Path(export.__file__).parent).encode() not in data
    assert not any(tensor.external_data for tensor in model.graph.initializer)


def test_too_large_for_one_file_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export, "MOST_BYTES", 1000)
    export.write(tmp_path, CARD, nn.Linear(100, 100))
    assert not list(tmp_path.iterdir())
    assert "no model.onnx" in capsys.readouterr().out
