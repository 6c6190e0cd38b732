"""One file for what many stages share: it changes when any of it does, and not otherwise."""

import hashlib
import json
from pathlib import Path

import pytest

from limner import shared
from limner.errors import LimnerError

PIPELINE = "stages: {training: {cmd: x, deps: [code, faces.csv], params: [seed, align.size]}}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code/nets").mkdir(parents=True)
    (tmp_path / "code/nets/unet.py").write_text("depth = 6")
    (tmp_path / "faces.csv").write_text("id\n")
    (tmp_path / "params.yaml").write_text("seed: 3\nflip: true\nalign: {size: 400, eyes: [200, 170]}\n")
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    return tmp_path


def told(project: Path) -> bytes:
    shared.write(project / "out/training.json", project / "dvc.yaml", "training")
    return (project / "out/training.json").read_bytes()


def test_it_tells_what_is_declared_and_nothing_else(project: Path) -> None:
    found = json.loads(told(project))
    assert found["params"] == {"seed": 3, "align.size": 400}
    assert found["files"].keys() == {"code", "faces.csv"}
    assert found["files"]["faces.csv"] == hashlib.sha256(b"id\n").hexdigest()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("code/nets/unet.py", "depth = 7"),
        ("code/nets/more.py", ""),
        ("faces.csv", "id\na\n"),
        ("params.yaml", "seed: 4\nalign: {size: 400}"),
        ("params.yaml", "seed: 3\nalign: {size: 200}"),
    ],
)
def test_any_change_of_it_shows(project: Path, file: str, text: str) -> None:
    before = told(project)
    (project / file).write_text(text)
    assert told(project) != before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("code/nets/__pycache__/unet.cpython-311.pyc", "bytes"),
        ("other.csv", "id\n"),
        ("params.yaml", "flip: false\nseed: 3\nalign: {size: 400, eyes: [0, 0]}"),
    ],
)
def test_nothing_else_does(project: Path, file: str, text: str) -> None:
    before = told(project)
    (project / file).parent.mkdir(exist_ok=True)
    (project / file).write_text(text)
    assert told(project) == before


def test_a_renamed_file_shows(project: Path) -> None:
    before = told(project)
    (project / "code/nets/unet.py").rename(project / "code/nets/net.py")
    assert told(project) != before


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("dvc.yaml", PIPELINE.replace("training", "train"), "has no stage 'training'"),
        ("dvc.yaml", PIPELINE.replace("code", "source"), "source does not exist"),
        ("dvc.yaml", PIPELINE.replace("align.size", "align.width"), "params.yaml has no align.width"),
    ],
)
def test_what_is_missing_is_named(project: Path, file: str, text: str, said: str) -> None:
    (project / file).write_text(text)
    with pytest.raises(LimnerError, match=said):
        told(project)
