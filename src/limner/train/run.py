"""One training from folders to a model's folder."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Never

from tqdm import tqdm

from limner import device as devices
from limner import export
from limner.errors import TrainingError
from limner.nets import adapter, store
from limner.nets.plain import plain
from limner.nets.unet import UNet
from limner.pairs import Augment
from limner.progress import progress
from limner.train import start, threads
from limner.train.alone import alone
from limner.train.checkpoint import Checkpoint, key
from limner.train.console import Console
from limner.train.diary import Diary
from limner.train.loop import Trainer
from limner.train.machine import Machine
from limner.train.objective import Objective, Recipe
from limner.train.patience import Patience
from limner.train.plan import Places, Plan
from limner.train.seen import seen
from limner.train.stop import Stop, stoppable
from limner.train.watch import LOOK


def train(places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan) -> None:
    """Train the model of `card` on its people's training faces and write its folder and its diary.

    A training that was stopped, in whatever way, goes on from its last checkpoint; the result is the same to the byte.
    Every process of the machine calls this; one of them writes.

    Raises:
        LimnerError: the split has no training or no test faces of these people, or none to hold out.
        ModelError: `init` holds no model, or one of another shape.
        TrainingError: the numbers are not finite any more, the result cannot be written, or another process writes it.
        KeyboardInterrupt: by Ctrl-C or SIGTERM, once the state is safe.
    """
    devices.repeatable(recipe.seed)
    with alone(places.model, card.name, machine):
        training = _begin(places, card, recipe, augment, machine, plan)
        with _writable(places), stoppable() as stop:
            training.run(stop)
            training.keep()


def _begin(
    places: Places, card: store.Card, recipe: Recipe, augment: Augment, machine: Machine, plan: Plan
) -> "_Training":
    pictures = seen(places, card, augment, plan, recipe)
    card = pictures.card
    patience = Patience(pictures.held, places.weights, plan.patience, machine) if pictures.held else None
    generator = start.generator(card, places.init)
    discriminator = start.discriminator(card, recipe, places.init)
    adapter.adapt(generator, plan.tune)
    weights = [*generator.state_dict().values(), *discriminator.state_dict().values()]

    cores = threads.settle(machine, plan.threads)
    checkpoint = Checkpoint(key((card, recipe, augment, machine, cores, plan, *pictures.digests), weights), machine)
    objective = Objective(recipe, machine, places.weights)
    given = pictures.learned, augment, recipe, objective, machine, pictures.unmoved
    trainer = Trainer(generator, discriminator, *given)
    diary = Diary(places.training, pictures.shown, pictures.learned.names) if machine.main else None
    lacks = start.lacking(pictures.learned.names, plan.most)
    return _Training(places.model, card, trainer, checkpoint, diary, patience, plan, lacks)


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
        lacks: Iterable[str],
    ) -> None:
        self.folder, self.card, self.trainer, self.machine = folder, card, trainer, trainer.machine
        self.checkpoint, self.diary, self.patience, self.tune = checkpoint, diary, patience, plan.tune
        epochs, snapshots = trainer.epochs, plan.snapshots
        self.when = {round(epochs * (index + 1) / snapshots) for index in range(snapshots)}
        self.done: dict[str, Any] = {"told": [], "snapshots": [], "warned": []}
        """What the diary holds, for a run that goes on to write it again."""
        if state := checkpoint.load():
            trainer.load_state_dict(state["trainer"])
            self.done = state["done"]
            if patience:
                patience.load_state_dict(state["patience"])
            self._say(f"going on after step {trainer.step} of {trainer.steps}")
        else:
            for told in lacks:
                self._say(told)
                self.done["warned"].append((0, "pairs", told))
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
            self._paint()
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
                self._paint()
            if bar.disable:
                self._say(self.console.long(told))

    def _paint(self) -> None:
        """A snapshot of this epoch, unless there is one or none are wanted."""
        told = [epoch for epoch, _ in self.done["snapshots"]]
        if self.diary and self.when and self.trainer.epoch not in told:
            self.done["snapshots"].append((self.trainer.epoch, self.diary.paint(self.trainer.painter())))
            self.diary.show(self.done["snapshots"][-1])

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
