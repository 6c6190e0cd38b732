"""What the tests stand on: the project's root, and the research data beside it where there is some."""

import os
from pathlib import Path

# Before torch is loaded, here and in every process the tests start: on pictures as small as theirs, threads wait for
# each other longer than they work, and two pytest workers would fight over the cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where files are shared among processes, the longest comes first, or all would wait for it at the end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: ROOT / "tests/pipeline" not in item.path.parents)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The research pictures beside the project (cuhk, frll, sketchtoface); not committed, so not everywhere."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no research data beside the project (../shared/data)")
    return folder
