"""The second report's own outputs: fetched, and held against their photos as they have been before."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limner import images, tables
from limner.errors import LimnerError
from limner.experiments import theirs
from limner.experiments.detail import detail
from limner.experiments.theirs import beside, compare, fetch
from limner.images import Image
from limner.scrape import manifests, pictures
from tests.sites import digest, manifest, options, project

__all__ = ["project"]

MANIFEST = "data/manifests/sketchtoface_outputs.csv"
URL = "https://raw.githubusercontent.com/richliao/SketchToFace/cf543d75b7fcab187b3a1467af79887c26923ed7/"


def noisy(seed: int, amount: float) -> Image:
    draw = np.random.default_rng(seed)
    return (120 + draw.integers(0, 60, (64, 64, 3)) * amount).astype(np.uint8)


@pytest.fixture
def measuring(project: Path, weights: Path) -> Path:
    """The project, with the metrics' model files."""
    (project / "data/weights").symlink_to(weights)
    return project


@pytest.fixture
def reported(measuring: Path, root: Path, shared: Path) -> dict[str, Path]:
    """Their five outputs in data/theirs, and the photos of the five."""
    shutil.copy(root / MANIFEST, MANIFEST)
    shutil.copy(root / "data/manifests/sketchtoface.csv", "data/manifests")
    assert fetch(MANIFEST, options(mirrors={URL: f"{shared}/sketchtoface/"})) == []
    rows, _ = manifests.read_all(["data/manifests/sketchtoface.csv"])
    found = {}
    for row in rows:
        if Path(f"data/theirs/{row.person}.png").is_file():
            local = shared / "sketchtoface" / row.url.removeprefix(URL)
            images.write(Path(f"data/raw/{row.id}.png"), pictures.read(local, row.channels).image)
            found[row.id] = Path(f"data/raw/{row.id}.png")
    return found


def test_their_figures_are_those_that_were_measured_before(reported: dict[str, Path]) -> None:
    table = beside(theirs.FOLDER, reported, reported).set_index(["whose", "id"])
    students = table.loc["theirs"].loc[["f005", "f006", "f007"]].mean()
    assert students["lpips"] == pytest.approx(0.114, abs=0.0005)
    assert students["psnr"] == pytest.approx(18.8, abs=0.05)
    assert students["ssim_flat"] == pytest.approx(0.703, abs=0.0005)
    assert students["l1"] == pytest.approx(0.074, abs=0.0005)
    others = table.loc["theirs"].loc[["test1", "test2"]].mean()
    assert others["lpips"] == pytest.approx(0.288, abs=0.0005)
    assert others["ssim_flat"] == pytest.approx(0.374, abs=0.0005)
    assert others["psnr"] == pytest.approx(8.5, abs=0.05)
    truths = table.loc["ours"]  # here the truths themselves
    assert truths["ssim_flat"].tolist() == truths["detail"].tolist() == pytest.approx([1] * 5)
    assert truths["lpips"].tolist() == pytest.approx([0] * 5, abs=1e-5)


def test_a_models_outputs_are_found_and_seen_at_the_size_of_theirs(reported: dict[str, Path]) -> None:
    lines = [{"id": id, "file": path.as_posix()} for id, path in reported.items()]
    tables.write_rows(Path("data/raw.csv"), ("id", "file"), lines)
    for id, path in reported.items():
        large = images.resize(images.read(path), 128, 128)
        images.write(Path(f"runs/ours/suites/0/unseen/artist/{id}.png"), large)
    table = compare("ours", "unseen", "artist")
    assert list(table.columns) == ["id", "whose", "lpips", "ssim_flat", "psnr", "l1", "sharpness", "detail"]
    assert list(table["id"]) == [id for id in sorted(reported) for _ in range(2)]
    assert (table[table["whose"] == "ours"]["ssim_flat"] > 0.95).all()
    with pytest.raises(LimnerError, match=r"f005\.png is missing"):
        compare("ours", "unseen", "artist", seed=1)
    tables.write_rows(Path("data/raw.csv"), ("id", "file"), lines[1:])
    with pytest.raises(LimnerError, match="lacks the photos f005"):
        compare("ours", "unseen", "artist")


@pytest.fixture
def two(project: Path) -> str:
    """A manifest of two pictures, of which one is not there."""
    images.write(Path("data/photos/a.png"), noisy(0, 1))
    sha256 = digest(Path("data/photos/a.png").read_bytes())
    rows = [
        {"id": "a-outputs", "person": "a", "url": "data/photos/a.png", "sha256": sha256, "channels": "bgr"},
        {"id": "b-outputs", "person": "b", "url": "data/photos/b.png", "sha256": "0" * 64, "channels": "rgb"},
    ]
    return manifest("theirs.csv", [row | {"license": "CC0-1.0"} for row in rows])


def test_what_cannot_be_had_is_left_out_and_told(two: str) -> None:
    images.write(theirs.FOLDER / "old.png", noisy(1, 1))
    problems = fetch(two, options())
    assert [(problem.id, problem.what) for problem in problems] == [("b-outputs", "failed")]
    assert sorted(path.name for path in theirs.FOLDER.iterdir()) == ["a.png", theirs.LEFT_OUT]
    assert np.array_equal(images.read(theirs.FOLDER / "a.png"), noisy(0, 1)[..., ::-1]), "red and blue put right"
    told = (theirs.FOLDER / theirs.LEFT_OUT).read_text("utf-8")
    assert told.startswith(
        f"1 of the outputs in {two} are left out: b-outputs. The first: data/photos/b.png is not there"
    )


def test_without_any_of_them_the_reason_is_given(two: str) -> None:
    with pytest.raises(LimnerError, match="data/theirs holds no pictures"):
        compare("ours", "unseen", "artist")
    Path("data/photos/a.png").unlink()
    fetch(two, options())
    with pytest.raises(LimnerError, match="no outputs of theirs to compare with: 2 of the outputs"):
        compare("ours", "unseen", "artist")


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    files = {"a": tmp_path / "truth.png"}
    images.write(files["a"], noisy(0, 1))
    images.write(tmp_path / "a.png", noisy(0, 1)[:32])
    with pytest.raises(LimnerError, match=r"a.png has 64x32 pixels, unlike .*truth.png"):
        beside(tmp_path, files, files)


def test_figures_by_hand_and_metrics_by_name(tmp_path: Path) -> None:
    truth = np.full((64, 64, 3), 100, np.uint8)
    images.write(tmp_path / "truth.png", truth)
    images.write(tmp_path / "theirs/a.png", truth + np.uint8(51))
    images.write(tmp_path / "ours.png", truth)
    table = beside(tmp_path / "theirs", {"a": tmp_path / "ours.png"}, {"a": tmp_path / "truth.png"}, ["l1", "psnr"])
    expected = pd.DataFrame({"id": "a", "whose": ["theirs", "ours"], "l1": [0.2, 0.0], "psnr": [13.9794, 100.0]})
    pd.testing.assert_frame_equal(table.drop(columns="detail"), expected, atol=1e-4)


def test_detail_is_less_where_it_is_blurred_and_more_where_it_is_grainy() -> None:
    truth = noisy(2, 1)
    assert detail(truth, truth) == 1
    assert detail(noisy(2, 0.5), truth) == pytest.approx(0.5, abs=0.02)
    assert detail(noisy(2, 2), truth) == pytest.approx(2, abs=0.02)
    flat = np.full_like(truth, 100)
    assert detail(flat, flat) == 1, "where there is no detail none is lost"


class Models:
    """Models of which one was left out."""

    def left_out(self, model: str) -> str:
        return "a manifest is out of reach" if model == "absent" else ""


def five() -> None:
    """Five gray photos, outputs of theirs that are too light by 51 of 255, and two trainings of a model's that are too
    light by 25.5 on average and right."""
    lines = []
    for id in (*theirs.STUDENTS, "test1", "test2"):
        truth = np.full((64, 64, 3), 100, np.uint8)
        images.write(Path(f"data/raw/{id}.png"), truth)
        images.write(theirs.FOLDER / f"{id}.png", truth + np.uint8(51))
        for seed, change in ((0, 0), (1, 51 if id.startswith("test") else 0)):
            images.write(Path(f"runs/ours/suites/{seed}/all/artist/{id}.png"), truth + np.uint8(change))
        lines.append({"id": id, "file": f"data/raw/{id}.png"})
    tables.write_rows(Path("data/raw.csv"), ("id", "file"), lines)


@pytest.mark.usefixtures("measuring")
def test_a_table_of_both() -> None:
    five()
    table = theirs.numbers(Path(), Models(), {"ours, 64 px": "ours/all/artist", "absent": "absent/all/artist"})
    both = (theirs.REPORTED, "ours, 64 px")
    assert list(table.index) == [f"{part}: {one}" for part in ("three students", "two others") for one in both]
    assert table["L1, of 1"].tolist() == pytest.approx([0.2, 0, 0.2, 0.1])
    assert list(table.columns) == list(theirs.COLUMNS.values())
    with pytest.raises(LimnerError, match="'ours/all' names no outputs of a model: write MODEL/SUITE/STYLE"):
        theirs.numbers(Path(), Models(), {"x": "ours/all"})
    shutil.rmtree(theirs.FOLDER)
    empty = theirs.numbers(Path(), Models(), {"ours, 64 px": "ours/all/artist"})
    assert empty.empty
    assert list(empty.columns) == list(table.columns)
