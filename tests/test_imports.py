"""Torch takes seconds to import: the stages that do not learn must start without it."""

from pathlib import Path

import pytest

from tests.loading import loaded

LIGHT = ("scrape", "align", "split", "sketch", "alter", "repeat", "report", "answer", "theirs")
HEAVY = {"torch", "torchvision", "piq", "mediapipe", "dvc"}


@pytest.mark.parametrize("stage", LIGHT)
def test_a_stage_without_learning_never_loads_torch(stage: str) -> None:
    modules = loaded(tuple((f"stages/{name}.py",) for name in LIGHT))[LIGHT.index(stage)]
    assert "limner.params" in modules
    assert not HEAVY & modules.keys()


def test_only_one_module_imports_mediapipe(root: Path) -> None:
    sources = (root / "src").rglob("*.py")
    users = [
        path.name
        for path in sources
        if "import mediapipe" in (text := path.read_text("utf-8")) or "from mediapipe" in text
    ]
    assert users == ["landmarks.py"]
