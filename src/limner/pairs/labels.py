"""What a model is told of a picture beside the picture: its label, as planes.

A label is one of a few names, say `f` and `m`. Each name has a plane as large as the picture, stacked behind its
channels: 1 all over for the picture's own label, -1 for the others, and 0 where the label is not known. The
discriminator sees what the generator was given, so it is told too. Mirza and Osindero, "Conditional Generative
Adversarial Nets", 2014; planes as in Choi et al., "StarGAN", CVPR 2018.
"""

from pathlib import Path

import torch
from torch import Tensor

from limner import tables


def by_face(faces: Path, column: str) -> dict[str, str]:
    """The label of each face by its id: what data/faces.csv says in `column`, "" where that is empty.

    Raises:
        SourceError: the file is missing or has no such column; it names those there are.
    """
    table = tables.read(faces, needs=("id", column))
    return dict(zip(table["id"], table[column], strict=True))


def with_planes(pictures: Tensor, codes: Tensor) -> Tensor:
    """(N, C, S, S) and (N, L), what fills the planes (`Card.code`) -> (N, C + L, S, S); the pictures themselves if L
    is 0.

    Call it after whatever varies the pictures, which must not vary the planes.
    """
    return stacked(pictures, codes) if codes.shape[1] else pictures


def stacked(pictures: Tensor, codes: Tensor) -> Tensor:
    """`with_planes` for an L that is known to be positive, so that it can be traced."""
    planes = codes.to(pictures)[:, :, None, None].expand(-1, -1, *pictures.shape[2:])
    return torch.cat([pictures, planes], dim=1)
