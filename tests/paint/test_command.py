"""`limner paint` as a person calls it."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from limner import images
from limner.align.landmarks import Landmarker
from limner.align.search import find
from limner.errors import LimnerError
from limner.images import Image
from limner.paint import backends, command
from limner.paint.painter import Options
from tests.paint.conftest import PAINTER, SIZE, Run, make


def drawing(seed: int = 0, side: int = 400) -> Image:
    """(side, side) gray strokes."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_an_aligned_drawing_is_painted_as_the_pipeline_does(paint: Run, models: Path, tmp_path: Path) -> None:
    import torch

    from limner.apply import Translator

    images.write(tmp_path / "in/a.png", drawing())
    code, told = paint("in", "--aligned")
    assert (code, "1 picture in out" in told) == (0, True)
    Translator(models / "painter", torch.device("cpu")).files([(tmp_path / "in/a.png", tmp_path / "b.png")], "")
    np.testing.assert_array_equal(images.read(tmp_path / "out/a.png"), images.read(tmp_path / "b.png"))


def test_side_by_side_shows_what_the_model_saw(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    assert paint("a.png", "--aligned", "--side-by-side")[0] == 0
    both = images.read(tmp_path / "out/a.png")
    assert both.shape == (SIZE, 2 * SIZE, 3)
    np.testing.assert_array_equal(both[:, :SIZE, 0], images.resize(drawing(), SIZE, SIZE))


def test_a_bad_input_stops_no_other(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    images.write(tmp_path / "wide.png", drawing()[:200])
    (tmp_path / "text.jpg").write_text("hello")
    code, told = paint("text.jpg", "wide.png", "a.png", "gone.png", "--aligned")
    assert code == 0
    assert "text.jpg: failed: it is text" in told
    assert "wide.png: skipped: 400 x 200 pixels are no square" in told
    assert "gone.png: failed: does not exist" in told
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.png"]


def test_nothing_at_all_is_an_error(paint: Run, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("hello")
    code, told = paint("text.jpg", "--aligned")
    assert (code, "nothing was painted of text.jpg" in told) == (1, True)


def test_a_usage_error_is_2(paint: Run) -> None:
    assert paint("a.png", "--backend", "tensorflow")[0] == 2
    assert paint("a.png", "--every", "0")[0] == 2


def test_what_is_there_stays(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    images.write(tmp_path / "b.png", drawing(1))
    assert paint("a.png", "--aligned")[0] == 0
    first = (tmp_path / "out/a.png").read_bytes()
    images.write(tmp_path / "a.png", drawing(2))
    code, told = paint("a.png", "b.png", "--aligned")
    assert (code, "a.png: skipped: out/a.png exists already: --force" in told) == (0, True)
    assert (tmp_path / "out/a.png").read_bytes() == first
    assert paint("a.png", "--aligned", "--force")[0] == 0
    assert (tmp_path / "out/a.png").read_bytes() != first


def test_backends_differ_by_a_gray_level_at_most(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    made = []
    for backend in ("torch", "onnx"):
        assert paint("a.png", "--aligned", "--force", "--backend", backend)[0] == 0
        made.append(images.read(tmp_path / "out/a.png").astype(int))
    assert np.abs(made[0] - made[1]).max() <= 1


def test_a_photo_for_a_painter_is_noted_once(paint: Run, tmp_path: Path, astronaut: Image) -> None:
    for name in "abc":
        images.write(tmp_path / f"{name}.png", astronaut)
    assert "a.png and 2 more: noted: it looks like a photo" in paint("a.png", "b.png", "c.png", "--aligned")[1]
    images.write(tmp_path / "drawn.png", drawing())
    assert "noted" not in paint("drawn.png", "--aligned")[1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--aligned", "--back"], "no --back, no --all-faces"),
        (["--landmarker", "gone.task"], "gone.task does not exist: `dvc repro scrape` fetches it"),
        (["--aligned", "--style", "pencil"], "there is none here: run this in the project's folder"),
    ],
)
def test_what_does_not_fit_is_told_before_any_work(paint: Run, tmp_path: Path, arguments: list[str], told: str) -> None:
    images.write(tmp_path / "a.png", drawing())
    code, said = paint("a.png", *arguments)
    assert (code, told in said) == (1, True), said


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_a_model_of_faces_in_no_one_place_wants_them_as_they_were(paint: Run, tmp_path: Path, backend: str) -> None:
    images.write(tmp_path / "a.png", drawing())
    make(tmp_path / "models/loose", replace(PAINTER, name="loose", frame_eyes=None, frame_eye_distance=None))
    how = ("a.png", "-m", tmp_path / "models/loose", "--backend", backend)
    code, said = paint(*how)
    assert (code, "loose learned from faces whose eyes lie in no one place" in said) == (1, True), said
    assert paint(*how, "--aligned")[0] == 0


@pytest.mark.parametrize("out", ["file", "file/deep"])
def test_results_that_cannot_be_written_are_refused_before_any_work(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    images.write(Path("a.png"), drawing())
    backend = backends.load(str(models / "painter"), "onnx", "cpu")
    monkeypatch.setattr(command, "Painter", None)
    with pytest.raises(LimnerError, match=r"^file is a file, so no results can go there: name a folder with --out$"):
        command.paint(["a.png"], backend, Path(out), Options(None, False, False, False, True, 45, Path()), 1, False)


def test_a_style_is_one_of_params(paint: Run, models: Path, tmp_path: Path, root: Path, astronaut: Image) -> None:
    shutil.copy(root / "params.yaml", tmp_path)
    images.write(tmp_path / "a.png", astronaut)
    assert "did you mean 'pencil'?" in paint("a.png", "--aligned", "--style", "pencl")[1]
    sketcher = str(models / "sketcher")
    assert "sketcher reads photos" in paint("a.png", "--aligned", "--style", "pencil", "-m", sketcher)[1]
    code, told = paint("a.png", "--aligned", "--style", "pencil", "--side-by-side")
    assert (code, "noted" in told) == (0, False)
    seen = images.read(tmp_path / "out/a.png")[:, :SIZE]
    assert (seen[..., 0] == seen[..., 1]).all(), "the model saw a drawing"
    assert seen.mean() > 128


@pytest.fixture
def faces(tmp_path: Path, astronaut: Image, landmarker: Path) -> Path:
    """A picture of two faces, the left one larger and turned by 20 degrees."""
    canvas = np.full((500, 700, 3), 90, np.uint8)
    turned = cv2.warpAffine(astronaut, cv2.getRotationMatrix2D((225, 120), 20, 1.6), (512, 512), borderValue=(90,) * 3)
    canvas[50:450, :400] = turned[:400, 20:420]
    canvas[100:400, 400:] = astronaut[:300, 80:380]
    images.write(tmp_path / "two.png", canvas)
    return tmp_path / "two.png"


def test_faces_are_found_and_put_back(paint: Run, models: Path, faces: Path, landmarker: Path, tmp_path: Path) -> None:
    sketcher = ("-m", models / "sketcher", "--landmarker", landmarker)
    code, told = paint("two.png", *sketcher)
    assert (code, "2 faces found, the largest is painted" in told) == (0, True)
    assert images.read_gray(tmp_path / "out/two.png").shape == (SIZE, SIZE)
    code, told = paint("two.png", *sketcher, "--all-faces", "--force")
    assert (code, "2 pictures in out" in told) == (0, True)
    assert (tmp_path / "out/two~face2.png").is_file()

    before = images.read(faces)
    assert paint("two.png", *sketcher, "--back", "--force")[0] == 0
    one = (images.read(tmp_path / "out/two.png") != before).any(axis=2)
    assert paint("two.png", *sketcher, "--back", "--all-faces", "--force")[0] == 0
    both = (images.read(tmp_path / "out/two.png") != before).any(axis=2)
    assert one[:, :520].any()
    assert not one[:, 400:].any()
    assert both[:, 400:].any()
    with Landmarker(landmarker) as opened:
        for face in find(opened, before):
            for x, y in face.irises.astype(int):
                assert both[y, x]
    assert not both[:50].any(), "what is no face stays"


def test_a_picture_without_a_face_says_so(paint: Run, landmarker: Path, tmp_path: Path) -> None:
    images.write(tmp_path / "wall.png", np.full((300, 200, 3), 128, np.uint8))
    code, told = paint("wall.png", "--landmarker", landmarker)
    assert (code, "wall.png: skipped: no face found in 200 x 300 pixels" in told) == (1, True)


def test_a_video_is_painted_frame_by_frame(
    paint: Run, models: Path, landmarker: Path, astronaut: Image, tmp_path: Path
) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "talk.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 25, (512, 512))
    for index in range(5):
        frame = astronaut if index != 2 else np.zeros_like(astronaut)
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    code, told = paint("talk.mp4", "-m", models / "sketcher", "--landmarker", landmarker, "--every", 2)
    assert code == 0
    assert "talk.mp4~00002: skipped: no face found" in told
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["talk~00000.png", "talk~00004.png"]


def test_results_never_replace_inputs(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "out/a.png", drawing())
    code, told = paint("out/a.png", "--aligned", "--force")
    assert (code, "one of the pictures to read" in told) == (1, True)


def test_torch_is_not_needed(monkeypatch: pytest.MonkeyPatch, paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    monkeypatch.setitem(sys.modules, "torch", None)
    code, told = paint("a.png", "--aligned")
    assert (code, "painter (onnxruntime)" in told) == (0, True)


@pytest.mark.parametrize("backend", ["torch", "onnx"])
def test_a_model_that_is_told_a_label_wants_it(paint: Run, told: Path, tmp_path: Path, backend: str) -> None:
    import torch

    from limner.apply import Translator

    images.write(tmp_path / "in/a.png", drawing())
    how = ("in", "--aligned", "--force", "-m", told, "--backend", backend)
    code, said = paint(*how)
    assert (code, "told the sex of each picture: --label says it, one of f, m; '' where" in said) == (1, True)
    code, said = paint(*how, "--label", "w")
    assert (code, "knows no sex 'w'; allowed: f, m" in said) == (1, True)
    translator, made = Translator(told, torch.device("cpu")), []
    for label in ("f", "m", ""):
        assert paint(*how, "--label", label)[0] == 0
        made.append(images.read(tmp_path / "out/a.png").astype(int))
        translator.files([(tmp_path / "in/a.png", tmp_path / "b.png")], "", {"a": label})
        assert np.abs(images.read(tmp_path / "b.png") - made[-1]).max() <= 1
    assert min(np.abs(made[0] - made[1]).max(), np.abs(made[0] - made[2]).max()) > 1


def test_a_label_for_a_model_without_labels_is_refused(paint: Run, tmp_path: Path) -> None:
    images.write(tmp_path / "a.png", drawing())
    code, said = paint("a.png", "--aligned", "--label", "f")
    assert (code, "painter knows no labels, so leave --label out" in said) == (1, True)
