"""Laws that hold for every drawing, and what makes each style that style."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from limner import images
from limner.images import Image
from limner.sketch import Effect, load
from limner.sketch.lines import difference
from limner.sketch.tone import SKIN, cut, tone

Make = Callable[..., Effect]


@pytest.fixture(scope="module")
def make(blocks: dict[str, dict[str, Any]]) -> Make:
    """An effect with the parameters of params.yaml, and changes to them."""
    return lambda name, **changes: load(name, blocks[name] | changes)


@pytest.fixture(params=["hatch", "pencil", "stamp", "woodcut", "xdog"])
def effect(request: pytest.FixtureRequest, make: Make) -> Effect:
    return make(request.param)


def seen(drawing: Image) -> Image:
    """The drawing as a network sees it, strokes melted into tones."""
    return images.resize(drawing, 128, 128)


def alike(one: Image, other: Image) -> float:
    return float(np.corrcoef(seen(one).ravel(), seen(other).ravel())[0, 1])


def test_a_drawing_is_gray_of_the_same_size_and_repeats(effect: Effect, painted: Image) -> None:
    photo = painted.copy()
    drawing = effect(photo)
    assert drawing.shape == (400, 400)
    assert drawing.dtype == np.uint8
    assert np.array_equal(photo, painted), "the photo was changed"
    assert np.array_equal(drawing, effect(painted))
    assert int(drawing.max()) - int(drawing.min()) > 150


@pytest.mark.parametrize("level", [0, 1, 60, 255])
def test_a_flat_photo_becomes_a_flat_drawing(effect: Effect, level: int) -> None:
    drawing = seen(effect(np.full((400, 400, 3), level, np.uint8)))
    means = drawing.reshape(8, 16, 8, 16).mean(axis=(1, 3))
    assert np.ptp(means) < 16  # strokes and grain only


def test_half_the_light_gives_the_same_drawing(effect: Effect, painted: Image) -> None:
    assert alike(effect(painted), effect(painted // 2)) > 0.98
    assert alike(effect(painted), effect((painted * 0.3).astype(np.uint8))) > 0.97


def test_a_little_noise_does_not_flicker(effect: Effect, painted: Image) -> None:
    noise = np.random.default_rng(0).integers(-2, 3, painted.shape)
    noisy = np.clip(painted.astype(int) + noise, 0, 255).astype(np.uint8)
    assert alike(effect(painted), effect(noisy)) > 0.98


def test_features_are_drawn(effect: Effect, painted: Image) -> None:
    """Brows, irises and mouth have more ink than the cheeks."""
    drawing = seen(effect(painted)).astype(float)
    cheek = drawing[64:74, 42:50].mean()
    for x, y in ((140, 135), (260, 135), (140, 170), (260, 170), (200, 300)):
        place = drawing[int(y * 0.32) - 1 : int(y * 0.32) + 2, int(x * 0.32) - 1 : int(x * 0.32) + 2]
        assert place.mean() < cheek - 50


@pytest.mark.parametrize("size", [128, 256, 512])
def test_lengths_scale_with_the_frame(effect: Effect, painted: Image, size: int) -> None:
    drawing = effect(images.resize(painted, size, size))
    assert drawing.shape == (size, size)
    assert alike(drawing, effect(painted)) > 0.9


def test_real_faces_have_ink_and_paper(effect: Effect, portraits: list[Image]) -> None:
    for photo in portraits:
        for light in (photo, (photo * 0.3).astype(np.uint8)):
            drawing = effect(light).astype(float) / 255
            assert 0.08 < 1 - drawing.mean() < 0.65
            assert (drawing < 0.3).mean() > 0.04
            assert (drawing > 0.7).mean() > 0.3
        assert np.corrcoef(seen(effect(photo)).ravel(), seen(photo[..., 1]).ravel())[0, 1] > 0.6


def test_stamp_is_flat(make: Make, blocks: dict[str, dict[str, Any]], portraits: list[Image]) -> None:
    greys = [round(255 * gray) for _, gray in blocks["stamp"]["steps"]]
    for photo in portraits:
        drawing = make("stamp")(photo)
        assert np.mean([np.abs(drawing.astype(int) - gray) <= 1 for gray in greys], axis=(1, 2)).sum() > 0.75
        face = drawing[150:330, 120:280]
        assert np.bincount(face.ravel()).max() > 0.4 * face.size


def test_woodcut_has_two_tones(make: Make, portraits: list[Image]) -> None:
    for photo in portraits:
        drawing = make("woodcut")(photo)
        assert ((drawing < 40) | (drawing > 215)).mean() > 0.85


def ramp_photo() -> Image:
    """A ramp from black at the left to white at the right, 400x400."""
    return np.broadcast_to(np.linspace(0, 255, 400)[None, :, None], (400, 400, 3)).astype(np.uint8)


@pytest.mark.parametrize("name", ["woodcut", "hatch", "pencil", "stamp", "xdog"])
def test_darker_is_never_drawn_lighter(make: Make, name: str) -> None:
    columns = make(name)(ramp_photo()).astype(float).reshape(400, 10, 40).mean(axis=(0, 2))
    assert np.all(np.diff(columns) > -6)
    assert columns[0] < 80
    assert columns[-1] > 230


def test_carved_and_hatched_tones_are_carried_by_strokes(make: Make) -> None:
    """In the middle of a ramp both are black and white beside each other, and gray once seen from afar."""
    for name in ("woodcut", "hatch"):
        middle = make(name)(ramp_photo())[:, 100:160]
        assert middle.min() < 10
        assert middle.max() > 245
        far = cv2.blur(middle, (31, 31))[100:300, 20:40]
        assert far.min() > 30
        assert far.max() < 235


def test_hatch_adds_a_layer_in_the_dark(make: Make) -> None:
    one = make("hatch", layers=[[-45.0, 0.78]])(ramp_photo())
    two = make("hatch", layers=[[-45.0, 0.78], [25.0, 0.45]])(ramp_photo())
    assert np.all(two <= one)
    added = (one.astype(float) - two).mean(axis=0)
    assert added[60:90].mean() > 5
    assert added[300:].max() == 0


def edge_photo() -> Image:
    """Two grays that meet at column 200, 400x400: skin and what is a little darker than it."""
    photo = np.full((400, 400, 3), 180, np.uint8)
    photo[:, :200] = 160
    return photo


def test_xdog_draws_a_line_along_an_edge(make: Make) -> None:
    row = make("xdog")(edge_photo())[200].astype(int)
    assert row[192:200].min() < 150
    assert row[100] > 250
    assert row[300] == 255


def test_pencil_dodges_to_paper_away_from_the_edge(make: Make) -> None:
    drawing = make("pencil", shade=0.0, grain=0.0)(edge_photo())[200].astype(int)
    assert drawing[50] == drawing[350] == 255
    assert drawing[195:200].min() < 240


def test_tone_exposes_the_face() -> None:
    photo = edge_photo()
    photo[:20] = 0
    exposed = tone(photo)
    assert exposed.dtype == np.float32
    assert exposed.min() == 0
    assert exposed.max() < 1
    assert exposed[200, 300] == pytest.approx(SKIN, abs=0.05)
    assert np.allclose(tone(photo // 2), exposed, atol=0.02)


def test_cut_is_the_covered_share_of_a_pixel() -> None:
    xs = np.arange(9, dtype=np.float32)[None].repeat(9, axis=0)
    assert np.allclose(cut(0.1 * (xs - 4.25), 1e-6)[4, 1:-1], [0, 0, 0, 0.25, 1, 1, 1], atol=1e-5)


def test_difference_is_zero_on_even_ground_and_negative_on_a_dark_line() -> None:
    ground = np.full((64, 64), 0.7, np.float32)
    assert np.abs(difference(ground, 1.5, 3.0)).max() < 1e-6
    ground[:, 31:33] = 0.2
    found = difference(ground, 1.5, 3.0)
    assert found[32, 31] < -0.05
    assert found[32, 31] == pytest.approx(found[32].min(), rel=1e-5)
    assert found[32, 36] > 0


def test_difference_closes_a_gap_in_a_line() -> None:
    ground = np.full((64, 64), 0.7, np.float32)
    ground[:, 31:33] = 0.2
    ground[31:33] = 0.7
    assert difference(ground, 1.5, 4.0)[32, 31] < 1.3 * difference(ground, 1.5, 0.01)[32, 31] < 0
