"""A small project: three people from two manifests, two effects, one style drawn by hand, one learned, and what two
models made of their suites."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from limner import images, tables
from limner.blocks import Model, ModelTrain, Suite
from limner.images import Image
from limner.suites import Faces

SIZE = 32
SEED = 0
PEOPLE = {"ann": 6, "bob": 3}
MANIFESTS = {"ann": "data/manifests/one.csv", "bob": "data/manifests/two.csv"}

PAINTER = Model(
    learns="photo",
    sketches="data/sketches",
    writes="runs/painter/pictures",
    init="scratch",
    jitter="jitter",
    size="auto",
    train=ModelTrain(people=("ann",), styles=("ink", "learned"), epochs=1),
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


def write(root: Path) -> Path:
    """Its files below `root`; ann-4 and ann-5 are test faces, and only ann's are drawn by the artist ("chalk")."""
    rows = []
    for person, number in PEOPLE.items():
        for index in range(number):
            name = f"{person}-{index}"
            part = "test" if (person, index) >= ("ann", 4) and person == "ann" else "train"
            rows.append({"id": name, "person": person, "group": f"{person}@{index // 2}", "split": part})
            colours = photo(len(rows))
            gray = cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY)
            sketches = root / "data/sketches"
            images.write(root / f"data/faces/{name}.png", colours)
            images.write(sketches / f"effects/ink/{name}.png", np.where(gray > 127, 255, 0).astype(np.uint8))
            images.write(sketches / f"effects/wash/{name}.png", 255 - gray // 2)
            images.write(sketches / f"learned/{name}.png", cv2.blur(gray, (5, 5)))
            if person == "ann":
                images.write(sketches / f"artist/chalk/{name}.png", 255 - gray)
    tables.write(root / "data/split.csv", pd.DataFrame(rows))
    known = pd.DataFrame(rows)[["id", "person", "group"]].assign(
        time=[row["id"].partition("-")[2] for row in rows],
        split="",
        manifest=[MANIFESTS[row["person"]] for row in rows],
        source=[f"film of {row['person']}" for row in rows],
        credit="limner's tests",
        author="",
        license="CC0-1.0",
    )
    tables.write(root / "data/faces.csv", known)
    for model in (PAINTER, SKETCHER):
        faces = faces_of(root, model)
        for suite, block in model.suites.items():
            for sample in faces.samples(block, suite):
                made = cv2.blur(sample.read_truth(SIZE), (3, 3))
                images.write(sample.output(SEED), made)
    return root


def faces_of(root: Path, model: Model) -> Faces:
    """What `model` is measured on in the project at `root`."""
    return Faces("painter" if model.learns == "photo" else "sketcher", model, root)


def times_of(root: Path) -> pd.DataFrame:
    """data/faces.csv of the project at `root`."""
    return tables.read(root / "data/faces.csv")
