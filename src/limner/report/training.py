"""How a model learned: its losses, and the fixed pictures it painted as it went."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from limner import tables
from limner.errors import SourceError
from limner.report.charts import Point


@dataclass(frozen=True)
class Curve:
    """One number over a training, as DVCLive logged it; its steps are epochs."""

    name: str
    points: tuple[Point, ...]
    """(epoch, value) in order."""


@dataclass(frozen=True)
class Snapshots:
    """What the model made of one picture, by epoch."""

    name: str
    input: Path | None
    truth: Path | None
    outputs: tuple[tuple[int, Path], ...]
    """(epoch, picture) in order."""


@dataclass(frozen=True)
class Training:
    curves: tuple[Curve, ...]
    snapshots: tuple[Snapshots, ...]
    warnings: tuple[tuple[int, str], ...] = ()
    """What did not look well: (step, words), in order."""


def collect(folder: Path) -> Training:
    """Read a DVCLive folder, `runs/NAME/training`; what it does not hold is left out.

    Raises:
        SourceError: a table of losses or of warnings is unreadable.
    """
    logs = folder / "plots" / "metrics"
    tables = sorted(logs.rglob("*.tsv"))
    curves = [_curve(path, path.relative_to(logs).with_suffix("").as_posix()) for path in tables]
    return Training(
        tuple(curve for curve in curves if curve.points),
        _snapshots(folder / "snapshots"),
        _warnings(folder / "warnings.csv"),
    )


def _warnings(path: Path) -> tuple[tuple[int, str], ...]:
    if not path.is_file():
        return ()
    rows = tables.read(path, needs=("step", "told"))
    try:
        return tuple((int(step), told) for step, told in rows[["step", "told"]].itertuples(index=False))
    except ValueError as error:
        raise SourceError(f"{path} is not a table of steps and warnings: {error}") from error


def _curve(path: Path, name: str) -> Curve:
    try:
        table = pd.read_csv(path, sep="\t")
        values = table[["step", table.columns[-1]]].apply(pd.to_numeric).dropna()
        values = values.sort_values("step", kind="stable")
    except (ValueError, KeyError, pd.errors.ParserError) as error:
        raise SourceError(f"{path} is not a table of steps and values: {error}") from error
    return Curve(name, tuple((float(step), float(value)) for step, value in values.itertuples(index=False)))


def _snapshots(folder: Path) -> tuple[Snapshots, ...]:
    """The layout: EPOCH/PICTURE.png, input/PICTURE.png, truth/PICTURE.png."""
    inside = [path for path in folder.glob("*") if path.is_dir() and path.name.isdigit()]
    epochs = sorted((int(path.name), path) for path in inside)
    files = {path.name for _, epoch in epochs for path in epoch.glob("*.png")}

    def there(path: Path) -> Path | None:
        return path if path.is_file() else None

    return tuple(
        Snapshots(
            name=file.removesuffix(".png"),
            input=there(folder / "input" / file),
            truth=there(folder / "truth" / file),
            outputs=tuple((epoch, path / file) for epoch, path in epochs if (path / file).is_file()),
        )
        for file in sorted(files)
    )
