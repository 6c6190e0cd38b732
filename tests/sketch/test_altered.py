"""Styles made of another style's drawings, and their stage."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from limner import images
from limner.blocks import Altered
from limner.errors import LimnerError
from limner.sketch.altered import alter, alter_all, shift, source
from limner.sketch.erase import Floats, erase, rub
from limner.sketch.wobble import wobble
from tests.sketch.test_erase import drawing, landmarks  # noqa: F401 - fixtures


@pytest.fixture
def project(tmp_path: Path, landmarks: Floats) -> Path:  # noqa: F811
    """Three drawings of an effect and one by hand, with the landmarks of two."""
    for index, style in enumerate(("effects/ink", "effects/ink", "effects/ink", "artist/chalk")):
        scribble = np.random.default_rng(index).integers(0, 250, (400, 400), dtype=np.uint8)
        images.write(tmp_path / f"data/sketches/{style}/ann-{index % 3}.png", scribble)
    images.write(tmp_path / "data/sketches/learned/ann-0.png", scribble)
    images.write(tmp_path / "data/sketches/altered/less/ann-0.png", scribble)
    np.savez(tmp_path / "data/landmarks.npz", **{"ann-0": landmarks, "ann-1": landmarks, "ann-2": landmarks * np.nan})
    return tmp_path


def test_it_wobbles_before_it_is_erased(drawing: np.ndarray, landmarks: Floats) -> None:  # noqa: F811
    plain = alter(drawing, landmarks, "ann-1", Altered("ink", wobble=4.0))
    np.testing.assert_array_equal(plain, wobble(drawing, 4.0, "ann-1 0"))
    bare = alter(drawing, landmarks, "ann-1", Altered("ink", erase=("nose", "left_eye")))
    np.testing.assert_array_equal(bare, erase(drawing, landmarks, ("nose", "left_eye")))
    both = alter(drawing, landmarks, "ann-1", Altered("ink", erase=("nose",), wobble=4.0))
    gone = both != plain
    assert 0.5 < gone.sum() / (erase(drawing, landmarks, ("nose",)) != drawing).sum() < 2
    assert (both[gone] >= plain[gone]).all()


def test_what_is_erased_is_erased_where_it_stands_after_wobbling(landmarks: Floats) -> None:  # noqa: F811
    eye = np.full((400, 400), 255, np.uint8)
    eye[160:181, 235:286] = 0
    for face in range(8):
        assert (wobble(eye, 8.0, f"ann-{face} 0") < 128).any()
        done = alter(eye, landmarks, f"ann-{face}", Altered("ink", erase=("left_eye",), wobble=8.0))
        assert done.min() > 250


def test_draws_differ_and_repeat(drawing: np.ndarray, landmarks: Floats) -> None:  # noqa: F811
    any_of = [Altered("ink", erase="any", draw=draw) for draw in (0, 1, 0)]
    one, other, again = (alter(drawing, landmarks, "ann-1", how) for how in any_of)
    np.testing.assert_array_equal(one, again)
    np.testing.assert_array_equal(one, rub(drawing, landmarks, "ann-1 0"))
    assert (one != other).any()
    assert (one != alter(drawing, landmarks, "ann-2", any_of[0])).any()


def test_drawings_of_effects_and_artists_are_found(project: Path) -> None:
    root = project / "data/sketches"
    assert source(root, Altered("ink")) == root / "effects/ink"
    assert source(root, Altered("chalk")) == root / "artist/chalk"
    for wrong in ("learned", "less", "inc"):
        with pytest.raises(LimnerError, match=rf"style '{wrong}' below .*allowed: chalk, ink"):
            source(root, Altered(wrong))


def test_a_face_without_landmarks_is_told_and_the_others_are_altered(project: Path) -> None:
    out = project / "out"
    how = Altered("ink", erase=("nose",))
    with pytest.raises(LimnerError, match=r"(?s)1 of 3 drawings.*ann-2\.png: nothing can be erased, for .* 'ann-2'"):
        alter_all(project / "data/sketches/effects/ink", project / "data/landmarks.npz", 400, how, out, workers=2)
    assert sorted(path.name for path in out.iterdir()) == ["ann-0.png", "ann-1.png"]


def test_landmarks_are_scaled_to_the_drawing(project: Path, landmarks: Floats) -> None:  # noqa: F811
    folder, out = project / "data/sketches/artist/chalk", project / "out"
    whole = images.read_gray(folder / "ann-0.png")
    how = Altered("chalk", erase=("mouth",))
    alter_all(folder, project / "data/landmarks.npz", 800, how, out)
    np.testing.assert_array_equal(images.read_gray(out / "ann-0.png"), erase(whole, landmarks / 2, ("mouth",)))


def stage(root: Path, project: Path, altered: dict[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the stage in `project` with the project's params, these altered styles, and a set."""
    tree = yaml.safe_load((root / "params.yaml").read_text())
    changed = {"altered": altered, "sets": {"loose": {"place": "loose"}}}
    (project / "params.yaml").write_text(yaml.safe_dump(tree | changed))
    command = [sys.executable, str(root / "stages/alter.py"), *words]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def test_the_stage_writes_the_same_bytes_each_time(root: Path, project: Path) -> None:
    told = []
    for _ in range(2):
        done = stage(root, project, {"shaky": {"of": "ink", "wobble": 3}}, "shaky")
        assert done.returncode == 0, done.stderr
        told.append({path.name: path.read_bytes() for path in (project / "data/sketches/altered/shaky").iterdir()})
    assert told[0] == told[1]
    assert sorted(told[0]) == ["ann-0.png", "ann-1.png", "ann-2.png"]
    ink = images.read_gray(project / "data/sketches/effects/ink/ann-1.png")
    made = images.read_gray(project / "data/sketches/altered/shaky/ann-1.png")
    np.testing.assert_array_equal(made, wobble(ink, 3.0, "ann-1 0"))


def test_the_stage_alters_the_drawings_of_a_set_by_its_own_landmarks(root: Path, project: Path) -> None:
    """Here those of all faces, a tenth of the frame to the right."""
    (project / "data/loose/sketches/effects").mkdir(parents=True)
    shutil.copytree(project / "data/sketches/effects/ink", project / "data/loose/sketches/effects/ink")
    with np.load(project / "data/landmarks.npz") as known:
        points = known["ann-0"] + np.array([40, 0, 0], np.float32)
        np.savez(project / "data/loose/landmarks.npz", **{f"ann-{number}": points for number in range(3)})
    done = stage(root, project, {"no_nose": {"of": "ink", "erase": ["nose"]}}, "no_nose", "loose")
    assert done.returncode == 0, done.stderr
    ink = images.read_gray(project / "data/sketches/effects/ink/ann-0.png")
    made = images.read_gray(project / "data/loose/sketches/altered/no_nose/ann-0.png")
    np.testing.assert_array_equal(made, erase(ink, points * ink.shape[0] / 400, ("nose",)))
    assert not (project / "data/sketches/altered/no_nose").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("shakey",), "no altered style 'shakey' in params.yaml; allowed: shaky (did you mean 'shaky'?)"),
        (("shaky", "lose"), "no set 'lose' in params.yaml; allowed: loose (did you mean 'loose'?)"),
    ],
)
def test_the_stage_refuses_what_there_is_not(root: Path, project: Path, words: tuple[str, ...], told: str) -> None:
    done = stage(root, project, {"shaky": {"of": "ink", "wobble": 3}}, *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_shifted_drawing_is_the_same_one_elsewhere(landmarks: Floats) -> None:  # noqa: F811
    dot = np.full((400, 400), 255, np.uint8)
    dot[196:204, 196:204] = 0
    ways = []
    for face in range(40):
        moved = 255.0 - alter(dot, landmarks, f"ann-{face}", Altered("ink", shift=16.0))
        ys, xs = np.indices(moved.shape)
        ways.append(((moved * xs).sum() / moved.sum() - 199.5, (moved * ys).sum() / moved.sum() - 199.5))
        assert moved.sum() == pytest.approx(64 * 255, rel=0.02)
    assert np.sqrt(np.square(ways).sum(axis=1).mean()) == pytest.approx(16, rel=0.2)
    assert np.abs(np.mean(ways, axis=0)).max() < 5, "out of place to every side"
    small = 255.0 - alter(dot[::2, ::2], landmarks, "ann-0", Altered("ink", shift=16.0))
    ys, xs = np.indices(small.shape)
    across, down = ((small * place).sum() / small.sum() - 99.5 for place in (xs, ys))
    assert (2 * across, 2 * down) == pytest.approx(ways[0], abs=0.5), "pixels are those of a face of 400"


def test_what_is_erased_moves_along(drawing: np.ndarray, landmarks: Floats) -> None:  # noqa: F811
    erased = alter(drawing, landmarks, "ann-1", Altered("ink", erase=("nose",)))
    both = alter(drawing, landmarks, "ann-1", Altered("ink", erase=("nose",), shift=10.0))
    assert np.array_equal(both, shift(erased, 10.0, "ann-1 0"))
    assert not np.array_equal(both, erased)
