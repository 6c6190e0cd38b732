"""The face embedding against dlib, the crop against the eyes, and the distance on people."""

from pathlib import Path

import numpy as np
import pytest
import torch
from limner.metrics.networks.face import embedding
from torch import Tensor

from limner import images
from limner.chip import CHIP
from limner.metrics.identity import CHIP_EYE_DISTANCE, CHIP_EYES, FILE, _chips, identity
from tests.metrics.conftest import ALIGN, picture


def test_the_embedding_is_dlibs(weights: Path) -> None:
    dlib = pytest.importorskip("dlib")
    chips = (picture(1, CHIP, 3) * 255).round().to(torch.uint8)
    chips[2] = torch.from_numpy(np.random.default_rng(0).integers(0, 256, chips[2].shape, dtype=np.uint8))
    pictures = [np.ascontiguousarray(chip.permute(1, 2, 0).numpy()) for chip in chips]
    theirs = np.array(dlib.face_recognition_model_v1(str(weights / FILE)).compute_face_descriptor(pictures))
    ours = embedding(weights / FILE)(chips / 255).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_the_eyes_of_the_chip_are_those_of_dlibs_mean_face() -> None:
    # The corners of the eyes in dlib's mean face, in shares of the face's box, which has a quarter added all
    # round.
    corners = np.array([[0.8595675, 0.2134982], [0.6460605, 0.2289674], [0.1205751, 0.2137275], [0.3340851, 0.2290642]])
    right, left = (corners.reshape(2, 2, 2).mean(1) + 0.25) / 1.5
    np.testing.assert_allclose((right + left) / 2, CHIP_EYES, atol=1e-4)
    assert np.hypot(*(right - left)) == pytest.approx(CHIP_EYE_DISTANCE, abs=1e-4)


@pytest.mark.parametrize("size", [128, 400, 512])
def test_the_eyes_of_an_aligned_face_come_where_the_chip_has_them(size: int) -> None:
    face = torch.zeros(1, 3, size, size)
    scale = size / ALIGN.size
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    for channel, side in ((0, -1), (1, 1)):
        x = (ALIGN.eyes[0] + side * ALIGN.eye_distance / 2 + 0.5) * scale - 0.5
        y = (ALIGN.eyes[1] + 0.5) * scale - 0.5
        face[0, channel] = (-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (6 * scale) ** 2)).exp()
    chip = _chips(face, ALIGN)[0]
    middle_x, middle_y = CHIP_EYES
    for channel, side in ((0, -1), (1, 1)):
        expected = torch.tensor([middle_x + side * CHIP_EYE_DISTANCE / 2, middle_y]) * CHIP - 0.5
        torch.testing.assert_close(_centre(chip[channel]), expected, atol=0.3, rtol=0)


def _centre(spot: Tensor) -> Tensor:
    """(x, y) of the centre of mass, pixels."""
    along = torch.arange(len(spot), dtype=spot.dtype)
    return torch.stack([(spot.sum(0) * along).sum(), (spot.sum(1) * along).sum()]) / spot.sum()


@pytest.mark.parametrize("size", [400, 128])
def test_people_are_told_apart(size: int, root: Path, weights: Path) -> None:
    vectors = {}
    for person in ("woman", "man", "driver"):
        files = sorted((root / "data/faces").glob(f"{person}-*.png"))[::5]
        if len(files) < 2:
            pytest.skip("no faces of the default manifest in data/faces: run `dvc repro align` first")
        pictures = np.stack([images.resize(images.read(file), size, size) for file in files])
        faces = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
        vectors[person] = embedding(weights / FILE)(_chips(faces, ALIGN))
        same = torch.pdist(vectors[person])
        assert same.mean() < 0.5, person
        torch.testing.assert_close(
            identity(faces[1:], faces[:1], weights=weights, align=ALIGN), same[: len(faces) - 1], atol=1e-4, rtol=0
        )
    for one, other in (("woman", "man"), ("woman", "driver"), ("man", "driver")):
        apart = torch.cdist(vectors[one], vectors[other])
        assert apart.min() > 0.6, (one, other)
        assert 0.75 < apart.mean() < 0.95, (one, other)
