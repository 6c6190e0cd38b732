"""`limner paint` runs where only the packages of requirements-paint.txt are installed."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import cv2
import numpy as np
import pytest
from packaging.requirements import Requirement

from limner import images
from limner.images import Image


def names(lines: list[str]) -> dict[str, str]:
    """By normalised name, the whole requirement."""
    return {re.sub(r"[-_.]+", "-", Requirement(line).name).lower(): line for line in lines}


@pytest.fixture
def light(root: Path) -> dict[str, str]:
    lines = (root / "requirements-paint.txt").read_text().splitlines()
    return names([line for line in lines if not line.startswith("#")])


@pytest.fixture
def full(root: Path) -> dict[str, str]:
    return names(tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"])


def test_it_is_a_part_of_all_dependencies(light: dict[str, str], full: dict[str, str]) -> None:
    assert light.items() <= full.items()
    assert "torch" not in light


def test_nothing_else_is_imported(
    root: Path,
    models: Path,
    landmarker: Path,
    astronaut: Image,
    tmp_path: Path,
    light: dict[str, str],
    full: dict[str, str],
) -> None:
    """In a process in which importing any other dependency fails; with all that a painting can need."""
    (tmp_path / "params.yaml").write_text((root / "params.yaml").read_text())
    images.write(tmp_path / "me.png", astronaut)
    writer = cv2.VideoWriter(str(tmp_path / "talk.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 25, (512, 512))
    writer.write(np.ascontiguousarray(astronaut[..., ::-1]))
    writer.release()
    missing = [
        module
        for module, packages in packages_distributions().items()
        if any(re.sub(r"[-_.]+", "-", name).lower() in full.keys() - light.keys() for name in packages)
    ]
    assert {"torch", "torchvision", "safetensors", "onnx", "pandas", "dvc"} <= set(missing)
    code = (
        "import sys; sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(','))); from limner.cli import app; app()"
    )
    words = ["paint", "me.png", "talk.mp4", "-m", str(models / "painter"), "-o", "out", "--style", "pencil", "--back"]
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(missing), *words, "--landmarker", str(landmarker)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "painter (onnxruntime)" in done.stderr
    assert images.read(tmp_path / "out/me.png").shape == astronaut.shape
    assert images.read(tmp_path / "out/talk~00000.png").shape == astronaut.shape
