"""A whole small project is measured, through the library and through the stage's script."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
import yaml

from limner import evaluate, images, metrics
from limner.errors import LimnerError
from limner.evaluate import floors
from limner.metrics import Metric, Setting
from limner.params import Model
from tests.metrics.conftest import ALIGN
from tests.small import PAINTER, SIZE, SKETCHER, faces_of

METHODS = ("model", *floors.NAMES)


@pytest.fixture
def chosen() -> list[Metric]:
    return metrics.load(["l1", "ssim"], Setting(Path("nowhere"), ALIGN))


def test_every_method_of_every_sample_has_a_row(project: Path, chosen: list[Metric]) -> None:
    table = evaluate.measure(faces_of(project, PAINTER), SIZE, chosen)
    keys = list(table[["suite", "style", "id", "person", "method"]].itertuples(index=False, name=None))
    unseen = [
        ("unseen", style, face, "ann", method)
        for style in ("ink", "wash", "learned")
        for face in ("ann-4", "ann-5")
        for method in METHODS
    ]
    other = [("other", "wash", f"bob-{index}", "bob", method) for index in range(3) for method in METHODS]
    assert keys == unseen + other
    assert list(table.columns[-2:]) == ["l1", "ssim"]
    assert table["ssim"].between(-1, 1).all()


@pytest.mark.parametrize("model", [PAINTER, SKETCHER])
def test_the_figures_are_those_of_the_files(project: Path, model: Model, chosen: list[Metric]) -> None:
    faces = faces_of(project, model)
    table = evaluate.measure(faces, SIZE, chosen)
    ann = table[(table["suite"] == "unseen") & (table["style"] == "ink") & (table["id"] == "ann-5")].set_index("method")
    (sample,) = [s for s in faces.samples(model.suites["unseen"], "s") if (s.id, s.style) == ("ann-5", "ink")]
    truth, output, picture = (
        np.atleast_3d(image).astype(float)
        for image in (sample.read_truth(SIZE), sample.read_output(SIZE), sample.read_input(SIZE))
    )
    assert ann.loc["model", "l1"] == pytest.approx(np.abs(output - truth).mean() / 255, abs=1e-6)
    if model.learns == "photo":
        copied = np.abs(picture - truth).mean() / 255
        training = [images.resize(images.read(project / f"data/faces/ann-{i}.png"), SIZE, SIZE) for i in range(4)]
        mean = np.mean(training, axis=0).round()
        assert ann.loc["copy", "l1"] == pytest.approx(copied, abs=1e-6)
        # A mean of x.5 may be rounded up here and down there.
        assert ann.loc["mean", "l1"] == pytest.approx(np.abs(mean - truth).mean() / 255, abs=1e-4)


def test_a_perfect_model_is_perfect_and_its_floors_are_not(project: Path, chosen: list[Metric]) -> None:
    for style in ("ink", "wash", "learned"):
        for face in (project / "data/faces").glob("*.png"):
            made = images.resize(images.read(face), SIZE, SIZE)
            images.write(project / "runs/painter/pictures" / style / face.name, made)
    table = evaluate.measure(faces_of(project, PAINTER), SIZE, chosen).groupby("method")[["l1", "ssim"]].mean()
    assert table.loc["model", "l1"] == 0
    assert table.loc["model", "ssim"] == pytest.approx(1, abs=1e-6)
    assert (table.loc[list(floors.NAMES), "l1"] > 0.01).all()


def test_large_pictures_in_small_batches_give_the_same(
    project: Path, chosen: list[Metric], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluate.measure(faces_of(project, PAINTER), SIZE, chosen)
    monkeypatch.setattr(evaluate, "PIXELS", 1)
    pd.testing.assert_frame_equal(evaluate.measure(faces_of(project, PAINTER), SIZE, chosen), whole, atol=1e-6)


def test_a_model_that_has_not_translated_is_refused(project: Path, chosen: list[Metric]) -> None:
    (project / "runs/painter/pictures/wash/bob-1.png").unlink()
    with pytest.raises(LimnerError, match=r"bob-1.png is missing.*translate"):
        evaluate.measure(faces_of(project, PAINTER), SIZE, chosen)


def test_a_model_without_training_faces_is_refused(project: Path, chosen: list[Metric]) -> None:
    lonely = replace(PAINTER, train=replace(PAINTER.train, people=("eve",)))
    with pytest.raises(LimnerError, match=r"training faces for the floors of ink.*eve"):
        evaluate.measure(faces_of(project, lonely), SIZE, chosen)


def run(project: Path, root: Path, *names: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(root / "stages/evaluate.py"), *names]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def with_params(project: Path, root: Path) -> Path:
    """The project with a params.yaml: the real one, with its own models and two metrics."""
    tree = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    model = json.loads(json.dumps(asdict(PAINTER)))
    model |= {key: value for key, value in tree["models"]["painter"].items() if key not in model}
    for suite in model["suites"].values():
        suite["styles"] = ["ink", "wash"]
    model["train"] = {**tree["models"]["painter"]["train"], "people": ["ann"], "styles": ["ink"]}
    tree |= {"models": {"painter": model}, "size": 64}
    tree["evaluate"]["metrics"] = ["l1", "psnr"]
    (project / "params.yaml").write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return project


def test_the_stage_writes_the_same_bytes_twice(with_params: Path, root: Path) -> None:
    written = []
    for _ in range(2):
        result = run(with_params, root, "painter")
        assert result.returncode == 0, result.stderr
        folders = (with_params / "runs/painter" / name for name in ("evaluation", "sheets"))
        files = [file for folder in folders for file in folder.iterdir()]
        files.append(with_params / "reports/painter/metrics.json")
        written.append({file.name: file.read_bytes() for file in files})
    assert written[0] == written[1]
    assert set(written[0]) == {"pictures.csv", "metrics.csv", "unseen.png", "other.png", "metrics.json"}
    tree = json.loads(written[0]["metrics.json"])
    assert list(tree) == ["unseen", "other"]
    assert list(tree["unseen"]) == ["n", "drawn", "styles", "floors"]
    assert cv2.imdecode(np.frombuffer(written[0]["unseen.png"], np.uint8), cv2.IMREAD_COLOR).shape[2] == 3
    assert "linear" in result.stdout


def test_the_stage_says_what_is_wrong_in_a_sentence(with_params: Path, root: Path) -> None:
    params = with_params / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("- psnr", "- psrn"), encoding="utf-8")
    result = run(with_params, root, "painter")
    assert result.returncode == 1
    assert "no metric 'psrn'" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (with_params / "reports").exists()
