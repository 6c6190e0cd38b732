"""Whether the face's parts are where they belong."""

from math import inf

import torch
from torch import Tensor

from limner.mesh import IRISES, JAW, LIPS
from limner.metrics.views.masks import eye_distance

TITLE = "Landmarks: error of mediapipe's face mesh against the truth's, % of the eye distance"
PARTS = {"eye": "worse eye", "mouth": "mouth", "jaw": "jaw", "found": "faces found, of 1"}
DIRECTION = {"eye": "lower", "mouth": "lower", "jaw": "lower", "found": "higher"}
BOUNDS = {"eye": (0, inf), "mouth": (0, inf), "jaw": (0, inf), "found": (0, 1)}


def landmarks(fake: Tensor, real: Tensor, *, found: Tensor, landmarks: Tensor) -> Tensor:
    """(N, 4): the greater distance of the two irises, the mean distances of the lips' points and of the lower face
    oval's, in % of the distance between the truth's irises; and whether a face was found at all (1 or 0).

    The landmarks are found by mediapipe's FaceLandmarker in the very pictures that are compared. Where a face is found
    in the truth but not in the fake, the errors are nan and the last figure is 0: read both. All are nan where the
    truth shows no face.
    """
    errors = 100 * (found - landmarks).norm(dim=2) / eye_distance(landmarks)[:, None]
    seen = found.isfinite().all((1, 2)).to(fake)
    seen = torch.where(landmarks.isfinite().all((1, 2)), seen, torch.nan)
    return torch.stack(
        [errors[:, IRISES].amax(1), errors[:, LIPS].mean(1), errors[:, JAW].mean(1), seen.expand(len(fake))], 1
    )
