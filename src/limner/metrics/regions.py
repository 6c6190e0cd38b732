"""Where in the face the difference is."""

import torch
from torch import Tensor

TITLE = "L1: mean absolute difference in a part of the truth's face, of 1"
DIRECTION = "lower"
BOUNDS = (0, 1)
PARTS = {
    "left_eye": "left eye",
    "right_eye": "right eye",
    "nose": "nose",
    "mouth": "mouth",
    "skin": "skin",
    "rest": "hair and background",
}


def regions(fake: Tensor, real: Tensor, *, masks: Tensor) -> Tensor:
    """(N, 6): mean of |fake - real| over the pixels and channels of each region; 0 for equal pictures.

    The regions are drawn from the truth's landmarks and part the picture, so that the figures weighed by their areas
    are `l1`. Left and right are the person's own; an eye comes with its lids; skin is the rest of the face's oval,
    brows included. nan where the truth shows no face, or nothing of that part.
    """
    difference = (fake - real).abs().mean(1)
    masks = masks.expand(len(fake), -1, -1, -1)
    return torch.einsum("nhw,nkhw->nk", difference, masks) / masks.sum((2, 3))
