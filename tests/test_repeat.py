"""repeat: the same model from other seeds; what was trained before a kill is not trained again."""

import os
import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

from limner import images, params, tables
from limner import repeat as repeating
from limner.nets import store
from limner.nets.card import CARD, ONNX, WEIGHTS
from limner.pairs import Augment
from limner.params import Params
from limner.train import machine, threads
from limner.train import settings as of
from limner.train.machine import Machine
from limner.train.objective import Recipe
from limner.train.plan import Places, Plan
from limner.train.run import train

NAME = "tiny"


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small lose more by sharing a core than they win by a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six faces, the last of which is for testing, and their drawings."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    draw, rows = np.random.default_rng(0), []
    for index in range(6):
        images.write(tmp_path / f"data/faces/f{index}.png", draw.integers(0, 255, (64, 64, 3), np.uint8))
        images.write(tmp_path / f"data/sketches/effects/ink/f{index}.png", draw.integers(0, 255, (64, 64), np.uint8))
        rows.append({"id": f"f{index}", "person": "ana", "split": "train" if index < 5 else "test"})
    tables.write_rows(tmp_path / "data/split.csv", ("id", "person", "split"), rows)
    return tmp_path


def settled(project: Path, seeds: int, threads: int = 0) -> Params:
    """A tiny model, one epoch long, from seed 5."""
    tree = yaml.safe_load((Path(__file__).parent.parent / "params.yaml").read_text())
    tree["models"] = {NAME: tree["models"]["painter"]}
    tree["models"][NAME] |= {"writes": None, "train": {"people": ["ana"], "styles": ["ink"], "epochs": 1}}
    tree["train"] |= {"device": "cpu", "precision": "float32", "threads": threads}
    tree["recipes"]["limner"] |= {"width": 4, "discriminator_width": 4}
    tree |= {"seed": 5, "size": 64}
    tree["evaluate"] |= {"metrics": ["l1"], "seeds": seeds}
    (project / "params.yaml").write_text(yaml.safe_dump(tree))
    return params.load()


def stage(out: Path) -> Callable[[], None]:
    """The stage as DVC runs it, which empties its output before."""

    def run() -> None:
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        runpy.run_path(str(Path(__file__).parent.parent / "stages/repeat.py"))["main"](NAME)

    return run


def weights(folder: Path) -> bytes:
    return (folder / store.WEIGHTS).read_bytes()


def test_each_further_seed_is_a_training_of_its_own(project: Path) -> None:
    settled(project, 3)
    out = project / "runs" / NAME / "repeats"
    stage(out)()
    assert sorted(path.name for path in out.iterdir()) == ["6", "7"]
    assert {path.name for path in (out / "6").iterdir()} == {CARD, WEIGHTS, ONNX, store.DISCRIMINATOR}
    assert weights(out / "6") != weights(out / "7")
    assert not list((Path(os.environ["LIMNER_CACHE"]) / "repeats").iterdir()), "nothing waits when all is done"

    (project / "params.yaml").write_text((project / "params.yaml").read_text().replace("seed: 5", "seed: 6"))
    settings = params.load()
    places = of.places(settings, NAME, project / "first", project / "diary", project)
    made = of.card(settings, NAME), of.recipe(settings, NAME), of.augment(settings, NAME)
    train(places, *made, machine.choose(settings.train), replace(of.plan(settings, NAME), snapshots=0))
    assert weights(project / "first") == weights(out / "6"), "as if it were trained from that seed in the first place"


def test_one_seed_makes_an_empty_folder(project: Path) -> None:
    settled(project, 1)
    out = project / "runs" / NAME / "repeats"
    stage(out)()
    assert list(out.iterdir()) == []


class Quick:
    """Stands in for a training: writes a model that only its seed decides, and is killed before the third."""

    def __init__(self) -> None:
        self.seeds: list[int] = []

    def __call__(
        self, places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan
    ) -> None:
        if len(self.seeds) == 2:
            raise KeyboardInterrupt
        self.seeds.append(recipe.seed)
        threads.settle(machine, plan.threads)
        torch.manual_seed(recipe.seed)
        store.save(places.model, card, card.network(), card.network())


@pytest.mark.parametrize(("changed", "wanted"), [(False, 0), (True, 0), (False, 2)])
def test_a_finished_training_survives_a_kill(
    project: Path, monkeypatch: pytest.MonkeyPatch, changed: bool, wanted: int
) -> None:
    settled(project, 4, wanted)
    out = project / "runs" / NAME / "repeats"
    run, quick = stage(out), Quick()
    monkeypatch.setattr(repeating, "train", quick)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert quick.seeds == [6, 7]
    first = {seed: weights(out / str(seed)) for seed in (6, 7)}
    quick.seeds.clear()
    torch.set_num_threads(1)  # as in a new process, whatever the training before took
    if changed:
        images.write(project / "data/faces/f0.png", np.zeros((64, 64, 3), np.uint8))
        with pytest.raises(KeyboardInterrupt):
            run()
        assert quick.seeds == [6, 7], "other pictures are another training"
    else:
        run()
        assert quick.seeds == [8], "two of three were done before"
        assert {seed: weights(out / str(seed)) for seed in (6, 7)} == first
