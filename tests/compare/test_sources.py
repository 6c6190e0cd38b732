"""Evaluations are found by model, by revision and by folder: in a real DVC project."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from limner.compare import sources
from limner.errors import LimnerError

BIN = Path(sys.executable).parent


def table(root: Path, model: str, ssim: float, makes: str = "photo") -> Path:
    """What evaluate writes, of six pictures in two styles."""
    folder = root / f"runs/{model}/evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"unseen,{style},face-{index},ann,film@{index},0,model,{ssim + index / 1000:.6g}"
        for style in ("ink", "learned")
        for index in range(6)
    ]
    (folder / "pictures.csv").write_text("\n".join(["suite,style,id,person,group,seed,method,ssim", *rows, ""]))
    (folder / "metrics.csv").write_text("figure,metric,label,title,direction\nssim,ssim,SSIM,SSIM: s,higher\n")
    (folder / "drawn.csv").write_text(f"suite,style,makes\nunseen,ink,{makes}\n")
    return folder


def run(root: Path, *command: str) -> str:
    quiet = {"DVC_NO_ANALYTICS": "1", "GIT_CONFIG_GLOBAL": os.devnull, "COLUMNS": "140"}
    name = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    environment = {**os.environ, **quiet, **name, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Committed with an SSIM of .8; .9 in the workspace."""
    root = tmp_path_factory.mktemp("project")
    (root / "params.yaml").write_text("models: {painter: {}, other: {}}\n")
    table(root, "painter", 0.8)
    table(root, "other", 0.7)
    for command in (
        "git init -q",
        "dvc init -q",
        "dvc add -q runs/painter/evaluation runs/other/evaluation",
        "git add .",
        "git commit -qm first",
        "git tag first",
    ):
        run(root, *command.split())
    table(root, "painter", 0.9)
    return root


def ssim(found: sources.Measured) -> float:
    return float(found.pictures["ssim"].iloc[0])


def test_a_model_is_that_of_the_workspace(project: Path) -> None:
    found = sources.find("painter", None, project)
    assert list(found) == ["painter"]
    assert ssim(found["painter"]) == 0.9
    assert found["painter"].drawn == {"unseen": ["ink"]}
    assert found["painter"].directions == {"ssim": "higher"}


def test_a_revision_has_all_its_models_or_the_one_that_is_named(project: Path) -> None:
    assert {name: ssim(one) for name, one in sources.find("first", None, project).items()} == {
        "painter": 0.8,
        "other": 0.7,
    }
    assert list(sources.find("first", "other", project)) == ["other"]
    assert ssim(sources.find("first:painter", None, project)["painter"]) == 0.8
    assert {name: ssim(one) for name, one in sources.find("workspace", None, project).items()}["painter"] == 0.9


def test_a_folder_is_what_it_holds(project: Path) -> None:
    found = sources.find(str(project / "runs/other/evaluation"), None, project)
    assert [ssim(one) for one in found.values()] == [0.7]


@pytest.mark.parametrize(
    ("what", "model", "said"),
    [
        ("paintre", None, r"'paintre' is neither a folder.*painter, other.*nor a revision"),
        ("first:paintre", None, r"no model 'paintre'.*did you mean 'painter'"),
        ("first", "nobody", r"no model 'nobody'.*painter"),
    ],
)
def test_what_is_not_there_is_said(project: Path, what: str, model: str | None, said: str) -> None:
    with pytest.raises(LimnerError, match=said):
        sources.find(what, model, project)


def test_photos_and_drawings_do_not_compare(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {painter: {}, sketcher: {}}\n")
    table(tmp_path, "painter", 0.8)
    table(tmp_path, "sketcher", 0.7, "sketch")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(tmp_path, str(BIN / "limner"), "compare", "painter", "sketcher")
    assert "painter makes a photo and sketcher a sketch" in refused.value.stderr


def test_two_experiments_are_compared(project: Path) -> None:
    told = run(project, str(BIN / "limner"), "compare", "first", "workspace", "--out", "told.csv")
    assert "first:painter" in told
    table = pd.read_csv(project / "told.csv")
    painter = table[(table["one"] == "first:painter") & (table["style"] == "drawn")].iloc[0]
    assert painter["verdict"] == "b"
    assert painter["difference"] == pytest.approx(-0.1)
    assert set(table[table["one"] == "first:other"]["verdict"]) == {"even"}


def test_a_model_that_was_left_out_is_not_compared(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {painter: {}, other: {}}\n")
    table(tmp_path, "painter", 0.8)
    note = tmp_path / "runs/other/evaluation/left_out.txt"
    note.parent.mkdir(parents=True)
    note.write_text("other is left out: it needs more.\n")
    assert list(sources.find("workspace", None, tmp_path)) == ["painter"]
    for what, model in (("other", None), ("workspace", "other")):
        with pytest.raises(LimnerError, match=r"^other is left out: it needs more\.$"):
            sources.find(what, model, tmp_path)
