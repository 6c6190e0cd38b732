"""The face embedding against dlib, the crop against the eyes, and the distance on people."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from limner import images
from limner.chip import CHIP, CHIP_EYE_DISTANCE, CHIP_EYES, FILE
from limner.metrics.views import chips
from limner.metrics.views.case import Case, Setting
from limner.metrics.views.face import embedding
from tests.metrics.conftest import EYES, face, measure, picture


def test_the_embedding_is_dlibs(weights: Path) -> None:
    dlib = pytest.importorskip("dlib")
    crops = (picture(1, CHIP, 3) * 255).round().to(torch.uint8)
    crops[2] = torch.from_numpy(np.random.default_rng(0).integers(0, 256, crops[2].shape, dtype=np.uint8))
    pictures = [np.ascontiguousarray(crop.permute(1, 2, 0).numpy()) for crop in crops]
    theirs = np.array(dlib.face_recognition_model_v1(str(weights / FILE)).compute_face_descriptor(pictures))
    ours = embedding(weights / FILE)(crops / 255).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_eyes_of_the_chip_are_those_of_dlibs_mean_face() -> None:
    # The corners of the eyes in dlib's mean face, in shares of the face's box, which has a quarter added all
    # round.
    corners = np.array([[0.8595675, 0.2134982], [0.6460605, 0.2289674], [0.1205751, 0.2137275], [0.3340851, 0.2290642]])
    right, left = (corners.reshape(2, 2, 2).mean(1) + 0.25) / 1.5
    np.testing.assert_allclose((right + left) / 2, CHIP_EYES, atol=1e-4)
    assert np.hypot(*(right - left)) == pytest.approx(CHIP_EYE_DISTANCE, abs=1e-4)


@pytest.mark.parametrize("size", [128, 400, 512])
@pytest.mark.parametrize("tilt", [0, 30, -75])
def test_the_eyes_of_a_face_come_where_the_chip_has_them(size: int, tilt: float) -> None:
    spots = torch.zeros(1, 3, size, size)
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    (left, right), turn = np.array(EYES), np.radians(tilt)
    half = np.hypot(*(right - left)) / 2 * np.array([np.cos(turn), np.sin(turn)])
    places = [(left + right) / 2 - half, (left + right) / 2 + half]
    for channel, (x, y) in enumerate(places):
        away = (columns + 0.5 - x * size) ** 2 + (rows + 0.5 - y * size) ** 2
        spots[0, channel] = (-away / (2 * (0.015 * size) ** 2)).exp()
    (left_x, left_y), (right_x, right_y) = places
    chip = chips.cut(spots, chips.eyes(((left_x, left_y), (right_x, right_y)), spots))[0]
    middle_x, middle_y = CHIP_EYES
    for channel, side in ((0, -1), (1, 1)):
        expected = torch.tensor([middle_x + side * CHIP_EYE_DISTANCE / 2, middle_y]) * CHIP - 0.5
        torch.testing.assert_close(_centre(chip[channel]), expected, atol=0.3, rtol=0)


def _centre(spot: Tensor) -> Tensor:
    """(x, y) of the centre of mass, pixels."""
    along = torch.arange(len(spot), dtype=spot.dtype)
    return torch.stack([(spot.sum(0) * along).sum(), (spot.sum(1) * along).sum()]) / spot.sum()


def test_eyes_that_are_looked_for_are_where_they_were_laid(weights: Path) -> None:
    real = face(256)
    sought = Case(real, real, Setting(weights, None)).eyes
    assert (sought - chips.eyes(EYES, real)).abs().max() < 0.02 * 256


def test_without_eyes_there_is_no_distance(weights: Path) -> None:
    assert measure("identity", picture(1), picture(2), Setting(weights, None)).isnan().all()


@pytest.mark.parametrize("size", [400, 128])
def test_people_are_told_apart(size: int, root: Path, setting: Setting) -> None:
    vectors = {}
    for person in ("woman", "man", "driver"):
        files = sorted((root / "data/faces").glob(f"{person}-*.png"))[::5]
        if len(files) < 2:
            pytest.skip("no faces of the default manifest in data/faces: run `dvc repro align` first")
        pictures = np.stack([images.resize(images.read(file), size, size) for file in files])
        faces = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        case = Case(faces[1:], faces[:1], setting)
        vectors[person] = torch.cat(case.vectors[::-1])
        same = torch.pdist(vectors[person])
        assert same.mean() < 0.5, person
        figures = measure("identity", faces[1:], faces[:1], setting)
        torch.testing.assert_close(figures[:, 0], same[: len(faces) - 1], atol=1e-4, rtol=0)
    for one, other in (("woman", "man"), ("woman", "driver"), ("man", "driver")):
        apart = torch.cdist(vectors[one], vectors[other])
        assert apart.min() > 0.6, (one, other)
        assert 0.75 < apart.mean() < 0.95, (one, other)
