"""Face landmarks by mediapipe's FaceLandmarker: the only module that imports mediapipe.

Model: https://ai.google.dev/edge/mediapipe/solutions/vision/face_landmarker (Apache-2.0), 478 points a face.
It places the irises of photographs and of drawings alike.
"""

import os
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from limner.align import geometry
from limner.align.geometry import Floats
from limner.errors import LimnerError
from limner.images import Image
from limner.mesh import IRISES

MOST_FACES = 16
LEAST_SURE = 0.1
"""Of `Landmarker.sureness`; below it is 0."""
IDLE = ("matplotlib", "matplotlib.pyplot", "sounddevice")
"""What mediapipe imports and no face needs."""


@dataclass(frozen=True)
class Face:
    """One face as it was found in a picture."""

    points: Floats
    """(478, 3) x, y, z: pixels of the picture; z is a depth, smaller is nearer."""
    yaw: float
    """Degrees, see `geometry.yaw`."""

    @property
    def irises(self) -> Floats:
        """(2, 2) pixels of the picture, left and right."""
        return self.points[IRISES, :2]

    @property
    def box(self) -> Floats:
        """(2, 2) pixels: the least and the greatest x, y."""
        return np.array([self.points[:, :2].min(axis=0), self.points[:, :2].max(axis=0)])

    @property
    def extent(self) -> float:
        """Pixels of the longer side of the box."""
        return float((self.box[1] - self.box[0]).max())

    def moved(self, x: float, y: float) -> "Face":
        """The same face in a picture that reaches x, y pixels farther to the left and up."""
        return Face(self.points + np.array([x, y, 0.0]), self.yaw)

    def turned(self, image: Image) -> "Face":
        """The same face of an (H, W, ...) picture in that picture turned upside down."""
        height, width = image.shape[:2]
        return Face(self.points * [-1, -1, 1] + [width - 1, height - 1, 0], self.yaw)


class Landmarker:
    """A loaded model. Close it, or use it in a `with` block: its destructor fails when Python ends."""

    def __init__(self, model: Path, most_faces: int = MOST_FACES) -> None:
        """Load the model file, which will find at most so many faces: fewer take less time.

        Raises:
            LimnerError: the file is missing or no such model.
        """
        with _idle(*IDLE):
            from mediapipe.tasks.python.core.base_options import BaseOptions
            from mediapipe.tasks.python.vision import face_landmarker as task

        if not model.is_file():
            raise LimnerError(f"{model} does not exist: the scrape stage fetches it")
        self._model = model
        options = task.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_buffer=model.read_bytes()),
            num_faces=most_faces,
            output_facial_transformation_matrixes=True,
        )
        with _quiet():
            try:
                self._task = task.FaceLandmarker.create_from_options(options)
            except (RuntimeError, ValueError) as error:
                raise LimnerError(f"{model} is no face landmarker model: {error}") from error
            self.detect(np.zeros((48, 64, 3), np.uint8))  # the first call prints warnings too

    def detect(self, image: Image) -> list[Face]:
        """The faces in an (H, W, 3) RGB picture, the largest first."""
        height, width = image.shape[:2]
        result = self._task.detect(_picture(image))
        unit = np.array([width, height, width])  # mediapipe gives shares of the sides, depth as x
        faces = [
            Face(np.array([(p.x, p.y, p.z) for p in points], dtype=np.float64) * unit, geometry.yaw(pose))
            for points, pose in zip(result.face_landmarks, result.facial_transformation_matrixes, strict=True)
        ]
        return sorted(faces, key=lambda face: -face.extent)

    def sureness(self, image: Image) -> float:
        """How sure the model's detector is, in [0, 1], of the face in an (H, W, 3) RGB picture that it is surest of."""
        result = self._detector.detect(_picture(image))
        return max((float(found.categories[0].score or 0) for found in result.detections), default=0.0)

    def close(self) -> None:
        """Free the model."""
        with _quiet():
            self._task.close()
            if "_detector" in self.__dict__:
                self._detector.close()

    @cached_property
    def _detector(self) -> Any:
        """The first of the networks that the model's file holds; the landmarker does not tell how sure it was."""
        with _idle(*IDLE):
            from mediapipe.tasks.python.core.base_options import BaseOptions
            from mediapipe.tasks.python.vision import face_detector as task

        with zipfile.ZipFile(self._model) as networks:
            network = networks.read("face_detector.tflite")
        options = task.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_buffer=network), min_detection_confidence=LEAST_SURE
        )
        with _quiet():
            detector = task.FaceDetector.create_from_options(options)
            detector.detect(_picture(np.zeros((48, 64, 3), np.uint8)))  # the first call prints warnings too
        return detector

    def __enter__(self) -> "Landmarker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _picture(image: Image) -> Any:
    from mediapipe.tasks.python.vision.core.image import Image as Picture
    from mediapipe.tasks.python.vision.core.image import ImageFormat

    return Picture(ImageFormat.SRGB, np.ascontiguousarray(image))


_shared: dict[tuple[Path, int], Landmarker] = {}


def shared(model: Path, most_faces: int = MOST_FACES) -> Landmarker:
    """This process's landmarker: loading one takes as long as using it on ten pictures.

    A worker closes it by itself; any other process calls `close_shared` when it is done.

    Raises:
        LimnerError: the file is missing or no such model.
    """
    key = model, most_faces
    if key not in _shared:
        _shared[key] = Landmarker(model, most_faces)
        # Closed before the interpreter stops its threads, which mediapipe needs for it; atexit comes later.
        util.Finalize(None, close_shared, exitpriority=1)
    return _shared[key]


def close_shared() -> None:
    """Free what `shared` has loaded."""
    while _shared:
        _shared.popitem()[1].close()


@contextmanager
def _idle(*names: str) -> Iterator[None]:
    """Let an import of these modules do nothing: mediapipe imports plotting and sound beside its vision
    tasks, which no face needs and which takes each process longer than all the rest."""
    idle = {name: ModuleType(name) for name in names if name not in sys.modules}
    sys.modules.update(idle)
    try:
        yield
    finally:
        for name in idle:
            del sys.modules[name]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep native code's chatter off stderr: it writes to the descriptor, past Python's `sys.stderr`."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
