"""Torch takes seconds to import: the stages that do not learn must start without it."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("stage", ["scrape", "align", "split", "sketch", "repeat", "report"])
def test_a_stage_without_learning_never_loads_torch(root: Path, stage: str) -> None:
    code = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('stage', sys.argv[1])\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "print(' '.join(name for name in ('torch', 'torchvision') if name in sys.modules))"
    )
    script = root / "stages" / f"{stage}.py"
    done = subprocess.run([sys.executable, "-c", code, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_only_one_module_imports_mediapipe(root: Path) -> None:
    sources = (root / "src").rglob("*.py")
    users = [
        path.name
        for path in sources
        if "import mediapipe" in (text := path.read_text("utf-8")) or "from mediapipe" in text
    ]
    assert users == ["landmarks.py"]
