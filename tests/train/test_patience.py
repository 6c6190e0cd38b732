"""Stopping in time: faces held out without a leak, the best weights kept, and all of it repeatable."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from limner.errors import LimnerError, ModelError
from limner.metrics.lpips import lpips
from limner.nets import store
from limner.pairs import find, open_pairs, to_unit
from limner.split import hold_out
from limner.train.machine import Machine
from limner.train.patience import Patience
from limner.train.plan import Places

from .conftest import Interrupted
from .tiny import CARD, PLAN, RECIPE, elsewhere, go, written

PATIENT = replace(PLAN, patience=2, validate=0.5, gap=0.0)


def faces(number: int, group: int) -> pd.DataFrame:
    """Of a film, one a tenth of a second, and a photo of each of two others."""
    rows = [("ana", f"film@{index // group:03d}", f"{index / 10}") for index in range(number)]
    rows += [("bob", "bob", ""), ("eve", "eve-1", ""), ("eve", "eve-2", "")]
    return pd.DataFrame(rows, columns=["person", "group", "time"]).assign(id=range(number + 3)).astype({"id": str})


def test_whole_groups_are_held_out_with_a_gap_around_them() -> None:
    table = faces(100, 10)
    sides = hold_out(table, 0.2, 0.35, seed=1)
    held = table[sides == "validate"]
    assert sorted(held["person"].value_counts().to_dict().items()) == [("ana", 20), ("eve", 1)]
    for group in held["group"]:
        assert (sides[table["group"] == group] == "validate").all()
    film = table["time"] != ""
    seconds = table.loc[film, "time"].astype(float)
    for side, time in zip(sides[film], seconds, strict=True):
        near = (seconds[sides[film] == "validate"] - time).abs().min()
        assert side == ("validate" if near == 0 else "gap" if near < 0.35 else "learn")
    assert hold_out(table, 0.2, 0.35, seed=1).tolist() == sides.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_each_film_of_a_person_has_its_own_share_and_its_own_gap(seed: int) -> None:
    """Both begin at second 0; the first has ten groups, the second two."""
    films = [faces(frames, 10).iloc[:frames].assign(film=name) for name, frames in (("one", 100), ("two", 20))]
    table = pd.concat(films, ignore_index=True)
    table["group"] = table["film"] + table["group"]
    sides = hold_out(table, 0.2, 0.35, seed)
    for film, held in (("one", 20), ("two", 10)):
        own = table["film"] == film
        seconds = table.loc[own, "time"].astype(float).to_numpy()
        away = np.abs(seconds[:, None] - seconds[sides[own] == "validate"]).min(axis=1)
        assert (sides[own] == "validate").sum() == held
        assert sides[own].tolist() == np.select([away == 0, away < 0.35], ["validate", "gap"], "learn").tolist()


def test_nobody_with_two_groups_is_told_so() -> None:
    with pytest.raises(LimnerError, match=r"train.patience: there is nothing to hold out"):
        hold_out(faces(5, 10).iloc[:6], 0.2, 0.0, seed=1)


FIGURES = (5.0, 3.0, 4.0, 3.5, 1.0)
"""Of each epoch: the second is the best, unless one waits for the fifth."""


@pytest.fixture
def painters(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, torch.Tensor]]:
    """The weights that were measured, epoch by epoch, as having `FIGURES`."""
    seen: list[dict[str, torch.Tensor]] = []

    def figure(self: Patience, network: torch.nn.Module) -> float:
        seen.append({name: value.clone() for name, value in network.state_dict().items()})
        return FIGURES[len(seen) - 1]

    monkeypatch.setattr(Patience, "_distance", figure)
    return seen


def test_it_stops_and_keeps_the_best(
    weighed: Places, painters: list[dict[str, torch.Tensor]], capsys: pytest.CaptureFixture[str]
) -> None:
    go(weighed, replace(RECIPE, epochs=8), plan=PATIENT)
    assert len(painters) == 4
    kept = store.load(weighed.model)[1].state_dict()
    assert all(torch.equal(value, painters[1][name]) for name, value in kept.items())
    lines = (weighed.training / "plots/metrics/validation_lpips.tsv").read_text().splitlines()[1:]
    assert [float(line.split("\t")[1]) for line in lines] == list(FIGURES[:4])
    assert "stopped after epoch 4: held-out faces are painted no better since epoch 2" in capsys.readouterr().out


def test_a_stopped_one_goes_on_and_ends_with_the_same_bytes(
    weighed: Places, painters: list[dict[str, torch.Tensor]], interrupted: Interrupted
) -> None:
    go(weighed, plan=PATIENT)
    painters.clear()
    stopped = elsewhere(weighed, "stopped")
    steps = interrupted(5, lambda: go(stopped, plan=PATIENT))
    go(stopped, plan=PATIENT)
    assert steps == [0, 1, 2, 3, 4, 5, 5, 6, 7], "two steps an epoch, four epochs"
    assert list(written(weighed).values()) == list(written(stopped).values())


def test_the_figure_is_the_mean_distance(weighed: Places) -> None:
    drawn = find(weighed.faces, {"ink": weighed.sketches / "effects/ink"}, ["f0", "f1", "f2"])
    pairs = open_pairs(drawn, "photo", 64)
    network = CARD.network().eval()
    figure = Patience(pairs, weighed.weights, 1, Machine(torch.device("cpu"))).measure(network)
    picture, truth = (to_unit(pixels) for pixels in pairs.batch(torch.arange(3)))
    with torch.no_grad():
        expected = lpips((network(picture) + 1) / 2, (truth + 1) / 2, weights=weighed.weights).mean()
    assert figure == pytest.approx(float(expected), rel=1e-5)


def test_missing_weights_are_told(places: Places) -> None:
    with pytest.raises(ModelError, match=r"alex_shift_tolerant.pth is missing"):
        go(places, plan=PATIENT)


def test_without_patience_nothing_is_held_out_and_nothing_loaded(places: Places) -> None:
    go(places, replace(RECIPE, epochs=1))
    assert not (places.training / "plots/metrics/validation_lpips.tsv").exists()


def test_one_that_stops_before_its_first_snapshot_has_one(
    weighed: Places, painters: list[dict[str, torch.Tensor]]
) -> None:
    go(weighed, replace(RECIPE, epochs=40), plan=PATIENT)
    assert [path.name for path in (weighed.training / "plots/images/painted").iterdir()] == ["000004.png"]
