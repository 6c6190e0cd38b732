"""What a training says of itself while it runs; what depends on the clock is said here and written nowhere."""

import time
from datetime import timedelta

from limner.train.loop import Trainer


class Console:
    """Puts a training's numbers into words."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.began, self.first = time.monotonic(), trainer.step

    def short(self, told: dict[str, float]) -> str:
        """For the end of a progress bar, which itself tells of steps and time."""
        names = {
            "l1": "L1",
            "generator": "G",
            "discriminator": "D",
            "generator_gradient": "|G'|",
            "discriminator_gradient": "|D'|",
        }
        parts = [f"{short} {told[name]:.3g}" for name, short in names.items() if name in told]
        if {"true_right", "painted_right"} <= told.keys():
            parts.append(f"D right {told['true_right']:.0%}/{told['painted_right']:.0%}")
        parts.append(f"{self._rate() * self.trainer.recipe.batch:.0f} pictures/s")
        if (held := self.trainer.machine.held()) is not None:
            parts.append(f"{held:.1f} GB")
        return ", ".join(parts)

    def long(self, told: dict[str, float]) -> str:
        """For a line an epoch, where no bar is seen."""
        trainer, rate = self.trainer, self._rate()
        left = timedelta(seconds=round((trainer.steps - trainer.step) / rate))
        where = f"epoch {trainer.epoch} of {trainer.epochs}, step {trainer.step} of {trainer.steps}"
        return f"{where}, {self.short(told)}, {rate:.2f} steps/s, {left} left"

    def _rate(self) -> float:
        """Steps a second since this run began."""
        return (self.trainer.step - self.first) / max(time.monotonic() - self.began, 1e-9)
