"""What a training starts from: which faces, and which weights."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from torch import nn

from limner import tables
from limner.choose import evenly, few, named
from limner.errors import LimnerError, ModelError
from limner.nets import card as cards
from limner.nets import store
from limner.nets.card import SHAPE
from limner.nets.patchgan import PatchGAN, layers_for
from limner.nets.start import start_normal
from limner.nets.unet import UNet
from limner.pairs import Sources
from limner.recipe import Recipe
from limner.split import hold_out

MOST_LABELS = 64
"""That a model may know."""


def learned(split: Path, card: store.Card) -> list[str]:
    """The training faces of the card's people.

    Raises:
        LimnerError: there are none.
    """
    table = tables.read(split, needs=("id", "person", "split"))
    own = named(card.people, table["person"])
    theirs = table[table["person"].isin(own)]
    found: list[str] = theirs.loc[theirs["split"] == "train", "id"].tolist()
    if not found:
        lacks = f"{split} has no training faces of {', '.join(card.people)}, whom {card.name} shall learn"
        if len(theirs):
            sides = " and ".join(sorted(set(theirs["split"])))
            raise LimnerError(
                f"{lacks}: all {len(theirs)} of theirs are {sides}; beside other people, somebody with few photos is "
                "learned or tested as a whole: write train or test into the column `split` of the manifest"
            )
        raise LimnerError(f"{lacks}; it knows {', '.join(sorted(table['person'].unique())) or 'nobody'}")
    return found


def unseen(split: Path, card: store.Card) -> list[str]:
    """Faces to watch the training by: the test faces of the card's people; where there are none, the faces of others.

    Raises:
        LimnerError: there are no others either.
    """
    table = tables.read(split, needs=("id", "person", "split"))
    own = table["person"].isin(named(card.people, table["person"]))
    found: list[str] = table.loc[own & (table["split"] == "test"), "id"].tolist() or table.loc[~own, "id"].tolist()
    if not found:
        raise LimnerError(
            f"{split} has no test faces of {', '.join(card.people)}, whom {card.name} shall learn, nor of anybody "
            f"else: it knows {int(own.sum())} of theirs, too few to test on some; a model needs dozens of photos"
        )
    return found


def parted(split: Path, times: Path, learned: list[str], share: float, gap: float, seed: int) -> tuple[list[str], ...]:
    """Of the faces `learned`, those to learn from after all, and those that are held out.

    Args:
        split: data/split.csv.
        times: data/faces.csv.
        learned: ids.
        share: of each person's groups that is held out.
        gap: seconds between the two in a video; what lies in it is used for neither.
        seed: of the choice.

    Raises:
        LimnerError: nobody has two groups of faces.
    """
    table = tables.read(split, needs=("id", "person", "group"))
    table = table.merge(tables.read(times, needs=("id", "time"))[["id", "time"]])
    table = table[table["id"].isin(learned)].reset_index(drop=True)
    sides = hold_out(table, share, gap, seed)
    learn, held = (table.loc[sides == side, "id"].tolist() for side in ("learn", "validate"))
    return learn, held


def thinned(pairs: Sources, order: Sequence[str], most: Mapping[str, int]) -> Sources:
    """Of each style at most so many pairs, at even steps: the same for all who ask for the same number.

    Args:
        pairs: to choose from.
        order: their faces as the split has them, which is the order of time.
        most: pairs by style; a style that is not named keeps all of its.
    """
    place = {id: at for at, id in enumerate(order)}
    names, kept = pairs.names, list[int]()
    for name in pairs.folders:
        mine = [index for index, (style, _) in enumerate(names) if style == name]
        kept += sorted(few(sorted(mine, key=lambda index: place[names[index][1]]), most.get(name)))
    return pairs.take(kept)


def lacking(learned: Iterable[tuple[str, str]], most: Mapping[str, int]) -> list[str]:
    """Of which styles there are fewer pairs than were asked for, a sentence each.

    Args:
        learned: style and id of each pair.
        most: as of `thinned`.
    """
    counts = Counter(style for style, _ in learned)
    short = ((style, counts[style], asked) for style, asked in most.items() if counts[style] < asked)
    return [f"{asked} pairs of {style} were asked for, and {there} are there" for style, there, asked in short]


def labels(card: store.Card, told: Mapping[str, str], learned: Iterable[str], init: Path | None) -> tuple[str, ...]:
    """The labels that a model of `card.label` knows: those of the faces it learns from, sorted; or, so that the planes
    stay what they were, those of the model it starts from, if that one was told of the same.

    Args:
        card: of the model.
        told: by id, the label of each face, "" if it has none.
        learned: ids.
        init: the folder of the model it starts from, if any.

    Raises:
        ModelError: `init` holds no model, or does not know one of these labels.
        LimnerError: not one of the faces has a label, or they have too many.
    """
    found = sorted({told.get(id, "") for id in learned} - {""})
    what = f"the column {card.label!r} of data/faces.csv (models.{card.name}.train.labels)"
    if not found:
        raise LimnerError(f"{what} is empty for every face that {card.name} learns from")
    if init is not None and (known := cards.read(init)).label == card.label:
        if strange := [label for label in found if label not in known.labels]:
            raise ModelError(
                f"{card.name} cannot start from {init}: that model was not told of {card.label} {', '.join(strange)}, "
                f"only of {', '.join(known.labels)}"
            )
        return known.labels
    if len(found) > MOST_LABELS:
        raise LimnerError(
            f"{what} holds {len(found)} labels ({', '.join(found[:3])}, ...); {MOST_LABELS} are allowed at most, "
            "since each takes a plane of every picture"
        )
    return tuple(found)


def some(pairs: Sources, count: int) -> Sources:
    """A few of the pairs, each style in turn and the faces of a style spread over time."""
    styles = list(dict.fromkeys(style for style, _ in pairs.names))
    by_style = [[index for index, (style, _) in enumerate(pairs.names) if style == name] for name in styles]
    shares = [len(range(place, min(count, len(pairs)), len(styles))) for place in range(len(styles))]
    # Where styles get several pictures each, or one each, the moments shall differ from style to style.
    longest = max(map(len, by_style))
    moments = evenly(min(count, longest), longest)
    chosen: list[int] = []
    for place, (mine, share) in enumerate(zip(by_style, shares, strict=True)):
        mine_moments = moments[place :: len(styles)][:share]
        if len(mine_moments) < share:  # there are fewer moments than pictures are wanted: each serves several styles
            mine_moments = evenly(min(share, len(mine)), len(mine))
        chosen += dict.fromkeys(mine[min(moment, len(mine) - 1)] for moment in mine_moments)
    left = sorted(set(range(len(pairs))) - set(chosen))
    more = min(count, len(pairs)) - len(chosen)
    return pairs.take([*chosen, *(left[at] for at in evenly(more, len(left)))] if more > 0 else chosen)


def generator(card: store.Card, init: Path | None) -> UNet:
    """The network to train: of `init`'s weights, or random ones.

    Raises:
        ModelError: `init` holds no model, or one of another shape.
    """
    network = card.network()
    for module in network.modules():
        start_normal(module)
    if init is not None:
        other, trained = store.load(init)
        if differs := [name for name in ("learns", "labels", *SHAPE) if getattr(other, name) != getattr(card, name)]:
            told = ", ".join(f"{name} {getattr(other, name)} instead of {getattr(card, name)}" for name in differs)
            raise ModelError(f"{card.name} cannot start from {init}: that model has {told}")
        network.load_state_dict(trained.state_dict())
    return network


def discriminator(card: store.Card, recipe: Recipe, init: Path | None) -> nn.Module:
    """Who judges it: of the weights that `init` was trained with, if it has some of this shape, or random ones."""
    network = PatchGAN(
        card.channels + card.outputs,
        recipe.discriminator_width,
        layers_for(card.size),
        recipe.discriminator_norm,
        recipe.spectral,
    )
    for module in network.modules():
        start_normal(module)
    if init is not None and (trained := store.load_discriminator(init)):
        mine = {key: value.shape for key, value in network.state_dict().items()}
        if mine == {key: value.shape for key, value in trained.items()}:
            network.load_state_dict(trained)
        else:
            print(f"{card.name}: the discriminator of {init} has another shape, so that one starts anew", flush=True)
    return network
