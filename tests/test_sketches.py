"""The folder tree of the drawings."""

from pathlib import Path

import numpy as np
import pytest

from limner import images, sketches
from limner.errors import LimnerError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("effects/stamp", "effects/hatch", "artist/anna", "altered/no_nose", "learned"):
        images.write(tmp_path / folder / "a.png", np.zeros((4, 4), np.uint8))
    return tmp_path


def test_styles_by_their_folders(tree: Path) -> None:
    assert sorted(sketches.folders(tree)) == ["anna", "hatch", "learned", "no_nose", "stamp"]
    assert sketches.folders(tree)["anna"] == tree / "artist" / "anna"


def test_one_style_s_own_folder(tree: Path) -> None:
    assert sketches.folders(tree / "effects/stamp") == {"stamp": tree / "effects/stamp"}


def test_chosen_keeps_the_order_and_names_what_is_there(tree: Path) -> None:
    assert list(sketches.chosen(tree, ["stamp", "learned"])) == ["stamp", "learned"]
    with pytest.raises(LimnerError, match=r"'stmp'.*did you mean 'stamp'"):
        sketches.chosen(tree, ["stmp"])


def test_a_style_that_nobody_names_any_more_is_refused(tree: Path) -> None:
    sketches.refuse_strangers(tree, ["stamp", "hatch"], ["no_nose", "no_eye"])
    with pytest.raises(LimnerError, match="does not name: hatch"):
        sketches.refuse_strangers(tree, ["stamp"], ["no_nose"])
    with pytest.raises(LimnerError, match=r"does not name: no_nose; .* under `altered:`"):
        sketches.refuse_strangers(tree, ["stamp", "hatch"])
