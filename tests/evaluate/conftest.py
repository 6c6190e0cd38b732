"""The small project of tests/small.py in a temporary folder."""

from pathlib import Path

import pytest

from tests import small


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Its root."""
    return small.write(tmp_path)
