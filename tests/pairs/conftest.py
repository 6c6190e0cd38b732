"""Drawings and photos on a disk, and a cache of their own."""

from pathlib import Path

import numpy as np
import pytest

from limner import images
from limner.pairs import Sources, find

SIDE = 20


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of pixels lie."""
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache/pairs"


@pytest.fixture
def project(tmp_path: Path, cache: Path) -> Path:
    """Three faces; `ink` draws them all, `artist` only the second. A drawing is its photo's red channel."""
    for index, id in enumerate(["a", "b", "c"]):
        photo = np.full((40, 40, 3), 10 * index, np.uint8)
        photo[..., 0] = np.arange(40) + 50 * index
        images.write(tmp_path / "faces" / f"{id}.png", photo)
        for style in ["ink", "artist"] if id == "b" else ["ink"]:
            images.write(tmp_path / style / f"{id}.png", photo[..., 0])
    return tmp_path


@pytest.fixture
def many(tmp_path: Path, cache: Path) -> Sources:
    """Forty faces of one colour each, that of their number, each drawn in one to three styles in that tone."""
    styles = ["ink", "wash", "chalk"]
    for number in range(40):
        photo = np.full((SIDE, SIDE, 3), number, np.uint8)
        images.write(tmp_path / "faces" / f"{number:02d}.png", photo)
        for style in styles[: 1 + number % 3]:
            images.write(tmp_path / style / f"{number:02d}.png", photo[..., 0])
    ids = [f"{number:02d}" for number in range(40)]
    return find(tmp_path / "faces", {style: tmp_path / style for style in styles}, ids)
