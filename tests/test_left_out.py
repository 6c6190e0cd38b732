"""A model that lacks what it needs is left out, in a sentence, and every stage goes on."""

import json
import runpy
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import yaml

from limner import left_out, params, tables
from limner.blocks import Model
from limner.left_out import NOTE, reason
from limner.params import Params
from tests import small

STAGES = Path(__file__).parent.parent / "stages"
MISSING = "data/manifests/three.csv"
NEEDY = replace(small.PAINTER, train=replace(small.PAINTER.train, needs=(small.MANIFESTS["ann"], MISSING)))
TOLD = f"is left out: it needs {MISSING}, of which data/faces.csv has no face"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project, into which the third manifest brought nobody."""
    small.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settle(root: Path, **models: Model) -> Params:
    """params.yaml with these models, each with a folder of its own if it writes any."""
    own = {name: replace(model, writes=model.writes and f"runs/{name}/pictures") for name, model in models.items()}
    tree = yaml.safe_load((Path(__file__).parent.parent / "params.yaml").read_text())
    tree["manifests"] = [*sorted(small.MANIFESTS.values()), MISSING]
    tree["models"] = {name: json.loads(json.dumps(asdict(model))) for name, model in own.items()}
    (root / "params.yaml").write_text(yaml.safe_dump(tree))
    return params.load()


def test_a_model_that_has_all_it_needs_is_built(project: Path) -> None:
    fed = replace(NEEDY, train=replace(NEEDY.train, needs=tuple(small.MANIFESTS.values())))
    settings = settle(project, fed=fed, plain=small.PAINTER)
    assert reason(settings, "fed") is None
    assert reason(settings, "plain") is None
    assert left_out.folders(settings, "fed", project / "made") is None
    assert not (project / "made").exists()


def test_the_sentence_says_which_and_why(project: Path) -> None:
    settings = settle(project, needy=NEEDY)
    assert reason(settings, "needy") == f"needy {TOLD}."
    problems = [
        {"id": "other", "what": "failed", "reason": "It is gone."},
        {"id": MISSING, "what": "left out", "reason": "example.org does not answer."},
    ]
    tables.write_rows(project / "data/raw_problems.csv", ("id", "what", "reason"), problems)
    assert reason(settings, "needy") == f"needy {TOLD} (example.org does not answer)."


def test_so_is_what_starts_from_it(project: Path) -> None:
    settings = settle(project, needy=NEEDY, after=replace(small.PAINTER, init="needy"))
    assert reason(settings, "after") == f"after is left out, since it starts from needy. needy {TOLD}."


def test_a_model_s_own_faces_count(project: Path) -> None:
    columns, lines = tables.rows(project / "data/faces.csv")
    ann = [line for line in lines if line["person"] == "ann"]
    tables.write_rows(project / "data/boxed/faces.csv", columns, ann)
    train = replace(NEEDY.train, needs=(small.MANIFESTS["bob"],))
    told = reason(settle(project, needy=replace(NEEDY, train=train, data="data/boxed")), "needy")
    assert told is not None
    assert "of which data/boxed/faces.csv has no face" in told


@pytest.mark.parametrize("stage", ["train", "repeat", "translate", "evaluate"])
def test_every_stage_says_so_and_does_nothing(project: Path, stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    settle(project, needy=NEEDY)
    before = {path for path in project.rglob("*") if path.is_file()}
    runpy.run_path(str(STAGES / f"{stage}.py"))["main"]("needy")
    made = {
        path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file() and path not in before
    }
    training = [f"runs/needy/training/{name}" for name in ("metrics.json", "warnings.csv", "pairs.csv")]
    notes = {
        "train": ["models/needy", "runs/needy/training", "runs/needy/training/snapshots"],
        "repeat": ["runs/needy/repeats"],
        "translate": ["runs/needy/pictures", "runs/needy/suites"],
        "evaluate": ["runs/needy/evaluation"],
    }
    files = {"train": training, "evaluate": ["reports/needy/metrics.json", "models/needy.md"]}
    assert made == {*(f"{folder}/{NOTE}" for folder in notes[stage]), *files.get(stage, [])}
    assert TOLD in (project / notes[stage][0] / NOTE).read_text()
    assert TOLD in capsys.readouterr().out
    folders = {"train": ["training/plots/metrics", "training/plots/images"], "evaluate": ["bars", "sheets"]}
    for folder in folders.get(stage, []):
        assert (project / "runs/needy" / folder).is_dir(), "DVC wants to find it"
    for path in files.get(stage, []):
        if path.endswith("json"):
            assert json.loads((project / path).read_text()) == {}


def test_a_suite_may_be_left_out_alone(project: Path) -> None:
    suites = small.PAINTER.suites
    lacking = {**suites, "third": replace(suites["other"], needs=(MISSING,))}
    there = {**suites, "second": replace(suites["other"], needs=(small.MANIFESTS["bob"],))}
    settings = settle(
        project, lacking=replace(small.PAINTER, suites=lacking), there=replace(small.PAINTER, suites=there)
    )
    assert left_out.present(settings, "lacking").model("lacking").suites == suites
    assert left_out.present(settings, "there") == settings
    assert reason(settings, "lacking") is None
    assert left_out.unmeasured(settings, "lacking") is None
    told = f"lacking/third is left out: it needs {MISSING}, of which data/faces.csv has no face."
    assert left_out.suites(settings, "lacking") == {"third": told}
    assert left_out.suites(settings, "there") == {}


def test_a_model_may_have_no_suite_left(project: Path) -> None:
    """Though the model is there, nothing is made or measured of its suites, and each is told."""
    suites = {name: replace(suite, needs=(MISSING,)) for name, suite in small.PAINTER.suites.items()}
    settings = settle(project, painter=replace(small.PAINTER, suites=suites, writes=None))
    told = [f"painter/{name} is left out: it needs {MISSING}" for name in suites]
    assert reason(settings, "painter") is None
    for stage in ("translate", "evaluate"):
        runpy.run_path(str(STAGES / f"{stage}.py"))["main"]("painter")
    for folder in ("suites", "evaluation"):
        assert all(one in (project / "runs/painter" / folder / NOTE).read_text() for one in told)
