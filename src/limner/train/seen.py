"""All that a training sees: what it learns from, what it is shown with, and what is held out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from limner import sketches
from limner.errors import LimnerError
from limner.nets import store
from limner.pairs import Augment, Pairs, Sources, by_face, find, open_pairs
from limner.train import start
from limner.train.objective import Recipe
from limner.train.patience import measured
from limner.train.plan import Places, Plan

SHOWN = 8
"""Test pictures that are painted again and again: enough for each style, few enough to look at."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The pairs of one training."""

    card: store.Card
    """Of the model, with the labels that were found."""
    learned: Pairs
    unmoved: Pairs | None
    """The same at the model's own side, for the epochs in which they are not moved about, if there are any."""
    shown: Pairs
    """Faces that nothing is learned from, for the snapshots."""
    held: Pairs | None
    """Of the faces that are held out, if patience wants some."""

    @property
    def digests(self) -> list[str]:
        """Hex digests of all that decides them."""
        return [pairs.digest for pairs in (self.learned, self.unmoved, self.shown, self.held) if pairs]


def seen(places: Places, card: store.Card, augment: Augment, plan: Plan, recipe: Recipe) -> Seen:
    """What the training of `card` by `recipe` sees.

    Raises:
        LimnerError: the split has no training faces of these people, or no others, or none to hold out; or their labels
            cannot be used.
    """
    drawings = sketches.chosen(places.sketches, card.styles)
    ids, held = start.learned(places.split, card), list[str]()
    if plan.patience:
        ids, held = start.parted(places.split, places.times, ids, plan.validate, plan.gap, recipe.seed)
    learned = find(places.faces, drawings, ids)
    if plan.most:
        learned = start.thinned(learned, ids, plan.most)
    whole = _whole(places.sketches, plan.rubbed)
    labels = by_face(places.times, card.label) if card.label else {}
    if card.label:
        card = replace(card, labels=start.labels(card, labels, [*learned.ids, *held], places.init))
    unseen = find(places.faces, drawings, start.unseen(places.split, card))
    known = find(places.faces, drawings, held) if held else None
    validated = known and start.some(known, measured(len(known), len(learned)))
    return Seen(
        card,
        _opened(learned, augment.side, card, labels, whole),
        _opened(learned, card.size, card, labels, whole) if augment.zoom and recipe.unmoved else None,
        _opened(start.some(unseen, SHOWN), card.size, card, labels),
        _opened(validated, card.size, card, labels) if validated else None,
    )


def _whole(root: Path, rubbed: Mapping[str, str]) -> dict[str, Path]:
    """By style with something rubbed out, the folder of the drawings it was rubbed out of."""
    try:
        there = sketches.chosen(root, rubbed.values())
    except LimnerError as error:
        why = "the recipe weighs what is missing (`missing`), which only the whole drawings tell"
        raise LimnerError(f"{error}; {why}") from error
    return {style: there[of] for style, of in rubbed.items()}


def _opened(
    sources: Sources, side: int, card: store.Card, labels: Mapping[str, str], whole: Mapping[str, Path] | None = None
) -> Pairs:
    """The pairs of `sources` at `side` pixels, with what the model is told of them, `labels` by id; and what is missing
    in them, if they are to be compared with `whole` drawings, the folders of those by style."""
    pairs = open_pairs(sources, card.learns, side, whole)
    return pairs.labelled({id: card.code(labels.get(id, "")) for id in sources.ids}) if card.labels else pairs
