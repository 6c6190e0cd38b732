"""What figures are said to mean: by hand."""

import math
from pathlib import Path

import pytest

from limner.report import heat, words
from limner.report.results import (
    FIRST,
    Cell,
    Closest,
    Figure,
    Files,
    Means,
    ModelResult,
    Scored,
    SuiteResult,
    decimals,
)
from limner.report.training import Training
from tests.small import PAINTER

NAN = math.nan


def cell(value: float, lacking: int = 0) -> Cell:
    return Cell(value, value - 0.1, value + 0.1, 5, lacking)


def means(**verdicts: str) -> Means:
    """One figure, `it`, of a model and of those it has a verdict against."""
    cells = {"model": {"it": cell(0.5)}, **{method: {"it": cell(0.4)} for method in verdicts}}
    return Means("drawn", cells, {method: {"it": said} for method, said in verdicts.items()}, {})


@pytest.mark.parametrize(
    ("verdicts", "stands", "said"),
    [
        ({"copy": "better", "linear": "better"}, "better", "better than every floor"),
        ({"copy": "better", "linear": "even"}, "even", "not surely better than linear"),
        ({"copy": "even", "mean": "even", "linear": "even"}, "even", "not surely better than copy, mean and linear"),
        ({"copy": "worse", "linear": "even"}, "worse", "worse than copy"),
        ({"neighbour": "worse"}, "unknown", "no floor to compare with"),
        ({"copy": "better", "neighbour": "worse"}, "better", "better than every floor"),
        ({"copy": ""}, "unknown", "not decided"),
    ],
)
def test_a_verdict_in_words(verdicts: dict[str, str], stands: str, said: str) -> None:
    assert words.standing(means(**verdicts), "it") == (stands, said)


@pytest.mark.parametrize("said", ["better", "even", "worse"])
def test_the_ceiling_is_reached_from_the_right_side(said: str) -> None:
    """The model has 0.5 and its neighbour 0.4: how sure that is counts only against the floors."""
    assert words.at_ceiling(means(neighbour=said), "it", True)
    assert not words.at_ceiling(means(neighbour=said), "it", False)
    assert not words.at_ceiling(means(neighbour=""), "it", True)
    assert not words.at_ceiling(means(copy="better"), "it", True)


def test_the_best_floor_follows_the_direction() -> None:
    cells = {name: {"it": cell(value)} for name, value in (("model", 9), ("copy", 2), ("mean", NAN), ("linear", 3))}
    one = Means("drawn", {**cells, "neighbour": {"it": cell(8)}}, {}, {})
    assert words.best_floor(one, "it", True) == "linear"
    assert words.best_floor(one, "it", False) == "copy"
    assert words.best_floor(one, "other", True) is None


def test_the_spread_over_trainings() -> None:
    one = Means("drawn", {}, {}, {"it": {"0": 0.8, "1": 0.85, "2": NAN}, "once": {"0": 1.0}})
    assert words.over_seeds(one, "it", 3) == "0.800 to 0.850"
    assert words.over_seeds(one, "once", 3) == words.over_seeds(one, "none", 3) == ""


def outputs(*distances: float) -> list[Scored]:
    files = Files(Path("i"), Path("o"), Path("t"))
    near = [Closest("c", Path("c"), distance, 0.05) for distance in distances]
    return [Scored("stamp", "a", "anna", (), files, closest) for closest in near]


def test_a_floor_that_wins_out_of_sight_is_told() -> None:
    names = [*FIRST, "colour", "tone"]
    figures = tuple(Figure(name, name, name.title(), f"{name.title()}: it", False) for name in names)
    cells = {name: cell(13.4) for name in names}, {name: cell(1.7) for name in names}
    said = {name: "worse" if name in ("lpips", "colour") else "even" for name in names}
    means = Means("drawn", dict(zip(("model", "nearest"), cells, strict=True)), {"nearest": said}, {})
    suite = SuiteResult("unseen", PAINTER.suites["unseen"], means, ("ink",), (means,), {})
    model = ModelResult("painter", PAINTER, figures, (suite,), (), Training((), ()))
    assert words.alarm(model, means) == "Worse than a floor also in Colour (13.4; nearest 1.7)."
    calm = Means("drawn", means.cells, {"nearest": dict.fromkeys(names, "even")}, {})
    assert words.alarm(model, calm) == ""


@pytest.mark.parametrize(
    ("said", "words_of_it"),
    [
        ({"lpips": ("better", 1.0), "ssim": ("better", 1.0)}, "in all 2 figures that are read first."),
        (
            {"lpips": ("better", 1.0), "ssim": ("even", 1.0)},
            "in 2 of the 2 figures that are read first, in 1 by more than chance.",
        ),
        (
            {"lpips": ("even", 1.0), "ssim": ("worse", 9.0)},
            "in 1 of the 2 figures that are read first, in none by more than chance, worse than one in 1.",
        ),
        (
            {"lpips": ("even", 9.0), "ssim": ("worse", 9.0)},
            "in none of the 2 figures that are read first, worse than one in 1.",
        ),
    ],
)
def test_what_is_ahead_by_chance_is_not_told_as_sure(said: dict[str, tuple[str, float]], words_of_it: str) -> None:
    """Against a floor of 5, lower is better."""
    figures = tuple(Figure(name, name, name.title(), f"{name.title()}: it", False) for name in said)
    own, floor = {name: cell(value) for name, (_, value) in said.items()}, dict.fromkeys(said, cell(5.0))
    verdicts = {"copy": {name: verdict for name, (verdict, _) in said.items()}}
    means = Means("drawn", {"model": own, "copy": floor}, verdicts, {})
    suite = SuiteResult("unseen", PAINTER.suites["unseen"], means, ("ink",), (means,), {})
    model = ModelResult("painter", PAINTER, figures, (suite,), (), Training((), ()))
    assert words.summary(model, means) == f"Better than every floor {words_of_it}"


def test_memory_in_words() -> None:
    assert words.memory(outputs(0.06, 0.05)).startswith("None of 2 outputs is more like a training picture")
    assert words.memory(outputs(0.04, 0.06, 0.07, 0.08)).startswith("1 of 4 (25%) outputs is more like")
    assert words.memory(outputs(0.04, 0.03)).startswith("2 of 2 (100%) outputs are more like")
    assert words.memory([]) == ""


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(0.12345, 3, "0.123"), (-1.5, 1, "−1.5"), (float("nan"), 3, "–")]
)
def test_numbers_are_written_alike(value: float, decimals: int, text: str) -> None:
    assert words.figure(value, decimals) == text


@pytest.mark.parametrize(
    ("values", "places"), [([0.2, 1.0], 3), ([0.2, -1.5], 2), ([0.1, 9.99], 2), ([0.1, 10], 1), ([NAN], 3), ([], 3)]
)
def test_decimals_follow_the_largest_value(values: list[float], places: int) -> None:
    assert decimals(values) == places


def test_an_interval_has_two_ends_or_none() -> None:
    assert words.interval(-0.1, 0.25, 2) == "−0.10 to 0.25"
    assert words.interval(NAN, 0.25, 2) == words.interval(0.1, NAN, 2) == ""


def test_counts() -> None:
    assert [words.plural(count, "face") for count in (0, 1, 2000)] == ["0 faces", "1 face", "2,000 faces"]
    assert words.plural(2, "person", "people") == "2 people"
    assert words.share(12, 300) == "12 of 300 (4%)"


def test_the_best_is_the_warmest_whichever_way_is_better() -> None:
    top = heat.LEVELS - 1
    assert heat.levels([0.0, 0.5, 1.0], True) == [0, top // 2, top]
    assert heat.levels([0.0, 0.5, 1.0], False) == [top, top // 2, 0]


def test_what_is_unknown_or_all_alike_has_no_heat() -> None:
    assert heat.levels([0.3, NAN, 0.9], True) == [0, None, heat.LEVELS - 1]
    assert heat.levels([0.3, 0.3], True) == [None, None]
    assert heat.levels([NAN], True) == [None]


def test_heat_does_not_depend_on_the_unit() -> None:
    values = [0.1, 0.25, 0.3, 0.7]
    assert heat.levels(values, True) == heat.levels([100 * value - 3 for value in values], True)
