"""A whole small project is measured, through the library and through the stage's script."""

import json
import os
import runpy
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from limner import evaluate, images, params, stage
from limner.blocks import Model
from limner.errors import LimnerError
from limner.evaluate import engine
from limner.evaluate.collect import NO_SEED, Evaluation
from limner.evaluate.yardsticks import ALL, CEILING, FLOORS, MODEL
from limner.metrics.views.case import Setting
from tests.small import PAINTER, SEED, SIZE, SKETCHER, faces_of, times_of

NAMES = ["l1", "ssim"]
SETTING = Setting(Path("nowhere"), ((0.3, 0.4), (0.7, 0.4)))


def measure(project: Path, model: Model = PAINTER, workers: int = 1, seeds: tuple[int, ...] = (SEED,)) -> Evaluation:
    return evaluate.measure(faces_of(project, model), times_of(project), SIZE, NAMES, seeds, SETTING, workers)


def test_every_method_of_every_sample_has_a_row(project: Path) -> None:
    table = measure(project).pictures
    keys = list(table[["suite", "style", "id", "person", "method"]].itertuples(index=False, name=None))
    unseen = [
        ("unseen", style, face, "ann", method)
        for style in ("ink", "wash", "learned")
        for face in ("ann-4", "ann-5")
        for method in (MODEL, *ALL)
    ]
    other = [("other", "wash", f"bob-{index}", "bob", method) for index in range(3) for method in (MODEL, *ALL)]
    assert keys == unseen + other
    assert list(table.columns[-2:]) == NAMES
    assert table["ssim"].between(-1, 1).all()
    assert set(table[table["method"] == MODEL]["seed"]) == {SEED}
    assert set(table[table["method"] != MODEL]["seed"]) == {NO_SEED}


@pytest.mark.parametrize("model", [PAINTER, SKETCHER])
def test_the_figures_are_those_of_the_files(project: Path, model: Model) -> None:
    faces = faces_of(project, model)
    table = measure(project, model).pictures
    ann = table[(table["suite"] == "unseen") & (table["style"] == "ink") & (table["id"] == "ann-5")].set_index("method")
    (sample,) = [s for s in faces.samples(model.suites["unseen"], "unseen") if (s.id, s.style) == ("ann-5", "ink")]
    truth, output, picture = (
        np.atleast_3d(image).astype(float)
        for image in (sample.read_truth(SIZE), sample.read_output(SIZE, SEED), sample.read_input(SIZE))
    )
    assert ann.loc[MODEL, "l1"] == pytest.approx(np.abs(output - truth).mean() / 255, abs=1e-6)
    if model.learns == "photo":
        copied = np.abs(picture - truth).mean() / 255
        training = [images.resize(images.read(project / f"data/faces/ann-{i}.png"), SIZE, SIZE) for i in range(4)]
        mean = np.mean(training, axis=0).round()
        assert ann.loc["copy", "l1"] == pytest.approx(copied, abs=1e-6)
        # A mean of x.5 may be rounded up here and down there.
        assert ann.loc["mean", "l1"] == pytest.approx(np.abs(mean - truth).mean() / 255, abs=1e-4)


def paint(project: Path, picture: "np.ndarray | None" = None) -> None:
    """Let the painter answer with the truth, or always with `picture`."""
    for suite, block in PAINTER.suites.items():
        for sample in faces_of(project, PAINTER).samples(block, suite):
            images.write(sample.output(SEED), sample.read_truth(SIZE) if picture is None else picture)


def test_a_perfect_model_is_perfect_and_its_floors_are_not(project: Path) -> None:
    paint(project)
    measured = measure(project)
    table = measured.pictures.groupby("method")[NAMES].mean()
    assert table.loc[MODEL, "l1"] == 0
    assert table.loc[MODEL, "ssim"] == pytest.approx(1, abs=1e-6)
    assert (table.loc[[*FLOORS, CEILING], "l1"] > 0.01).all()
    assert (measured.closest["to_truth"] == 0).all()
    assert (measured.closest["distance"] > 0).all()


def test_a_model_that_remembers_is_found_out(project: Path) -> None:
    paint(project, images.resize(images.read(project / "data/faces/ann-2.png"), SIZE, SIZE))
    closest = measure(project).closest
    assert set(closest["closest"]) == {"ann-2"}
    assert (closest["distance"] < closest["to_truth"]).all()


def test_repeated_trainings_have_rows_of_their_own(project: Path) -> None:
    for suite, block in PAINTER.suites.items():
        for sample in faces_of(project, PAINTER).samples(block, suite):
            images.write(sample.output(SEED + 1), cv2.blur(sample.read_truth(SIZE), (9, 9)))
    measured = measure(project, seeds=(SEED, SEED + 1))
    by_seed = measured.pictures.groupby("seed")["ssim"].mean()
    assert by_seed[SEED + 1] < by_seed[SEED]
    assert not measured.closest.duplicated(["suite", "style", "id"]).any()


def test_several_processes_and_small_batches_give_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure(project).pictures
    monkeypatch.setattr(engine, "FEW", 0)
    pd.testing.assert_frame_equal(measure(project, workers=2).pictures, whole)
    monkeypatch.setattr(engine, "PIXELS", 1)
    pd.testing.assert_frame_equal(measure(project).pictures, whole, atol=1e-6)


def test_a_model_that_has_not_translated_is_refused(project: Path) -> None:
    next(project.glob(f"runs/painter/suites/{SEED}/other/wash/bob-1.png")).unlink()
    with pytest.raises(LimnerError, match=r"bob-1.png is missing.*translate"):
        measure(project)


def run(project: Path, root: Path, *names: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(root / "stages/evaluate.py"), *names]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "COLUMNS": "120"}
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def with_params(project: Path, root: Path) -> Path:
    """The project with a params.yaml: the real one, with its own models and two metrics."""
    tree = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    model = json.loads(json.dumps(asdict(PAINTER)))
    for suite in model["suites"].values():
        suite |= {"styles": ["ink", "wash"]}
    tree |= {"models": {"painter": model}, "size": 64}
    tree["evaluate"]["metrics"] = ["l1", "psnr"]
    (project / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    made = project / f"runs/painter/suites/{SEED}"
    for sample in (made / "other/wash").iterdir():
        images.write(made / "other/ink" / sample.name, images.read(sample))
    return project


def test_the_stage_writes_the_same_bytes_twice(
    with_params: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a process of its own, and in one that has measured other pictures before."""
    written = []
    for here in (False, True):
        if here:
            monkeypatch.chdir(with_params)
            monkeypatch.setenv("COLUMNS", "120")
            runpy.run_path(str(root / "stages/evaluate.py"))["main"]("painter")
            told = capsys.readouterr().out
        else:
            result = run(with_params, root, "painter")
            assert result.returncode == 0, result.stderr
        folders = [with_params / "runs/painter" / name for name in ("evaluation", "sheets", "bars/unseen")]
        files = [file for folder in folders for file in folder.iterdir()]
        files += [with_params / "reports/painter/metrics.json", with_params / "models/painter.md"]
        written.append({file.name: file.read_bytes() for file in files})
    assert written[0] == written[1]
    tables = {"pictures.csv", "metrics.csv", "figures.csv", "against.csv", "closest.csv", "drawn.csv", "files.csv"}
    others = {"unseen.png", "other.png", "metrics.json", "painter.md", "l1.csv", "psnr.csv"}
    assert set(written[0]) == tables | {"seeds.csv", "left_out.csv"} | others
    tree = json.loads(written[0]["metrics.json"])
    assert list(tree) == ["unseen", "other"]
    assert list(tree["unseen"]) == ["n", "groups", "memorised", "drawn", "margin", "best_floor", "neighbour"]
    assert cv2.imdecode(np.frombuffer(written[0]["unseen.png"], np.uint8), cv2.IMREAD_COLOR).shape[2] == 3
    assert "linear" in result.stdout
    assert "linear" in told


def test_the_stage_says_what_is_wrong_in_a_sentence(
    with_params: Path, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params = with_params / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("- psnr", "- psrn"), encoding="utf-8")
    monkeypatch.chdir(with_params)
    with pytest.raises(SystemExit) as ended:
        stage.run(runpy.run_path(str(root / "stages/evaluate.py"))["main"], "painter")
    assert ended.value.code == 1
    assert "no metric 'psrn'" in capsys.readouterr().err
    assert not (with_params / "reports").exists()


def test_eyes_are_looked_for_where_the_frame_is_another(root: Path) -> None:
    align = params.load(root / "params.yaml").align
    own = evaluate.setting(PAINTER, align, Path("weights"))
    boxed = evaluate.setting(replace(PAINTER, data="data/boxed"), align, Path("weights"))
    assert own.eyes == evaluate.eyes(align)
    assert boxed.eyes is None
