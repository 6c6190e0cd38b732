"""The real detector and real faces; tests that need them skip where they are not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from limner import images
from limner.align.landmarks import Landmarker
from limner.blocks import Align
from limner.images import Image


@pytest.fixture(scope="session")
def settings(root: Path) -> Align:
    """The align section as it stands in params.yaml, with the frame that these tests count in."""
    return Align(size=400, eyes=(200, 170), eye_distance=120, min_eye_distance=16, max_yaw=45, same_person=0.6)


@pytest.fixture(scope="session")
def model(root: Path) -> Path:
    """The landmarker's file."""
    path = root / "data" / "weights" / "face_landmarker.task"
    if not path.is_file():
        pytest.skip("no data/weights/face_landmarker.task: run the scrape stage")
    return path


@pytest.fixture(scope="session")
def landmarker(model: Path) -> Iterator[Landmarker]:
    """The real thing."""
    with Landmarker(model) as opened:
        yield opened


@pytest.fixture(scope="session")
def photo_file(shared: Path) -> Path:
    """A real face, 1024 x 768, eyes about 130 pixels apart."""
    return shared / "cuhk" / "photos" / "image_101.jpg"


@pytest.fixture(scope="session")
def drawing_file(shared: Path) -> Path:
    """The same face drawn by an artist."""
    return shared / "cuhk" / "sketches" / "image_101.jpg"


@pytest.fixture(scope="session")
def photo(photo_file: Path) -> Image:
    """(768, 1024, 3) RGB."""
    return images.read(photo_file)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and a memory of its own."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"
