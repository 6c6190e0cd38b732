"""Which of the faces in a picture is the person's: the one most like that person's reference photos.

The only module that imports dlib, and only where somebody named a reference: an embedding takes longer than all
the rest of a face's way.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from limner import images
from limner.align import geometry
from limner.align.landmarks import Face, Landmarker
from limner.align.search import find
from limner.align.warp import warp
from limner.chip import CHIP, CHIP_EYE_DISTANCE, CHIP_EYES
from limner.errors import FaceError, LimnerError, SourceError
from limner.images import Image

Vector = npt.NDArray[np.float64]
"""(128,): one person's are closer to one another than 0.6, two people's farther apart."""


class Likeness:
    """How near a face is to the largest one of each of a person's reference photos.

    Args:
        photos: of nobody but that person.
        weights: the file `limner.chip.FILE`.
        landmarker: finds the faces.

    Raises:
        FaceError: none of the photos shows a face.
        LimnerError: the file of weights is missing or no such model.
    """

    def __init__(self, photos: Sequence[Path], weights: Path, landmarker: Landmarker) -> None:
        self._network = _network(weights)
        self._known = []
        for photo in photos:
            try:
                image = images.read(photo)
            except SourceError as error:
                raise FaceError(f"the reference photo cannot be read: {error}") from error
            self._known += [self.embed(image, face) for face in find(landmarker, image)[:1]]
        if not self._known:
            raise FaceError(f"no face was found in the reference photo {', '.join(photo.name for photo in photos)}")

    def embed(self, image: Image, face: Face) -> Vector:
        """What dlib's network makes of a face in an (H, W, 3) RGB picture."""
        # Pixel centres lie at half numbers of the shares.
        eyes = (CHIP_EYES[0] * CHIP - 0.5, CHIP_EYES[1] * CHIP - 0.5)
        chip, _ = warp(image, geometry.similarity(face.irises, eyes, CHIP_EYE_DISTANCE * CHIP), CHIP)
        return np.array(self._network.compute_face_descriptor(chip))

    def nearest(self, image: Image, faces: Sequence[Face]) -> tuple[Face, float]:
        """The face of an (H, W, 3) RGB picture most like the person, and how far its embedding is from that of the
        reference that is most like it (see `Vector`)."""
        vectors = [self.embed(image, face) for face in faces]
        far = [min(float(np.linalg.norm(vector - known)) for known in self._known) for vector in vectors]
        best = int(np.argmin(far))
        return faces[best], far[best]


def _network(weights: Path) -> Any:
    import dlib

    if not weights.is_file():
        raise LimnerError(f"{weights} does not exist: the scrape stage fetches it")
    try:
        return dlib.face_recognition_model_v1(str(weights))
    except RuntimeError as error:
        raise LimnerError(f"{weights} is not dlib's face_recognition_model_v1: {error}") from error
