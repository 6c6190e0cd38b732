"""The pipeline as a user runs it: what a change reruns, what a stage reads, and that it repeats itself."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limner import images
from limner.files import cache_dir
from tests.pipeline.conftest import MANIFEST, SKETCHES, Project

PAINTER = {"train@painter", "repeat@painter", "translate@painter", "evaluate@painter", "report"}
MEASURING = {"evaluate@sketcher", "evaluate@painter", "report"}
SEEDS = {"repeat@sketcher", "repeat@painter", "translate@sketcher", "translate@painter", *MEASURING}


@pytest.fixture
def settings(project: Project) -> Iterator[Any]:
    """params.yaml as plain data; put back after the test, and rebuilt (by DVC's cache of runs) when next asked for."""
    text = (project.root / "params.yaml").read_text()
    yield project.params()
    (project.root / "params.yaml").write_text(text)


@pytest.fixture
def one_core() -> Iterator[None]:
    """Lets what is started meanwhile run on one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


def test_everything_is_built(project: Project) -> None:
    made = ("index.html", "pages/painter.html", "portraits.png", "painter/metrics.json", "sketcher/metrics.json")
    for name in (*made, "split.json", "../models/painter.md"):
        assert (project.root / "reports" / name).is_file(), name
    for model in ("sketcher", "painter"):
        assert json.loads((project.root / "models" / model / "model.json").read_text())["name"] == model
    faces = {path.stem for path in (project.root / "data/faces").glob("*.png")}
    assert len(faces) > 15
    for style in SKETCHES:
        assert {path.stem for path in (project.root / "data/sketches/effects" / style).glob("*.png")} == faces
    assert {path.stem for path in (project.root / "data/sketches/learned").glob("*.png")} == faces
    painted = {path.parent.name for path in (project.root / "runs/painter/pictures").glob("*/*.png")}
    assert painted == {*SKETCHES, "learned"}
    suites = project.root / "runs/painter/suites"
    for suite, styles in (("no_nose", {"stamp", "learned"}), ("strange_style", {"soft"})):
        assert {path.name for path in (suites / "0" / suite).iterdir()} == styles
        assert all(any(folder.glob("*.png")) for folder in (suites / "0" / suite).iterdir())
    erased = {path.relative_to(suites / "erased") for path in (suites / "erased").rglob("*.png")}
    assert erased == {path.relative_to(suites / "0") for path in (suites / "0/no_nose").rglob("*.png")}
    assert list((project.root / "runs/painter/repeats").iterdir()) == []


def test_a_second_run_does_nothing(project: Project) -> None:
    assert project.repro() == set()


def test_figures_are_shown_by_dvc(project: Project) -> None:
    shown = json.loads(project.dvc("metrics", "show", "--json"))
    files = shown[""]["data"]
    figures = files["reports/painter/metrics.json"]["data"]["unseen"]
    assert 0 < figures["drawn"]["ssim"] <= 1
    assert set(figures) == {"n", "groups", "memorised", "drawn", "margin", "best_floor", "neighbour"}
    assert set(figures["best_floor"]) == set(figures["drawn"])
    assert files["runs/painter/training/metrics.json"]["data"]["l1"] > 0
    plots = project.dvc("plots", "show", "--json", "--split")
    for wanted in ("l1.tsv", "unseen.png", "painted", "ssim.csv"):
        assert wanted in plots, wanted


def test_stages_declare_every_param_they_read(project: Project) -> None:
    lock = project.lock()
    reads = [line.split(" ", 1) for line in Path(project.environment["LIMNER_SPY"]).read_text().splitlines()]
    assert {stage for stage, _ in reads} >= set(lock) - {"report"}
    for stage, key in reads:
        # How many processes share the work changes no byte; the report declares the whole file.
        if key == "workers.count" or stage == "report":
            continue
        # Where a model's faces and drawings lie is in dvc.yaml itself, as dependencies.
        if key.startswith("models.") and key.endswith((".data", ".tests")):
            continue
        # By these a training is refused that would learn a style of yesterday: they decide no byte of one that is not.
        if stage.startswith("train@") and key in ("styles", "altered"):
            continue
        # It moves every face, and these are dependencies; params.yaml need not say it.
        if stage.startswith(("train@", "repeat@")) and key == "align.place":
            continue
        declared = lock[stage]["params"]["params.yaml"]
        assert any(key == name or key.startswith(f"{name}.") or name.startswith(f"{key}.") for name in declared), (
            f"{stage} reads {key} and declares {sorted(declared)}"
        )


@pytest.mark.parametrize(
    ("place", "value", "stages"),
    [
        ("jitter", False, PAINTER - {"translate@painter"}),
        ("evaluate.metrics", ["l1", "ssim"], MEASURING),
        ("evaluate.seeds", 2, SEEDS),
        ("styles.pencil.blur", 20.0, {"sketch@pencil", "report"}),
        ("workers.count", 1, {"report"}),
    ],
)
def test_a_param_is_a_dependency_of_those_that_read_it_alone(
    project: Project, settings: Any, place: str, value: object, stages: set[str]
) -> None:
    *outer, key = place.split(".")
    block = settings
    for name in outer:
        block = block[name]
    block[key] = value
    project.set_params(settings)
    assert project.repro("--dry") == stages


def test_more_seeds_train_again_and_tell_the_spread(project: Project, settings: Any) -> None:
    settings["evaluate"] |= {"seeds": 2, "metrics": ["l1", "ssim"]}
    project.set_params(settings)
    assert project.repro("evaluate@sketcher") == {"repeat@sketcher", "translate@sketcher", "evaluate@sketcher"}
    figures = json.loads((project.root / "reports/sketcher/metrics.json").read_text())["unseen"]
    assert figures["seeds"].keys() == {"l1", "ssim"}
    assert min(figures["seeds"].values()) > 0


def test_another_size_is_trained_at_and_not_brought_back(project: Project, settings: Any) -> None:
    """DVC's memory of runs passes over keys of that name: without more, the first size's model would be found in it."""

    def trained() -> int:
        size: int = json.loads((project.root / "models/sketcher/model.json").read_text())["size"]
        return size

    text = (project.root / "params.yaml").read_text()
    project.dvc("repro", "train@sketcher")
    assert trained() == 64
    settings["size"] = 128
    project.set_params(settings)
    assert project.repro("train@sketcher") == {"train@sketcher"}
    assert trained() == 128
    settings["models"]["sketcher"]["size"] = 64
    project.set_params(settings)
    assert project.repro("train@sketcher") == {"train@sketcher"}
    assert trained() == 64
    (project.root / "params.yaml").write_text(text)
    assert project.repro("train@sketcher") == set(), "what was built at the first size was not remembered"
    assert trained() == 64


def test_an_effect_s_source_reruns_its_style_alone(project: Project) -> None:
    source = project.root / "src/limner/sketch/effects/stamp.py"
    text = source.read_text()
    source.write_text(text + "\n# the same pixels\n")
    assert project.repro() == {"sketch@stamp"}
    source.write_text(text)
    assert project.repro() == set()


def test_one_more_photo_costs_one_photo(project: Project) -> None:
    """Up to `split`: what is remembered of each photo grows by one entry, and by nothing when it goes again."""

    def remembered() -> set[Path]:
        return set(cache_dir("align").rglob("*.face"))

    manifest = project.root / MANIFEST
    text, before = manifest.read_text(), remembered()
    frame = sorted((project.root / "data/raw").glob("man-*"))[0]
    added = project.root / "data/photos/new.png"
    images.write(added, np.ascontiguousarray(images.read(frame)[:, ::-1]))
    manifest.write_text(text + "new,somebody,photo,data/photos/new.png,,,my own,me\n")
    assert project.repro("split") == {"scrape", "align", "split"}
    assert (project.root / "data/faces/new.png").is_file()
    assert len(remembered() - before) <= 1, "the others were aligned again"
    manifest.write_text(text)
    added.unlink()
    project.dvc("repro")
    assert not (project.root / "data/faces/new.png").exists()


def test_a_typing_error_is_refused_by_name(project: Project, settings: Any) -> None:
    told = project.dvc("exp", "run", "-S", "jiter=false", check=False)
    assert "jiter" in told
    assert "ERROR" in told
    settings["jiter"] = False
    project.set_params(settings)
    told = project.dvc("repro", check=False)
    assert "unknown key 'jiter'" in told
    assert "did you mean 'jitter'?" in told


def test_a_wrong_value_stops_the_run(project: Project, settings: Any) -> None:
    settings["split"]["test"] = 1.5
    project.set_params(settings)
    out = project.dvc("repro", check=False)
    assert "split.test: 1.5 is not allowed" in out
    assert "Traceback" not in out


def test_models_paint_any_picture_and_say_what_they_cannot_use(project: Project, tmp_path: Path) -> None:
    photo = sorted((project.root / "data/raw").glob("man-*"))[0]
    drawing = sorted((project.root / "data/sketches/effects/pencil").glob("woman-*"))[0]
    empty, out = tmp_path / "wall.png", tmp_path / "made"
    images.write(empty, np.full((300, 300, 3), 128, np.uint8))
    told = project.run("limner", "paint", str(photo), str(empty), "-m", "models/sketcher", "-o", str(out))
    assert images.read_gray(out / f"{photo.stem}.png").shape == (64, 64)
    assert "wall.png: skipped" in told
    there = images.read(project.root / "runs/painter/pictures/pencil" / drawing.name)
    for backend in ("torch", "onnx"):
        words = ("-m", "models/painter", "-o", str(out), "--force", "--backend", backend)
        project.run("limner", "paint", str(drawing), *words)
        painted = images.read(out / f"{drawing.stem}.png")
        # Found again by its own landmarks, an aligned drawing hardly moves: what is painted is hardly another.
        assert abs(painted.astype(int) - there).mean() < 12
        project.run("limner", "paint", str(drawing), *words, "--aligned")
        assert abs(images.read(out / f"{drawing.stem}.png").astype(int) - there).max() <= 1
    told = project.run("limner", "paint", str(drawing), "-m", "models/panter", "-o", str(out), check=False)
    assert "models/panter holds no model" in told
    assert "Traceback" not in told


@pytest.mark.usefixtures("one_core")
def test_a_change_reruns_what_reads_it_and_all_made_anew_is_as_before(project: Project, settings: Any) -> None:
    """Other drawings and no jitter make another painter; then all is made by force as it was on several cores."""

    def outs() -> dict[str, Any]:
        return {stage: block.get("outs") for stage, block in project.lock().items()}

    project.dvc("repro")
    before, text = outs(), (project.root / "params.yaml").read_text()
    settings["jitter"] = False
    settings["styles"]["pencil"]["blur"] *= 2
    project.set_params(settings)
    changed = {"sketch@pencil", *PAINTER}
    assert project.repro() == changed
    assert {stage for stage, made in outs().items() if made != before[stage]} == changed - {"repeat@painter"}
    (project.root / "params.yaml").write_text(text)
    project.dvc("repro", "--force", "--no-run-cache")
    assert outs() == before
