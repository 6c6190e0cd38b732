"""Figures over a training's snapshots."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from limner import images
from limner.errors import LimnerError, ParamsError, SourceError
from limner.experiments.course import course
from limner.metrics.views.case import Setting
from tests.small import photo

NOWHERE = Setting(Path("nowhere"), None)
NAMES = ("stamp~ann-2", "ink~ann-1~b", "stamp~bob-1")


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """Three pictures that come into focus over three epochs."""
    for at, name in enumerate(NAMES):
        truth = photo(at)
        images.write(tmp_path / f"snapshots/truth/{name}.png", truth)
        images.write(tmp_path / f"snapshots/input/{name}.png", truth[..., 0])
        for epoch, blur in ((2, 9), (4, 5), (100, 1)):
            images.write(tmp_path / f"snapshots/{epoch:06d}/{name}.png", cv2.blur(truth, (blur, blur)))
    return tmp_path


def test_a_row_a_snapshot_in_the_order_of_the_epochs(training: Path) -> None:
    table = course(training, ["l1", "ssim"], NOWHERE)
    assert list(table.columns) == ["epoch", "style", "id", "l1", "ssim"]
    expected = [
        (epoch, style, id)
        for epoch in (2, 4, 100)
        for style, id in (("ink", "ann-1~b"), ("stamp", "ann-2"), ("stamp", "bob-1"))
    ]
    assert list(table[["epoch", "style", "id"]].itertuples(index=False, name=None)) == expected
    by_epoch = table.groupby("epoch")[["l1", "ssim"]].mean()
    assert by_epoch["l1"].is_monotonic_decreasing
    assert by_epoch["ssim"].is_monotonic_increasing
    assert by_epoch.loc[100].tolist() == pytest.approx([0, 1], abs=1e-6)


def test_the_figure_is_that_of_the_metric(training: Path) -> None:
    table = course(training, ["l1"], NOWHERE).set_index(["epoch", "style", "id"])["l1"]
    truth, made = photo(0), cv2.blur(photo(0), (5, 5))
    assert table[4, "stamp", "ann-2"] == pytest.approx(np.abs(truth / 255 - made / 255).mean(), abs=1e-6)


def test_drawings_are_measured_by_what_says_something_of_drawings(training: Path) -> None:
    for file in training.rglob("*.png"):
        images.write(file, images.read_gray(file))
    table = course(training, ["l1", "tone"], NOWHERE, learns="sketch")
    assert list(table.columns) == ["epoch", "style", "id", "l1"]


def test_one_process_or_several_give_the_same(training: Path) -> None:
    for at in range(13):  # so many that they are dealt out
        name = f"stamp~more-{at:02d}"
        for folder in ("truth", "000002", "000004", "000100"):
            images.write(training / f"snapshots/{folder}/{name}.png", photo(at + (folder != "truth")))
    one, two = (course(training, ["l1", "psnr"], NOWHERE, workers=count) for count in (1, 2))
    pd.testing.assert_frame_equal(one, two)


def test_what_is_missing_or_makes_no_sense_is_said(training: Path, tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match=r"elsewhere.snapshots holds no snapshots"):
        course(tmp_path / "elsewhere", ["l1"], NOWHERE)
    with pytest.raises(ParamsError, match=r"rank: a snapshot is one picture"):
        course(training, ["l1", "rank"], NOWHERE)
    with pytest.raises(ParamsError, match="no metric 'l2'"):
        course(training, ["l2"], NOWHERE)
    (training / "snapshots/000004" / f"{NAMES[0]}.png").unlink()
    with pytest.raises(SourceError, match="is missing"):
        course(training, ["l1"], NOWHERE)
