"""Videos: every Nth frame, the sharpest of its neighbours, upright, with true times."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from limner.errors import SourceError
from limner.scrape import video
from limner.scrape.video import Sampler, sharpness
from tests.sites import scene

RATE = 10.0


def film(path: Path, images: list[np.ndarray]) -> Path:
    """Write (H, W, 3) RGB pictures as a video of 10 frames/s, MPEG-4 in mp4 or MJPEG in avi."""
    height, width = images[0].shape[:2]
    code = cv2.VideoWriter.fourcc(*("mp4v" if path.suffix == ".mp4" else "MJPG"))
    writer = cv2.VideoWriter(str(path), code, RATE, (width, height))
    assert writer.isOpened()
    for image in images:
        writer.write(np.ascontiguousarray(image[..., ::-1]))
    writer.release()
    return path


def shade(level: int) -> np.ndarray:
    """A flat picture whose brightness tells which frame it is."""
    return np.full((64, 96, 3), level, np.uint8)


@pytest.mark.parametrize("suffix", [".mp4", ".avi"])
def test_every_nth_frame_with_its_time(tmp_path: Path, suffix: str) -> None:
    path = film(tmp_path / f"a{suffix}", [shade(20 * k) for k in range(11)])
    frames = list(Sampler(path, every=4, neighbours=0))
    assert [frame.index for frame in frames] == [0, 4, 8]
    assert [frame.time for frame in frames] == pytest.approx([0.0, 0.4, 0.8], abs=0.001)
    assert [frame.image.mean() for frame in frames] == pytest.approx([0, 80, 160], abs=3)


def test_the_sharpest_of_the_neighbours(tmp_path: Path) -> None:
    sharp = np.asarray(scene(1)).copy()
    sharp[::4] = 0
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3)
    assert sharpness(sharp) > 10 * sharpness(blurred)
    path = film(tmp_path / "a.avi", [sharp if k in (1, 3, 8) else blurred for k in range(10)])
    frames = list(Sampler(path, every=4, neighbours=1))
    assert [frame.index for frame in frames] == [0, 4, 8]
    assert [frame.time for frame in frames] == pytest.approx([0.1, 0.3, 0.8], abs=0.001)
    assert all(sharpness(frame.image) > 5 * sharpness(blurred) for frame in frames)


def test_two_samples_never_choose_the_same_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(10)])
    frames = list(Sampler(path, every=2, neighbours=5))
    assert [frame.index for frame in frames] == [0, 2, 4, 6, 8]
    assert len({frame.time for frame in frames}) == 5


def test_a_sample_past_the_end_is_none(tmp_path: Path) -> None:
    """The last frame is a neighbour of a sampled frame that does not exist."""
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(8)])
    assert [frame.index for frame in Sampler(path, every=4, neighbours=1)] == [0, 4]


def test_the_rotation_flag_is_honoured(tmp_path: Path) -> None:
    image = shade(40)
    image[:, :48] = 220
    path = film(tmp_path / "a.mp4", [image] * 5)
    data = bytearray(path.read_bytes())
    # The track header's 3x3 matrix: a quarter turn clockwise, as phones write it.
    matrix = data.index(b"tkhd") + 4 + 40
    data[matrix : matrix + 36] = b"".join(
        value.to_bytes(4, "big", signed=True) for value in (0, 0x10000, 0, -0x10000, 0, 0, 64 * 0x10000, 0, 0x40000000)
    )
    path.write_bytes(data)
    frame = next(iter(Sampler(path, every=1, neighbours=0)))
    assert frame.image.shape == (96, 64, 3)
    assert frame.image[:40].mean() > 200  # the left half has come to the top
    assert frame.image[56:].mean() < 60


def disc_of(path: Path, across: int, down: int, matrix: tuple[int, ...]) -> tuple[int, int]:
    """Width and height of what was a disc of 60 pixels before a film of such pixels squeezed it, laid by `matrix`."""
    image = np.zeros((144, 144, 3), np.uint8)
    axes = (30 * down // max(across, down), 30 * across // max(across, down))
    cv2.ellipse(image, (72, 72), axes, 0, 0, 360, (255, 255, 255), -1)
    data = bytearray(film(path, [image] * 3).read_bytes())
    header = data.index(b"tkhd") + 4
    shape = (*matrix[:2], 0, *matrix[2:], 0, 0, 0, 0x4000)
    data[header + 40 : header + 76] = b"".join((0x10000 * value).to_bytes(4, "big", signed=True) for value in shape)
    # What says how wide and high it is shown: FFmpeg takes the shape of a pixel from it.
    data[header + 76 : header + 84] = b"".join((0x10000 * 144 * n).to_bytes(4, "big") for n in (across, down))
    path.write_bytes(data)
    seen = next(iter(Sampler(path, every=1, neighbours=0))).image[..., 0] > 128
    return int(seen.any(axis=0).sum()), int(seen.any(axis=1).sum())


@pytest.mark.parametrize("matrix", [(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)])
@pytest.mark.parametrize(("across", "down"), [(4, 3), (2, 1), (1, 2), (8, 9)])
def test_pixels_that_are_not_square_are_made_so_however_the_film_is_held(
    tmp_path: Path, across: int, down: int, matrix: tuple[int, ...]
) -> None:
    width, height = disc_of(tmp_path / "a.mp4", across, down, matrix)
    assert abs(width - height) <= 2
    assert abs(width - 60) <= 3


@pytest.mark.parametrize(("across", "down"), [(12, 11), (10, 11), (128, 117), (5, 1)])
def test_pixels_that_are_nearly_square_or_cannot_be_are_left_as_they_are(
    tmp_path: Path, across: int, down: int
) -> None:
    width, height = disc_of(tmp_path / "a.mp4", across, down, (1, 0, 0, 1))
    assert width / height == pytest.approx(down / across, abs=0.05)


def test_a_frame_that_would_be_stretched_beyond_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "MOST_PIXELS", 200 * 144)
    with pytest.raises(SourceError, match=r"too large: .*\(288x144 pixels\)"):
        disc_of(tmp_path / "a.mp4", 2, 1, (1, 0, 0, 1))


@pytest.mark.parametrize("body", [b"", b"only words", b"\0\0\0\x18ftypmp42" + b"\0" * 400])
def test_what_is_no_video_is_named(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(body)
    with pytest.raises(SourceError, match="no video"):
        list(Sampler(path, every=1, neighbours=0))


def test_a_video_cut_short_keeps_its_frames_and_says_so(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    path = film(tmp_path / "a.avi", [draw.integers(0, 256, (64, 96, 3), dtype=np.uint8) for _ in range(40)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    sampler = Sampler(path, every=1, neighbours=0)
    frames = list(sampler)
    assert 10 < len(frames) < 30
    assert "ends early" in sampler.note
    assert "of 40 frames" in sampler.note


def test_a_video_of_endless_frames_is_taken_to_a_limit_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "MOST_FRAMES", 3)
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(8)])
    sampler = Sampler(path, every=2, neighbours=0)
    assert [frame.index for frame in sampler] == [0, 2, 4]
    assert "first 3 frames" in sampler.note


def test_a_video_of_huge_frames_is_refused_before_one_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "MOST_PIXELS", 96 * 64 - 1)
    path = film(tmp_path / "a.avi", [shade(40)])
    with pytest.raises(SourceError, match="too large"):
        list(Sampler(path, every=1, neighbours=0))


def test_a_video_that_would_fill_a_disk_is_taken_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "MOST_TAKEN", 3 * 96 * 64 + 1)
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(8)])
    sampler = Sampler(path, every=2, neighbours=0)
    assert [frame.index for frame in sampler] == [0, 2, 4]
    assert sampler.note == "only its first 3 frames are taken: a greater `every` takes fewer"


def test_as_many_frames_of_a_usual_film_are_taken_as_of_a_small_one() -> None:
    assert video.MOST_FRAMES * 1920 * 1080 <= video.MOST_TAKEN < video.MOST_FRAMES * 1920 * 1088


def test_the_last_frame_counts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is only chosen when its neighbours are known to be missing."""
    monkeypatch.setattr(video, "MOST_FRAMES", 2)
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(9)])
    sampler = Sampler(path, every=4, neighbours=1)
    assert [frame.index for frame in sampler] == [0, 4]
    assert "first 2 frames" in sampler.note


def test_a_video_that_takes_days_is_left_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each frame counts as life, so a decoder's patience alone would never end."""
    clock, alive = iter(range(0, 100_000, 3600)), []
    monkeypatch.setattr(video, "monotonic", lambda: next(clock))
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(8)])
    sampler = Sampler(path, every=2, neighbours=0, alive=lambda: alive.append(1))
    assert [frame.index for frame in sampler] == [0, 2, 4]
    assert len(alive) == 5
    assert sampler.note == "only its first 5 frames are looked at: more took over 4 hours"


@pytest.mark.parametrize("before", [0, 3])
def test_a_video_whose_frames_become_huge_is_taken_up_to_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """OpenCV's FFmpeg brings all frames to the announced size; another version may not."""
    path = film(tmp_path / "a.avi", [shade(20 * k) for k in range(8)])
    grown = [shade(40)] * before + [np.full((300, 300, 3), 40, np.uint8)] * 8

    class Growing:
        def __init__(self, *which: object) -> None:
            self._real, self._frames = REAL(*which), iter(grown)

        def retrieve(self) -> tuple[bool, np.ndarray]:
            return True, next(self._frames)

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    REAL = cv2.VideoCapture
    monkeypatch.setattr(video, "MOST_PIXELS", 96 * 64)
    monkeypatch.setattr(cv2, "VideoCapture", Growing)
    sampler = Sampler(path, every=1, neighbours=0)
    if before:
        assert [frame.index for frame in sampler] == [0, 1, 2]
        assert "too large" in sampler.note
        assert "(300x300 pixels): only the 3 frames before are taken" in sampler.note
    else:
        with pytest.raises(SourceError, match="too large"):
            list(sampler)


def test_frames_none_of_which_can_be_decoded_are_no_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "a.avi", [shade(40)] * 3)
    monkeypatch.setattr(video, "_image", lambda capture: None)
    with pytest.raises(SourceError, match="no video"):
        list(Sampler(path, every=1, neighbours=0))


LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile {}\n",
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns={}\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_that_names_another_film_is_no_video(tmp_path: Path, kind: str) -> None:
    """Or whoever knows the hash of a film in the memory of files would be shown it as her own."""
    private = film(tmp_path / "private.mp4", [shade(40)] * 9)
    path = tmp_path / "a.mp4"
    path.write_text(LISTS[kind].format(private.name))
    with pytest.raises(SourceError, match="no video"):
        list(Sampler(path, every=1, neighbours=0))


def test_a_picture_whose_name_looks_like_one_of_a_sequence_is_no_video(tmp_path: Path) -> None:
    for k in range(3):
        cv2.imwrite(str(tmp_path / f"face_{k:03d}.jpg"), shade(40))
    with pytest.raises(SourceError, match="no video"):
        list(Sampler(tmp_path / "face_000.jpg", every=1, neighbours=0))
