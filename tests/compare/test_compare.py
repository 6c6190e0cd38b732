"""Better, worse, or no more than noise."""

import numpy as np
import pandas as pd
import pytest

from limner.bootstrap import Numbers
from limner.compare import ALL, EVEN, compare
from limner.errors import LimnerError

DIRECTIONS = {"ssim": "higher", "l1": "lower"}
GROUPS = 12


def pictures(ssim: Numbers, suite: str = "unseen", styles: tuple[str, ...] = ("ink", "wash")) -> pd.DataFrame:
    """One row a style and picture; L1 is 1 - SSIM."""
    frames = [
        pd.DataFrame(
            {
                "suite": suite,
                "style": style,
                "id": [f"face-{index}" for index in range(len(ssim))],
                "group": [f"film@{index % GROUPS}" for index in range(len(ssim))],
                "seed": 0,
                "method": "model",
                "ssim": ssim,
                "l1": 1 - ssim,
            }
        )
        for style in styles
    ]
    return pd.concat(frames, ignore_index=True)


def row(table: pd.DataFrame, style: str, figure: str) -> pd.Series:
    (found,) = table[(table["style"] == style) & (table["figure"] == figure)].to_dict("records")
    return pd.Series(found)


@pytest.fixture
def base() -> Numbers:
    return np.random.default_rng(0).uniform(0.6, 0.9, 60)


def test_a_model_against_itself_is_even(base: Numbers) -> None:
    told = compare(pictures(base), pictures(base), DIRECTIONS, {})
    assert set(told["verdict"]) == {EVEN}
    assert (told["difference"] == 0).all()
    assert set(told["style"]) == {ALL, "ink", "wash"}


def test_a_small_but_steady_gain_is_more_than_noise(base: Numbers) -> None:
    better = base + 0.005 + np.random.default_rng(1).normal(0, 0.005, 60)
    told = compare(pictures(base), pictures(better), DIRECTIONS, {})
    assert row(told, ALL, "ssim")["verdict"] == "b"
    assert row(told, ALL, "l1")["verdict"] == "b"
    assert row(told, ALL, "ssim")["difference"] == pytest.approx((base - better).mean())
    back = compare(pictures(better), pictures(base), DIRECTIONS, {})
    assert row(back, ALL, "ssim")["verdict"] == "a"


def test_a_gain_on_a_few_pictures_is_noise(base: Numbers) -> None:
    lucky = base.copy()
    lucky[::GROUPS] += 0.05  # all in one block of the film
    told = compare(pictures(base), pictures(lucky), DIRECTIONS, {})
    assert row(told, ALL, "ssim")["difference"] < 0
    assert row(told, ALL, "ssim")["verdict"] == EVEN


def test_only_pictures_that_both_have_are_compared(base: Numbers) -> None:
    a, b = pictures(base), pictures(base)
    b = b[b["id"] != "face-7"]
    a.loc[(a["id"] == "face-7"), "ssim"] = 0.0
    b.loc[(b["id"] == "face-9") & (b["style"] == "ink"), "ssim"] = np.nan
    told = compare(a, b, DIRECTIONS, {})
    assert (told["difference"] == 0).all()
    assert row(told, ALL, "ssim")["n"] == 2 * 59


def test_a_picture_that_one_of_two_trainings_lacks_counts_on_neither_side(base: Numbers) -> None:
    a = pd.concat([pictures(base).assign(seed=seed) for seed in (0, 1)], ignore_index=True)
    lost, first = a["id"] == "face-7", a["seed"] == 0
    a["ssim"] = a["ssim"].mask(lost & first, 0.0).mask(lost & ~first)
    told = compare(a, pictures(base), DIRECTIONS, {})
    assert told["difference"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_groups_are_those_of_the_first_whatever_the_second_calls_its_own(base: Numbers) -> None:
    a, b = pictures(base), pictures(base[::-1])
    told = compare(a, b.assign(group="film of another split"), DIRECTIONS, {})
    pd.testing.assert_frame_equal(told, compare(a, b, DIRECTIONS, {}))


def test_only_drawn_styles_count_in_the_mean(base: Numbers) -> None:
    better = pictures(base + 0.02, styles=("ink",))
    b = pd.concat([better, pictures(base, styles=("wash",))])
    told = compare(pictures(base), b, DIRECTIONS, {"unseen": ["wash"]})
    assert row(told, ALL, "ssim")["difference"] == 0
    assert row(told, "ink", "ssim")["difference"] == pytest.approx(-0.02)


def test_nothing_in_common_is_said(base: Numbers) -> None:
    with pytest.raises(LimnerError, match="no picture in common"):
        compare(pictures(base), pictures(base, suite="elsewhere"), DIRECTIONS, {})
    with pytest.raises(LimnerError, match="no figure in common"):
        compare(pictures(base), pictures(base), {}, {})


def test_one_group_alone_decides_nothing(base: Numbers) -> None:
    alone, better = pictures(base), pictures(base + 0.1)
    for table in (alone, better):
        table["group"] = "the only one"
    told = compare(alone, better, DIRECTIONS, {})
    assert row(told, ALL, "ssim")["difference"] == pytest.approx(-0.1)
    assert (told["verdict"] == "").all(), "not even: there is no interval for zero to lie in"
