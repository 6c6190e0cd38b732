"""What several tests of trainings share."""

from pathlib import Path

import pytest
import torch

from limner.nets import shift_tolerant
from limner.train.plan import Places

from . import tiny


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The small project of `tiny`, with a cache of its own."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tiny.make(tmp_path)


@pytest.fixture
def weighed(places: Places) -> Places:
    """With weights of the distance, random ones."""
    torch.manual_seed(0)
    sizes = {
        "1.0": (64, 3, 11),
        "2.5": (192, 64, 5),
        "3.9": (384, 192, 3),
        "4.11": (256, 384, 3),
        "5.13": (256, 256, 3),
    }
    state = {}
    for place, (out, into, side) in sizes.items():
        state[f"net.slice{place}.weight"] = torch.randn(out, into, side, side) / (into * side * side) ** 0.5
        state[f"net.slice{place}.bias"] = torch.zeros(out)
    for index, (out, *_) in enumerate(sizes.values()):
        state[f"lin{index}.model.1.weight"] = torch.rand(1, out, 1, 1)
    places.weights.mkdir()
    torch.save(state, places.weights / shift_tolerant.ALEXNET)
    return places
