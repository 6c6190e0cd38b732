"""What several tests of trainings share."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from limner.nets import shift_tolerant
from limner.train import checkpoint
from limner.train.loop import Trainer
from limner.train.plan import Places

from . import tiny


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The small project of `tiny`, with a cache of its own."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tiny.make(tmp_path)


Interrupted = Callable[[int, Callable[[], None]], list[int]]


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    """Stops a training as Ctrl-C does, once, before it takes a certain step; checkpoints are kept at every chance. The
    list that it returns grows by every step that is begun, also when the training goes on."""

    def stop(step: int, training: Callable[[], None]) -> list[int]:
        learn, begun = Trainer.learn, list[int]()

        def noted(trainer: Trainer) -> None:
            begun.append(trainer.step)
            if begun.count(step) == 1 and trainer.step == step:
                raise KeyboardInterrupt
            learn(trainer)

        monkeypatch.setattr(checkpoint, "EVERY", 0.0)
        monkeypatch.setattr(Trainer, "learn", noted)
        with pytest.raises(KeyboardInterrupt):
            training()
        return begun

    return stop


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
