"""Finding an effect by its file's name, its parameters, and drawing a folder of faces."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limner import images, params
from limner.errors import LimnerError, ParamsError
from limner.sketch import draw_all, effect_names, load
from tests.loading import loaded

EFFECTS = ["hatch", "pencil", "stamp", "woodcut", "xdog"]
"""Those that draw by themselves."""


def test_the_files_are_the_registration() -> None:
    assert effect_names() == sorted([*EFFECTS, "varied"])


def test_every_style_of_params_loads(root: Path) -> None:
    styles = params.load(root / "params.yaml").styles
    assert {block["effect"] for block in styles.values()} == set(EFFECTS)
    for style, block in styles.items():
        assert type(load(style, block)).__name__.lower() == block["effect"]


def test_unknown_effect_lists_those_there_are() -> None:
    with pytest.raises(ParamsError) as caught:
        load("mine", {"effect": "stemp"})
    assert "styles.mine.effect: no effect 'stemp'" in str(caught.value)
    assert all(name in str(caught.value) for name in EFFECTS)
    assert "did you mean 'stamp'" in str(caught.value)


def test_a_style_must_name_its_effect() -> None:
    with pytest.raises(ParamsError, match=r"styles\.mine\.effect"):
        load("mine", {"blur": 3.0})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"blurr": 3.0}, "unknown key 'blurr'"),
        ({"blur": "1e1"}, "blur: '1e1' is not allowed"),
        ({"blur": None}, "blur is empty; input should be a valid number"),
        ({"blur": -1.0}, "greater than 0"),
        ({"grain": 1.5}, "less than or equal to 1"),
    ],
)
def test_wrong_parameter_is_refused_with_its_place(
    blocks: dict[str, dict[str, Any]], change: dict[str, Any], says: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        load("pencil", blocks["pencil"] | change)
    assert "styles.pencil" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_parameter_is_required(blocks: dict[str, dict[str, Any]], effect: str) -> None:
    for key in set(blocks[effect]) - {"effect"}:
        with pytest.raises(ParamsError, match=f"the key '{key}' is missing"):
            load(effect, {name: value for name, value in blocks[effect].items() if name != key})


@pytest.mark.parametrize("effect", EFFECTS)
def test_an_effect_stands_alone(effect: str) -> None:
    """It imports neither another effect, whose change would then redraw it, nor torch."""
    modules = loaded(tuple((f"limner.sketch.effects.{name}",) for name in EFFECTS))[EFFECTS.index(effect)]
    assert [m for m in modules if m.startswith("limner.sketch.effects.")] == [f"limner.sketch.effects.{effect}"]
    assert "torch" not in modules


def test_the_folder_is_drawn_despite_a_broken_face(tmp_path: Path) -> None:
    photo = np.full((40, 30, 3), (200, 90, 10), np.uint8)
    faces, out = tmp_path / "faces", tmp_path / "out" / "mine"
    for name in ("a", "c"):
        images.write(faces / f"{name}.png", photo)
    (faces / "b.png").write_text("no picture")
    with pytest.raises(LimnerError, match=r"(?s)1 of 3 faces.*b\.png cannot be decoded"):
        draw_all(_invert, faces, out, workers=2)
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "c.png"]
    assert np.array_equal(images.read_gray(out / "c.png"), _invert(photo))


def test_no_faces_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match="holds no faces"):
        draw_all(_invert, tmp_path, tmp_path / "out")


def _invert(photo: images.Image) -> images.Image:
    return np.subtract(255, photo[..., 1], dtype=np.uint8)


def test_the_stage_refuses_an_unknown_style(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "stages/sketch.py", "stamq"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "no style 'stamq' in params.yaml" in done.stderr
    assert "did you mean 'stamp'" in done.stderr
    assert "Traceback" not in done.stderr
