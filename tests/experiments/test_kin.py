"""How much a model makes others look like its person: a real face, recoloured and moved, with two people made of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from skimage.color import rgb2lab

from limner import images
from limner.errors import LimnerError, SourceError
from limner.experiments.kin import COLUMNS, kin
from limner.images import Image
from limner.metrics.views.case import Setting
from tests.metrics.conftest import EYES, face, picture
from tests.metrics.faces import pixels

DARKER = 0.8
"""What the other person's photo is multiplied by."""


def save(folder: Path, **shown: Image) -> list[Path]:
    for name, image in shown.items():
        images.write(folder / f"{name}.png", image)
    return [folder / f"{name}.png" for name in shown]


def mixed(share: float) -> Image:
    """The other person's photo (0), the model's own person's (1), or between."""
    scale = DARKER + share * (1 - DARKER)
    return np.rint(scale * pixels(face()).astype(float)).astype(np.uint8)


@pytest.fixture
def own(tmp_path: Path) -> list[Path]:
    return save(tmp_path / "own", a=mixed(1), b=mixed(1))


def test_an_output_like_the_truth_has_taken_nothing_of_the_person_and_one_like_her_all(
    own: list[Path], tmp_path: Path, setting: Setting
) -> None:
    outputs = save(tmp_path / "out", none=mixed(0), half=mixed(0.5), all=mixed(1))
    truths = save(tmp_path / "true", one=mixed(0), two=mixed(0), three=mixed(0))
    strangers = save(tmp_path / "others", twin=mixed(1))
    table = kin(outputs, truths, own, EYES, setting.weights, strangers)
    assert tuple(table.columns) == COLUMNS
    nearer = table["truth_own"] - table["likeness_own"]
    assert table["nearer_others"].tolist() == pytest.approx(nearer.tolist(), abs=1e-5), "whom they are like is her twin"
    assert kin(outputs, truths, own, EYES, setting.weights)["nearer_others"].isna().all()
    assert list(table["id"]) == ["none", "half", "all"]
    assert table["skin_toward"].tolist() == pytest.approx([0, 0.5, 1], abs=0.03)
    assert table["likeness_true"][0] == pytest.approx(0, abs=1e-5)
    assert table["likeness_own"][2] == pytest.approx(0, abs=1e-5)
    assert table["likeness_own"][0] == pytest.approx(table["truth_own"][0], abs=1e-5)
    assert table["truth_own"].nunique() == 1
    assert table.loc[0, ["skin_l", "skin_a", "skin_b"]].tolist() == pytest.approx([0, 0, 0], abs=1e-4)
    assert table["skin_l"].is_monotonic_increasing


def test_a_person_of_several_photos_is_as_far_as_these_are_on_the_mean(tmp_path: Path, setting: Setting) -> None:
    """As strangers are, of each of whom there is one: a mean embedding would be nearer than any photo."""
    photos = save(tmp_path / "own", a=mixed(1), b=255 - mixed(1))
    outputs, truths = save(tmp_path / "out", one=mixed(0.5)), save(tmp_path / "true", one=mixed(0))
    first, second, both = (kin(outputs, truths, own, EYES, setting.weights) for own in (photos[:1], photos[1:], photos))
    for figure in ("likeness_own", "truth_own"):
        assert second[figure][0] > first[figure][0] > 0
        assert both[figure][0] == pytest.approx((first[figure][0] + second[figure][0]) / 2)


def test_the_colour_of_the_cheeks_is_that_of_lab(own: list[Path], tmp_path: Path, setting: Setting) -> None:
    from limner.metrics.views.case import Case

    outputs, truths = save(tmp_path / "out", one=mixed(0.5)), save(tmp_path / "true", one=mixed(0))
    table = kin(outputs, truths, own, EYES, setting.weights)
    true = torch.from_numpy(mixed(0)).permute(2, 0, 1)[None] / 255
    masks = Case(true, true, setting).cheeks[0].bool().numpy()
    shift = rgb2lab(mixed(0.5)) - rgb2lab(mixed(0))
    expected = np.mean([shift[mask].mean(axis=0) for mask in masks], axis=0)
    assert table.loc[0, ["skin_l", "skin_a", "skin_b"]].tolist() == pytest.approx(expected, abs=1e-3)


def test_pictures_of_any_size_are_seen_at_that_of_the_outputs(
    own: list[Path], tmp_path: Path, setting: Setting
) -> None:
    small = images.resize(mixed(0.5), 64, 64)
    outputs = save(tmp_path / "out", one=small)
    table = kin(outputs, save(tmp_path / "true", one=mixed(0)), own, EYES, setting.weights)
    assert table["skin_toward"][0] == pytest.approx(0.5, abs=0.1)
    looked = kin(outputs, save(tmp_path / "true", one=mixed(0)), own, None, setting.weights, own)
    assert looked.notna().all().all(), "the eyes are looked for"


def test_where_both_have_the_same_skin_there_is_no_way_to_go(own: list[Path], tmp_path: Path, setting: Setting) -> None:
    table = kin(
        save(tmp_path / "out", one=mixed(0)), save(tmp_path / "true", one=mixed(0.99)), own, EYES, setting.weights
    )
    assert table["skin_toward"].isna().all()
    assert table.drop(columns=["skin_toward", "nearer_others"]).notna().all().all()


def test_a_truth_without_a_face_has_no_skin(own: list[Path], tmp_path: Path, setting: Setting) -> None:
    blobs = (255 * picture(1, 128)[0].permute(1, 2, 0).numpy()).astype(np.uint8)
    table = kin(save(tmp_path / "out", one=mixed(0)), save(tmp_path / "true", one=blobs), own, EYES, setting.weights)
    assert table.filter(like="skin").isna().all().all()
    assert table.filter(like="own").notna().all().all(), "the place of the eyes is known"


def test_what_does_not_fit_is_said(own: list[Path], tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match="2 outputs cannot be compared with 1 truths"):
        kin(own, own[:1], own, EYES, tmp_path)
    with pytest.raises(LimnerError, match="no photos of the person"):
        kin(own, own, [], EYES, tmp_path)
    with pytest.raises(SourceError, match=r"gone\.png is missing"):
        kin([tmp_path / "gone.png"], own[:1], own, EYES, tmp_path)
