"""A training from folders to a model's folder: it learns, repeats itself, and goes on where it was killed."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from limner import images
from limner.errors import LimnerError, ModelError, TrainingError
from limner.files import cache_dir
from limner.nets import store
from limner.pairs import Sources
from limner.train import start
from limner.train.alone import alone
from limner.train.machine import Machine
from limner.train.plan import Places

from .conftest import Interrupted
from .tiny import CARD, PLAN, RECIPE, elsewhere, go, written


def losses(places: Places, name: str) -> list[float]:
    lines = (places.training / f"plots/metrics/{name}.tsv").read_text().splitlines()[1:]
    return [float(line.split("\t")[1]) for line in lines]


def test_it_learns_and_leaves_a_model_and_a_diary(places: Places) -> None:
    go(places, replace(RECIPE, epochs=30))
    found = losses(places, "l1")
    assert len(found) == 30
    assert found[-1] < 0.4 * found[0]
    card, network = store.load(places.model)
    assert card == CARD
    assert not network.training
    shown = sorted(path.name for path in (places.training / "snapshots").iterdir())
    assert shown == ["000015", "000030", "input", "truth"]
    early, late, truth = (
        np.stack([images.read(places.training / "snapshots" / when / f"ink~f{index}.png") for index in (6, 7)])
        for when in ("000015", "000030", "truth")
    )
    assert abs(late.astype(int) - truth).mean() < abs(early.astype(int) - truth).mean()
    assert (places.training / "plots/images/painted/000030.png").is_file()
    assert (places.training / "metrics.json").is_file()


def test_two_runs_give_the_same_bytes(places: Places) -> None:
    go(places)
    first = written(places)
    again = elsewhere(places, "again")
    go(again)
    assert list(first.values()) == list(written(again).values())
    other = elsewhere(places, "other")
    go(other, replace(RECIPE, seed=2))
    assert (other.model / store.WEIGHTS).read_bytes() != (places.model / store.WEIGHTS).read_bytes()


@pytest.mark.parametrize("step", [4, 6])
def test_a_stopped_training_goes_on_and_ends_with_the_same_bytes(
    places: Places, interrupted: Interrupted, step: int
) -> None:
    """Three steps an epoch: within the second, and between two."""
    go(places)
    stopped = elsewhere(places, "stopped")
    began = interrupted(step, lambda: go(stopped))
    assert not (stopped.model / store.CARD).exists(), "half a training must not look like a model"
    go(stopped)
    assert began == [*range(step + 1), *range(step, 12)], "what was done before is not done again"
    assert list(written(places).values()) == list(written(stopped).values())
    assert not list((Path(os.environ["LIMNER_CACHE"]) / "training").iterdir())


def test_it_can_start_from_another_model(places: Places) -> None:
    go(places)
    lazy = replace(elsewhere(places, "lazy"), init=places.model)
    go(lazy, replace(RECIPE, epochs=1, lr=1e-9))
    trained, kept = (store.load(folder)[1].state_dict() for folder in (places.model, lazy.model))
    assert torch.allclose(trained["down.0.0.weight"], kept["down.0.0.weight"], atol=1e-6)


def test_a_start_of_another_shape_is_refused_with_both_sides(places: Places) -> None:
    go(places, replace(RECIPE, epochs=1))
    wide = replace(elsewhere(places, "wide"), init=places.model)
    with pytest.raises(ModelError, match="width 4 instead of 8"):
        go(wide, card=replace(CARD, width=8))


def test_a_discriminator_of_another_width_begins_anew_and_says_so(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    go(places, replace(RECIPE, epochs=1))
    trained = store.load_discriminator(places.model)
    capsys.readouterr()

    def begun(width: int, init: Path | None) -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        return start.discriminator(CARD, replace(RECIPE, discriminator_width=width), init).state_dict()

    torch.testing.assert_close(begun(RECIPE.discriminator_width, places.model), trained, rtol=0, atol=0)
    assert capsys.readouterr().out == ""
    torch.testing.assert_close(begun(8, places.model), begun(8, None), rtol=0, atol=0)
    told = f"tiny: the discriminator of {places.model} has another shape, so that one starts anew\n"
    assert capsys.readouterr().out == told


def test_nobody_to_learn_is_an_error(places: Places) -> None:
    with pytest.raises(LimnerError, match="no training faces of bob, whom tiny shall learn; it knows ana"):
        go(places, card=replace(CARD, people=("bob",)))


def test_without_snapshots_the_folder_of_their_plots_is_there(places: Places) -> None:
    go(places, replace(RECIPE, epochs=1), plan=replace(PLAN, snapshots=0))
    assert list((places.training / "plots/images").iterdir()) == []


@pytest.mark.parametrize(
    ("styles", "faces", "count", "got"), [(6, 5, 16, 16), (6, 1, 8, 6), (6, 4, 8, 8), (2, 3, 9, 6)]
)
def test_some_pairs_are_as_many_as_asked_for_of_every_style(styles: int, faces: int, count: int, got: int) -> None:
    folders, ids = {name: Path() for name in "abcdef"[:styles]}, tuple("vwxyz"[:faces])
    pairs = Sources(Path(), folders, ids, np.repeat(np.arange(styles), faces), np.tile(np.arange(faces), styles))
    names = start.some(pairs, count).names
    assert len(set(names)) == len(names) == got
    assert {style for style, _ in names} == set(folders)


def test_a_folder_that_another_training_writes_is_left_alone(places: Places) -> None:
    machine = Machine(torch.device("cpu"))
    with alone(places.model, "tiny", machine):
        with pytest.raises(TrainingError, match=r"tiny is being trained already, into .*, by another process"):
            go(places)
        with alone(places.model.with_name("other"), "other", machine):
            pass
    go(places)
    assert not list(cache_dir("training").glob("*.lock"))
