"""Means by hand."""

from pathlib import Path

import pandas as pd
import pytest

from limner import metrics
from limner.evaluate import figures
from limner.metrics import Setting
from tests.metrics.conftest import ALIGN

ROWS = [
    # suite, style, id, method, score
    *[("near", "ink", "a", "model", 0.9), ("near", "ink", "b", "model", 0.7), ("near", "wash", "a", "model", 0.4)],
    *[("near", "learned", "a", "model", 0.1)],
    *[
        ("near", style, "a", method, 0.5)
        for style in ("ink", "wash", "learned")
        for method in ("copy", "mean", "linear")
    ],
    *[("far", "ink", "c", method, 1 / 3) for method in ("model", "copy", "mean", "linear")],
]
PICTURES = pd.DataFrame(ROWS, columns=["suite", "style", "id", "method", "ssim"])
DRAWN = {"near": ["ink", "wash"], "far": ["ink"]}


def test_styles_weigh_the_same_and_learned_ones_nothing() -> None:
    tree = figures.summarise(PICTURES, DRAWN, ["ssim"])
    assert tree["near"]["drawn"]["ssim"] == pytest.approx((0.8 + 0.4) / 2)
    assert tree["near"]["styles"] == {"ink": {"ssim": 0.8}, "wash": {"ssim": 0.4}, "learned": {"ssim": 0.1}}
    assert tree["near"]["floors"] == {name: {"ssim": 0.5} for name in ("copy", "mean", "linear")}
    assert tree["near"]["n"] == 2


def test_figures_are_rounded_and_in_the_order_of_the_suites() -> None:
    tree = figures.summarise(PICTURES, DRAWN, ["ssim"])
    assert list(tree) == ["near", "far"]
    assert tree["far"]["drawn"]["ssim"] == 0.333333


def test_the_table_has_the_model_and_its_floors(capsys: pytest.CaptureFixture[str]) -> None:
    chosen = metrics.load(["ssim"], Setting(Path("nowhere"), ALIGN))
    figures.show("painter", figures.summarise(PICTURES, DRAWN, ["ssim"]), chosen)
    shown = capsys.readouterr().out
    lines = [line for line in shown.splitlines() if "│" in line]
    assert "ssim ↑" in shown
    assert [line.split("│")[2].strip() for line in lines] == ["model", "copy", "mean", "linear"] * 2
    assert "near (2)" in lines[0]
    assert "0.600" in lines[0]
