"""A model with settings and faces of its own, through all the stages that build it."""

import csv
import json
import runpy
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
import yaml

from limner import images
from limner.blocks import ModelTrain, Suite
from limner.nets import card
from tests import small

STAGES = Path(__file__).parent.parent / "stages"
OWN = replace(
    small.PAINTER,
    sketches="data/boxed/sketches/effects/ink",
    tests="data/boxed/sketches",
    writes="runs/own/pictures",
    jitter=False,
    size=64,
    train=ModelTrain(("ann",), ("ink",), 1, most=3, flip=False, recipe="tiny", seeds=2),
    data="data/boxed",
    suites={"unseen": Suite("test", ("ink", "wash"), ("ann",))},
)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_stage_goes_by_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)  # evaluate's is for the whole process
    small.write(tmp_path)
    (tmp_path / "data").rename(tmp_path / "boxed")
    (tmp_path / "data").mkdir()
    (tmp_path / "boxed").rename(tmp_path / "data/boxed")
    tree = yaml.safe_load((Path(__file__).parent.parent / "params.yaml").read_text())
    tree["manifests"] = sorted(small.MANIFESTS.values())
    tree["models"] = {"own": json.loads(json.dumps(asdict(OWN)))}
    tree["train"] |= {"device": "cpu", "precision": "float32"}
    tree["recipes"]["tiny"] = tree["recipes"]["pix2pix"] | {"width": 4, "discriminator_width": 4}
    tree["evaluate"]["metrics"] = ["l1"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))

    for stage in ("train", "repeat", "translate", "evaluate"):
        runpy.run_path(str(STAGES / f"{stage}.py"))["main"]("own")

    assert tree["size"] == 128
    made = card.read(tmp_path / "models/own")
    assert (made.size, made.width, made.upsample) == (64, 4, "transposed")
    assert table(tmp_path / "runs/own/training/pairs.csv") == [{"style": "ink", "pairs": "3"}]
    assert [path.name for path in (tmp_path / "runs/own/repeats").iterdir()] == ["1"]
    assert {path.name for path in (tmp_path / "runs/own/pictures").iterdir()} == {"ink"}, "it learned one style"
    painted = images.read(tmp_path / "runs/own/suites/1/unseen/wash/ann-4.png")
    assert painted.shape == (64, 64, 3)
    rows = table(tmp_path / "runs/own/evaluation/pictures.csv")
    assert {(row["style"], row["seed"]) for row in rows if row["method"] == "model"} == {
        (style, seed) for style in ("ink", "wash") for seed in "01"
    }
    text = (tmp_path / "models/own.md").read_text(encoding="utf-8")
    for line in ("- ann: 3 faces, each in 1 style (ink)", "64 x 64 pixels", "| name | tiny |", "| flip | off |"):
        assert line in text
    assert "| jitter | off |" in text
