"""How far the features of a face are from where they belong."""

import numpy as np
import pytest
import torch

from limner import mesh
from limner.metrics.places import PARTS, POINTS, places
from limner.metrics.views.case import Case, Setting
from tests.metrics.conftest import face, measure, picture
from tests.metrics.faces import altered


def test_distances_by_hand() -> None:
    true = torch.zeros(1, 478, 2)
    true[:, mesh.IRISES[1], 0] = 50
    fake = true.repeat(2, 1, 1)
    fake[0, mesh.NOSE] += torch.tensor([3.0, 4.0])  # 5 of 50 pixels
    fake[0, mesh.LEFT_EYE] += torch.tensor([0.0, 17.0])  # 16 of an eye's 17 points
    fake[0, mesh.OUTER_LIPS] += torch.tensor([2.0, 0.0])  # half of the lips' points
    fake[1] = torch.nan
    blank = torch.zeros(1, 3, 8, 8)
    figures = places(blank.expand(2, -1, -1, -1), blank, found=fake, landmarks=true)
    assert list(PARTS) == ["left_eye", "right_eye", "nose", "mouth"]
    torch.testing.assert_close(figures[0], torch.tensor([32.0, 0.0, 10.0, 2.0]))
    assert figures[1].isnan().all(), "no face in the fake"
    assert places(blank, blank, found=true, landmarks=true * torch.nan).isnan().all(), "no face in the truth"


def test_the_parts_have_no_point_in_common() -> None:
    points = [point for part in POINTS for point in part]
    assert len(set(points)) == len(points)


@pytest.mark.parametrize("size", [128, 64])
@pytest.mark.parametrize(("part", "outline"), [("left_eye", mesh.LEFT_EYE), ("mouth", mesh.LIPS), ("nose", mesh.NOSE)])
def test_a_moved_feature_is_told_and_how_far(part: str, outline: list[int], size: int, setting: Setting) -> None:
    real = face(size)
    points = Case(real, real, setting).landmarks[0].numpy()
    eye_distance = float(np.hypot(*np.diff(points[mesh.IRISES], axis=0)[0]))
    shares = (0.0, 0.1, 0.2)
    fakes = torch.cat([altered(real, points[outline], (0.6 * d, 0.8 * d)) for d in np.multiply(shares, eye_distance)])
    figures = dict(zip(PARTS, measure("places", fakes, real, setting).T, strict=True))
    assert (figures[part].diff() > 2).all()
    others = torch.stack([values for name, values in figures.items() if name != part])
    assert (figures[part][1:] > others[:, 1:]).all()
    if part == "left_eye":
        assert figures[part].tolist() == pytest.approx([0, 10, 20], abs=5)


def test_without_a_face_there_are_no_places(setting: Setting) -> None:
    assert measure("places", picture(1), picture(2), setting).isnan().all()
