"""The first LPIPS against the figures of its authors' package on the same backbone, and without a backbone."""

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torchvision.models import AlexNet_Weights

from limner.errors import ModelError
from limner.metrics import lpips_original as module
from limner.metrics.lpips_original import lpips_original
from tests.metrics.conftest import picture

# lpips 0.1.4, LPIPS(net="alex")(fake, real, normalize=True) with the backbone of conftest, of
# picture(seed, size, 2) and picture(seed + 10, size, 2).
REFERENCE = {
    (1, 64): (0.150907, 0.117215),
    (2, 96): (0.153640, 0.159260),
    (3, 128): (0.163107, 0.185635),
    (4, 65): (0.120980, 0.156978),
}


@pytest.mark.parametrize(("seed", "size"), list(REFERENCE))
def test_the_figures_are_those_of_the_reference(
    seed: int, size: int, weights: Path, backbone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(backbone))
    figures = lpips_original(picture(seed, size, 2), picture(seed + 10, size, 2), weights=weights)
    assert figures.tolist() == pytest.approx(REFERENCE[seed, size], abs=1e-5)


def test_without_a_backbone_it_is_said_what_to_do(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    with pytest.raises(ModelError, match=r"no route to host.*put https.*alexnet.*checkpoints, or .* lpips instead"):
        lpips_original(picture(1), picture(2), weights=weights)


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_a_broken_backbone_is_refused(
    content: bytes, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hub/checkpoints" / AlexNet_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="AlexNet"):
        lpips_original(picture(1), picture(2), weights=weights)


def test_missing_or_broken_heads_are_named(backbone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(backbone))
    with pytest.raises(ModelError, match=r"is missing.*scrape"):
        lpips_original(picture(1), picture(2), weights=tmp_path)
    (tmp_path / module.HEADS).write_bytes(b"not a model")
    with pytest.raises(ModelError, match=module.HEADS):
        lpips_original(picture(1), picture(2), weights=tmp_path)
