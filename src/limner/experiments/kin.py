"""How much a model makes other people look like the person whom it learned."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from limner import images
from limner.align.landmarks import close_shared
from limner.errors import LimnerError
from limner.evaluate.engine import PIXELS, to_tensor
from limner.metrics.views import chips
from limner.metrics.views.case import Case, Setting
from limner.metrics.views.colours import under
from limner.metrics.views.face import embedding

COLUMNS = (
    *("id", "likeness_own", "likeness_true", "truth_own", "nearer_others"),
    *("skin_l", "skin_a", "skin_b", "skin_toward"),
)
NOTICEABLE = 2.3
"""Delta E: where the skin of two people differs by less, there is no way from the one to the other."""

Eyes = tuple[tuple[float, float], tuple[float, float]] | None


def kin(
    outputs: Sequence[Path],
    truths: Sequence[Path],
    own: Sequence[Path],
    eyes: Eyes,
    weights: Path,
    others: Sequence[Path] = (),
) -> pd.DataFrame:
    """Hold each output against the person it shows and against the person whom its model learned.

    All pictures are square faces and are seen at the size of the first output.

    Args:
        outputs: what the model made of other people's drawings.
        truths: the photo of each.
        own: photos of the model's person, those it learned from.
        eyes: as `Setting` has it.
        weights: the folder of model files.
        others: a photo each of people who are neither.

    Returns:
        `COLUMNS`, one row an output, in their order:
        id: its name;
        likeness_own: distance of dlib's embedding of the output from those of the person's photos, on the mean (one
        person's pictures are closer to each other than 0.6);
        likeness_true: from the embedding of the truth;
        truth_own: of the truth from those of the person's photos, likewise: likeness_own, if the model took nothing
        of her along;
        nearer_others: how much nearer the output's embedding is than the truth's to those of `others`, on the mean:
        what painting alone does. nan if there are none;
        skin_l, skin_a, skin_b: mean CIE L*a*b* of the cheeks, the output's minus the truth's;
        skin_toward: how much of the way from the truth's cheeks to the mean of the person's (in L*a*b*, both cheeks
        averaged) the output has gone, by orthogonal projection: 0 none, 1 all, negative away from her. nan where both
        differ by less than `NOTICEABLE`.
        What hangs on landmarks or eyes that are not found is nan.

    Raises:
        LimnerError: the pictures do not fit each other, there are none of the person, or a file is missing.
    """
    if len(outputs) != len(truths):
        raise LimnerError(f"{len(outputs)} outputs cannot be compared with {len(truths)} truths: each needs its own")
    if not outputs or not own:
        raise LimnerError(f"there are no {'outputs' if not outputs else 'photos of the person'} to compare")
    side, setting = images.read(outputs[0]).shape[0], Setting(weights, eyes)
    try:
        person = _person(tuple(own), side, setting)
        strangers = _vectors(tuple(others), side, setting)
        rows = [row for case in _cases(outputs, truths, side, setting) for row in _rows(case, *person, strangers)]
    finally:
        close_shared()
    return pd.DataFrame([(file.stem, *row) for file, row in zip(outputs, rows, strict=True)], columns=list(COLUMNS))


@lru_cache(maxsize=4)  # a page asks about one model's person several times
def _person(own: tuple[Path, ...], side: int, setting: Setting) -> tuple[Tensor, Tensor]:
    """(M, 128) embeddings of a person's photos, and (3,) their mean colour of the cheeks."""
    vectors, skins = zip(*(_seen(case) for case in _cases(own, own, side, setting)), strict=True)
    return torch.cat(vectors), torch.cat(skins).nanmean(0)


@lru_cache(maxsize=4)
def _vectors(photos: tuple[Path, ...], side: int, setting: Setting) -> Tensor:
    """(M, 128) embeddings of photos."""
    return torch.cat([torch.empty(0, 128), *(_seen(case)[0] for case in _cases(photos, photos, side, setting))])


def _cases(fakes: Sequence[Path], reals: Sequence[Path], side: int, setting: Setting) -> Iterator[Case]:
    step = max(1, PIXELS // (side * side))
    for at in range(0, len(fakes), step):
        fake = _read(fakes[at : at + step], side)
        yield Case(fake, fake if fakes is reals else _read(reals[at : at + step], side), setting)


def _read(files: Sequence[Path], side: int) -> Tensor:
    return to_tensor([images.resize(images.read(file), side, side) for file in files])


def _seen(case: Case) -> tuple[Tensor, Tensor]:
    """(N, 128) embeddings and (N, 3) colours of the cheeks of the truths."""
    network = embedding(case.weights / chips.FILE)
    with torch.no_grad():
        return chips.embed(network, case.real, case.eyes), _skin(case.real, case)


def _skin(pictures: Tensor, case: Case) -> Tensor:
    """(N, 3) L*a*b*: the mean colour of both cheeks, where the truth has them."""
    return under(pictures, case.cheeks).mean(1)


def _rows(case: Case, person: Tensor, mean_skin: Tensor, strangers: Tensor) -> list[list[float]]:
    """The figures behind `id`; see `kin`."""
    with torch.no_grad():
        mine, true = case.vectors
        skin = _skin(case.real, case)
        shift, way = _skin(case.fake, case) - skin, mean_skin - skin
    length = way.norm(dim=1)
    toward = torch.where(length < NOTICEABLE, torch.nan, (shift * way).sum(1) / length.square())
    nearer = (torch.cdist(true, strangers) - torch.cdist(mine, strangers)).nanmean(1)
    distances = [torch.cdist(mine, person).nanmean(1), (mine - true).norm(dim=1), torch.cdist(true, person).nanmean(1)]
    table: list[list[float]] = torch.stack([*distances, nearer, *shift.unbind(1), toward], 1).tolist()
    return table
