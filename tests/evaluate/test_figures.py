"""Means, intervals and verdicts by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from limner.compare import ALL
from limner.evaluate import figures
from limner.evaluate.collect import CLOSEST, NO_SEED, Evaluation
from limner.evaluate.told import Told
from limner.metrics import Figure

SSIM = Figure("ssim", "ssim", "SSIM", "SSIM: structural similarity", "higher", (-1, 1))
L1 = Figure("l1", "l1", "L1", "L1: mean absolute error", "lower", (0, 1))
DRAWN = {"near": ["ink", "wash"], "far": ["ink"]}


def rows(suite: str, style: str, method: str, ssim: list[float], seed: int = NO_SEED) -> list[dict[str, object]]:
    return [
        {
            "suite": suite,
            "style": style,
            "id": f"{suite}-{index}",
            "person": "ann",
            "group": f"film@{index}",
            "seed": seed,
            "method": method,
            "ssim": value,
            "l1": 1 - value,
        }
        for index, value in enumerate(ssim)
    ]


def evaluation(*parts: list[dict[str, object]]) -> Evaluation:
    pictures = pd.DataFrame([row for part in parts for row in part])
    own = pictures[pictures["method"] == "model"].drop_duplicates(["suite", "style", "id"])
    closest = own[["suite", "style", "id"]].assign(closest="ann-1", distance=0.1, to_truth=0.05)
    closest.loc[closest.index[0], "to_truth"] = 0.2
    return Evaluation("photo", (SSIM, L1), (), pictures, closest[CLOSEST], ())


@pytest.fixture
def measured() -> Evaluation:
    return evaluation(
        rows("near", "ink", "model", [0.9, 0.7, 0.8, 0.8], 0),
        rows("near", "wash", "model", [0.4, 0.4, 0.4, 0.4], 0),
        rows("near", "learned", "model", [0.1, 0.1, 0.1, 0.1], 0),
        *(rows("near", style, "copy", [0.5, 0.5, 0.5, 0.5]) for style in ("ink", "wash", "learned")),
        *(rows("near", style, "linear", [0.3, 0.1, 0.2, 0.2]) for style in ("ink", "wash", "learned")),
        *(rows("near", style, "neighbour", [0.95, np.nan, 0.95, 0.95]) for style in ("ink", "wash", "learned")),
        rows("far", "ink", "model", [1 / 3], 0),
        rows("far", "ink", "copy", [0.25]),
    )


def mean(measured: Evaluation, suite: str, style: str, method: str, figure: str = "ssim") -> "pd.Series[float]":
    table = figures.means(measured, DRAWN).set_index(["suite", "style", "method", "figure"])
    return table.loc[(suite, style, method, figure)]


def test_styles_weigh_the_same_and_learned_ones_nothing(measured: Evaluation) -> None:
    assert mean(measured, "near", ALL, "model")["value"] == pytest.approx((0.8 + 0.4) / 2)
    assert mean(measured, "near", "learned", "model")["value"] == pytest.approx(0.1)


def test_an_interval_goes_farther_than_the_pictures_do_but_not_than_the_figure_can() -> None:
    measured = evaluation(rows("far", "ink", "model", [0.9, 0.96, 1.0], 0))
    own, error = (mean(measured, "far", "ink", "model", figure) for figure in ("ssim", "l1"))
    reach = stats.t.ppf(0.975, 2) * stats.sem([0.9, 0.96, 1.0])
    assert own["value"] - own["low"] == pytest.approx(reach, rel=0.05)
    assert own["low"] < 0.9
    assert own["high"] == 1
    assert error["low"] == 0
    assert error["high"] == pytest.approx(1 - own["low"])


def test_pictures_that_are_all_alike_leave_nothing_to_chance(measured: Evaluation) -> None:
    assert mean(measured, "near", "wash", "model")[["low", "high"]].tolist() == pytest.approx([0.4, 0.4])


def test_one_group_has_no_interval(measured: Evaluation) -> None:
    assert mean(measured, "far", "ink", "model")[["low", "high"]].isna().all()


def test_what_could_not_be_measured_is_counted(measured: Evaluation) -> None:
    ceiling = mean(measured, "near", "ink", "neighbour")
    assert (ceiling["n"], ceiling["lacking"]) == (4, 1)
    assert ceiling["value"] == pytest.approx(0.95)


def test_pictures_are_counted_over_trainings() -> None:
    measured = evaluation(*(rows("far", "ink", "model", [0.4, 0.5, 0.6], seed) for seed in (0, 1)))
    assert mean(measured, "far", "ink", "model")["n"] == 6


def test_a_floor_is_beaten_by_more_than_noise_or_not(measured: Evaluation) -> None:
    told = figures.against(measured, DRAWN).set_index(["suite", "style", "method", "figure"])["verdict"]
    assert told["near", "ink", "linear", "ssim"] == "better"
    assert told["near", "ink", "linear", "l1"] == "better"
    assert told["near", "wash", "copy", "ssim"] == "worse"
    assert told["near", ALL, "copy", "ssim"] == "better"  # .6 against .5, and the styles are paired
    assert told["far", "ink", "copy", "ssim"] == ""  # one group tells nothing


def test_several_trainings_are_averaged_and_told_apart() -> None:
    measured = evaluation(
        *(rows("far", "ink", "model", [0.5 + shift] * 3, seed) for seed, shift in enumerate((-0.1, 0.0, 0.1))),
        rows("far", "ink", "copy", [0.2] * 3),
    )
    own = mean(measured, "far", "ink", "model")
    assert own["value"] == pytest.approx(0.5)
    # The groups are all alike: what is left is Student's t of three trainings.
    reach = stats.t.ppf(0.975, 2) * 0.1 / np.sqrt(3)
    assert (own["low"], own["high"]) == pytest.approx((0.5 - reach, 0.5 + reach), rel=0.05)
    told = figures.by_seed(measured, {"far": ["ink"]})
    assert told[(told["style"] == ALL) & (told["figure"] == "ssim")]["value"].tolist() == pytest.approx([0.4, 0.5, 0.6])
    assert Told(measured, {"far": ["ink"]}).summary()["far"]["seeds"]["ssim"] == pytest.approx(0.1)


def test_the_tree_for_dvc(measured: Evaluation) -> None:
    tree = Told(measured, DRAWN).summary()
    assert list(tree) == ["near", "far"]
    near = tree["near"]
    assert (near["n"], near["groups"], near["memorised"]) == (4, 4, round(1 / 12, 6))
    assert near["drawn"] == {"ssim": 0.6, "l1": 0.4}
    assert near["best_floor"] == {"ssim": 0.5, "l1": 0.5}
    assert near["neighbour"] == {"ssim": 0.95, "l1": 0.05}
    assert set(near["margin"]) == {"ssim", "l1"}
    assert tree["far"]["drawn"]["ssim"] == 0.333333
    assert tree["far"]["margin"] == {}
    assert "seeds" not in near


def test_the_table_has_the_model_its_floor_and_the_verdict(
    measured: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(measured, DRAWN).show("painter")
    shown = capsys.readouterr().out
    (line, *_) = [line for line in shown.splitlines() if "ssim ↑" in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells[0:2] == ["ssim ↑", "0.600"]
    assert cells[3] == "0.500"
    assert cells[4] == "better than copy"
    assert cells[5] == "0.950"


def test_bars_name_styles_floors_and_the_ceiling(measured: Evaluation) -> None:
    tables = {(suite, figure): rows for suite, figure, rows in Told(measured, DRAWN).bars()}
    assert set(tables) == {(suite, figure) for suite in DRAWN for figure in ("ssim", "l1")}
    names = [row["what"] for row in tables["near", "ssim"]]
    assert names == [ALL, "ink", "wash", "learned", "copy", "linear", "neighbour"]


def test_a_figure_that_no_training_has_is_left_out_of_their_deviation() -> None:
    nothing = [float("nan")] * 3
    several = Told(evaluation(*(rows("far", "ink", "model", nothing, seed) for seed in (0, 1))), {"far": ["ink"]})
    assert "ssim" not in several.summary()["far"]["seeds"]


def test_without_figures_of_pictures_there_are_no_means(measured: Evaluation) -> None:
    assert figures.means(replace(measured, figures=()), DRAWN).empty
