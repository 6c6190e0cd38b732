"""The stages with the name of a further set: the same work in its own folder."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from limner import tables
from tests.sites import scene


@pytest.fixture
def project(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a set of five faces, and one whose manifest was left out."""
    tree: Any = yaml.safe_load((root / "params.yaml").read_text())
    tree["manifests"].append("data/manifests/far.csv")
    tree["scrape"]["optional"] = ["data/manifests/far.csv"]
    tree["sets"] = {"boxed": {"place": "box"}, "far": {"place": "whole", "manifests": ["data/manifests/far.csv"]}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    columns = ("id", "person", "group", "time", "split")
    for name, count in (("boxed", 5), ("far", 0)):
        folder = tmp_path / "data" / name
        (folder / "faces").mkdir(parents=True)
        rows = [{"id": f"f{k}", "person": "ann", "group": "ann", "time": "", "split": ""} for k in range(count)]
        tables.write_rows(folder / "faces.csv", columns, rows)
        for k in range(count):
            scene(k, 64, 64).save(folder / "faces" / f"f{k}.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def stage(root: Path, *words: str) -> str:
    """Run a stage; what it says if it ends with an error."""
    command = [sys.executable, str(root / "stages" / words[0]), *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


def test_split_and_sketch_in_the_folder_of_a_set(root: Path, project: Path) -> None:
    assert stage(root, "split.py", "boxed") == stage(root, "sketch.py", "stamp", "boxed") == ""
    assert sorted(tables.read(Path("data/boxed/split.csv"))["split"]) == ["test", *["train"] * 4]
    assert len(list(Path("data/boxed/sketches/effects/stamp").glob("*.png"))) == 5
    assert [path.as_posix() for path in Path("reports").rglob("*.json")] == ["reports/boxed/split.json"]


def test_a_set_without_pictures_is_no_error_where_its_manifests_are_optional(root: Path, project: Path) -> None:
    assert stage(root, "split.py", "far") == stage(root, "sketch.py", "stamp", "far") == ""
    table = tables.read(Path("data/far/split.csv"))
    assert (len(table), "nearest" in table) == (0, True)
    assert list(Path("data/far/sketches/effects/stamp").iterdir()) == []


@pytest.mark.parametrize("words", [("align.py", "boxde"), ("split.py", "boxde"), ("sketch.py", "stamp", "boxde")])
def test_a_set_that_there_is_not(root: Path, project: Path, words: tuple[str, ...]) -> None:
    assert stage(root, *words) == (
        "limner: no set 'boxde' in params.yaml; allowed: boxed, far (did you mean 'boxed'?)\n"
    )
