"""A small project in a temporary folder: three people, two effects, one drawn by hand, one learned."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from limner import images
from limner.evaluate.suites import Faces
from limner.images import Image
from limner.params import Model, ModelTrain, Suite

SIZE = 32
PEOPLE = {"ann": 6, "bob": 3}

PAINTER = Model(
    learns="photo",
    sketches="data/sketches",
    writes="runs/painter/pictures",
    init="scratch",
    jitter="jitter",
    train=ModelTrain(people=("ann",), styles=("ink", "learned"), width=8, epochs=1),
    suites={
        "unseen": Suite(people=("ann",), split="test", styles=("ink", "wash", "learned")),
        "other": Suite(people=("bob",), split="all", styles=("wash",)),
    },
)
SKETCHER = replace(
    PAINTER,
    learns="sketch",
    sketches="data/sketches/effects/ink",
    writes="data/sketches/learned",
    suites={"unseen": Suite(people=("ann",), split="test", styles=("ink",))},
)


def photo(seed: int) -> Image:
    """(64, 64, 3): smooth blobs of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(coarse, (64, 64), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Its root; ann-4 and ann-5 are test faces, and only ann's are drawn by the artist ("chalk")."""
    rows = []
    for person, number in PEOPLE.items():
        for index in range(number):
            name = f"{person}-{index}"
            rows.append((name, person, "test" if (person, index) >= ("ann", 4) and person == "ann" else "train"))
            colours = photo(len(rows))
            gray = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
            sketches = tmp_path / "data/sketches"
            images.write(tmp_path / f"data/faces/{name}.png", colours)
            images.write(sketches / f"effects/ink/{name}.png", np.where(gray > 127, 255, 0).astype(np.uint8))
            images.write(sketches / f"effects/wash/{name}.png", 255 - gray // 2)
            images.write(sketches / f"learned/{name}.png", cv2.blur(gray, (5, 5)))
            if person == "ann":
                images.write(sketches / f"artist/chalk/{name}.png", 255 - gray)
            for style in ("ink", "wash", "learned", "chalk"):
                made = images.resize(cv2.blur(colours, (3, 3)), SIZE, SIZE)
                images.write(tmp_path / f"runs/painter/pictures/{style}/{name}.png", made)
    (tmp_path / "data/split.csv").parent.mkdir(exist_ok=True)
    pd.DataFrame(rows, columns=["id", "person", "split"]).to_csv(tmp_path / "data/split.csv", index=False)
    return tmp_path


def faces_of(project: Path, model: Model) -> Faces:
    """What `model` is measured on in `project`."""
    split = pd.read_csv(project / "data/split.csv", dtype=str)
    return Faces(model, project / "data/faces", split, project)
