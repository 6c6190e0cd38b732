"""One training from folders to a model's folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limner import device as devices
from limner import export, sketches
from limner.nets import store
from limner.pairs import Augment, find, open_pairs
from limner.progress import progress
from limner.train import start
from limner.train.checkpoint import Checkpoint, key
from limner.train.diary import Diary
from limner.train.loop import Trainer
from limner.train.machine import Machine
from limner.train.objective import Recipe
from limner.train.stop import stoppable

SNAPSHOTS = 8
"""Test pictures that are painted again and again: enough for each style, few enough to look at."""

AGREE = 32
"""Steps from one time that several processes agree on whether to stop or save to the next."""


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


@dataclass(frozen=True)
class Plan:
    """What happens beside the steps."""

    snapshots: int
    """How often the fixed test pictures are painted."""


def train(places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan) -> None:
    """Train the model of `card` on its people's training faces and write its folder and its diary.

    A training that was stopped, in whatever way, goes on from its last checkpoint; the result is the same to the byte.
    Every process of the machine calls this; one of them writes.

    Raises:
        LimnerError: the split has no training or no test faces of these people.
        ModelError: `init` holds no model, or one of another shape.
        KeyboardInterrupt: by Ctrl-C or SIGTERM, once the state is safe.
    """
    devices.repeatable(recipe.seed)
    drawings = sketches.chosen(places.sketches, card.styles)
    known = find(places.faces, drawings, start.ids(places.split, card, "train"))
    unseen = find(places.faces, drawings, start.ids(places.split, card, "test"))
    pairs = open_pairs(known, card.learns, augment.side)
    shown = open_pairs(start.some(unseen, SNAPSHOTS), card.learns, card.size)
    generator = start.generator(card, places.init)
    discriminator = start.discriminator(card, recipe.discriminator_width, places.init)
    weights = (*generator.state_dict().values(), *discriminator.state_dict().values())
    facts = (card, recipe, augment, machine, devices.threads(), plan, pairs.digest, shown.digest)
    name = key(facts, weights)
    trainer = Trainer(generator, discriminator, pairs, augment, recipe, machine)
    checkpoint = Checkpoint(name) if machine.main else None
    diary = Diary(places.training, shown) if machine.main else None
    when = {round(recipe.epochs * (index + 1) / plan.snapshots) for index in range(plan.snapshots)}

    done: dict[str, Any] = {"losses": [], "snapshots": []}
    if state := machine.tell(checkpoint.load() if checkpoint else None):
        trainer.load_state_dict(state["trainer"])
        done = state["done"]
        if machine.main:
            print(f"{card.name}: going on after step {trainer.step} of {trainer.steps}", flush=True)
    if diary:
        diary.again(done["losses"], done["snapshots"])

    label = f"train {card.name}"
    with stoppable() as stop, progress(trainer.steps, label, trainer.step, "step", not machine.main) as bar:
        while not trainer.done:
            trainer.learn()
            bar.update()
            if trainer.place == 0:
                losses = trainer.tally.means(machine)
                trainer.tally.clear()
                done["losses"].append(losses)
                if diary:
                    diary.note(trainer.epoch, losses)
                    if trainer.epoch in when:
                        done["snapshots"].append((trainer.epoch, diary.paint(trainer.painter())))
                        diary.show(done["snapshots"][-1])
                    if bar.disable:
                        told = f"{card.name}: epoch {trainer.epoch} of {recipe.epochs}, L1 {losses['l1']:.4f}"
                        print(told, flush=True)
                bar.set_postfix(l1=f"{losses['l1']:.3f}", refresh=False)
            if machine.world > 1 and trainer.step % AGREE:
                continue
            stopping = machine.any(stop.asked)
            if machine.any(checkpoint is not None and checkpoint.due()) or stopping:
                state = {"trainer": trainer.state_dict(), "done": done}
                if checkpoint:
                    checkpoint.save(trainer.step, state)
            if stopping:
                raise KeyboardInterrupt
    if diary:
        diary.close()
        painter = trainer.painter()
        export.write(places.model, card, painter)
        store.save(places.model, card, painter, discriminator)
    if checkpoint:
        checkpoint.forget()
