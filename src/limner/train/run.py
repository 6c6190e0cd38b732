"""One training from folders to a model's folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Never

from tqdm import tqdm

from limner import device as devices
from limner import export, sketches
from limner.errors import TrainingError
from limner.nets import adapter, store
from limner.nets.plain import plain
from limner.nets.unet import UNet
from limner.pairs import Augment, Pairs, find, open_pairs
from limner.params import Tune
from limner.progress import progress
from limner.train import start, threads
from limner.train.checkpoint import Checkpoint, key
from limner.train.console import Console
from limner.train.diary import Diary
from limner.train.loop import Trainer
from limner.train.machine import Machine
from limner.train.objective import Objective, Recipe
from limner.train.patience import Patience, measured
from limner.train.stop import Stop, stoppable
from limner.train.watch import LOOK

SNAPSHOTS = 8
"""Test pictures that are painted again and again: enough for each style, few enough to look at."""


@dataclass(frozen=True)
class Places:
    """The folders and files a training reads and writes."""

    faces: Path
    times: Path
    """data/faces.csv, which knows when in a video a face was seen."""
    split: Path
    sketches: Path
    weights: Path
    """data/weights, of the networks that measure."""
    init: Path | None
    """The model whose weights are the start; None: random ones."""
    model: Path
    training: Path


@dataclass(frozen=True)
class Plan:
    """What a training is told beside its recipe."""

    snapshots: int
    """How often the fixed test pictures are painted."""
    threads: int = 0
    """Cores for one process; 0: all of them."""
    patience: int = 0
    """Epochs without a better figure of the held-out faces after which training stops; 0: nothing is held out."""
    validate: float = 0.2
    """Share of each person's training groups that is held out."""
    gap: float = 0.0
    """Seconds between the held-out faces of a video and those that are learned from."""
    most: Mapping[str, int] = field(default_factory=dict)
    """Faces that are learned from, by style, at even steps; all of them in a style that is not named."""
    tune: Tune = "all"
    """What of the generator is trained."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """All that a training sees."""

    learned: Pairs
    shown: Pairs
    """Of the test faces, for the snapshots."""
    held: Pairs | None
    """Of the faces that are held out, if patience wants some."""

    @property
    def digests(self) -> list[str]:
        """Hex digests of all that decides them."""
        return [pairs.digest for pairs in (self.learned, self.shown, self.held) if pairs]


def train(places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan) -> None:
    """Train the model of `card` on its people's training faces and write its folder and its diary.

    A training that was stopped, in whatever way, goes on from its last checkpoint; the result is the same to the byte.
    Every process of the machine calls this; one of them writes.

    Raises:
        LimnerError: the split has no training or no test faces of these people, or none to hold out.
        ModelError: `init` holds no model, or one of another shape.
        TrainingError: the numbers are not finite any more, or the result cannot be written.
        KeyboardInterrupt: by Ctrl-C or SIGTERM, once the state is safe.
    """
    devices.repeatable(recipe.seed)
    training = _begin(places, card, recipe, augment, machine, plan)
    with _writable(places), stoppable() as stop:
        training.run(stop)
        training.keep()


def pictures(places: Places, card: store.Card, augment: Augment, plan: Plan, seed: int) -> Pictures:
    """What the training of `card` from `seed` sees.

    Raises:
        LimnerError: the split has no training or no test faces of these people, or none to hold out.
    """
    drawings = sketches.chosen(places.sketches, card.styles)
    ids, held = start.ids(places.split, card, "train"), list[str]()
    if plan.patience:
        ids, held = start.parted(places.split, places.times, ids, plan.validate, plan.gap, seed)
    learned = find(places.faces, drawings, ids)
    if plan.most:
        learned = start.thinned(learned, ids, plan.most)
    unseen = find(places.faces, drawings, start.ids(places.split, card, "test"))
    validated = None
    if held:
        known = find(places.faces, drawings, held)
        validated = start.some(known, measured(len(known), len(learned)))
    return Pictures(
        open_pairs(learned, card.learns, augment.side),
        open_pairs(start.some(unseen, SNAPSHOTS), card.learns, card.size),
        open_pairs(validated, card.learns, card.size) if validated else None,
    )


def _begin(
    places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan
) -> "_Training":
    seen = pictures(places, card, augment, plan, recipe.seed)
    patience = Patience(seen.held, places.weights, plan.patience, machine) if seen.held else None
    generator = start.generator(card, places.init)
    discriminator = start.discriminator(card, recipe, places.init)
    adapter.adapt(generator, plan.tune)
    weights = [*generator.state_dict().values(), *discriminator.state_dict().values()]

    cores = threads.settle(machine, plan.threads)
    checkpoint = Checkpoint(key((card, recipe, augment, machine, cores, plan, *seen.digests), weights), machine)
    objective = Objective(recipe, machine, places.weights)
    trainer = Trainer(generator, discriminator, seen.learned, augment, recipe, objective, machine)
    diary = Diary(places.training, seen.shown, seen.learned.names) if machine.main else None
    return _Training(places.model, card, trainer, checkpoint, diary, patience, plan)


class _Training:
    """A trainer, and what is done beside its steps."""

    def __init__(
        self,
        folder: Path,
        card: store.Card,
        trainer: Trainer,
        checkpoint: Checkpoint,
        diary: Diary | None,
        patience: Patience | None,
        plan: Plan,
    ) -> None:
        self.folder, self.card, self.trainer, self.machine = folder, card, trainer, trainer.machine
        self.checkpoint, self.diary, self.patience, self.tune = checkpoint, diary, patience, plan.tune
        epochs, snapshots = trainer.recipe.epochs, plan.snapshots
        self.when = {round(epochs * (index + 1) / snapshots) for index in range(snapshots)}
        self.done: dict[str, Any] = {"told": [], "snapshots": [], "warned": []}
        """What the diary holds, for a run that goes on to write it again."""
        if state := checkpoint.load():
            trainer.load_state_dict(state["trainer"])
            self.done = state["done"]
            if patience:
                patience.load_state_dict(state["patience"])
            self._say(f"going on after step {trainer.step} of {trainer.steps}")
        self.console = Console(trainer)
        if diary:
            diary.again(self.done["told"], self.done["snapshots"], self.done["warned"])

    def run(self, stop: Stop) -> None:
        """Learn to the end, or until patience is over."""
        trainer, label = self.trainer, f"train {self.card.name}"
        with progress(trainer.steps, label, trainer.step, "step", not self.machine.main) as bar:
            while not (trainer.done or (self.patience and self.patience.over)):
                trainer.learn()
                bar.update()
                if trainer.step % LOOK == 0:
                    self._look(bar)
                if trainer.place == 0:
                    self._close_epoch(bar)
                # Several processes can agree on what to do only all together.
                if self.machine.world == 1 or trainer.step % LOOK == 0:
                    self._save(stop)
        if self.patience and not trainer.done:
            told = f"held-out faces are painted no better since epoch {trainer.epoch - self.patience.since}"
            self._say(f"stopped after epoch {trainer.epoch}: {told}, whose weights are kept")

    def keep(self) -> None:
        """Write the model; the checkpoints are of no more use."""
        self.trainer.check()
        painter = self.painter()
        if self.diary:
            self.diary.close()
            if self.tune != "all":
                adapter.save(self.folder, painter)
                painter = plain(painter)
            export.write(self.folder, self.card, painter)
            store.save(self.folder, self.card, painter, self.trainer.discriminator)
        self.checkpoint.forget()

    def painter(self) -> UNet:
        """The network to keep: with patience the best so far."""
        painter = self.trainer.painter()
        if self.patience:
            painter.load_state_dict(self.patience.kept)
        return painter

    def _look(self, bar: "tqdm[Never]") -> None:
        self.trainer.watch.check()
        for warned in self.trainer.watch.warn(self.trainer.step):
            self._say(f"step {warned.step}: {warned.told}")
            self.done["warned"].append(tuple(warned))
            if self.diary:
                self.diary.warn(warned)
        means = self.trainer.tally.means(self.machine)
        bar.set_postfix_str(self.console.short(means))

    def _close_epoch(self, bar: "tqdm[Never]") -> None:
        trainer = self.trainer
        told = trainer.tally.means(self.machine)
        trainer.tally.clear()
        if self.patience:
            told["validation_lpips"] = self.patience.measure(trainer.painter())
        self.done["told"].append(told)
        if self.diary:
            self.diary.note(trainer.epoch, told)
            if trainer.epoch in self.when:
                self.done["snapshots"].append((trainer.epoch, self.diary.paint(trainer.painter())))
                self.diary.show(self.done["snapshots"][-1])
            if bar.disable:
                self._say(self.console.long(told))

    def _save(self, stop: Stop) -> None:
        stopping = self.machine.any(stop.asked)
        if self.machine.any(self.checkpoint.due()) or stopping:
            self.trainer.check()
            state: dict[str, Any] = {"trainer": self.trainer.state_dict(), "done": self.done}
            if self.patience:
                state["patience"] = self.patience.state_dict()
            self.checkpoint.save(self.trainer.step, state)
        if stopping:
            raise KeyboardInterrupt

    def _say(self, words: str) -> None:
        if self.machine.main:
            tqdm.write(f"{self.card.name}: {words}")


@contextmanager
def _writable(places: Places) -> Iterator[None]:
    """A sentence where the results cannot be written."""
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"{error.filename or places.model} cannot be written: {error.strerror}; make room, and the next run goes "
            "on from the last checkpoint"
        ) from error
