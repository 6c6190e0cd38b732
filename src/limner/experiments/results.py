"""What was measured of every model of params.yaml: the tables in runs/MODEL/evaluation, found by entry."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from limner import bootstrap, left_out, tables
from limner.blocks import Model
from limner.compare import ALL
from limner.errors import LimnerError, ParamsError, choices
from limner.experiments import kinship, luck, measures, nearness
from limner.experiments.entry import Entry
from limner.experiments.trainings import WANDER, Trainings
from limner.params import Params
from limner.report.evaluation import SAMPLE, folder_of, read_left_out, read_pictures
from limner.report.results import MODEL, UNKNOWN, Cell, Figure, Files, decimals

OTHERS = kinship.FIGURES | nearness.FIGURES
"""Figures that evaluate does not tell."""


@dataclass(frozen=True)
class Counts:
    """What a mean is made of."""

    pictures: int
    groups: int
    trainings: int
    """0 of a floor."""


@dataclass(frozen=True)
class Measured:
    """What evaluate wrote of one model."""

    figures: dict[str, Figure]
    pictures: pd.DataFrame
    """pictures.csv, its figures as numbers."""
    cells: dict[tuple[str, str, str, str], Cell]
    """By suite, style (or `compare.ALL`), method and figure."""
    drawn: dict[str, list[str]]
    """By suite, the styles that its mean is of."""
    files: dict[tuple[str, str, str], Files]
    """By suite, style and id."""
    closest: pd.DataFrame
    """See `nearness.read`."""
    left_out: dict[str, str]
    """By suite that was not measured, why."""


class Results:
    """The models of a project.

    Args:
        root: of the project.
        params: of the project.
    """

    def __init__(self, root: Path, params: Params) -> None:
        self.root, self.params = root, params
        self.trainings = Trainings(root, params)
        self.measured: Callable[[str], Measured] = cache(self._measured)
        """By name of a model; not of one that was left out. A `LimnerError` of one that was not judged."""
        self._kin: Callable[[Entry, str | None], pd.DataFrame] = cache(self._look_at_kin)
        self.spread: Callable[[str], float] = cache(self._spread)
        """By figure: see `luck.spread`."""

    def block(self, model: str) -> Model:
        """A model's block of params.yaml.

        Raises:
            ParamsError: there is no such model.
        """
        return self.params.model(model)

    def left_out(self, model: str) -> str:
        """Why a model was not made, or not measured; nothing if it was."""
        path = folder_of(self.root, model) / left_out.NOTE
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

    def lacks(self, entry: Entry) -> str:
        """Why an entry was not measured: its model or its suite is left out; nothing if it was."""
        return self.left_out(entry.model) or self.measured(entry.model).left_out.get(entry.suite, "")

    def check(self, entry: Entry, figures: Iterable[str]) -> None:
        """Refuse what was not measured. Of what was left out only what params.yaml says can be checked.

        Raises:
            LimnerError: names the model, suite, style, method or figure that there is not, and those that there are.
        """
        check_named(self.params, entry)
        if self.lacks(entry):
            return
        measured = self.measured(entry.model)
        of_suite = measured.pictures[measured.pictures["suite"] == entry.suite]
        if of_suite.empty:
            raise LimnerError(f"{entry}: no picture of the suite {entry.suite} was measured: run its evaluation again")
        methods = list(dict.fromkeys(of_suite["method"]))
        if entry.method not in methods:
            raise ParamsError(f"{entry}: there is no method {entry.method!r}; {choices(entry.method, methods)}")
        for figure in figures:
            if figure in kinship.FIGURES:
                kinship.check(self.params, entry)
            elif figure in nearness.FIGURES:
                nearness.check(entry)
            elif figure.startswith(WANDER):
                self._check_wander(entry, figure)
            elif figure not in measured.figures:
                raise ParamsError(
                    f"{entry}: the figure {figure!r} was not measured; {choices(figure, measured.figures)} "
                    "(`evaluate.metrics` of params.yaml says what is)"
                )

    def figure(self, entry: Entry, name: str) -> Figure:
        """What a figure of an entry is; of one that was left out, as its metric says.

        Raises:
            ParamsError: the entry was left out, and there is no such figure.
        """
        if name.startswith(WANDER):
            return self.trainings.figure(name)
        if name in OTHERS:
            return OTHERS[name]
        return measures.figure(name) if self.lacks(entry) else self.measured(entry.model).figures[name]

    def unknown(self, entry: Entry, name: str) -> str:
        """Why a figure is known of no picture of an entry, as a sentence."""
        if name in kinship.OF_STRANGERS and self.pictures(entry, [name])["nearer_own"].notna().any():
            return kinship.NO_STRANGERS
        return f"{entry}: {self.figure(entry, name).label} could be measured of none of its pictures."

    def cell(self, entry: Entry, figure: str) -> Cell:
        """A mean figure with its interval, as evaluate made it; `UNKNOWN` if there is none."""
        if _other(figure):
            return mean(self.pictures(entry, [figure]), self.styles(entry), self.figure(entry, figure))
        key = (entry.suite, entry.style or ALL, entry.method, figure)
        return self.measured(entry.model).cells.get(key, UNKNOWN)

    def styles(self, entry: Entry) -> list[str]:
        """The styles that an entry's mean is of."""
        return [entry.style] if entry.style else self.measured(entry.model).drawn[entry.suite]

    def pictures(self, entry: Entry, figures: Iterable[str] = ()) -> pd.DataFrame:
        """The rows of pictures.csv that an entry is made of, with those of `OTHERS` that are asked for: these are
        measured of its first training alone."""
        table = self.measured(entry.model).pictures
        inside = (table["suite"] == entry.suite) & (table["method"] == entry.method)
        own = table[inside & table["style"].isin(self.styles(entry))]
        if kinship.FIGURES.keys() & set(figures):
            return self.with_kin(entry)
        if nearness.FIGURES.keys() & set(figures):
            closest = self.measured(entry.model).closest
            return _first(own).merge(closest, how="left", on=list(SAMPLE), validate="1:1")
        for figure in figures:
            if figure.startswith(WANDER):  # of those pictures alone that the training left snapshots of
                wander = self.trainings.wander(entry.model, figure.removeprefix(WANDER))
                return _first(own).merge(wander, on=["style", "id"], validate="1:1")
        return own

    def with_kin(self, entry: Entry, person: str | None = None) -> pd.DataFrame:
        """The pictures of an entry's first training, which are those that files.csv names, with `kinship.FIGURES`."""
        return _first(self.pictures(entry)).merge(self._kin(entry, person), on=["style", "id"], validate="1:1")

    def counts(self, entry: Entry, figures: Iterable[str] = ()) -> Counts:
        """What an entry's means of some figures are of; each picture counts once, however many trainings made it."""
        names = list(figures)
        return counted(self.pictures(entry, names if all(map(_other, names)) else ()))

    def files(self, entry: Entry) -> dict[str, Files]:
        """By id, what an entry of one style was given, made, and should have made, in the order of the suite.

        Raises:
            LimnerError: the entry names no style, though it has several.
        """
        styles = self.styles(entry)
        if len(styles) != 1:
            raise ParamsError(f"{entry}: pictures are of one style; {choices('', styles)}")
        files = self.measured(entry.model).files
        return {id: found for (suite, style, id), found in files.items() if (suite, style) == (entry.suite, styles[0])}

    def all_figures(self, models: Sequence[str]) -> dict[str, Figure]:
        """Every figure that was measured of any of `models`."""
        there = [model for model in models if not self.left_out(model)]
        return {name: figure for model in there for name, figure in self.measured(model).figures.items()}

    def repeated(self) -> list[str]:
        """The models that were measured over several trainings."""
        there = [name for name in self.params.models if self.params.of(name).evaluate.seeds > 1]
        return [name for name in there if folder_of(self.root, name).is_dir() and not self.left_out(name)]

    def _spread(self, figure: str) -> float:
        several = [self.measured(model) for model in self.repeated()]
        return luck.spread([(one.pictures, one.drawn) for one in several], figure)

    def _check_wander(self, entry: Entry, figure: str) -> None:
        self.trainings.figure(figure)
        if entry.method != MODEL:
            raise ParamsError(f"{entry}: only what a model has made wanders")
        if self.pictures(entry, [figure]).empty:
            raise ParamsError(f"{entry}: the training of {entry.model} left no snapshots of these pictures")

    def _look_at_kin(self, entry: Entry, person: str | None) -> pd.DataFrame:
        files = self.measured(entry.model).files
        wanted = [key for key in files if key[0] == entry.suite and key[1] in self.styles(entry)]
        measured = kinship.measure(self.root, self.params, entry, [files[key] for key in wanted], person)
        keys = pd.DataFrame([key[1:] for key in wanted], columns=["style", "id"])
        return pd.concat([keys, measured], axis=1)

    def _measured(self, model: str) -> Measured:
        folder = folder_of(self.root, model)
        if not (folder / "metrics.csv").is_file():
            raise LimnerError(f"the model {model} was not judged: `dvc repro judge@{model}` does it, in experiments/")
        named = tables.read(folder / "metrics.csv", ("figure", "metric", "label", "title", "direction"))
        figures = {
            row["figure"]: Figure(
                row["figure"], row["metric"], row["label"], row["title"], row["direction"] == "higher"
            )
            for row in named.to_dict("records")
        }
        drawn = tables.read(folder / "drawn.csv", ("suite", "style"))
        files = tables.read(folder / "files.csv", ("suite", "style", "id", *Files._fields))
        return Measured(
            figures,
            read_pictures(folder, list(figures)),
            _cells(folder / "figures.csv"),
            {str(suite): list(part["style"]) for suite, part in drawn.groupby("suite", sort=False)},
            {
                (row["suite"], row["style"], row["id"]): Files(*(self.root / row[name] for name in Files._fields))
                for row in files.to_dict("records")
            },
            nearness.read(folder),
            read_left_out(folder),
        )


def check_named(params: Params, entry: Entry) -> None:
    """Refuse an entry that params.yaml does not have.

    Raises:
        ParamsError: names the model, suite or style that there is not, and those that there are.
    """
    suites = params.model(entry.model).suites
    if entry.suite not in suites:
        raise ParamsError(
            f"{entry}: the model {entry.model} has no suite {entry.suite!r}; {choices(entry.suite, suites)}"
        )
    styles = suites[entry.suite].styles
    if entry.style is not None and entry.style not in styles:
        raise ParamsError(
            f"{entry}: the suite {entry.suite} has no style {entry.style!r}; {choices(entry.style, styles)}"
        )


def _other(figure: str) -> bool:
    """Whether a figure is measured for this page, of the first training alone."""
    return figure in OTHERS or figure.startswith(WANDER)


def counted(table: pd.DataFrame) -> Counts:
    """What the means of some rows of pictures.csv are of."""
    pictures = table.drop_duplicates(["style", "id"])
    trained = table[table["method"] == MODEL]
    return Counts(len(pictures), table["group"].nunique(), trained["seed"].nunique())


def _first(table: pd.DataFrame) -> pd.DataFrame:
    """The pictures of the first training."""
    first: pd.DataFrame = table[table["seed"] == table["seed"].iloc[0]]
    return first


def _cells(path: Path) -> dict[tuple[str, str, str, str], Cell]:
    keys, values, counts = ["suite", "style", "method", "figure"], ["value", "low", "high"], ["n", "lacking"]
    table = tables.read(path, (*keys, *values, *counts))
    numbers = table[[*values, *counts]].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    whole = np.nan_to_num(numbers[:, 3:]).astype(int).tolist()
    found = zip(table[keys].itertuples(index=False, name=None), numbers[:, :3].tolist(), whole, strict=True)
    return {key: Cell(*ends, *several) for key, ends, several in found}


def places(values: Iterable[float]) -> int:
    """Decimals to show of figures: those of the report, and one more where the largest is below a tenth."""
    known = [value for value in values if math.isfinite(value)]
    return decimals(known) + (0 < max(map(abs, known), default=0.0) < 0.1)


def mean(table: pd.DataFrame, styles: Sequence[str], figure: Figure) -> Cell:
    """The mean of a figure over pictures (see `bootstrap.scores`), with its interval (see `bootstrap.within`)."""
    estimate = bootstrap.estimate(bootstrap.scores(table, styles, sorted(set(table["group"])), [figure.name]))
    value, low, high = (float(end[0]) for end in bootstrap.within(estimate, [figure.bounds]))
    return Cell(value, low, high, len(table), int(table[figure.name].isna().sum()))
