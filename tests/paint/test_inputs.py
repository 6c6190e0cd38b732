"""What is named on the command line: files, folders, patterns, videos, and nothing that is not there."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from limner import images
from limner.errors import SourceError
from limner.paint.inputs import find, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.JPG", "a.png", "deep/c.mp4", "deep/d.txt", ".hidden/e.png", ".f.png", "out/g.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def names(folder: Path, *named: str) -> list[str]:
    found, _ = find([str(folder / name) for name in named], folder / "out")
    return [path.relative_to(folder).as_posix() for path in found]


def test_a_folder_is_all_it_holds_but_the_results(folder: Path) -> None:
    assert names(folder, ".") == ["a.png", "b.JPG", "deep/c.mp4"]


def test_a_file_is_taken_whatever_its_ending_and_once(folder: Path) -> None:
    assert names(folder, "deep/d.txt", "out/g.png", "a.png", "*.png", "deep/../a.png") == [
        "deep/d.txt",
        "out/g.png",
        "a.png",
    ]


def test_a_pattern_finds_files_and_folders(folder: Path) -> None:
    assert names(folder, "**/*.mp4", "de*") == ["deep/c.mp4"]
    (folder / "x[1].png").touch()
    assert names(folder, "x[1].png") == ["x[1].png"], "a file may be called like a pattern"


@pytest.mark.parametrize("out", [".", "..", "deep/.."])
def test_results_may_go_where_the_pictures_are(folder: Path, out: str) -> None:
    found, problems = find([str(folder)], folder / out)
    assert [path.name for path in found] == ["a.png", "b.JPG", "c.mp4", "g.png"]
    assert problems == []


def test_a_pattern_passes_over_the_results_as_a_folder_does(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(folder, "**/*.png") == ["a.png"]
    assert names(folder, "o*", "*.png") == ["a.png"], "nor a folder that it matches"
    assert names(folder, "out/*.png") == ["out/g.png"], "whose place is named outright"
    monkeypatch.chdir(folder)
    assert [str(path) for path in find(["*.png"], Path())[0]] == ["a.png"]
    assert [str(path) for path in find(["**/*.png"], Path("out"))[0]] == ["a.png"]


def test_what_holds_nothing_but_results_says_so(folder: Path) -> None:
    (folder / "a.png").unlink()
    _, (problem,) = find([str(folder / "**/*.png")], folder / "out")
    assert problem.reason == f"matches no picture and no video outside {folder / 'out'}, where the results go"


def test_what_is_named_for_nothing_is_told(folder: Path) -> None:
    (folder / "empty").mkdir()
    found, problems = find([str(folder / name) for name in ("none.png", "no*.png", "empty")], folder / "out")
    assert found == []
    assert [problem.reason.split()[0] for problem in problems] == ["does", "matches", "holds"]


def test_a_photo_comes_upright(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # the camera was turned: the left column is the top row
    pixels = np.zeros((20, 40, 3), np.uint8)
    pixels[:, :10] = 255
    Pillow.fromarray(pixels).save(tmp_path / "me.png", exif=exif)
    (picture,) = read(tmp_path / "me.png", 1, lambda _: None)
    assert (picture.name, picture.stem) == (str(tmp_path / "me.png"), "me")
    assert picture.image.shape == (40, 20, 3)
    assert picture.image[:10].min() == 255
    assert picture.image[10:].max() == 0


def test_each_nth_frame_of_a_video_by_its_number(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "talk.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 25, (64, 48))
    for value in range(0, 250, 25):
        writer.write(np.full((48, 64, 3), value, np.uint8))
    writer.release()
    frames = list(read(tmp_path / "talk.mp4", 4, lambda _: None))
    assert [frame.stem for frame in frames] == ["talk~00000", "talk~00004", "talk~00008"]
    assert [round(float(frame.image.mean()) / 25) for frame in frames] == [0, 4, 8]


def test_what_a_person_should_know_is_told(tmp_path: Path) -> None:
    first, second = (Pillow.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(tmp_path / "moving.gif", save_all=True, append_images=[second])
    told: list[str] = []
    assert len(list(read(tmp_path / "moving.gif", 1, told.append))) == 1
    assert "only the first" in told[0]


@pytest.mark.parametrize("name", ["a.png", "a.mp4"])
def test_no_picture_and_no_video_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("hello")
    with pytest.raises(SourceError):
        list(read(tmp_path / name, 1, lambda _: None))


def test_a_picture_of_limner_is_read_as_it_is(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7), dtype=np.uint8)
    images.write(tmp_path / "a.png", pixels)
    (picture,) = read(tmp_path / "a.png", 1, lambda _: None)
    np.testing.assert_array_equal(picture.image, np.repeat(pixels[..., None], 3, axis=2))
