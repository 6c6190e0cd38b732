"""translate: what a model writes, and the samples of all its suites, each picture once."""

import json
import runpy
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor

from limner import apply, images, tables
from limner.apply import Translator, erase_inputs
from limner.blocks import Model, Suite
from limner.errors import ParamsError
from limner.mesh import IRISES, NOSE
from limner.nets import store
from limner.sketch.erase import PAPER
from tests import small

SIZE, FRAME = 64, 64
SUITES = {
    "unseen": Suite("test", ("ink", "learned"), ("ann",)),
    "strange_style": Suite("test", ("wash", "chalk"), ("ann",)),
    "no_nose": Suite("all", ("wash", "learned"), erase=("nose",)),
    "bob": Suite("all", ("ink",), manifests=(small.MANIFESTS["bob"],)),
}
PAINTER = replace(small.PAINTER, suites=SUITES)


def network(folder: Path, model: Model, seed: int, labels: tuple[str, ...] = ()) -> None:
    """A model with random weights."""
    torch.manual_seed(seed)
    inputs, outputs = (1, 3) if model.learns == "photo" else (3, 1)
    shape = ("batch", "alive", "transposed", 0.0)
    card = store.Card(
        "any", model.learns, SIZE, inputs, outputs, 4, *shape, ("ann",), ("ink",), FRAME, (32.0, 27.0), 19.0
    )
    if labels:
        card = replace(card, label="sex", labels=labels)
    store.save(folder, card, card.network())


def settle(root: Path, name: str, model: Model, seeds: int) -> None:
    """params.yaml with this one model."""
    tree = yaml.safe_load((Path(__file__).parent.parent / "params.yaml").read_text())
    tree["manifests"] = sorted(small.MANIFESTS.values())
    tree["models"] = {name: json.loads(json.dumps(asdict(model)))}
    tree["train"]["device"] = "cpu"
    tree["evaluate"]["seeds"] = seeds
    (root / "params.yaml").write_text(yaml.safe_dump(tree))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small project, with landmarks: noses of 8 by 16 pixels."""
    small.write(tmp_path)
    points = np.full((478, 3), 32, np.float32)
    points[NOSE, :2] += np.array([(x, y) for x in (-4, 4) for y in np.linspace(-8, 8, len(NOSE) // 2)])
    points[IRISES, :2] = [(22, 24), (42, 24)]
    np.savez(tmp_path / "data/landmarks.npz", **{path.stem: points for path in (tmp_path / "data/faces").glob("*.png")})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def translate(root: Path, name: str) -> None:
    runpy.run_path(str(Path(__file__).parent.parent / "stages/translate.py"))["main"](name)


def made(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.png"))}


def test_every_sample_of_every_suite_is_made(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network(project / "models/painter", PAINTER, 0)
    network(project / "runs/painter/repeats/1", PAINTER, 1)
    settle(project, "painter", PAINTER, seeds=2)
    read: Counter[Path] = Counter()
    load = apply.load

    def counted(paths: Sequence[Path], side: int, channels: Literal[1, 3]) -> Tensor:
        read.update(paths)
        return load(paths, side, channels)

    monkeypatch.setattr(apply, "load", counted)
    translate(project, "painter")
    assert set(read.values()) == {1, 2}, "each picture once by each of the two models, or by the first alone"

    written = made(project / "runs/painter/pictures")
    assert set(written) == {f"{style}/{path.name}" for style in ("ink", "learned") for path in faces(project)}
    found = small.faces_of(project, PAINTER)
    for seed in (0, 1):
        folder = project / f"runs/painter/suites/{seed}"
        samples = [sample for name, suite in SUITES.items() for sample in found.samples(suite, name)]
        expected = {sample.output(seed).relative_to(folder).as_posix() for sample in samples}
        assert set(made(folder)) >= expected
        assert all(images.read(sample.output(seed)).shape == (SIZE, SIZE, 3) for sample in samples)
    of_model = made(project / "runs/painter/suites/0/unseen")
    assert of_model["ink/ann-4.png"] == written["ink/ann-4.png"]
    assert of_model["ink/ann-4.png"] != made(project / "runs/painter/suites/1/unseen")["ink/ann-4.png"]


def faces(project: Path) -> list[Path]:
    return sorted((project / "data/faces").glob("*.png"))


def test_a_suite_changes_nothing_of_what_a_model_writes(project: Path) -> None:
    network(project / "models/painter", PAINTER, 0)
    settle(project, "painter", PAINTER, seeds=1)
    translate(project, "painter")
    with_suites = made(project / "runs/painter/pictures")
    settle(project, "painter", replace(PAINTER, suites={"one": Suite("test", ("ink",))}), seeds=1)
    translate(project, "painter")
    assert made(project / "runs/painter/pictures") == with_suites


def test_an_erased_input_is_what_the_model_reads(project: Path) -> None:
    network(project / "models/painter", PAINTER, 0)
    settle(project, "painter", PAINTER, seeds=1)
    translate(project, "painter")
    for sample in small.faces_of(project, PAINTER).samples(SUITES["no_nose"], "no_nose"):
        whole, erased = images.read_gray(sample.sketch), images.read_gray(sample.input)
        assert erased[32, 32] == PAPER
        np.testing.assert_array_equal(erased[:4], whole[:4])
        translator = Translator(project / "models/painter", torch.device("cpu"))
        expected = translator(torch.from_numpy(erased)[None, None])[0].permute(1, 2, 0).numpy()
        assert np.abs(images.read(sample.output(0)).astype(int) - expected).max() <= 1


def test_landmarks_fit_drawings_of_any_size(project: Path) -> None:
    (sample, *_) = small.faces_of(project, PAINTER).samples(SUITES["no_nose"], "no_nose")
    images.write(sample.sketch, np.zeros((128, 128), np.uint8))
    erase_inputs([sample], ("nose",), project / "data/landmarks.npz", FRAME)
    gone = images.read_gray(sample.input) > 0
    y, x = (np.flatnonzero(gone.any(axis=axis)) for axis in (1, 0))
    assert (x.min() + x.max()) / 2 == pytest.approx(64, abs=4)
    assert 32 < y[-1] - y[0] < 64


def test_each_face_is_told_by_its_own_label(project: Path) -> None:
    """Also bob, in a suite and in an erased drawing; ann-0's label is not known."""
    model = replace(PAINTER, train=replace(PAINTER.train, labels="sex"))
    known = small.times_of(project)
    sexes = {id: "" if id == "ann-0" else "f" if id.startswith("ann") else "m" for id in known["id"]}
    tables.write(project / "data/faces.csv", known.assign(sex=list(sexes.values())))
    network(project / "models/painter", model, 0, ("f", "m"))
    network(project / "runs/painter/repeats/1", model, 1, ("f", "m"))
    settle(project, "painter", model, seeds=2)
    translate(project, "painter")
    found = small.faces_of(project, model)
    translators = [
        Translator(project / place, torch.device("cpu")) for place in ("models/painter", "runs/painter/repeats/1")
    ]
    for suite in ("no_nose", "bob"):
        for sample in found.samples(SUITES[suite], suite):
            given = torch.from_numpy(sample.read_input(SIZE))[None, None]
            for seed, translator in enumerate(translators):
                expected = translator(given, [sexes[sample.id]])[0].permute(1, 2, 0).numpy().astype(int)
                assert np.abs(images.read(sample.output(seed)) - expected).max() <= 1
                other = translator(given, ["f" if sexes[sample.id] == "m" else "m"])[0].permute(1, 2, 0).numpy()
                assert np.abs(other - expected).max() > 1


def test_a_sketcher_draws_every_face_and_its_suites(project: Path) -> None:
    network(project / "models/sketcher", small.SKETCHER, 0)
    settle(project, "sketcher", small.SKETCHER, seeds=1)
    translate(project, "sketcher")
    drawn = made(project / "data/sketches/learned")
    assert set(drawn) == {path.name for path in faces(project)}
    assert made(project / "runs/sketcher/suites/0/unseen/ink") == {
        name: drawn[name] for name in ("ann-4.png", "ann-5.png")
    }


def test_one_part_alone(project: Path) -> None:
    network(project / "models/painter", PAINTER, 0)
    settle(project, "painter", PAINTER, seeds=1)
    main = runpy.run_path(str(Path(__file__).parent.parent / "stages/translate.py"))["main"]
    main("painter", "--only", "suites")
    assert not (project / "runs/painter/pictures").exists()
    assert (project / "runs/painter/suites/0/strange_style/chalk/ann-4.png").is_file()
    shutil.rmtree(project / "runs/painter")
    main("painter", "--only", "writes")
    assert not (project / "runs/painter/suites").exists()
    assert set(made(project / "runs/painter/pictures")) == {
        f"{style}/{path.name}" for style in ("ink", "learned") for path in faces(project)
    }
    with pytest.raises(ParamsError, match="only `--only writes` and `--only suites` are allowed"):
        main("painter", "--only", "pictures")


def test_a_model_that_writes_nothing(project: Path) -> None:
    silent = replace(PAINTER, writes=None)
    network(project / "models/painter", silent, 0)
    settle(project, "painter", silent, seeds=1)
    translate(project, "painter")
    assert {path.name for path in (project / "runs/painter").iterdir()} == {"suites"}
