"""The real detector on real faces, against hand annotation where there is one."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from limner import images, tables
from limner.align.landmarks import Landmarker
from limner.errors import LimnerError
from limner.images import Image


def test_points_are_pixels_of_the_picture(landmarker: Landmarker, photo: Image) -> None:
    (face,) = landmarker.detect(photo)
    assert face.points.shape == (478, 3)
    assert 350 < face.box[0, 0] < face.box[1, 0] < 700
    assert face.irises[0, 0] < face.irises[1, 0]
    assert abs(face.yaw) < 10


@pytest.mark.parametrize("kind", ["photos", "sketches"])
def test_pupils_lie_where_a_hand_put_them(landmarker: Landmarker, shared: Path, root: Path, kind: str) -> None:
    """Every tenth annotated face; benchmarks/align_accuracy.py measures all of them."""
    annotated = tables.read(shared / "cuhk" / "landmarks35.csv")[::10]
    manifest = tables.read(shared / "manifests" / "cuhk_train.csv").set_index("id")
    letter, url = ("p", "url") if kind == "photos" else ("s", "sketch_url")
    errors = []
    for row in annotated.to_dict("records"):
        path = shared / "cuhk" / kind / manifest.loc[row["id"], url].rpartition("/")[2]
        pupils = np.array(sorted([float(row[f"{letter}{p}{axis}"]) for axis in "xy"] for p in (16, 18)))
        irises = landmarker.detect(images.read(path))[0].irises
        off = np.hypot(*(irises - pupils).T) / np.hypot(*(pupils[1] - pupils[0]))
        errors.append(off.max())
    assert np.median(errors) < 0.025
    assert max(errors) < 0.05


def test_a_mirrored_face_turns_the_other_way(landmarker: Landmarker, photo: Image) -> None:
    rolled = photo[:, ::-1]
    assert landmarker.detect(rolled)[0].yaw == pytest.approx(-landmarker.detect(photo)[0].yaw, abs=3)


def test_a_missing_model_and_a_wrong_one(tmp_path: Path, model: Path) -> None:
    with pytest.raises(LimnerError, match="scrape stage"):
        Landmarker(tmp_path / "none.task")
    (tmp_path / "wrong.task").write_text("not a model")
    with pytest.raises(LimnerError, match="no face landmarker model"):
        Landmarker(tmp_path / "wrong.task")


def test_loading_is_silent_and_leaves_the_process_as_it_was(model: Path) -> None:
    """A fresh process: nothing on stderr, no error at its end, and plotting can still be imported."""
    code = (
        "import sys; from pathlib import Path; from limner.align.landmarks import Landmarker\n"
        "with Landmarker(Path(sys.argv[1])): pass\n"
        "import matplotlib.pyplot; print(matplotlib.pyplot.plot.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(model)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "plot", "")


def test_a_landmarker_says_nothing_of_its_own(model: Path, photo: Image, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither as it loads and looks, nor as it is asked how sure it is, nor as it ends: native code writes to 2."""
    with Landmarker(model) as landmarker:
        assert landmarker.detect(photo)
        assert landmarker.sureness(photo) > 0
    assert capfd.readouterr() == ("", "")
