"""A project as the stages before the report leave it, made by drawing: no photo, no network, no training."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
import yaml

from limner import images, tables
from limner.blocks import Model
from limner.build import build
from limner.images import Image
from limner.params import Params
from tests.report import evaluated

HOSTILE = "<script>alert(\"x\")</script> & 'co' <img src=x onerror=alert(1)>"
ODD = "anna # 100% & co"
"""An id that a file may have, and that neither a url nor a tag takes as it is."""
ERASED = "without_nose"
"""A suite whose inputs lack a feature."""
EPOCHS = (5, 10, 20, 40)


def small_settings(path: Path) -> Params:
    """The project's own settings with two styles, two people and 64 px."""
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    tree["size"] = 64
    tree["workers"]["count"] = 1  # to start processes would take longer than the few pictures do
    tree["styles"] = {name: tree["styles"][name] for name in ("stamp", "pencil")}
    for model in tree["models"].values():
        for block in (model["train"], *model["suites"].values()):
            block["people"] = ["anna"] if "woman" in block["people"] else ["ben"]
            block["styles"] = [s for s in block["styles"] if s in ("stamp", "pencil", "learned")]
    tree["models"]["painter"]["suites"][ERASED] = {**tree["models"]["painter"]["suites"]["unseen"], "erase": ["nose"]}
    return build(Params, tree, str(path))


def face(seed: int, side: int = 96) -> Image:
    """(side, side, 3): an oval with eyes and a mouth, another one for each seed."""
    rng = np.random.default_rng(seed)
    picture = np.full((side, side, 3), rng.integers(40, 90, 3), np.uint8)
    middle, unit = side // 2, side // 24
    cv2.ellipse(picture, (middle, middle), (7 * unit, 9 * unit), 0, 0, 360, (215, 170, 150), -1)
    for across in (-3, 3):
        cv2.circle(picture, (middle + across * unit, middle - 2 * unit), unit, (50, 40, 40), -1)
    mouth = (int(rng.integers(2, 5)) * unit, unit)
    cv2.ellipse(picture, (middle, middle + 4 * unit), mouth, 0, 0, 180, (150, 60, 60), -1)
    return picture


def project(root: Path, settings: Params, faces: Mapping[str, Image], people: Mapping[str, str]) -> None:
    """Write all that the report reads: `faces` (a picture) and `people` (a name) by id."""
    ids = list(faces)
    split = {id: ("train", "train", "test", "gap", "train")[index % 5] for index, id in enumerate(ids)}
    for id in ids:
        images.write(root / "data/faces" / f"{id}.png", faces[id])
        for style in settings.styles:
            images.write(root / "data/sketches/effects" / style / f"{id}.png", drawing(faces[id], style))
    _data(root, ids, people, split)
    for name, model in settings.models.items():
        _translated(root, name, model, faces, settings.size)
        evaluated.write(root, name, model, people, split)
        _trained(root / "runs" / name / "training", dict(list(faces.items())[:2]), settings.size)
        (root / "models").mkdir(exist_ok=True)
        (root / "models" / f"{name}.md").write_text(f"# {name}\n", encoding="utf-8")


def drawing(picture: Image, style: str) -> Image:
    """(H, W) gray: three flat greys, or pencil."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if style != "pencil":
        return (gray // 86 * np.uint8(127)).astype(np.uint8)
    soft = cv2.GaussianBlur(gray, (0, 0), 6).astype(np.float32)
    return np.minimum(255, gray * np.float32(250) / np.maximum(soft, 1)).astype(np.uint8)


def blurred(picture: Image, size: int, sigma: float) -> Image:
    """What a model might have made of it."""
    return cv2.GaussianBlur(images.resize(picture, size, size), (0, 0), sigma).astype(np.uint8)


def _data(root: Path, ids: list[str], people: Mapping[str, str], split: Mapping[str, str]) -> None:
    base = pd.DataFrame({"id": ids, "person": [people[id] for id in ids]})
    raw = base.assign(
        source=[f"pypi://films==1.0/{people[id]}.mp4" for id in ids],
        license="CC-BY-4.0",
        credit=[HOSTILE if people[id] == "ben" else f"Film of {people[id]}" for id in ids],
        sketch_file="",
    )
    tables.write(root / "data/raw.csv", raw)
    times = [f"{index * 0.16:.2f}" for index in range(len(ids))]
    tables.write(root / "data/faces.csv", base.assign(time=times, eye_distance="101.5", split=""))
    first = {person: next(id for id in ids if people[id] == person) for person in dict.fromkeys(people.values())}
    tests = [split[id] == "test" for id in ids]
    divided = base.assign(
        split=[split[id] for id in ids],
        nearest=[first[people[id]] if test else "" for id, test in zip(ids, tests, strict=True)],
        nearest_distance=[f"{0.09 - 0.0002 * n:.4f}" if test else "" for n, test in enumerate(tests)],
    )
    tables.write(root / "data/split.csv", divided)
    (root / "reports").mkdir()
    (root / "reports/split.json").write_text(json.dumps(_distances(first)))
    tables.write_problems(root / "data/raw_problems.csv", [], "")
    skipped = [tables.Problem(f"dark-{n}", "skipped", f"no face found in <b>{n}</b>") for n in range(9)]
    tables.write_problems(root / "data/faces_problems.csv", skipped, "")


def _distances(people: Iterable[str]) -> dict[str, Any]:
    far = {"nearest": {"min": 0.02, "median": 0.04}, "neighbouring_frames": {"median": 0.01}}
    one = {"train": 8, "test": 3, "gap": 3, **far}
    return {"all": one, "people": dict.fromkeys(people, one)}


def _translated(root: Path, name: str, model: Model, faces: Mapping[str, Image], size: int) -> None:
    for id, picture in faces.items():
        if model.learns == "sketch":
            made = blurred(drawing(picture, "stamp"), size, 0.8)
            images.write(root / model.writes / f"{id}.png", made)
            continue
        for number, style in enumerate(model.train.styles):
            made = blurred(picture, size, 0.6 + 0.2 * number)
            images.write(root / model.writes / style / f"{id}.png", made)
            for kind in ("erased", "0"):
                given = made if kind == "0" else drawing(picture, style)
                images.write(root / f"runs/{name}/suites/{kind}/{ERASED}/{style}/{id}.png", given)


def _trained(folder: Path, faces: Mapping[str, Image], size: int) -> None:
    for number, name in enumerate(("l1", "generator", "discriminator")):
        path = folder / "plots/metrics" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        losses = [f"{epoch}\t{np.exp(-epoch / 12) + 0.2 * number:.6f}" for epoch in range(1, 41)]
        path.write_text("\n".join([f"step\t{name}", *losses]) + "\n")
    for id, picture in faces.items():
        name = f"stamp~{id}.png"
        for epoch in EPOCHS:
            images.write(folder / f"snapshots/{epoch:06d}" / name, blurred(picture, size, 40 / epoch))
        images.write(folder / "snapshots/input" / name, drawing(picture, "stamp"))
        images.write(folder / "snapshots/truth" / name, picture)
