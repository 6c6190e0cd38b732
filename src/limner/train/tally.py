"""Running means of what a training tells, kept on the device so that no step waits for them."""

import torch
from torch import Tensor

from limner.train.machine import Machine


class Tally:
    """Sums of named scalars since the books were last closed.

    Names that come together are one group, added in one go.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.groups: dict[tuple[str, ...], tuple[Tensor, float]] = {}

    def add(self, told: dict[str, Tensor], weight: int) -> None:
        """Add scalars that are means over `weight` things."""
        names = tuple(told)
        values = torch.stack(list(told.values())).float()
        if names in self.groups:
            sums, count = self.groups[names]
            sums.add_(values, alpha=weight)
            self.groups[names] = sums, count + weight
        else:
            self.groups[names] = values * weight, float(weight)

    def means(self, machine: Machine) -> dict[str, float]:
        """The means over what all processes added. Waits for the device."""
        means: dict[str, float] = {}
        for names, (sums, count) in self._totals(machine).items():
            means |= dict(zip(names, (sums / count).tolist(), strict=True))
        return means

    def clear(self) -> None:
        """Begin anew."""
        self.groups.clear()

    def state_dict(self, machine: Machine) -> list[dict[tuple[str, ...], tuple[Tensor, float]]]:
        """The sums by process: added up now, they would be rounded elsewhere than in an undisturbed run."""
        return machine.gather({names: (sums.cpu(), count) for names, (sums, count) in self.groups.items()})

    def load_state_dict(self, state: list[dict[tuple[str, ...], tuple[Tensor, float]]], machine: Machine) -> None:
        """Go on from `state_dict()`."""
        self.groups = {names: (sums.to(self.device), count) for names, (sums, count) in state[machine.rank].items()}

    def _totals(self, machine: Machine) -> dict[tuple[str, ...], tuple[Tensor, float]]:
        totals = {}
        for names, (sums, count) in self.groups.items():
            both = machine.total(torch.cat([sums, torch.full((1,), count, device=self.device)]))
            totals[names] = both[:-1], float(both[-1]) if machine.world > 1 else count
        return totals
