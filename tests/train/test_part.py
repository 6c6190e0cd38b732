"""Trainings of a part of a network, and of a part of the faces."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from limner.blocks import Tune
from limner.nets import adapter, store
from limner.train.plan import Places
from limner.train.seen import seen

from .conftest import Interrupted
from .tiny import AUGMENT, CARD, PLAN, RECIPE, elsewhere, go, written

SHORT = replace(RECIPE, epochs=2)


@pytest.fixture
def begun(places: Places) -> Places:
    """Places of a training that starts from another one's model."""
    go(places, SHORT)
    return replace(elsewhere(places, "tuned"), init=places.model)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / store.WEIGHTS)


@pytest.mark.parametrize("tune", ["norms", "lora"])
def test_an_adapter_is_kept_beside_the_whole_model(begun: Places, tune: Tune) -> None:
    assert begun.init is not None
    go(begun, SHORT, plan=replace(PLAN, tune=tune))
    before, after = weights(begun.init), weights(begun.model)
    assert before.keys() == after.keys()
    same = torch.equal(before["down.2.1.weight"], after["down.2.1.weight"])
    assert same == (tune == "norms")
    assert not torch.equal(before["down.2.2.weight"], after["down.2.2.weight"])
    judges = [load_file(folder / store.DISCRIMINATOR) for folder in (begun.init, begun.model)]
    assert not torch.equal(*(judge["judge.0.0.weight"] for judge in judges)), "the discriminator learns as usual"
    _, joined = adapter.load(begun.model, begun.init)
    for name, value in joined.state_dict().items():
        torch.testing.assert_close(value, after[name], rtol=0, atol=0 if tune == "norms" else 1e-6)


@pytest.mark.parametrize("tune", ["norms", "lora"])
@pytest.mark.parametrize("patience", [0, 9])
def test_a_stopped_one_ends_with_the_same_bytes(
    begun: Places, interrupted: Interrupted, monkeypatch: pytest.MonkeyPatch, tune: Tune, patience: int
) -> None:
    if patience:
        monkeypatch.setattr("limner.train.patience.Patience._distance", lambda *_: 1.0)
        monkeypatch.setattr("limner.nets.shift_tolerant.perceptual", lambda *_: torch.nn.Identity())
    plan = replace(PLAN, tune=tune, patience=patience)
    go(begun, SHORT, plan=plan)
    stopped = elsewhere(begun, "stopped")
    steps = interrupted(1, lambda: go(stopped, SHORT, plan=plan))
    go(stopped, SHORT, plan=plan)
    assert steps[:3] == [0, 1, 1]
    assert list(written(begun).values()) == list(written(stopped).values())


def test_whole_models_have_no_adapter(places: Places) -> None:
    go(places, replace(SHORT, epochs=1))
    assert not (places.model / adapter.ADAPTER).exists()


@pytest.mark.parametrize(("most", "faces"), [(1, ["f3"]), (2, ["f1", "f4"]), (3, ["f1", "f3", "f5"]), (9, "all")])
def test_some_faces_at_even_steps(places: Places, most: int, faces: list[str] | str) -> None:
    expected = [f"f{index}" for index in range(6)] if faces == "all" else faces
    sights = seen(places, CARD, AUGMENT, replace(PLAN, most={"ink": most}), 0)
    assert [id for _, id in sights.learned.names] == expected
    assert [id for _, id in sights.shown.names] == ["f6", "f7"], "what is shown stays the same"


def test_each_style_has_its_own_number(places: Places) -> None:
    wash = places.sketches / "effects/wash"
    wash.mkdir()
    for index in range(0, 8, 2):  # not every face is drawn
        (wash / f"f{index}.png").write_bytes((places.faces.parent / f"sketches/effects/ink/f{index}.png").read_bytes())
    card = replace(CARD, styles=("wash", "ink"))
    for most, expected in (
        ({"wash": 1}, [("wash", "f2"), *(("ink", f"f{index}") for index in range(6))]),
        ({"ink": 2, "wash": 2}, [("wash", "f0"), ("wash", "f4"), ("ink", "f1"), ("ink", "f4")]),
    ):
        sights = seen(places, card, AUGMENT, replace(PLAN, most=most), 0)
        assert sorted(sights.learned.names) == sorted(expected)


def test_the_number_of_pairs_is_noted(places: Places) -> None:
    go(places, replace(SHORT, epochs=1), plan=replace(PLAN, most={"ink": 3}))
    with (places.training / "pairs.csv").open() as stream:
        assert list(csv.DictReader(stream)) == [{"style": "ink", "pairs": "3"}]


def test_fewer_pairs_than_were_asked_for_are_told(places: Places, capfd: pytest.CaptureFixture[str]) -> None:
    go(places, replace(SHORT, epochs=1), plan=replace(PLAN, most={"ink": 9}))
    told = "9 pairs of ink were asked for, and 6 are there"
    with (places.training / "warnings.csv").open() as stream:
        assert list(csv.DictReader(stream)) == [{"step": "0", "kind": "pairs", "told": told}]
    assert told in "".join(capfd.readouterr())
    go(places, replace(SHORT, epochs=1), plan=replace(PLAN, most={"ink": 6}))
    with (places.training / "warnings.csv").open() as stream:
        assert list(csv.DictReader(stream)) == []


def test_other_faces_are_another_training(places: Places) -> None:
    plans = PLAN, replace(PLAN, most={"ink": 3}), replace(PLAN, most={"ink": 6})
    first, fewer, all_of_them = (seen(places, CARD, AUGMENT, plan, 0).digests for plan in plans)
    assert first == all_of_them != fewer
