"""Whether it is still the same person."""

from math import inf

from torch import Tensor

TITLE = "Identity: distance of dlib's face embeddings (same person: below 0.6)"
DIRECTION = "lower"
BOUNDS = (0, inf)


def identity(fake: Tensor, real: Tensor, *, vectors: tuple[Tensor, Tensor]) -> Tensor:
    """Euclidean distance between the embeddings of two faces; 0 for equal ones.

    dlib's face_recognition_model_v1 (King, "High quality face recognition with deep metric learning", 2017),
    trained so that one person's pictures are closer than 0.6. Both pictures are cropped to the same square, laid
    by the place of the truth's eyes as dlib lays it by the landmarks it finds. nan where the truth shows no eyes.
    """
    mine, true = vectors
    return (mine - true).square().sum(1).sqrt()
