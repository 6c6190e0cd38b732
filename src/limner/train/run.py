"""One training from folders to a model's folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from limner import device as devices
from limner import export, sketches, tables
from limner.choose import evenly
from limner.errors import LimnerError, ModelError
from limner.nets import store
from limner.nets.unet import UNet
from limner.pairs import Augment, Pairs, read_pairs
from limner.progress import progress
from limner.train.checkpoint import Checkpoint, key
from limner.train.diary import Diary
from limner.train.loop import Recipe, Trainer, start_normal

SNAPSHOTS = 8
"""Test pictures that are painted again and again: enough for each style, few enough to look at."""


@dataclass(frozen=True)
class Places:
    """The folders a training reads and writes."""

    faces: Path
    split: Path
    sketches: Path
    init: Path | None
    """The model whose weights are the start; None: random ones."""
    model: Path
    training: Path


def train(
    places: Places, card: store.Card, recipe: Recipe, augment: Augment, device: torch.device, snapshots: int
) -> None:
    """Train the model of `card` on its people's training faces and write its folder and its diary.

    A training that was killed goes on from its last checkpoint; the result is the same to the byte.

    Raises:
        LimnerError: the split has no training or no test faces of these people.
        ModelError: `init` holds no model, or one of another shape.
    """
    devices.repeatable(recipe.seed)
    drawings = sketches.chosen(places.sketches, card.styles)
    pairs = read_pairs(places.faces, drawings, _ids(places.split, card, "train"), card.learns, augment.side)
    unseen = read_pairs(places.faces, drawings, _ids(places.split, card, "test"), card.learns, card.size)
    shown = _some(unseen, SNAPSHOTS)
    network = _start(card, places.init)
    facts = (card, recipe, augment, str(device), torch.get_num_threads(), snapshots)
    tensors = (pairs.photos, pairs.sketches, shown.photos, shown.sketches, *network.state_dict().values())
    checkpoint = Checkpoint(key(facts, tensors))
    trainer = Trainer(network, pairs.to(device), augment, recipe)
    diary = Diary(places.training, shown)
    when = {round(recipe.epochs * (index + 1) / snapshots) for index in range(snapshots)}

    done: dict[str, Any] = {"losses": [], "snapshots": []}
    if state := checkpoint.load():
        trainer.load_state_dict(state["trainer"])
        done = state["done"]
        print(f"{card.name}: going on after epoch {trainer.epoch} of {recipe.epochs}")
    for epoch, losses in enumerate(done["losses"], start=1):
        diary.note(epoch, losses)
    for snapshot in done["snapshots"]:
        diary.show(snapshot)

    with progress(trainer.steps, f"train {card.name}", trainer.step, "step") as bar:
        while trainer.epoch < recipe.epochs:
            losses = trainer.run_epoch(bar.update)
            done["losses"].append(losses)
            diary.note(trainer.epoch, losses)
            if trainer.epoch in when:
                done["snapshots"].append((trainer.epoch, diary.paint(trainer.painter())))
                diary.show(done["snapshots"][-1])
            bar.set_postfix(l1=f"{losses['l1']:.3f}", refresh=False)
            if bar.disable:
                print(f"{card.name}: epoch {trainer.epoch} of {recipe.epochs}, L1 {losses['l1']:.4f}", flush=True)
            if checkpoint.due() and trainer.epoch < recipe.epochs:
                checkpoint.save({"trainer": trainer.state_dict(), "done": done})
    diary.close()
    painter = trainer.painter()
    export.write(places.model, card, painter)
    store.save(places.model, card, painter)
    checkpoint.forget()


def _ids(split: Path, card: store.Card, part: str) -> list[str]:
    table = tables.read(split, needs=("id", "person", "split"))
    ids: list[str] = table.loc[table["person"].isin(card.people) & (table["split"] == part), "id"].tolist()
    if not ids:
        there = ", ".join(sorted(table["person"].unique())) or "nobody"
        raise LimnerError(
            f"{split} has no {part} faces of {', '.join(card.people)}, whom {card.name} shall learn; it knows {there}"
        )
    return ids


def _some(pairs: Pairs, count: int) -> Pairs:
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
        chosen += [mine[min(moment, len(mine) - 1)] for moment in mine_moments]
    return pairs.take(chosen)


def _start(card: store.Card, init: Path | None) -> UNet:
    network = card.network()
    for module in network.modules():
        start_normal(module)
    if init is not None:
        other, trained = store.load(init)
        shape = ("learns", "size", "inputs", "outputs", "width")
        if differs := [name for name in shape if getattr(other, name) != getattr(card, name)]:
            told = ", ".join(f"{name} {getattr(other, name)} instead of {getattr(card, name)}" for name in differs)
            raise ModelError(f"{card.name} cannot start from {init}: that model has {told}")
        network.load_state_dict(trained.state_dict())
    return network
