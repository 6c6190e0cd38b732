"""Whether a training is going well: losses that are no numbers, networks that have given up.

All is gathered on the device; every `LOOK` steps, between two of them, it is read.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.errors import TrainingError
from limner.train.machine import Machine
from limner.train.objective import Recipe, Told

LOOK = 32
"""Steps from one look to the next: a loss that is no number is found within so many."""

WINDOW = 4 * LOOK
"""Steps that a warning looks back on."""

ALWAYS, PATIENCE = 0.995, 4
"""A discriminator that judges this share of all patches right, for so many windows, has nothing left to teach."""

CHANCE = 0.52
"""A discriminator that judges less than this share of patches right, for as long, has nothing to say."""

ALIKE = 0.1
"""Painted pictures that differ from one another by less than this share of what true ones do are one picture."""

FROZEN = 1e-6
"""Losses that change by less than this share of themselves over a window have stopped."""

GRID = 8
"""Cells along a side of the thumbnails whose differences are looked at."""

NEVER = 2**62


class Warned(NamedTuple):
    """Something to look into, noticed after `step` steps."""

    step: int
    kind: str
    told: str


class Watch:
    """Looks at every step of one process."""

    def __init__(self, machine: Machine, recipe: Recipe) -> None:
        self.machine, self.recipe = machine, recipe
        self.names: tuple[str, ...] = ()
        self.seen: dict[str, Tensor] = {}
        """Of the window: by name of a scalar its first step that was no number, least, most and sum; and thumbnails."""
        self.streaks = {"frozen": 0, "alike": 0, "right": 0, "chance": 0}
        """Windows in a row that a warning's condition has held."""

    def see(self, step: int, told: Told, painted: Tensor, truth: Tensor) -> None:
        """Take note of step `step` (from 0): what was told of it, and its pictures (N, C, S, S) in [-1, 1]."""
        values = torch.stack(list(told.values())).float()
        if not self.seen:
            self.names = tuple(told)
            self.seen = self._blank(painted.shape[1])
        seen = self.seen
        torch.minimum(seen["bad"], torch.where(values.isfinite(), NEVER, step), out=seen["bad"])
        torch.minimum(seen["least"], values, out=seen["least"])
        torch.maximum(seen["most"], values, out=seen["most"])
        seen["sum"].add_(values)
        for kind, pictures in (("painted", painted), ("truth", truth)):
            small = F.adaptive_avg_pool2d(pictures.detach().float(), GRID)
            seen[kind].add_(torch.stack([small.sum(0), small.square().sum(0), torch.full_like(small[0], len(small))]))

    def check(self) -> None:
        """Refuse to go on with what is no number. Waits for the device.

        Raises:
            TrainingError: a loss was not finite: which, when, and what to try.
        """
        mine = self.seen["bad"].tolist() if self.seen else []
        firsts = [min(steps) for steps in zip(*self.machine.gather(mine), strict=True)]
        if firsts and min(firsts) < NEVER:
            step = min(firsts)
            names = [name for name, first in zip(self.names, firsts, strict=True) if first == step]
            raise TrainingError(f"at step {step + 1} the {_losses(names)} no finite number any more; {self._try()}")

    def warn(self, step: int) -> Iterator[Warned]:
        """After each window, what is new and does not look well. Waits for the device."""
        if step % WINDOW or not self.seen:
            return
        windows = self.machine.gather({name: tensor.cpu() for name, tensor in self.seen.items()})
        sums = torch.stack([own["sum"] for own in windows]).mean(0) / WINDOW
        means = dict(zip(self.names, sums.tolist(), strict=True))
        spans = [(own["most"] - own["least"]) / own["most"].abs().clamp(min=1e-12) for own in windows]
        frozen = all(bool((span <= FROZEN).all()) for span in spans)
        painted, truth = (_spread(sum(own[kind] for own in windows)) for kind in ("painted", "truth"))
        shares = [means[name] for name in ("true_right", "painted_right") if name in means]
        right, judged = min(shares, default=0.0), sum(shares) / max(1, len(shares))
        found = {
            "frozen": (frozen, 1, f"no loss has changed for {WINDOW} steps: is the step size 0?"),
            "alike": (
                painted < ALIKE * truth,
                2,
                f"all painted pictures are nearly the same (they differ by {painted:.4f}, true ones by {truth:.4f} of "
                "[-1, 1]): the generator looks away from its input; try a lower lr or a higher weight of L1",
            ),
            "right": (
                right > ALWAYS,
                PATIENCE,
                f"the discriminator has judged {100 * right:.1f}% of all patches right for {PATIENCE * WINDOW} steps: "
                "the generator learns little from it; try a narrower discriminator or a lower lr of it",
            ),
            "chance": (
                bool(shares) and judged < CHANCE,
                PATIENCE,
                f"the discriminator has judged {100 * judged:.1f}% of all patches right for {PATIENCE * WINDOW} steps, "
                "which is chance: the generator learns from the other losses alone; try a wider discriminator, another "
                "lr of it (lower, if it judged better before), or a lower weight of L1",
            ),
        }
        self.seen = {}
        for kind, (holds, needed, told) in found.items():
            self.streaks[kind] = self.streaks[kind] + 1 if holds else 0
            if self.streaks[kind] == needed:
                yield Warned(step, kind, told)

    def state_dict(self) -> list[dict[str, Any]]:
        """By process, what was seen of the window so far."""
        seen = {name: tensor.cpu() for name, tensor in self.seen.items()}
        return self.machine.gather({"names": self.names, "seen": seen, "streaks": dict(self.streaks)})

    def load_state_dict(self, state: list[dict[str, Any]]) -> None:
        """Go on from `state_dict()`."""
        mine = state[self.machine.rank]
        self.names, self.streaks = tuple(mine["names"]), dict(mine["streaks"])
        self.seen = {name: tensor.to(self.machine.device) for name, tensor in mine["seen"].items()}

    def _blank(self, channels: int) -> dict[str, Tensor]:
        device, number = self.machine.device, len(self.names)
        return {
            "bad": torch.full((number,), NEVER, device=device),
            "least": torch.full((number,), torch.inf, device=device),
            "most": torch.full((number,), -torch.inf, device=device),
            "sum": torch.zeros(number, device=device),
            "painted": torch.zeros(3, channels, GRID, GRID, device=device),
            "truth": torch.zeros(3, channels, GRID, GRID, device=device),
        }

    def _try(self) -> str:
        cure = f"try a lower lr (it is {self.recipe.lr:g})"
        return f"{cure}, or train.precision: float32 (it is bfloat16)" if self.machine.bfloat16 else cure


def _losses(names: list[str]) -> str:
    return f"loss `{names[0]}` is" if len(names) == 1 else f"losses {', '.join(f'`{name}`' for name in names)} are"


def _spread(sums: Any) -> float:
    """Standard deviation over pictures, mean over thumbnails' cells, from their sums, squares' sums and number."""
    total, squares, number = sums.double()
    return float((squares / number - (total / number).square()).clamp(min=0).sqrt().mean())
