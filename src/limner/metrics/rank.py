"""Whether the right person is recognised among all."""

import torch
from torch import Tensor

TITLE = "Rank: identification among the suite's true pictures by dlib's face embeddings, share"
DIRECTION = "higher"
BOUNDS = (0, 1)
PARTS = {"1": "first", "5": "among the first five"}
OVER = "suite"

AT_ONCE = 256
"""Pictures whose distances to all truths are in memory together."""


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
    parts = zip(torch.split(fake, AT_ONCE), torch.split(truth, AT_ONCE), strict=True)
    places = [_nearer(some, own, real, known) for some, own in parts]
    nearer = torch.cat([*places, fake.new_empty(0)])[:, None]
    right = (nearer < nearer.new_tensor([int(part) for part in PARTS])).to(fake)
    return torch.where(nearer.isnan() | (known.sum() < 2), torch.nan, right)


def _nearer(fake: Tensor, truth: Tensor, real: Tensor, known: Tensor) -> Tensor:
    """(N,): how many of the known truths are nearer to each fake than its own; nan where one of the two is unknown."""
    # By differences, not by matrix products, whose rounding would let a copy of the truth be nearer than the truth.
    away = torch.cdist(fake, real, compute_mode="donot_use_mm_for_euclid_dist")
    own = away.gather(1, truth[:, None])
    return torch.where(own[:, 0].isnan(), torch.nan, ((away < own) & known).sum(1).to(away))
