"""Whether it is still the same person."""

from pathlib import Path

import torch
from torch import Tensor
from torchvision.ops import roi_align

from limner.chip import CHIP, CHIP_EYE_DISTANCE, CHIP_EYES, FILE
from limner.metrics.networks.face import embedding
from limner.params import Align

TITLE = "Identity: distance of dlib's face embeddings (same person: below 0.6)"
DIRECTION = "lower"


def identity(fake: Tensor, real: Tensor, *, weights: Path, align: Align) -> Tensor:
    """Euclidean distance between the embeddings of two aligned faces; 0 for equal ones.

    dlib's face_recognition_model_v1 (King, "High quality face recognition with deep metric learning", 2017),
    trained so that one person's pictures are closer than 0.6. Faces are aligned, so nothing is detected: both
    pictures are cropped to the same square, laid by the known place of the eyes as dlib lays it by the
    landmarks it finds.

    Raises:
        ModelError: the file of weights is missing or unusable.
    """
    network = embedding(weights / FILE)
    faces: Tensor = network(_chips(fake, align))
    truths: Tensor = network(_chips(real, align))
    return (faces - truths).square().sum(1).sqrt()


def _chips(pictures: Tensor, align: Align) -> Tensor:
    """(N, 3, S, S) aligned faces, any S -> (N, 3, CHIP, CHIP), averaged or interpolated; black outside, as in
    dlib."""
    scale = pictures.shape[-1] / align.size
    side = align.eye_distance / CHIP_EYE_DISTANCE
    # Pixel centres lie at half numbers of the continuous coordinates that a box is given in.
    left, top = (eye + 0.5 - share * side for eye, share in zip(align.eyes, CHIP_EYES, strict=True))
    box = torch.tensor([[left, top, left + side, top + side]], dtype=pictures.dtype) * scale
    chips: Tensor = roi_align(pictures, [box.to(pictures.device)] * len(pictures), CHIP, aligned=True)
    return chips
