"""Frames of a video: every Nth, or rather the sharpest of that one and its neighbours."""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

# FFmpeg writes its warnings about odd files past everything to the terminal; what matters is said here.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2
import numpy as np

from limner.errors import SourceError
from limner.images import Image, resize
from limner.scrape import damage
from limner.scrape.pictures import MOST_PIXELS

CONTAINERS = (
    *("mov", "matroska", "avi", "mpeg", "mpegts", "mpegvideo", "asf", "flv", "ogg", "mxf", "nut", "ivf", "rm", "dv"),
    *("wtv", "gif", "apng", "mjpeg", "m4v", "h264", "hevc", "av1", "obu", "yuv4mpegpipe"),
)
"""FFmpeg's names of what is read: not the lists and patterns among its formats (ffconcat, HLS, DASH, SDP, numbered
pictures), which have it open further files of this machine or of a network, nor what is drawn from text."""
# Read when a file is opened. With the right name a list would show another's film out of the memory of files.
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = f"format_whitelist;{','.join(CONTAINERS)}|protocol_whitelist;file"

SHARPNESS_WIDTH = 320
"""Pixels across at which sharpness is measured, so that the grain of compression counts little."""

NEARLY_SQUARE = 1.1
"""Pixels up to so many times as wide as high, or as high as wide, are left as they are, as those of old television:
resampled, its few lines would lose more than a face gains by a tenth."""
MOST_STRETCHED = 4.0
"""No camera writes pixels longer than this: the file is wrong, and its pixels are taken for square."""

MOST_FRAMES = 20_000
"""Chosen of one video. With each tenth frame it is two hours of film."""
MOST_TAKEN = 41_500_000_000
"""Pixels of all frames chosen of one video, some 60 GB of PNG: it is `MOST_FRAMES` of 1920x1080."""
MOST_SECONDS = 4 * 3600.0
"""Spent on one video: each frame may be slow, but not all of them. Two hours of film take less than one."""


@dataclass(frozen=True)
class Frame:
    """One frame that was chosen."""

    index: int
    """Of the sampled frame, counted from 0; the picture may be one of its neighbours."""
    time: float
    """Of the picture itself, seconds from the start."""
    image: Image
    """(H, W, 3) RGB, upright as the file's rotation flag says, of square pixels, or nearly (see `NEARLY_SQUARE`)."""


class Sampler:
    """Iterate over the chosen frames of a video file; afterwards `note` tells if its end was missing or left out.

    Args:
        path: of the file; its name's ending is not believed.
        every: frames from one sample to the next.
        neighbours: frames on either side among which the sharpest is taken; never so many that two
            samples could choose the same frame.
        alive: called for every frame that was read.
    """

    def __init__(self, path: Path, every: int, neighbours: int, alive: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._every = every
        self._reach = min(neighbours, (every - 1) // 2)
        self._alive = alive
        self.note = ""

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames in order of time, until they are `MOST_FRAMES`, or `MOST_TAKEN` pixels.

        Raises:
            SourceError: no frame can be decoded, or the first has more than `MOST_PIXELS`.
        """
        # FFmpeg by name: OpenCV would else take "face_001.jpg" for the pattern of a sequence.
        with damage.listening():  # OpenCV says of what is no film that it had to be one by name
            capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)
        taken = pixels = 0
        try:
            for frame in self._chosen(capture):
                pixels += frame.image.shape[0] * frame.image.shape[1]
                if taken == MOST_FRAMES or pixels > MOST_TAKEN:
                    self.note = f"only its first {taken} frames are taken: a greater `every` takes fewer"
                    return
                yield frame
                taken += 1
        except SourceError as error:  # its size may change on the way
            if not taken:
                raise
            self.note = f"{error}: only the {taken} frames before are taken"
        finally:
            capture.release()
        if not taken:
            raise SourceError("it is no video that can be decoded")

    def _chosen(self, capture: cv2.VideoCapture) -> Iterator[Frame]:
        """All frames to choose, until `MOST_SECONDS` are over.

        Raises:
            SourceError: there comes one of more than `MOST_PIXELS`.
        """
        until = monotonic() + MOST_SECONDS
        announced = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
        _refuse_huge(*(int(capture.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)))
        read = 0
        best: tuple[float, bool] = (-1.0, False)
        chosen: Frame | None = None
        while capture.grab():
            self._alive()
            index = self._every * round(read / self._every)
            if abs(read - index) <= self._reach:
                time = _time(capture, read)
                image = _image(capture)
                if image is not None:
                    rank = (sharpness(image), read == index)
                    if rank > best:
                        best, chosen = rank, Frame(index, time, _square(image, capture))
                if read == index + self._reach and chosen is not None:
                    yield chosen
                    best, chosen = (-1.0, False), None
            read += 1
            if monotonic() > until:
                self.note = f"only its first {read} frames are looked at: more took over {MOST_SECONDS / 3600:g} hours"
                break
        if chosen is not None and chosen.index < read:
            yield chosen
        # Containers round their count of frames.
        if not self.note and announced - read > max(2, announced // 50):
            self.note = f"it ends early: {read} of {announced} frames could be decoded, and these are used"


def _refuse_huge(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        most = f"at most {MOST_PIXELS // 1_000_000} million pixels a frame are decoded"
        raise SourceError(f"it is too large: {most} ({width}x{height} pixels)")


def sharpness(image: Image) -> float:
    """Variance of the Laplacian of an (H, W, 3) RGB picture, made gray and at most 320 pixels wide (Pech-Pacheco et al.
    2000); in gray levels squared."""
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
    height, width = gray.shape
    if width > SHARPNESS_WIDTH:
        gray = resize(gray, SHARPNESS_WIDTH, max(1, round(height * SHARPNESS_WIDTH / width)))
    return float(cv2.Laplacian(gray, cv2.CV_64F).var())


def _time(capture: cv2.VideoCapture, index: int) -> float:
    """Seconds of the frame just grabbed; from the frame rate where the file gives no time stamps."""
    milliseconds = capture.get(cv2.CAP_PROP_POS_MSEC)
    if math.isfinite(milliseconds) and (milliseconds > 0 or index == 0):
        return float(milliseconds) / 1000
    rate = capture.get(cv2.CAP_PROP_FPS)
    return index / rate if rate > 0 else 0.0


def _image(capture: cv2.VideoCapture) -> Image | None:
    whole, pixels = capture.retrieve()
    if not whole:
        return None
    _refuse_huge(pixels.shape[1], pixels.shape[0])
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def _square(image: Image, capture: cv2.VideoCapture) -> Image:
    """A frame whose pixels are wider than high, or higher than wide, stretched to square ones."""
    across, down = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
    if capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 == 90:  # which `retrieve` has turned, and these it has not
        across, down = down, across
    shorter, longer = sorted((across, down))
    if not shorter > 0 or not NEARLY_SQUARE < longer / shorter <= MOST_STRETCHED:
        return image
    height, width = image.shape[:2]
    width, height = round(width * across / shorter), round(height * down / shorter)
    _refuse_huge(width, height)
    return resize(image, width, height)
