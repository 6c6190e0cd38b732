"""A painter and a sketcher with random weights, both files of each, and a photo with a face."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from skimage import data

from limner import export
from limner.images import Image
from limner.nets import store
from limner.nets.card import Card

SIZE, FRAME = 64, 400
SHAPE = ("batch", "alive", "transposed", 0.0)
PAINTER = Card("painter", "photo", SIZE, 1, 3, 4, *SHAPE, ("ann",), ("ink",), FRAME, (200.0, 170.0), 120.0)
SKETCHER = Card("sketcher", "sketch", SIZE, 3, 1, 4, *SHAPE, ("ann",), ("ink",), FRAME, (200.0, 170.0), 120.0)


def make(folder: Path, card: Card) -> None:
    """A model with random weights, whose norms have seen pictures."""
    torch.manual_seed(0)
    network = card.network()
    for _ in range(5):
        network(torch.rand(4, card.channels, SIZE, SIZE) * 2 - 1)
    export.write(folder, card, network)
    store.save(folder, card, network)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder models/ with a painter and a sketcher."""
    root = tmp_path_factory.mktemp("project") / "models"
    for card in (PAINTER, SKETCHER):
        make(root / card.name, card)
    return root


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter that is told the sex of each picture."""
    folder = tmp_path_factory.mktemp("told") / "painter"
    make(folder, replace(PAINTER, label="sex", labels=("f", "m")))
    return folder


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """(512, 512, 3) a face and a shoulder; public domain, comes with scikit-image."""
    return np.asarray(data.astronaut())


@pytest.fixture(scope="session")
def landmarker(root: Path) -> Path:
    """The landmarker's file, which the scrape stage fetches."""
    file = root / "data/weights/face_landmarker.task"
    if not file.is_file():
        pytest.skip("no landmarker: `dvc repro scrape` fetches it")
    return file


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def paint(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `limner paint` in an empty folder beside models/; its exit code and all it said, on one line."""
    from typer.testing import CliRunner

    from limner.cli import app

    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str]:
        words = [str(word) for word in arguments]
        if "-m" not in words:
            words += ["-m", str(models / "painter")]
        done = CliRunner().invoke(app, ["paint", *words, "-o", "out"])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, " ".join(done.output.split())

    return run
