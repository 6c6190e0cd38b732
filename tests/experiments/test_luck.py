"""How much trainings differ, by hand, and what is said of answers that hang on it."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from limner.experiments import judge, luck
from limner.experiments.questions import Amount, Answer, Claim
from limner.experiments.results import Results
from tests.experiments import made


def pictures(suite: str, seeds: dict[int, list[float]], style: str = "ink", method: str = "model") -> pd.DataFrame:
    rows = [(suite, style, method, seed, value) for seed, values in seeds.items() for value in values]
    return pd.DataFrame(rows, columns=["suite", "style", "method", "seed", "lpips"])


def test_it_is_the_root_mean_square_of_the_deviations_as_shares_of_the_means() -> None:
    tenth, fifth = {0: [0.9, 0.7], 1: [1.0, 1.0], 2: [1.2, 1.2]}, {0: [2.0], 1: [2.0 * (1 + 0.2 * math.sqrt(2))]}
    one = pd.concat(
        [
            pictures("near", {0: [0.9], 1: [1.0], 2: [1.1]}),  # a deviation of .1 of a mean of 1
            pictures("near", tenth, style="learned"),  # does not count in the suite's mean
            pictures("near", {-1: [5.0]}, method="copy"),
        ]
    )
    two = pictures("far", fifth)
    mean = 2.0 * (1 + 0.1 * math.sqrt(2))
    expected = math.sqrt((0.1**2 + (0.4 / mean) ** 2) / 2)
    found = luck.spread([(one, {"near": ["ink"]}), (two, {"far": ["ink"]})], "lpips")
    assert found == pytest.approx(expected)


def test_of_single_trainings_and_of_figures_that_none_has_nothing_is_known() -> None:
    single = pictures("near", {0: [0.9, 1.0]})
    assert math.isnan(luck.spread([(single, {"near": ["ink"]})], "lpips"))
    assert math.isnan(luck.spread([(single, {"near": ["ink"]})], "ssim"))
    assert math.isnan(luck.spread([], "lpips"))


FACES = [0.1, 0.2, 0.1, 0.2]


@pytest.fixture
def results(root: Path, tmp_path: Path) -> Results:
    """Models whose LPIPS is .150, .1695 and .300 on the same four faces, and one of .1695 over two trainings."""
    for name, by, seeds in (("one", 1.0, 1), ("near", 1.13, 1), ("plain", 2.0, 1), ("twice", 1.13, 2)):
        made.evaluation(tmp_path, name, {"seen": {"ink": [by * value for value in FACES]}}, seeds=seeds)
    models = ("one", "near", "plain", "twice")
    results = Results(tmp_path, made.settings(root, {name: {"seen": ["ink"]} for name in models}))
    results.spread = {"lpips": 0.05, "ssim": math.nan}.__getitem__
    return results


@pytest.mark.parametrize(
    ("a", "b", "holds", "figure", "lucky"),
    [
        ("near", "one", "worse", "lpips", True),  # .0195 apart; two deviations are .1 * hypot(.15, .1695) = .0226
        ("plain", "one", "worse", "lpips", False),
        ("near", "one", "worse", "ssim", False),  # nobody knows
        ("near", "one", {"within": 1.2}, "lpips", True),  # .1695 of .180
        ("near", "one", {"within": 2.0}, "lpips", False),
        ("near", "one", {"by": -0.035}, "lpips", True),  # .0155 of what is allowed are left
        ("near", "one", {"by": -0.1}, "lpips", False),
        ("twice", "one", "worse", "lpips", False),  # two deviations of the one side alone are .015
        ("near", "near", {"by": -0.01}, "lpips", False),  # both sides are of one training
        ("near", "near@copy", "better", "lpips", False),  # its drawings are three times as far
        ("near", "near@copy", {"within": 0.35}, "lpips", True),  # but nearly a third is asked: .1695 of .178
        ("near", None, {"at_most": 0.3}, "lpips", False),
    ],
)
def test_an_answer_of_single_trainings_by_less_than_they_differ_says_so(
    results: Results, a: str, b: str | None, holds: Any, figure: str, lucky: bool
) -> None:
    asked = Claim(place(a), figure, Amount(**holds) if isinstance(holds, dict) else holds, b and place(b))
    found = judge.answer(Answer("Is it?", yes="Yes", no="No", open="Open", claims=(asked,)), results)
    assert found.verdict == "yes"
    assert found.sentence == (f"Yes {judge.LUCK}" if lucky else "Yes")


def place(name: str) -> str:
    model, at, method = name.partition("@")
    return f"{model}/seen/ink{at}{method}"


def test_a_no_hangs_on_luck_where_every_claim_that_denies_it_does(results: Results) -> None:
    narrow, plain = (Claim(place(one), "lpips", "better", place("one")) for one in ("near", "plain"))
    for claims, lucky in (((narrow,), True), ((narrow, plain), False)):
        found = judge.answer(Answer("Is it?", yes="Yes", no="No", open="Open", claims=claims), results)
        assert found.sentence == (f"No {judge.LUCK}" if lucky else "No")
