"""Whether two eyes belong together: on a real face with one of them changed."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from limner import mesh
from limner.metrics.views import masks
from limner.metrics.views.case import Case, Setting
from limner.metrics.views.colours import lab, under
from tests.metrics.conftest import blur, face, measure, picture
from tests.metrics.faces import Points, altered, erased, mixed, pixels

SIZES = (128, 64)


def eye(size: int, setting: Setting, outline: list[int] = mesh.LEFT_EYE) -> Points:
    points: Points = Case(face(size), face(size), setting).landmarks[0, outline].numpy()
    return points


def figures(fake: Tensor, setting: Setting) -> tuple[float, float]:
    colour, size = measure("eye_match", fake, face(fake.shape[-1]), setting)[0].tolist()
    return colour, size


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [0.8, 1.2, 1.4])
def test_an_eye_of_another_size_is_told_and_by_how_much(scale: float, size: int, setting: Setting) -> None:
    colour, found = figures(altered(face(size), eye(size, setting), scale=scale), setting)
    assert found == pytest.approx(abs(np.log(scale)), abs=0.08)
    assert colour < 10


@pytest.mark.parametrize("size", SIZES)
def test_either_eye_may_be_the_wrong_one(size: int, setting: Setting) -> None:
    fakes = [altered(face(size), eye(size, setting, one), scale=1.3) for one in (mesh.LEFT_EYE, mesh.RIGHT_EYE)]
    assert [figures(fake, setting)[1] for fake in fakes] == pytest.approx([np.log(1.3)] * 2, abs=0.08)


@pytest.mark.parametrize("size", SIZES)
def test_an_eye_of_another_colour_is_told_and_its_size_is_not(size: int, setting: Setting) -> None:
    blue = np.clip(pixels(face(size)) * np.array([0.6, 1.0, 1.6]), 0, 255).astype(np.float32)
    colour, found = figures(mixed(face(size), blue, eye(size, setting)), setting)
    assert colour > 10
    assert found < 0.05


@pytest.mark.parametrize("size", SIZES)
def test_an_eye_that_is_gone_is_worst_of_all(size: int, setting: Setting) -> None:
    points = eye(size, setting)
    colour, found = figures(erased(face(size), points), setting)
    enlarged = figures(altered(face(size), points, scale=1.2), setting)
    assert colour > 2 * enlarged[0]
    assert found > 2 * enlarged[1]


@pytest.mark.parametrize("size", SIZES)
def test_a_blurred_eye_is_told_and_the_more_the_more(size: int, setting: Setting) -> None:
    picture = pixels(face(size))
    sigmas = [size * share for share in (0.015, 0.03)]
    blurred = [cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.float32) for sigma in sigmas]
    colours = [figures(mixed(face(size), one, eye(size, setting)), setting)[0] for one in blurred]
    assert colours[1] > colours[0] > 0.5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "change", [lambda x: blur(x, x.shape[-1] / 100), lambda x: 0.3 * 0.5 + 0.7 * x, lambda x: x.roll(2, 3)]
)
def test_what_is_done_to_both_eyes_hardly_counts(
    change: Callable[[Tensor], Tensor], size: int, setting: Setting
) -> None:
    colour, found = figures(change(face(size)), setting)
    assert colour < 4
    assert found < 0.06


def test_the_openings_of_the_eyes_are_where_they_belong(setting: Setting) -> None:
    case = Case(face(), face(), setting)
    left, right = masks.eyes(case.landmarks, 128, 128)[0]
    own = case.masks[0, [masks.REGIONS.index(name) for name in ("left_eye", "right_eye")]]
    for mask, region in ((left, own[0]), (right, own[1])):
        assert 0.15 < mask.sum() / region.sum() < 0.6
        assert (mask <= region).all()
    assert masks.eyes(case.landmarks * torch.nan, 64, 64).sum() == 0


def test_mean_colours_under_masks_by_hand() -> None:
    pictures = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    shown = torch.zeros(1, 2, 4, 4)
    shown[0, 0, 1, 1] = shown[0, 0, 2, 3] = 1
    colours = lab(pictures.permute(0, 2, 3, 1))
    found = under(pictures, shown)
    torch.testing.assert_close(found[:, 0], (colours[:, 1, 1] + colours[:, 2, 3]) / 2)
    assert found[:, 1].isnan().all(), "an empty mask"


def test_without_a_face_nothing_can_be_told(setting: Setting) -> None:
    assert measure("eye_match", picture(1, 128), face(), setting).isnan().all()
    assert measure("eye_match", face(), picture(1, 128), setting).isnan().all()
