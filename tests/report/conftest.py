"""A small project that has run up to the report."""

import shutil
from pathlib import Path

import pytest

from limner.params import Params
from limner.report.page import write_report
from tests.report import made

PEOPLE = {"anna": 24, "ben": 6}


@pytest.fixture(scope="session")
def settings(root: Path) -> Params:
    """Of the small project."""
    return made.small_settings(root / "params.yaml")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, settings: Params) -> Path:
    """The small project's root folder, to be copied."""
    return build(tmp_path_factory.mktemp("built"), settings)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    """The small project's root folder, for tests that only read it."""
    return shutil.copytree(built, tmp_path_factory.mktemp("untouched"), dirs_exist_ok=True)


@pytest.fixture(scope="session")
def page(untouched: Path, settings: Params) -> Path:
    """The small project's page, for tests that only read it."""
    write_report(untouched, settings)
    return untouched / "reports/index.html"


@pytest.fixture(scope="session")
def pages(page: Path) -> list[Path]:
    """The small project's index and its models' pages, for tests that only read them."""
    return [page, *sorted((page.parent / "pages").iterdir())]


@pytest.fixture
def project(tmp_path: Path, built: Path) -> Path:
    """The small project's root folder, for one test to change."""
    return shutil.copytree(built, tmp_path, dirs_exist_ok=True)


def build(root: Path, settings: Params) -> Path:
    """Make the small project in `root`."""
    people = {f"{name}-{number:03d}": name for name, count in PEOPLE.items() for number in range(count)}
    people = {made.ODD if id == "anna-002" else id: person for id, person in people.items()}
    made.project(root, settings, {id: made.face(seed) for seed, id in enumerate(people)}, people)
    return root
