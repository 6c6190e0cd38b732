"""What several tests of trainings share."""

from pathlib import Path

import pytest

from limner.train.run import Places

from . import tiny


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """The small project of `tiny`, with a cache of its own."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tiny.make(tmp_path)
