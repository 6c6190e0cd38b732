"""What is measured at the parts of a face: landmarks, regions, cheeks."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from skimage.color import rgb2lab
from torch import Tensor

from limner import mesh
from limner.images import Image
from limner.mesh import IRISES
from limner.metrics.colour import colour
from limner.metrics.l1 import l1
from limner.metrics.landmarks import landmarks
from limner.metrics.regions import PARTS, regions
from limner.metrics.views import points
from limner.metrics.views.case import Case, Setting
from limner.metrics.views.colours import lab
from limner.metrics.views.masks import REGIONS
from tests.metrics.conftest import EYES, face, measure, picture


@pytest.fixture
def case(setting: Setting) -> Case:
    return Case(face(number=3), face(), setting)


def test_the_points_are_those_that_mediapipe_publishes() -> None:
    published = pytest.importorskip("mediapipe.tasks.python.vision.face_landmarker").FaceLandmarksConnections

    def points(name: str) -> set[int]:
        lines = getattr(published, f"FACE_LANDMARKS_{name}")
        return {point for line in lines for point in (line.start, line.end)}

    assert set(mesh.LEFT_EYE) == points("LEFT_EYE")
    assert set(mesh.RIGHT_EYE) == points("RIGHT_EYE")
    assert set(mesh.NOSE) == points("NOSE")
    assert set(mesh.LIPS) == points("LIPS")
    assert set(mesh.OVAL) == points("FACE_OVAL")
    oval = [(line.start, line.end) for line in published.FACE_LANDMARKS_FACE_OVAL]
    assert set(oval) == set(zip(mesh.OVAL, mesh.OVAL[1:] + mesh.OVAL[:1], strict=True)), "in the order of the outline"


def test_the_irises_are_where_the_face_was_laid(case: Case) -> None:
    irises = (case.landmarks[0, IRISES] + 0.5) / 128
    torch.testing.assert_close(irises, torch.tensor(EYES), atol=0.02, rtol=0)


def mesh_of_two(width: float) -> Tensor:
    """(1, 478, 2): every point at the origin but the left iris, `width` pixels to the right."""
    points = torch.zeros(1, 478, 2)
    points[:, IRISES[1], 0] = width
    return points


def test_landmark_errors_by_hand() -> None:
    true = mesh_of_two(50)
    fake = true.clone()
    fake[:, IRISES[0]] += torch.tensor([3.0, 4.0])  # 5 of 50 pixels
    fake[:, IRISES[1]] += torch.tensor([0.0, 1.0])
    fake[:, mesh.LIPS[: len(mesh.LIPS) // 2]] += torch.tensor([2.0, 0.0])  # half of the points by 2
    fake[:, mesh.JAW] += torch.tensor([0.0, 4.0])
    blank = torch.zeros(1, 3, 8, 8)
    figures = landmarks(blank, blank, found=fake, landmarks=true)
    torch.testing.assert_close(figures, torch.tensor([[10.0, 2.0, 8.0, 1.0]]))


def test_a_face_that_is_not_found_has_no_error_and_is_told() -> None:
    true, lost, blank = mesh_of_two(50), torch.full((1, 478, 2), torch.nan), torch.zeros(2, 3, 8, 8)
    figures = landmarks(blank, blank[:1], found=torch.cat([true, lost]), landmarks=true)
    torch.testing.assert_close(figures, torch.tensor([[0, 0, 0, 1], [torch.nan] * 3 + [0]]), equal_nan=True)
    assert landmarks(blank, blank[:1], found=torch.cat([true, lost]), landmarks=lost).isnan().all()


def test_landmark_errors_grow_with_the_way_a_face_is_moved(setting: Setting) -> None:
    real = face()
    fakes = torch.cat([real.roll(pixels, 3) for pixels in (1, 3, 6, 9)])
    figures = measure("landmarks", fakes, real, setting)
    assert (figures[:, :3].diff(dim=0) > 0).all()
    expected = 100 * torch.tensor([3.0, 6.0, 9.0]) / (0.3 * 128)
    torch.testing.assert_close(figures[1:, 1], expected, atol=2, rtol=0)


def test_each_pixel_is_in_one_region(case: Case) -> None:
    assert case.masks.shape == (1, len(REGIONS), 128, 128)
    assert (case.masks.sum(1) == 1).all()
    assert tuple(PARTS) == REGIONS


def test_the_regions_are_where_they_belong_and_left_is_the_persons_own(case: Case) -> None:
    rows, columns = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    areas = case.masks[0].sum((1, 2))
    x = dict(zip(REGIONS, (case.masks[0] * columns).sum((1, 2)) / areas, strict=True))
    y = dict(zip(REGIONS, (case.masks[0] * rows).sum((1, 2)) / areas, strict=True))
    for name, (eye_x, eye_y) in zip(("right_eye", "left_eye"), EYES, strict=True):
        assert abs(x[name] - 128 * eye_x) < 5
        assert abs(y[name] - 128 * eye_y) < 5
    assert y["left_eye"] < y["nose"] < y["mouth"]
    assert x["right_eye"] < x["nose"] < x["left_eye"]
    assert areas[REGIONS.index("skin")] > areas[:4].sum()
    left, right = case.cheeks[0]
    assert (left * columns).sum() / left.sum() > x["mouth"] > (right * columns).sum() / right.sum()


def test_the_regions_weighed_by_their_areas_are_l1(case: Case) -> None:
    figures = regions(case.fake, case.real, masks=case.masks)
    weighed = (figures * case.masks.mean((2, 3))).sum(1)
    torch.testing.assert_close(weighed, l1(case.fake, case.real))


def test_a_difference_is_told_of_its_own_region_only(case: Case) -> None:
    for place in range(len(REGIONS)):
        fake = (case.real + 0.2 * case.masks[:, place : place + 1]).clamp(0, 1)
        figures = regions(fake, case.real, masks=case.masks)[0]
        assert figures[place] > 0.02
        assert figures.sum() == figures[place]


def test_without_a_face_there_are_no_regions(setting: Setting) -> None:
    assert measure("regions", picture(1), picture(2), setting).isnan().all()
    assert measure("colour", picture(1), picture(2), setting).isnan().all()


def test_lab_is_that_of_skimage() -> None:
    colours = picture(1, 32).permute(0, 2, 3, 1)
    dark = colours * 0.02
    for rgb in (colours, dark):
        np.testing.assert_allclose(lab(rgb).numpy(), rgb2lab(rgb.numpy()), atol=1e-4)


def test_a_colour_shift_by_hand() -> None:
    real, fake = torch.full((1, 3, 8, 8), 0.5), torch.full((1, 3, 8, 8), 0.5)
    fake[..., 4:] = 0.6
    cheeks = torch.zeros(1, 2, 8, 8)
    cheeks[:, 0, :, 1:3] = 1
    cheeks[:, 1, :, 5:7] = 1
    lightness = rgb2lab(np.full((1, 1, 3), 0.6))[0, 0, 0] - rgb2lab(np.full((1, 1, 3), 0.5))[0, 0, 0]
    assert colour(fake, real, cheeks=cheeks).item() == pytest.approx(lightness / 2, abs=1e-3)


def test_a_colour_cast_grows_and_light_elsewhere_does_not_matter(setting: Setting, case: Case) -> None:
    cast = torch.tensor([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1)
    fakes = torch.cat([(face() + amount * cast).clamp(0, 1) for amount in (0.02, 0.05, 0.1, 0.2)])
    assert (measure("colour", fakes, face(), setting)[:, 0].diff() > 0).all()
    background = face() * (1 - case.masks[:, -1:])
    assert measure("colour", background, face(), setting).item() == pytest.approx(0, abs=1e-5)


def test_landmarks_are_found_once_a_truth(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from limner.metrics.views import points

    asked = []
    find = points.find
    monkeypatch.setattr(points, "find", lambda pictures, folder: asked.append(len(pictures)) or find(pictures, folder))
    case = Case(face(number=3), face(), Setting(weights, EYES))
    for name in ("masks", "cheeks", "landmarks", "masks"):
        getattr(case, name)
    assert asked == [1]


def test_landmarks_are_remembered_by_picture_and_the_oldest_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each picture's own, whether it is looked at anew or not, with room for three."""
    looked: list[int] = []

    def look(image: Image, weights: Path) -> npt.NDArray[np.float32]:
        looked.append(int(image[0, 0, 0]))
        return np.full((points.POINTS, 2), image[0, 0, 0], np.float32)

    monkeypatch.setattr(points, "_look", look)
    monkeypatch.setattr(points, "MOST_KNOWN", 3)
    monkeypatch.setattr(points, "_known", {})
    monkeypatch.setattr(points, "_points", np.empty((3, points.POINTS, 2), np.float32))
    for shown in ([1, 2, 3], [3, 1, 4], [4, 2, 1], [1, 1, 2]):
        pictures = torch.tensor(shown)[:, None, None, None].expand(-1, 3, 8, 8) / 255
        assert points.find(pictures, Path("any"))[:, 0, 0].tolist() == shown
    assert looked == [1, 2, 3, 4, 1, 2]
