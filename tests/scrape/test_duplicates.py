"""The index finds what comparing each with each would find, among many and among frames of one film."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from limner.images import Image
from limner.scrape.duplicates import Twins
from limner.scrape.registration import Thumbnail
from tests.sites import scene

from .test_registration import COPY, compressed, cropped, resized, small


@pytest.fixture
def twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twins]:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path))
    with Twins(COPY) as empty:
        yield empty


def copy_of(image: Image, draw: np.random.Generator) -> Thumbnail:
    """Cropped by up to 5% a side, resized and compressed, as chance has it."""
    changed = cropped(image, *draw.uniform(0, 0.05, 4))
    return small(compressed(resized(changed, draw.uniform(0.4, 1.2)), int(draw.integers(50, 95))))


def test_each_copy_finds_its_own_among_many(twins: Twins) -> None:
    draw = np.random.default_rng(3)
    pictures = [np.asarray(scene(seed, 320, 240, detail=1 + seed % 5)) for seed in range(300)]
    for picture in pictures:
        assert twins.find(small(picture)) == []
        twins.add(small(picture))
    for number in range(0, 300, 5):
        assert [twin.number for twin in twins.find(copy_of(pictures[number], draw))] == [number]
        assert [(twin.number, twin.difference) for twin in twins.find(small(pictures[number]))] == [(number, 0)]


def test_a_cropped_frame_finds_its_own_among_frames_of_one_film(twins: Twins) -> None:
    """All the same but for a spot that wanders: the crop changes a picture more than the next frame does."""
    draw = np.random.default_rng(5)
    room = np.asarray(scene(1, 480, 320, detail=4))
    frames = []
    for k in range(60):
        frame = room.copy()
        cv2.circle(frame, (90 + 5 * k, 160 + int(60 * np.sin(k / 9))), 22, (10, 10, 10), -1)
        frames.append(frame)
        assert twins.find(small(frame), film=1) == []
        twins.add(small(frame), film=1)
    assert [twin.number for twin in twins.find(small(compressed(frames[-1], 90)), film=2)][:1] == [59]
    assert [(twin.number, twin.difference) for twin in twins.find(small(frames[7]), film=1)] == [(7, 0)]
    for number in range(0, 60, 6):
        found = twins.find(copy_of(frames[number], draw))
        assert found
        assert found[0].number == number


def test_a_cropped_frame_finds_its_own_though_dozens_look_more_like_it(twins: Twins) -> None:
    """A head that sways: a frame in which it is elsewhere looks more like the cropped one than its own does."""
    room, head = (np.asarray(scene(seed, 320, 240, detail=4)).astype(np.float32) for seed in (1, 2))
    mask = cv2.ellipse(np.zeros((240, 320, 1), np.float32), (160, 120), (80, 100), 0, 0, 360, 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 3)
    frames = []
    for k in range(200):
        nearer = 1 + 0.03 * np.sin(k / 13)
        left, top = 160 - nearer * 160 + 6 * np.sin(k / 17), 120 - nearer * 120 + 4 * np.sin(k / 11)
        sway = np.array([[nearer, 0, left], [0, nearer, top]])
        there, face = (cv2.warpAffine(layer, sway, (320, 240)) for layer in (mask, head))
        frames.append((room + there[..., None] * (face - room)).astype(np.uint8))
        twins.add(small(frames[-1]), film=1)
    crops = [cropped(frame, share, share, share, share) for frame in frames[::8] for share in (0.03, 0.05)]
    assert all(twins.find(small(crop)) for crop in crops)


def test_copies_of_copies_name_the_most_alike(twins: Twins) -> None:
    image = np.asarray(scene(2, 480, 320, detail=4))
    for picture in (image, cropped(image, 0.04, 0.04, 0.0, 0.0)):
        twins.add(small(picture))
    found = twins.find(small(cropped(image, 0.04, 0.04, 0.0, 0.0)))
    assert [twin.number for twin in found] == [1, 0]
    assert found[0].difference == 0


def test_none_at_all(twins: Twins) -> None:
    assert len(twins) == 0
    assert twins.find(small(np.asarray(scene(1)))) == []


def test_equal_runs_find_equal_twins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path))
    pictures = [small(np.asarray(scene(seed % 40, 160, 120, detail=2))) for seed in range(80)]
    runs = []
    for _ in range(2):
        with Twins(COPY) as twins:
            runs.append([(twins.find(picture), twins.add(picture)) for picture in pictures])
    assert runs[0] == runs[1]
    assert all(found[0].number == k - 40 for k, (found, _) in enumerate(runs[0]) if k >= 40)


def test_many_that_look_the_same_hide_nothing_and_end_nothing(twins: Twins) -> None:
    """A film fades from black to white, and is nothing but gray as a description has it."""
    for level in range(256):
        fading = small(np.full((48, 64, 3), level, np.uint8))
        twins.find(fading, film=1)
        twins.add(fading, film=1)
    face = np.asarray(scene(3, 320, 240, detail=3))
    assert twins.find(small(face)) == []
    twins.add(small(face))
    assert [twin.number for twin in twins.find(small(compressed(face, 80)))] == [256]
