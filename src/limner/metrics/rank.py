"""Whether the right person is recognised among all."""

import torch
from torch import Tensor

TITLE = "Rank: identification among the suite's true pictures by dlib's face embeddings, share"
DIRECTION = "higher"
PARTS = {"1": "first", "5": "among the first five"}
OVER = "suite"


def features(fake: Tensor, real: Tensor, *, vectors: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """(N, 128) and (N or 1, 128): the embeddings that `identity` compares; nan where the truth shows no eyes."""
    return vectors


def rank(fake: Tensor, real: Tensor, truth: Tensor) -> Tensor:
    """(N, 2): whether fewer than 1 and fewer than 5 of all truths are strictly nearer than a fake's own (1 or 0).

    The closed-set identification of biometrics (cumulative match characteristic at ranks 1 and 5; Grother and Phillips
    2004). Truths at the same distance do not count as nearer, so copies of a truth do no harm. Each picture is a
    candidate of its own, also where several show one person.

    Args:
        fake: (N, 128) embeddings.
        real: (M, 128) embeddings of all the suite's truths; those that are nan are no candidates.
        truth: (N,) which of `real` is each fake's own.

    Returns:
        nan where a fake or its truth has no embedding, or there are fewer than two candidates.
    """
    known = real.isfinite().all(1)
    if known.sum() < 2 or not len(fake):
        return fake.new_full((len(fake), len(PARTS)), torch.nan)
    nearer = torch.stack([_nearer(one, real, known, own) for one, own in zip(fake, truth.tolist(), strict=True)])
    right = (nearer[:, None] < nearer.new_tensor([int(part) for part in PARTS])).to(fake)
    return torch.where(nearer.isnan()[:, None], torch.nan, right)


def _nearer(fake: Tensor, real: Tensor, known: Tensor, own: int) -> Tensor:
    """How many of the truths that are known are nearer to one fake than its own; nan if one of the two is not known.

    By differences, not by a matrix product, whose rounding would let a copy of the truth be nearer than the truth; one
    fake after the other, so that memory does not grow with the square of their number.
    """
    away = (real - fake).norm(dim=1)
    return torch.where(away[own].isnan(), torch.nan, ((away < away[own]) & known).sum().to(away))
