"""Evaluations are found by model, by revision and by folder: in a real DVC project."""

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml

from limner.compare import sources
from limner.compare.command import compare_models
from limner.errors import LimnerError
from tests.shell import BIN, call, run

WITHIN = ("experiments", "inner")


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


def leave_out(root: Path, model: str) -> None:
    """What evaluate writes of a model that is left out."""
    note = root / f"runs/{model}/evaluation/left_out.txt"
    note.parent.mkdir(parents=True)
    note.write_text(f"{model} is left out: it needs more.\n")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Committed with an SSIM of .8; .9 in the workspace.

    Of its models one is left out, one not built and one not in the cache. Two folders in it have models of their own:
    experiments/ is a DVC repository of its own, inner/ is not.
    """
    root = tmp_path_factory.mktemp("project")
    (root / "params.yaml").write_text("models: {painter: {}, other: {}, without: {}, unmade: {}, lost: {}}\n")
    table(root, "painter", 0.8)
    table(root, "other", 0.7)
    table(root, "lost", 0.4)
    leave_out(root, "without")
    for folder in WITHIN:
        (root / folder).mkdir()
        (root / folder / "params.yaml").write_text("models: {painter: {}, baseline: {}}\n")
        table(root / folder, "painter", 0.6)
        table(root / folder, "baseline", 0.5)
    built = ("painter", "other", "without", "lost", "../inner/runs/painter", "../inner/runs/baseline")
    for command in (
        "git init -q",
        "dvc init -q",
        "dvc --cd experiments init -q --subdir",
        "dvc --cd experiments add -q runs/painter/evaluation runs/baseline/evaluation",
        "dvc add -q " + " ".join(f"runs/{model}/evaluation" for model in built),
        "git add .",
        "git commit -qm first",
        "git tag first",
    ):
        run(root, *command.split())
    table(root, "painter", 0.9)
    listing = yaml.safe_load((root / "runs/lost/evaluation.dvc").read_text())["outs"][0]["md5"]
    shutil.rmtree(root / "runs/lost")
    (root / ".dvc/cache/files/md5" / listing[:2] / listing[2:]).unlink()
    return root


def ssim(found: sources.Measured) -> float:
    return float(found.pictures["ssim"].iloc[0])


def find(what: str, model: str | None, root: Path) -> dict[str, sources.Measured]:
    return sources.find(what, model, root)[0]


def test_a_model_is_that_of_the_workspace(project: Path) -> None:
    found = find("painter", None, project)
    assert list(found) == ["painter"]
    assert ssim(found["painter"]) == 0.9
    assert found["painter"].drawn == {"unseen": ["ink"]}
    assert found["painter"].directions == {"ssim": "higher"}


def test_a_revision_has_all_its_models_or_the_one_that_is_named(project: Path) -> None:
    assert {name: ssim(one) for name, one in find("first", None, project).items()} == {
        "painter": 0.8,
        "other": 0.7,
    }
    assert list(find("first", "other", project)) == ["other"]
    assert ssim(find("first:painter", None, project)["painter"]) == 0.8
    assert {name: ssim(one) for name, one in find("workspace", None, project).items()}["painter"] == 0.9


def test_a_folder_is_what_it_holds(project: Path) -> None:
    found = find(str(project / "runs/other/evaluation"), None, project)
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


def test_a_folder_in_no_repository_has_no_revisions(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {painter: {}}\n")
    with pytest.raises(LimnerError, match=r"^'paintre' is neither a folder.*painter.*nor a revision"):
        sources.find("paintre", None, tmp_path)


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


@pytest.mark.parametrize("folder", WITHIN)
def test_below_the_repository_the_tables_are_those_of_the_folder(project: Path, folder: str) -> None:
    inner = project / folder
    assert {name: ssim(one) for name, one in find("first", None, inner).items()} == {"painter": 0.6, "baseline": 0.5}
    assert ssim(find("first:baseline", None, inner)["baseline"]) == 0.5
    with pytest.raises(LimnerError, match=r"no model 'other'; allowed: painter, baseline"):
        sources.find("first:other", None, inner)


@pytest.mark.parametrize("what", ["workspace", "first"])
def test_what_is_not_built_is_skipped_unless_it_is_named(project: Path, what: str) -> None:
    found, skipped = sources.find(what, None, project)
    assert list(found) == ["painter", "other"]
    assert list(skipped) == ["without", "unmade", "lost"]
    assert skipped["without"] == "without is left out: it needs more."
    assert "runs/unmade/evaluation/pictures.csv" in skipped["unmade"]
    assert "runs/lost/evaluation/pictures.csv" in skipped["lost"]
    for name, said in (("without", r"^without is left out: it needs more\.$"), ("unmade", r"runs/unmade/.*`dvc \w+`")):
        with pytest.raises(LimnerError, match=said):
            sources.find(what, name, project)
        with pytest.raises(LimnerError, match=said):
            sources.find(f"{what}:{name}", None, project)


def test_what_is_skipped_is_told(project: Path) -> None:
    told = call(project, str(BIN / "limner"), "compare", "workspace", "first").stderr.splitlines()
    assert [line.split(": ")[0] for line in told] == [
        "workspace:without",
        "workspace:unmade",
        "workspace:lost",
        "first:without",
        "first:unmade",
        "first:lost",
    ]
    assert told[0] == "workspace:without: skipped: without is left out: it needs more."


def test_a_model_that_was_left_out_is_not_compared(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("models: {painter: {}, other: {}}\n")
    leave_out(tmp_path, "other")
    with pytest.raises(LimnerError, match=r"^other is left out: it needs more\.$"):
        sources.find("other", None, tmp_path)
    with pytest.raises(
        LimnerError, match=r"^none of the models of workspace was measured \(painter, other\): .*painter"
    ):
        sources.find("workspace", None, tmp_path)
    (tmp_path / "params.yaml").write_text("models: {}\n")
    with pytest.raises(LimnerError, match=r"^params\.yaml of workspace has no models$"):
        sources.find("workspace", None, tmp_path)


def test_a_model_whose_namesake_was_skipped_gets_no_other_partner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = sources.find(str(table(tmp_path, "painter", 0.8)), None)[0]["evaluation"]
    there = {"workspace": ({"painter": one}, {"other": "gone"}), "main": ({"other": one}, {"painter": "gone"})}
    monkeypatch.setattr(sources, "find", lambda what, model: there[what])
    with pytest.raises(LimnerError, match=r"workspace has the models painter and main has other: name one of each"):
        compare_models("workspace", "main", None, None, False, None)


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("runs", r"^runs is a folder: name a file with --out, say runs.compared\.csv$"),
        ("params.yaml/told.csv", r"^params\.yaml is a file, so .*: name another with --out$"),
    ],
)
def test_a_table_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text("models: {painter: {}, other: {}}\n")
    for model in ("painter", "other"):
        table(Path(), model, 0.8)
    with pytest.raises(LimnerError, match=said):
        compare_models("painter", "other", None, None, False, Path(out))
    assert capsys.readouterr().out == ""
