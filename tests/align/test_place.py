"""The four ways into the frame: what each keeps, what it leaves to chance, and that drawings follow their photos."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from limner import images, tables
from limner.align import geometry, place
from limner.align.faces import align_all
from limner.align.landmarks import Face, Landmarker
from limner.blocks import Align, Place
from limner.errors import LimnerError
from limner.mesh import IRISES

from .test_faces import contents, row


def face(degrees: float = 0.0, scale: float = 1.0) -> Face:
    """A face somewhere in a picture: points on an upright ellipse, 1.3 times as high as wide, irises 50 apart."""
    angles = np.linspace(0, 2 * np.pi, 478)
    points = np.column_stack([50 * np.cos(angles), 65 * np.sin(angles), 0 * angles])
    points[IRISES] = [[-25, -20, 0], [25, -20, 0]]
    matrix = geometry.about(np.zeros(2), np.array([300.0, 200.0]), degrees, scale)
    return Face(geometry.transform(matrix, points), 0.0)


def placed(settings: Align, how: Place, one: Face, draw: str = "") -> np.ndarray:
    """(478, 2) where the points of a face come to lie in the frame."""
    return geometry.transform(place.matrix(one, replace(settings, place=how), draw), one.points)[:, :2]


def test_a_box_is_in_the_middle_as_large_as_faces_are_and_turned_as_it_was(settings: Align) -> None:
    points = placed(settings, "box", face(12, 0.4))
    low, high = points.min(axis=0), points.max(axis=0)
    assert (low + high) / 2 == pytest.approx([199.5, 199.5])
    assert max(high - low) == pytest.approx(2.6 * 120)
    assert geometry.roll(points[IRISES]) == pytest.approx(12)


def test_a_loose_face_is_disturbed_within_bounds_by_nothing_but_its_draw(settings: Align) -> None:
    level = placed(settings, "eyes", face())
    turns, scales, shifts = [], [], []
    for number in range(400):
        points = placed(settings, "loose", face(40, 3), str(number))
        assert points == pytest.approx(placed(settings, "loose", face(40, 3), str(number)))
        turns.append(geometry.roll(points[IRISES]))
        scales.append(geometry.distance(points[IRISES]) / 120)
        back = geometry.about(np.full(2, 199.5), np.full(2, 199.5), turns[-1], scales[-1])
        shifts.append((points - geometry.transform(back, level)).mean(axis=0) / 400)
    assert -15 <= min(turns) < -14
    assert 14 < max(turns) <= 15
    assert 0.8 <= min(scales) < 0.82
    assert 1.18 < max(scales) <= 1.2
    assert np.abs(shifts).max() <= 0.12 + 1e-9
    assert (np.min(shifts, axis=0) < -0.11).all()
    assert (np.max(shifts, axis=0) > 0.11).all()
    drawn = np.column_stack([turns, scales, shifts])
    assert np.abs(np.corrcoef(drawn.T) - np.eye(4)).max() < 0.15
    assert (np.abs(drawn.mean(axis=0) - [0, 1, 0, 0]) < [1.5, 0.02, 0.012, 0.012]).all()


@pytest.mark.parametrize(("how", "near"), [("box", 0.08), ("loose", 0.03)])
def test_a_drawing_lies_as_its_photo_does(
    folder: Path,
    settings: Align,
    model: Path,
    landmarker: Landmarker,
    photo_file: Path,
    drawing_file: Path,
    how: Place,
    near: float,
) -> None:
    """Nearly, since the artist drew the face a little narrower or wider: only the irises are held to one another."""
    raw = [row("f", photo_file, sketch_file=str(drawing_file), style="s")]
    align_all(raw, replace(settings, place=how), model, folder, workers=1)
    irises = np.load(folder / "landmarks.npz")["f"][IRISES, :2]
    assert abs(geometry.roll(irises)) > 0.5  # it is not levelled
    for part in ("faces", "s"):
        seen = landmarker.detect(images.read(next(folder.rglob(f"{part}/f.png"))))[0].irises
        assert np.abs(seen - irises).max() < near * 120
    first = contents(folder)
    align_all(raw, replace(settings, place=how), model, folder, workers=1)
    assert contents(folder) == first


def test_small_whole_pictures_are_taken_with_or_without_a_face(
    folder: Path, settings: Align, model: Path, shared: Path, tmp_path: Path
) -> None:
    faces, drawings = (shared / "sketchtoface" / "sketches" / name / "f005.jpg" for name in ("A64", "B64"))
    wall = tmp_path / "wall.png"
    images.write(wall, np.full((40, 60, 3), 128, np.uint8))
    raw = [row("f", faces, sketch_file=str(drawings), style="s"), row("wall", wall, sketch_file=str(wall), style="s")]
    whole = replace(settings, place="whole")
    align_all(raw, whole, model, folder, workers=1)
    table = tables.read(folder / "faces.csv").set_index("id")
    assert list(table.index) == ["f", "wall"]
    assert 15 < float(table.eye_distance["f"]) < 18
    assert table.loc["wall", ["eye_distance", "yaw", "faces_found", "outside", "style"]].tolist() == [
        "",
        "",
        "0",
        "0",
        "s",
    ]
    told = tables.read(folder / "faces_problems.csv")
    assert told[["id", "what"]].to_numpy().tolist() == [["wall", "noted"]]
    assert "without landmarks" in told.reason[0]
    with np.load(folder / "landmarks.npz") as points:
        assert points.files == ["f"]
        assert 95 < geometry.distance(points["f"][IRISES, :2]) < 110
    for source, target in ((faces, "faces"), (drawings, "sketches/artist/s")):
        read = images.read if target == "faces" else images.read_gray
        back = images.resize(read(folder / target / "f.png"), 64, 64).astype(float)
        assert np.sqrt(np.square(back - read(source)).mean()) < 3
    first = contents(folder)
    align_all(raw, whole, model, folder, workers=1)  # from the memory
    assert contents(folder) == first


def test_a_whole_picture_has_landmarks_where_its_face_lies(
    folder: Path, settings: Align, model: Path, photo_file: Path, photo: np.ndarray
) -> None:
    """1024 x 768 becomes square: x shrinks more than y."""
    align_all([row("f", photo_file)], replace(settings, place="whole"), model, folder, workers=1)
    face = images.read(folder / "faces" / "f.png")
    assert np.array_equal(face, images.resize(photo, 400, 400))
    points = np.load(folder / "landmarks.npz")["f"][IRISES, :2]
    assert geometry.distance(points) == pytest.approx(400 / 1024 * 129, rel=0.05)
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    assert all(gray[round(float(y)), round(float(x))] < 90 for x, y in points)


def test_a_set_whose_manifests_were_left_out_is_empty(folder: Path, settings: Align, model: Path) -> None:
    columns = list(row("f", "x", manifest="m.csv"))
    align_all([], settings, model, folder, columns=columns)
    table = tables.read(folder / "faces.csv")
    assert table.empty
    assert "manifest" in table.columns
    assert list((folder / "faces").iterdir()) == []
    with np.load(folder / "landmarks.npz") as points:
        assert points.files == []
    with pytest.raises(LimnerError, match="no usable face in 0 photos"):
        align_all([], settings, model, folder)
