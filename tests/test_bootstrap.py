"""Intervals against closed forms, and against what they promise: to hold the truth in 95 of 100 cases."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from limner.bootstrap import Estimate, Numbers, Scores, estimate, scores, within


def table(values: Numbers, groups: list[str], seed: int = 0, style: str = "ink") -> pd.DataFrame:
    """(N,) figures of N pictures."""
    ids = [f"{index:03d}" for index in range(len(values))]
    return pd.DataFrame({"style": style, "id": ids, "group": groups, "seed": seed, "ssim": values})


def of(frame: pd.DataFrame) -> Estimate:
    styles, groups = list(dict.fromkeys(frame["style"])), sorted(set(frame["group"]))
    return estimate(scores(frame, styles, groups, ["ssim"]))


def side(*trainings: Numbers) -> Scores:
    """One of two sides: (N,) figures a training, of N pictures that are each a group."""
    names = [str(index) for index in range(len(trainings[0]))]
    frames = [table(values, names, seed) for seed, values in enumerate(trainings)]
    return scores(pd.concat(frames), ["ink"], names, ["ssim"])


def trained(*means: float) -> Scores:
    """A training a mean, whose pictures are all alike: chance is in the trainings alone."""
    return side(*(np.full(30, mean) for mean in means))


def test_single_pictures_give_students_interval() -> None:
    values = np.random.default_rng(0).normal(0.8, 0.1, 40)
    value, low, high = of(table(values, [str(index) for index in range(40)]))
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert value[0] == pytest.approx(values.mean())
    assert (low[0], high[0]) == pytest.approx(expected, abs=0.002)


def test_frames_of_a_moment_count_as_one() -> None:
    moments = np.array([0.7, 0.8, 0.9, 0.85])
    alone = of(table(moments, list("abcd")))
    frames = of(table(moments.repeat(50), [group for group in "abcd" for _ in range(50)]))
    np.testing.assert_allclose(np.array(frames), np.array(alone), atol=1e-12)


def test_groups_weigh_by_their_pictures() -> None:
    value, _, _ = of(table(np.array([1.0, 0.0, 0.0, 0.0]), list("abbb")))
    assert value[0] == pytest.approx(0.25)


def test_styles_weigh_the_same_however_many_pictures_they_have() -> None:
    many, few = table(np.full(9, 0.9), list("abcabcabc")), table(np.full(3, 0.3), list("abc"), style="wash")
    value, low, high = of(pd.concat([many, few]))
    assert value[0] == pytest.approx(0.6)
    assert (low[0], high[0]) == pytest.approx((0.6, 0.6))


def test_of_one_group_nothing_is_known() -> None:
    value, low, high = of(table(np.array([0.5, 0.7]), ["a", "a"]))
    assert value[0] == pytest.approx(0.6)
    assert np.isnan([low[0], high[0]]).all()


def test_an_interval_ends_where_its_figure_does() -> None:
    ends = Estimate(
        *(np.array(one) for one in ([0.2, 5.0, 1.0, 0.9], [-0.3, 4.0, np.nan, 0.7], [0.7, 6.0, np.nan, 1.1]))
    )
    low, high = within(ends, [(0, np.inf), (-np.inf, np.inf), (0, 1), (0, 1)])[1:]
    np.testing.assert_array_equal(low, [0.0, 4.0, np.nan, 0.7])
    np.testing.assert_array_equal(high, [0.7, 6.0, np.nan, 1.0])


def test_what_could_not_be_measured_is_left_out() -> None:
    value, low, _ = of(table(np.array([0.5, np.nan, 0.7]), list("abc")))
    assert value[0] == pytest.approx(0.6)
    assert np.isfinite(low[0])
    assert np.isnan(of(table(np.full(3, np.nan), list("abc"))).value[0])


def test_trainings_that_differ_widen_the_interval() -> None:
    values = np.random.default_rng(0).normal(0.8, 0.05, 30)
    groups = [str(index) for index in range(30)]
    one = of(table(values, groups))
    three = of(pd.concat([table(values + shift, groups, seed) for seed, shift in enumerate((-0.1, 0.0, 0.1))]))
    assert three.value[0] == pytest.approx(one.value[0])
    # The trainings' own standard error is .1 / sqrt(3), with 2 degrees of freedom; the pictures add little.
    reach = stats.t.ppf(0.975, 2) * 0.1 / np.sqrt(3)
    assert three.high[0] - three.value[0] == pytest.approx(reach, rel=0.15)


def test_a_difference_is_paired() -> None:
    hard = np.random.default_rng(0).normal(0.6, 0.2, 20)
    value, low, high = estimate(side(hard + 0.01), side(hard))
    assert value[0] == pytest.approx(0.01)
    assert (low[0], high[0]) == pytest.approx((0.01, 0.01), abs=1e-9)


def test_of_two_that_are_not_paired_the_interval_is_welchs() -> None:
    draw = np.random.default_rng(0)
    one, other = draw.normal(0.8, 0.1, 40), draw.normal(0.6, 0.2, 25)
    value, low, high = estimate(side(one), side(other), paired=False)
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert value[0] == pytest.approx(one.mean() - other.mean())
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), abs=0.005)


def test_two_trainings_widen_the_interval_too() -> None:
    value, _, high = estimate(trained(0.7, 0.9))
    # Of two values .2 apart the mean has a standard error of .1, with 1 degree of freedom.
    assert high[0] - value[0] == pytest.approx(stats.t.ppf(0.975, 1) * 0.1, rel=0.1)


def test_the_trainings_of_two_sides_are_drawn_each_by_itself() -> None:
    """Were they drawn together, sides that are alike would differ by nothing, whatever was drawn."""
    value, _, high = estimate(trained(0.7, 0.8, 0.9), trained(0.7, 0.8, 0.9))
    assert value[0] == pytest.approx(0)
    # Each side's mean has a standard error of .1 / sqrt(3), with 2 degrees of freedom, and Welch adds up both.
    assert high[0] == pytest.approx(stats.t.ppf(0.975, 4) * 0.1 * np.sqrt(2 / 3), rel=0.1)


def test_what_is_not_positive_has_no_logarithm() -> None:
    assert np.isnan(estimate(trained(-0.5), trained(0.5), logs=True)).all()
    value, low, high = estimate(trained(0.5), trained(0.25), logs=True)
    assert (value[0], low[0], high[0]) == pytest.approx((np.log(2),) * 3)


@pytest.mark.parametrize("moments", [2, 3, 10])
def test_the_interval_holds_the_truth_in_95_of_100_cases(moments: int) -> None:
    draw = np.random.default_rng(moments)
    hits, cases = 0, 400
    for _ in range(cases):
        values = draw.normal(0.8, 0.05, moments).repeat(8) + draw.normal(0, 0.05, moments * 8)
        _, low, high = within(of(table(values, [str(index // 8) for index in range(moments * 8)])), [(-1, 1)])
        hits += int(low[0] <= 0.8 <= high[0])
    # A binomial with p = .95 over 400 cases has a deviation of .011.
    assert 0.915 <= hits / cases <= 0.985
