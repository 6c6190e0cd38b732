"""The tables of evaluate, read: what they say is what the records hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from limner import tables
from limner.errors import LimnerError
from limner.params import Params
from limner.report import evaluation, results
from tests.report import evaluated, made


@pytest.fixture(scope="module")
def models(untouched: Path, settings: Params) -> dict[str, results.ModelResult]:
    return {model.name: model for model in evaluation.collect(untouched, settings)}


def table(root: Path, name: str, model: str = "painter") -> list[tables.Row]:
    return list(tables.rows(root / f"runs/{model}/evaluation/{name}.csv")[1])


def test_every_mean_is_the_one_of_the_table(models: dict[str, results.ModelResult], untouched: Path) -> None:
    suites = {suite.name: suite for suite in models["painter"].suites}
    rows = table(untouched, "figures")
    assert len(rows) > 300
    for row in rows:
        suite = suites[row["suite"]]
        means = {"drawn": suite.drawn, **{one.name: one for one in suite.styles}}[row["style"]]
        cell = means.cell(row["method"], row["figure"])
        assert [cell.value, cell.low, cell.high] == [float(row[name]) for name in ("value", "low", "high")]
        assert [cell.outputs, cell.lacking] == [int(row["n"]), int(row["lacking"])]


def test_floors_are_all_but_the_model_and_the_ceiling(models: dict[str, results.ModelResult]) -> None:
    drawn = models["painter"].suites[0].drawn
    assert drawn.floors == ["copy", "mean", "linear", "nearest"]
    assert next(iter(drawn.cells)) == results.MODEL


def test_what_was_not_measured_is_unknown(models: dict[str, results.ModelResult]) -> None:
    assert models["painter"].suites[0].drawn.cell("copy", "nothing") is results.UNKNOWN
    assert models["painter"].suites[0].drawn.cell("nobody", "l1") is results.UNKNOWN


def test_the_drawn_styles_are_those_no_model_drew(models: dict[str, results.ModelResult]) -> None:
    suite = models["painter"].suites[0]
    assert suite.mean_of == ("stamp", "pencil")
    assert [means.name for means in suite.styles] == ["stamp", "pencil", "learned"]


def test_a_picture_is_that_of_the_own_training(models: dict[str, results.ModelResult], untouched: Path) -> None:
    row = next(row for row in table(untouched, "pictures") if row["method"] == "model" and row["seed"] == "0")
    picture = models["painter"].suites[0].pictures["stamp"][0]
    assert (picture.id, picture.style) == (row["id"], row["style"])
    assert list(picture.scores[:3]) == [float(row[name]) for name in ("l1", "psnr", "ssim")]
    assert len(models["painter"].suites[0].all()) == 15  # three styles of five faces, once


def test_without_the_own_training_the_first_one_stands(untouched: Path, settings: Params) -> None:

    (_, painter) = evaluation.collect(untouched, replace(settings, seed=7))
    assert len(painter.suites[0].all()) == 15


def test_a_figure_of_a_set_is_none_of_a_picture(models: dict[str, results.ModelResult]) -> None:
    place = evaluated.NAMES.index("kid")
    painter = models["painter"]
    assert all(picture.scores[place] != picture.scores[place] for picture in painter.suites[0].all())
    assert painter.suites[0].drawn.cell("model", "kid").value == pytest.approx(0.15)


def test_files_are_those_of_the_table(models: dict[str, results.ModelResult], untouched: Path) -> None:
    erased = next(suite for suite in models["painter"].suites if suite.name == made.ERASED)
    files = erased.pictures["pencil"][0].files
    id = erased.pictures["pencil"][0].id
    assert files.input == untouched / f"runs/painter/suites/erased/{made.ERASED}/pencil/{id}.png"
    assert files.output == untouched / f"runs/painter/suites/0/{made.ERASED}/pencil/{id}.png"
    assert files.truth == untouched / f"data/faces/{id}.png"


def test_the_closest_truth_lies_beside_the_own_one(models: dict[str, results.ModelResult], untouched: Path) -> None:
    drawing = models["sketcher"].suites[0].pictures["stamp"][0].closest
    assert drawing is not None
    assert drawing.file == untouched / f"data/sketches/effects/stamp/{drawing.id}.png"
    suite = models["painter"].suites[0]
    assert sum(picture.memorised for picture in suite.all()) == 3  # every fifth of fifteen


def test_seeds_are_there_where_there_were_several(models: dict[str, results.ModelResult], untouched: Path) -> None:
    assert models["sketcher"].suites[0].drawn.seeds == {}
    rows = [row for row in table(untouched, "seeds") if (row["suite"], row["style"]) == ("unseen", "drawn")]
    spread = {row["seed"]: float(row["value"]) for row in rows if row["figure"] == "lpips"}
    assert models["painter"].suites[0].drawn.seeds["lpips"] == spread
    assert len(spread) == 2


def test_a_suite_that_was_not_measured_is_told(project: Path, settings: Params) -> None:
    path = project / "runs/sketcher/evaluation/pictures.csv"
    pictures = tables.read(path)
    tables.write(path, pictures[pictures["suite"] == "unseen"])
    sketcher = evaluation.collect(project, settings)[0]
    assert [suite.name for suite in sketcher.suites] == ["unseen"]
    assert sketcher.lacking == {"other_people": "other_people has no measured pictures."}
    why = "sketcher/other_people is left out: it needs three.csv."
    tables.write_rows(path.with_name("left_out.csv"), ("suite", "reason"), [{"suite": "other_people", "reason": why}])
    assert evaluation.collect(project, settings)[0].lacking == {"other_people": why}


@pytest.mark.parametrize(
    "name", ["metrics", "pictures", "files", "drawn", "figures", "against", "seeds", "closest", "left_out"]
)
def test_a_missing_table_is_named(project: Path, settings: Params, name: str) -> None:
    (project / f"runs/painter/evaluation/{name}.csv").unlink()
    with pytest.raises(LimnerError, match=rf"{name}\.csv"):
        evaluation.collect(project, settings)


def test_a_picture_without_files_is_named(project: Path, settings: Params) -> None:
    path = project / "runs/painter/evaluation/files.csv"
    tables.write(path, tables.read(path).iloc[1:])
    with pytest.raises(LimnerError, match=r"files\.csv lacks 'anna #"):
        evaluation.collect(project, settings)


def test_a_model_that_was_left_out_is_not_told(project: Path, settings: Params) -> None:
    (evaluation.folder_of(project, "painter") / "left_out.txt").write_text("painter is left out.")
    assert [model.name for model in evaluation.collect(project, settings)] == ["sketcher"]
