"""Put back: what came from a place returns to it, the rest stays, and nobody sees where the painting ends."""

import cv2
import numpy as np
import pytest

from limner.align import geometry
from limner.align.geometry import Floats
from limner.align.warp import warp
from limner.images import Image, resize
from limner.mesh import OVAL
from limner.paint import place, tones

SIZE = 400


def points(radius: float = 120.0, x: float = 200.0, y: float = 210.0) -> Floats:
    """A round face."""
    made = np.zeros((478, 3))
    angles = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    made[OVAL, 0], made[OVAL, 1] = x + radius * np.cos(angles), y + radius * np.sin(angles)
    return made


def matrix(scale: float, degrees: float) -> Floats:
    """Levels a face in the middle of a 900 x 600 picture whose eyes are 120 / `scale` pixels apart."""
    turned = np.radians(degrees)
    across = 60 / scale * np.array([np.cos(turned), np.sin(turned)])
    middle = np.array([450.0, 300.0])
    return geometry.similarity(np.array([middle - across, middle + across]), (200, 170), 120)


def smooth(seed: int = 0) -> Image:
    """(600, 900, 3) without detail that resampling would lose."""
    coarse = np.random.default_rng(seed).integers(40, 216, (16, 24, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (900, 600), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_the_mask_is_the_face_and_fades_within_it() -> None:
    weight = place.mask(points(), SIZE, 120)
    y, x = np.mgrid[:SIZE, :SIZE]
    far = np.hypot(x - 200, y - 210)
    assert weight[far > 121].max() == 0
    assert weight[far < 120 - place.FEATHER * 120 - 2].min() == 1
    assert np.abs(np.diff(weight, axis=0)).max() < 0.06, "no step that would be seen"


def test_the_mask_ends_before_the_frame_does() -> None:
    weight = place.mask(points(radius=300), SIZE, 120)
    edge = np.concatenate([weight[0], weight[-1], weight[:, 0], weight[:, -1]])
    assert edge.max() == 0
    assert weight.max() == 1


@pytest.mark.parametrize("scale", [0.6, 1.0, 2.5])
@pytest.mark.parametrize("degrees", [0, 20, -110, 180])
@pytest.mark.parametrize("size", [SIZE, 128])
def test_what_was_cut_out_comes_back_to_its_place(scale: float, degrees: float, size: int) -> None:
    picture, cut = smooth(), matrix(scale, degrees)
    frame, _ = warp(picture, cut, SIZE)
    painted = resize(frame, size, size)
    weight = place.mask(points(), SIZE, 120)
    assert np.abs(place.back(picture, painted, cut, weight).astype(int) - picture).max() <= 3
    beside = cut.copy()
    beside[:, 2] += cut[:, :2] @ (1, 0)
    moved = np.abs(place.back(picture, painted, beside, weight).astype(int) - picture)
    assert moved.max() >= 5, "one pixel of the picture to a side would be noticed"


def test_only_the_face_changes_and_the_original_stays() -> None:
    picture, cut = smooth(), matrix(0.8, 15)
    before = picture.copy()
    whole = place.back(picture, np.zeros((128, 128), np.uint8), cut, place.mask(points(), SIZE, 120))
    np.testing.assert_array_equal(picture, before)
    assert whole.shape == picture.shape
    changed = (whole != picture).any(axis=2)
    y, x = np.mgrid[:600, :900]
    centre = geometry.transform(geometry.inverse(cut), np.array([[200.0, 210.0]]))[0]
    far = np.hypot(x - centre[0], y - centre[1])
    assert not changed[far > 122 / 0.8].any()
    assert whole[far < 70 / 0.8].max() == 0, "gray is painted too"


@pytest.mark.parametrize("at", [(5.0, 5.0), (895.0, 590.0), (-400.0, 300.0)])
def test_a_face_that_leaves_the_picture_is_cut_there(at: tuple[float, float]) -> None:
    picture = smooth()
    eyes = np.array([[at[0] - 50, at[1]], [at[0] + 50, at[1]]])
    cut = geometry.similarity(eyes, (200, 170), 120)
    whole = place.back(picture, np.zeros((64, 64, 3), np.uint8), cut, place.mask(points(), SIZE, 120))
    assert whole.shape == picture.shape
    assert (whole != picture).any() == (at[0] > 0)


def test_tones_are_the_others_and_form_is_ones_own() -> None:
    rng = np.random.default_rng(0)
    form = cv2.GaussianBlur(rng.uniform(0, 1, (128, 128)), (0, 0), 6)
    form = (form - form.min()) / (form.max() - form.min())
    gray = np.asarray(np.repeat((60 + 60 * form)[..., None], 3, axis=2), np.uint8)
    warm = np.asarray(120 + 100 * form[..., None] * np.array([1.0, 0.8, 0.6]), np.uint8)
    weight = np.ones((128, 128), np.float32)
    moved = tones.like(gray, warm, weight)
    assert np.abs(moved.astype(float).mean(axis=(0, 1)) - warm.mean(axis=(0, 1))).max() < 4
    assert np.corrcoef(moved.mean(axis=2).ravel(), form.ravel())[0, 1] > 0.99


def test_equal_tones_stay() -> None:
    picture = resize(smooth(), 128, 128)
    weight = place.mask(points(), SIZE, 120)
    assert np.abs(tones.like(picture, picture, weight).astype(int) - picture).max() <= 1


def test_one_flat_tone_becomes_the_mean() -> None:
    flat = np.full((64, 64, 3), 90, np.uint8)
    moved = tones.like(flat, np.full((64, 64, 3), 200, np.uint8), np.ones((64, 64), np.float32))
    assert np.abs(moved.astype(int) - 200).max() <= 1


def test_a_dark_photo_gets_no_stronger_hues_than_its_light_allows() -> None:
    """Eyes of a bright painting that are a little blue would glow in a face of next to no light."""
    y, x = np.mgrid[:64, :64] / 63
    bright = np.stack([120 + 90 * x, 110 + 80 * x, 100 + 100 * y], axis=-1).astype(np.uint8)
    dark = np.full((64, 64, 3), 12, np.uint8) + (x * 8).astype(np.uint8)[..., None]
    moved = tones.like(bright, dark, np.ones((64, 64), np.float32)).astype(int)
    assert np.ptp(moved, axis=2).max() <= 12, "gray as the photo is, but for a trace"
