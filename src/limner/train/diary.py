"""What a training leaves to look at: its losses by epoch, and the same few test pictures painted as it learns.

training/metrics.json, training/plots/metrics/     losses, written by DVCLive
training/plots/images/painted/EPOCH.png            the snapshots of an epoch on one sheet
training/snapshots/EPOCH/STYLE~ID.png              each snapshot by itself
training/pairs.csv                                 how many pairs are learned: style, pairs
training/warnings.csv                              what did not look well: step, kind, told
training/snapshots/input/, training/snapshots/truth/   what it was painted from, and what it should be
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from dvclive.live import Live
from torch import Tensor

from limner import images, tables
from limner.pairs import Pairs, to_pixels, to_unit, with_planes
from limner.train.watch import Warned

Snapshot = tuple[int, Tensor]
"""An epoch, and the fixed pictures as painted then: (N, C, S, S) uint8."""


class Diary:
    """Writes a training's folder.

    Args:
        folder: where; emptied first.
        pairs: the fixed test pairs.
        learned: (style, id) of every pair that is learned from.
    """

    def __init__(self, folder: Path, pairs: Pairs, learned: Iterable[tuple[str, str]] = ()) -> None:
        self.folder = folder
        self.live = Live(str(folder), save_dvc_exp=False, dvcyaml=None)
        (folder / "plots/images").mkdir(parents=True, exist_ok=True)  # a plot of the stage, with or without snapshots
        self.input, self.truth = pairs.batch(torch.arange(len(pairs)))
        self.codes = pairs.codes
        self.names = [f"{style}~{id}" for style, id in pairs.names]
        self._write("input", self.input)
        self._write("truth", self.truth)
        counts = Counter(style for style, _ in learned)
        lines = ({"style": style, "pairs": count} for style, count in counts.items())
        tables.write_rows(folder / "pairs.csv", ("style", "pairs"), lines)
        self.warnings: list[Warned] = []
        self._write_warnings()

    def paint(self, network: torch.nn.Module) -> Tensor:
        """The fixed pictures as `network` paints them: (N, C, S, S) uint8 on the CPU."""
        device = next(network.parameters()).device
        with torch.no_grad():
            return to_pixels(network(with_planes(to_unit(self.input), self.codes).to(device))).cpu()

    def again(
        self, losses: Iterable[dict[str, float]], snapshots: Iterable[Snapshot], warned: Iterable[Warned]
    ) -> None:
        """Write what an interrupted training had written."""
        for epoch, told in enumerate(losses, start=1):
            self.note(epoch, told)
        for snapshot in snapshots:
            self.show(snapshot)
        for warning in warned:
            self.warn(warning)

    def note(self, epoch: int, losses: dict[str, float]) -> None:
        """Add an epoch's losses."""
        self.live.step = epoch
        for name, value in losses.items():
            self.live.log_metric(name, round(value, 6))
        self.live.make_summary()

    def warn(self, warned: Warned) -> None:
        """Add a warning."""
        self.warnings.append(warned)
        self._write_warnings()

    def show(self, snapshot: Snapshot) -> None:
        """Add an epoch's pictures."""
        epoch, painted = snapshot
        self._write(f"{epoch:06d}", painted)
        rows = [_rgb(pictures) for pictures in (self.input, painted, self.truth)]
        sheet = np.concatenate([np.concatenate(list(row), axis=1) for row in rows], axis=0)
        self.live.log_image(f"painted/{epoch:06d}.png", sheet)

    def close(self) -> None:
        """Write what DVCLive still holds."""
        self.live.end()

    def _write_warnings(self) -> None:
        rows = [Warned(*warned)._asdict() for warned in self.warnings]
        tables.write_rows(self.folder / "warnings.csv", Warned._fields, rows)

    def _write(self, place: str, pictures: Tensor) -> None:
        for name, picture in zip(self.names, pictures.permute(0, 2, 3, 1).numpy(), strict=True):
            images.write(self.folder / "snapshots" / place / f"{name}.png", picture.squeeze())


def _rgb(pictures: Tensor) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """(N, 1 or 3, S, S) uint8 -> (N, S, S, 3)."""
    shown: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = pictures.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    return shown
