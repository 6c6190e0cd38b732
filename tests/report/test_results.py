"""The figures: means, best and worst computed by hand."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from limner import images, tables
from limner.errors import LimnerError
from limner.params import Model, ModelTrain, Params, Suite
from limner.report import results
from tests.report import made

ROWS = [
    ("stamp", "a", "model", 0.10, 0.80),
    ("stamp", "b", "model", 0.30, 0.60),
    ("stamp", "a", "copy", 0.50, 0.90),
    ("stamp", "b", "copy", 0.50, None),
    ("pencil", "a", "model", 0.10, 0.70),
    ("pencil", "a", "copy", 0.60, 0.50),
    ("learned", "a", "model", 0.90, 0.10),
]


@pytest.fixture
def collected(tmp_path: Path, settings: Params) -> results.ModelResult:
    """A model with seven measured pictures in three styles, one of them drawn by a model."""
    for style in ("effects/stamp", "artist/pencil", "learned"):
        images.write(tmp_path / "data/sketches" / style / "a.png", made.face(0))
    folder = tmp_path / "runs/it/evaluation"
    columns = ["suite", "style", "id", "person", "method", "l1", "ssim"]
    rows = [("all", style, id, "anna", *rest) for style, id, *rest in ROWS]
    tables.write(folder / "pictures.csv", pd.DataFrame(rows, columns=columns))
    named = [("l1", "L1: error", "lower"), ("ssim", "SSIM: likeness", "higher")]
    tables.write(folder / "metrics.csv", pd.DataFrame(named, columns=["metric", "title", "direction"]))
    styles = ("stamp", "pencil", "learned")
    suites = {name: Suite(people=("anna",), split="test", styles=styles) for name in ("all", "never")}
    model = Model(
        learns="photo",
        sketches="data/sketches",
        writes="runs/it/pictures",
        init="scratch",
        jitter="jitter",
        train=ModelTrain(people=("anna",), styles=styles, width=8, epochs=1),
        suites=suites,
    )
    (only,) = results.collect(tmp_path, replace(settings, models={"it": model}))
    return only


def values(figures: results.Figures) -> dict[str, list[float]]:
    return {row.method: [cell.value for cell in row.cells] for row in figures.rows}


def test_means_of_a_style(collected: results.ModelResult) -> None:
    stamp = collected.suites[0].styles[0]
    assert values(stamp) == {"model": pytest.approx([0.2, 0.7]), "copy": pytest.approx([0.5, 0.9])}
    assert stamp.pictures == 2


def test_each_drawn_style_weighs_the_same(collected: results.ModelResult) -> None:
    suite = collected.suites[0]
    assert suite.mean_of == ("stamp", "pencil")
    assert values(suite.drawn) == {"model": pytest.approx([0.15, 0.7]), "copy": pytest.approx([0.55, 0.7])}


def test_the_best_follows_the_direction(collected: results.ModelResult) -> None:
    model, copy = collected.suites[0].styles[0].rows
    assert [cell.best for cell in model.cells] == [True, False]
    assert [cell.best for cell in copy.cells] == [False, True]


def test_nothing_is_best_alone(collected: results.ModelResult) -> None:
    learned = collected.suites[0].styles[2]
    assert list(values(learned)) == ["model"]
    assert not any(cell.best for cell in learned.rows[0].cells)


def test_what_could_not_be_measured_is_counted(collected: results.ModelResult) -> None:
    _, copy = collected.suites[0].styles[0].rows
    assert [cell.lacking for cell in copy.cells] == [0, 1]


def test_the_worst_is_the_lowest_ssim_or_what_has_none(collected: results.ModelResult) -> None:
    pictures = collected.suites[0].pictures["stamp"]
    assert collected.worst(pictures).id == "b"
    lost = results.Scored("stamp", "lost", "anna", (0.0, math.nan))
    assert collected.worst([*pictures, lost]).id == "lost"


def test_a_suite_that_was_not_measured_is_told(collected: results.ModelResult) -> None:
    assert [suite.name for suite in collected.suites] == ["all"]
    assert collected.lacking == ("never",)


def test_files_follow_the_direction(collected: results.ModelResult) -> None:
    root = collected.root
    drawing, photo = root / "data/sketches/effects/stamp/a.png", root / "data/faces/a.png"
    assert collected.files("stamp", "a") == (drawing, root / "runs/it/pictures/stamp/a.png", photo)


def test_files_of_a_model_that_learns_sketches(project: Path, settings: Params) -> None:
    sketcher = results.collect(project, settings)[0]
    source, output, truth = sketcher.files("stamp", "anna-000")
    assert source == project / "data/faces/anna-000.png"
    assert output == project / "data/sketches/learned/anna-000.png"
    assert truth == project / "data/sketches/effects/stamp/anna-000.png"


def test_labels_are_what_stands_before_the_colon(collected: results.ModelResult) -> None:
    assert [(metric.label, metric.higher) for metric in collected.metrics] == [("L1", False), ("SSIM", True)]


@pytest.mark.parametrize("name", ["pictures.csv", "metrics.csv"])
def test_a_missing_table_is_named(project: Path, settings: Params, name: str) -> None:
    (project / "runs/painter/evaluation" / name).unlink()
    with pytest.raises(LimnerError, match=name):
        results.collect(project, settings)
