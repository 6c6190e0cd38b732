"""Any two folders of pictures: which belong together, and what their figures are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image as Pillow
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from typer.testing import CliRunner

from limner import images
from limner.cli import app
from limner.errors import LimnerError
from limner.evaluate import folders
from limner.images import Image
from limner.metrics.lpips import lpips


def photo(seed: int, side: int = 48) -> Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return images.resize(coarse, side, side)


def noisy(picture: Image, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, 20, picture.shape)
    return (picture + noise).round().clip(0, 255).astype(np.uint8)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of three outputs and one of their truths."""
    for seed in range(3):
        images.write(tmp_path / f"true/face-{seed}.png", photo(seed))
        images.write(tmp_path / f"made/face-{seed}.png", noisy(photo(seed), seed))
    return tmp_path / "made", tmp_path / "true"


def measure(made: Path, true: Path, inputs: Path | None = None, names: str = "l1 psnr ssim_flat") -> pd.DataFrame:
    measured, _ = folders.evaluate(made, true, inputs, names.split(), Path("nowhere"), workers=1)
    return measured.pictures


def test_the_figures_are_those_of_skimage(pair: tuple[Path, Path]) -> None:
    table = measure(*pair).set_index("id")
    for seed in range(3):
        made, true = (images.read(folder / f"face-{seed}.png") for folder in pair)
        row = table.loc[f"face-{seed}"]
        assert row["psnr"] == pytest.approx(peak_signal_noise_ratio(true, made, data_range=255), abs=1e-4)
        expected = structural_similarity(true, made, channel_axis=2, data_range=255)
        assert row["ssim_flat"] == pytest.approx(expected, abs=1e-4)


def test_a_tools_own_endings_do_no_harm(tmp_path: Path) -> None:
    for seed in range(2):
        for ending, picture in (("real_A", photo(9)), ("fake_B", noisy(photo(seed), 0)), ("real_B", photo(seed))):
            Pillow.fromarray(picture).save(_made(tmp_path / "images") / f"f-00{seed}_{ending}.png")
    folder = tmp_path / "images"
    table = measure(folder, folder, folder)
    assert list(table["id"]) == ["f-000", "f-000", "f-001", "f-001"]
    assert list(table["method"]) == ["model", "copy"] * 2
    by_method = table.groupby("method")["l1"].mean()
    assert by_method["model"] < 0.08 < by_method["copy"]


def test_other_formats_and_sizes_compare(pair: tuple[Path, Path]) -> None:
    made, true = pair
    big = images.resize(images.read(made / "face-1.png"), 96, 96)
    (made / "face-1.png").unlink()
    Pillow.fromarray(big).save(made / "face-1.jpg", quality=95)
    table = measure(made, true).set_index("id")
    assert table.loc["face-1", "psnr"] > 20


def test_what_has_no_partner_or_is_broken_is_named(pair: tuple[Path, Path]) -> None:
    made, true = pair
    images.write(made / "lonely.png", photo(7))
    (made / "face-2.png").write_text("no picture")
    measured, problems = folders.evaluate(made, true, None, ["l1"], Path("nowhere"), workers=1)
    assert list(measured.pictures["id"]) == ["face-0", "face-1"]
    assert {(problem.what, Path(problem.id).stem) for problem in problems} == {
        ("skipped", "lonely"),
        ("failed", "face-2"),
    }


def test_where_every_picture_is_broken_it_is_told_why(pair: tuple[Path, Path]) -> None:
    """By the command a person types."""
    made, true = pair
    for seed, folder in enumerate((made, true, made)):
        (folder / f"face-{seed}.png").write_text("no picture")
    done = CliRunner().invoke(app, ["evaluate", str(made), str(true)])
    assert done.exit_code == 1
    first, *reasons = done.stderr.splitlines()
    assert first == f"limner: no picture of {made} can be measured against {true}:"
    assert [line.split(":")[0].strip() for line in reasons] == ["face-0", "face-1", "face-2"]


def test_names_that_do_not_fit_are_refused_with_examples(pair: tuple[Path, Path], tmp_path: Path) -> None:
    images.write(tmp_path / "others/zoe.png", photo(0))
    with pytest.raises(LimnerError, match=r"no picture of .*face-0.png.*zoe.png"):
        measure(pair[0], tmp_path / "others")


@pytest.mark.parametrize("what", ["missing", "empty"])
def test_a_folder_without_pictures_is_refused(pair: tuple[Path, Path], tmp_path: Path, what: str) -> None:
    if what == "empty":
        (tmp_path / what).mkdir()
    with pytest.raises(LimnerError, match=what if what == "missing" else "holds no pictures"):
        measure(pair[0], tmp_path / what)


def test_two_pictures_of_one_name_are_refused(pair: tuple[Path, Path]) -> None:
    Pillow.fromarray(photo(0)).save(pair[0] / "face-0.jpg")
    with pytest.raises(LimnerError, match=r"face-0.jpg.*face-0.png"):
        measure(*pair)


def test_two_evaluated_folders_can_be_compared(
    pair: tuple[Path, Path], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the commands a person types."""
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "160")
    made, true = pair
    for seed in range(3):
        images.write(tmp_path / f"better/face-{seed}.png", noisy(photo(seed), 0) // 2 + photo(seed) // 2)

    def limner(*words: object) -> str:
        return CliRunner().invoke(app, [*map(str, words)], catch_exceptions=False).stdout

    shown = limner("evaluate", made, true, "--metrics", "l1,psnr", "--out", tmp_path / "a")
    assert "psnr ↑" in shown
    assert pd.read_csv(tmp_path / "a/figures.csv")["value"].notna().all()
    limner("evaluate", tmp_path / "better", true, "--metrics", "l1,psnr", "--out", tmp_path / "b")
    told = limner("compare", tmp_path / "a", tmp_path / "b", "--out", tmp_path / "told.csv")
    assert "b is better in 2" in told or "b in 2" in told
    assert set(pd.read_csv(tmp_path / "told.csv")["verdict"]) == {"b"}


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_the_very_same_names_are_pairs_whatever_they_say(tmp_path: Path) -> None:
    for folder in ("made", "true"):
        for name in ("1_real", "2_gt"):
            images.write(tmp_path / folder / f"{name}.png", photo(1))
    images.write(tmp_path / "made/3_fake_B.png", photo(3))
    images.write(tmp_path / "true/3_real_B.png", photo(3))
    assert list(measure(tmp_path / "made", tmp_path / "true", names="l1")["id"]) == ["1_real", "2_gt", "3"]


def test_a_tools_folder_may_be_held_against_truths_alone(tmp_path: Path) -> None:
    """Its own copy of the truth has the truth's name."""
    for name, picture in (("1_fake_B", noisy(photo(1), 0)), ("1_real_B", photo(1)), ("1_real_A", photo(9))):
        images.write(tmp_path / f"made/{name}.png", picture)
    images.write(tmp_path / "true/1_real_B.png", photo(1))
    table = measure(tmp_path / "made", tmp_path / "true", names="l1")
    assert list(table["id"]) == ["1"]
    assert 0.01 < table["l1"].iloc[0] < 0.1


def test_what_a_metric_cannot_see_in_a_tiny_picture_is_no_figure() -> None:
    tiny = torch.zeros(2, 3, 16, 48)
    assert lpips(tiny, tiny, weights=Path("nowhere")).isnan().all()


def test_tables_go_into_a_folder(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    ran = CliRunner().invoke(app, ["evaluate", *map(str, pair), "--metrics", "l1", "--out", str(tmp_path / "f")])
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "f is a file, so no tables can go there" in ran.stderr
    ran = CliRunner().invoke(app, ["evaluate", *map(str, pair), "--metrics", "l1", "--out", str(tmp_path / "f/x")])
    assert (ran.exit_code, ran.stdout) == (1, "")
