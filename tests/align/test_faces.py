"""The room from raw.csv to its outputs: what is written, what is remembered, what is told."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from limner import images, tables
from limner.align import batch
from limner.align.faces import align_all
from limner.align.landmarks import Landmarker
from limner.blocks import Align
from limner.errors import LimnerError, ParamsError


def row(name: str, file: Path | str, **more: str) -> dict[str, str]:
    """A row of raw.csv."""
    plain = {"person": name, "group": name, "time": "", "width": "1", "height": "1", "split": "", "license": "free"}
    return {"id": name, "file": str(file), **plain, "sketch_file": "", "style": "", **more}


def contents(folder: Path) -> dict[str, str]:
    """By name, the hash of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_face_and_its_drawing(
    folder: Path, settings: Align, model: Path, landmarker: Landmarker, photo_file: Path, drawing_file: Path
) -> None:
    raw = [row("f", photo_file, sketch_file=str(drawing_file), style="student", sex="f")]
    align_all(raw, settings, model, folder, workers=1)
    face = images.read(folder / "faces" / "f.png")
    drawing = images._decode(folder / "sketches" / "artist" / "student" / "f.png", -1)
    assert (face.shape, drawing.shape) == ((400, 400, 3), (400, 400))
    for picture in (face, images.read(folder / "sketches" / "artist" / "student" / "f.png")):
        irises = landmarker.detect(picture)[0].irises
        assert np.abs(irises - [[140, 170], [260, 170]]).max() < 0.03 * 120
    table = tables.read(folder / "faces.csv")
    assert list(table.columns) == [
        *("id", "person", "group", "time", "split", "eye_distance", "yaw", "roll", "faces_found", "outside"),
        *("style", "license", "sex"),
    ]
    assert table.loc[0, ["id", "style", "sex", "faces_found"]].tolist() == ["f", "student", "f", "1"]
    assert 100 < float(table.loc[0, "eye_distance"]) < 160
    points = np.load(folder / "landmarks.npz")["f"]
    assert (points.shape, points.dtype) == ((478, 3), np.float32)
    assert points[[468, 473], :2] == pytest.approx(np.array([[140, 170], [260, 170]]), abs=0.01)
    assert tables.read(folder / "faces_problems.csv").empty


def test_what_is_left_out_is_told_and_the_rest_goes_on(
    folder: Path, settings: Align, model: Path, photo_file: Path, photo: np.ndarray, tmp_path: Path
) -> None:
    (tmp_path / "text.png").write_text("no picture")
    images.write(tmp_path / "wall.png", np.full((200, 300, 3), 128, np.uint8))
    tiny = np.full((300, 400, 3), 190, np.uint8)
    tiny[60:132, 60:156] = images.resize(photo, 96, 72)
    images.write(tmp_path / "tiny.png", tiny)
    two = np.concatenate([photo, images.resize(photo, 1024, 768)], axis=1)
    images.write(tmp_path / "two.png", two)
    names = {"text": "text.png", "wall": "wall.png", "tiny": "tiny.png", "two": "two.png", "gone": "gone.png"}
    raw = [row(name, tmp_path / file) for name, file in names.items()]
    raw.append(row("good", photo_file, sketch_file=str(tmp_path / "wall.png"), style="s"))
    align_all(raw, settings, model, folder, workers=2)
    told = tables.read(folder / "faces_problems.csv").set_index("id")
    assert told["what"].to_dict() == {
        **{"text": "failed", "gone": "failed", "wall": "skipped", "tiny": "skipped"},
        **{"two": "noted", "good": "skipped"},
    }
    assert "300 x 200" in told.loc["wall", "reason"]
    assert "at least 16" in told.loc["tiny", "reason"]
    assert "2 faces" in told.loc["two", "reason"]
    assert told.loc["good", "reason"].startswith("its drawing: no face found")
    table = tables.read(folder / "faces.csv")
    assert table["id"].tolist() == ["two", "good"]
    assert sorted(path.stem for path in (folder / "faces").iterdir()) == ["good", "two"]
    assert list((folder / "sketches" / "artist").rglob("*.png")) == []
    assert np.load(folder / "landmarks.npz").files == ["two", "good"]


def test_a_turned_head_is_skipped(
    folder: Path, settings: Align, model: Path, photo_file: Path, landmarker: Landmarker, photo: np.ndarray
) -> None:
    turned = abs(landmarker.detect(photo)[0].yaw)
    strict = Align(**{**vars(settings), "max_yaw": turned / 2})
    with pytest.raises(LimnerError, match="no usable face in 1 photos"):
        align_all([row("f", photo_file)], strict, model, folder, workers=1)
    assert "align.max_yaw" in tables.read(folder / "faces_problems.csv").loc[0, "reason"]


def test_the_second_run_remembers_and_gives_the_same_bytes(
    folder: Path, settings: Align, model: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = sorted((shared / "cuhk" / "photos").iterdir())[:3]
    raw = [row(path.stem, path) for path in photos]
    align_all(raw, settings, model, folder, workers=2)
    first = contents(folder)
    (folder / "faces" / "stale.png").write_bytes(b"")

    def never(*_: object) -> None:
        raise AssertionError("a remembered picture was aligned again")

    with monkeypatch.context() as patched:
        patched.setattr(batch, "parallel_map", never)
        align_all(raw, settings, model, folder, workers=2)
    assert contents(folder) == first

    # One more photo costs one photo, another parameter costs them all.
    costs: list[int] = []
    monkeypatch.setattr(batch, "parallel_map", lambda work, tasks, *_: (costs.append(len(tasks)), map(work, tasks))[1])
    more = [*raw, row("new", sorted((shared / "cuhk" / "photos").iterdir())[3])]
    align_all(more, settings, model, folder)
    align_all(raw, Align(**{**vars(settings), "eye_distance": 100}), model, folder)
    assert costs == [1, 3]


def test_without_memory_the_same_bytes(
    folder: Path, settings: Align, model: Path, photo_file: Path, tmp_path: Path
) -> None:
    raw = [row("file", photo_file), row("b", photo_file)]
    align_all(raw, settings, model, folder, workers=2)
    first = contents(folder)
    shutil.rmtree(tmp_path / "cache")
    align_all(raw, settings, model, folder, workers=1)
    assert contents(folder) == first


def test_a_damaged_memory_is_no_memory(
    folder: Path, settings: Align, model: Path, photo_file: Path, tmp_path: Path
) -> None:
    raw = [row("f", photo_file)]
    align_all(raw, settings, model, folder, workers=1)
    first = contents(folder)
    entries = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(entries) == 1
    for damage in (b"", b"\x00\xff\n", entries[0].read_bytes()[:500]):
        entries[0].write_bytes(damage)
        align_all(raw, settings, model, folder, workers=1)
        assert contents(folder) == first


def test_eyes_outside_the_frame_are_refused(folder: Path, settings: Align, model: Path) -> None:
    wrong = Align(**{**vars(settings), "eyes": (200, 400)})
    with pytest.raises(ParamsError, match=r"align\.eyes"):
        align_all([row("f", "none.png")], wrong, model, folder)
