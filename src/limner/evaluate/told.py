"""What an evaluation tells: its tables as files, a tree of figures for DVC, a table in the terminal."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import stdev
from typing import Any

from rich.console import Console
from rich.table import Table

from limner import left_out, tables
from limner.compare import ALL
from limner.compare.command import number
from limner.evaluate import figures
from limner.evaluate.collect import Evaluation
from limner.evaluate.yardsticks import CEILING, FLOORS, MODEL
from limner.metrics import Figure

DIGITS = 6
"""Kept of each figure, so that equal pictures give equal bytes."""


@dataclass(frozen=True)
class Mean:
    """One mean with its 95% interval."""

    value: float
    low: float
    high: float

    @property
    def margin(self) -> float:
        """How far the interval reaches, to the side where it reaches farther; nan where it is not known."""
        return max(self.high - self.value, self.value - self.low)


class Told:
    """All that is told of one model.

    Args:
        measured: of the model.
        drawn: by suite, the styles that count in its mean.
    """

    def __init__(self, measured: Evaluation, drawn: Mapping[str, Sequence[str]]) -> None:
        self.measured = measured
        self.figures: tuple[Figure, ...] = (*measured.figures, *measured.set_figures)
        self.drawn, self.suites = drawn, list(drawn)
        self._means = figures.means(measured, drawn)
        self._against = figures.against(measured, drawn)
        self._seeds = figures.by_seed(measured, drawn)
        self._mean = {
            (row["suite"], row["style"], row["method"], row["figure"]): Mean(row["value"], row["low"], row["high"])
            for row in self._means.to_dict("records")
        }
        keys = ["suite", "style", "method", "figure"]
        self._verdict: dict[tuple[str, ...], str] = dict(
            zip(self._against[keys].itertuples(index=False, name=None), self._against["verdict"], strict=True)
        )

    def mean(self, suite: str, method: str, figure: str, style: str = ALL) -> Mean:
        """One mean; nan if nothing was measured there."""
        return self._mean.get((suite, style, method, figure), Mean(math.nan, math.nan, math.nan))

    def best_floor(self, suite: str, figure: Figure) -> str:
        """The floor that is hardest to beat in a figure; empty if none could be measured."""
        sign = 1 if figure.direction == "higher" else -1
        known = {name: sign * self.mean(suite, name, figure.name).value for name in FLOORS}
        known = {name: value for name, value in known.items() if not math.isnan(value)}
        return max(known, key=lambda name: known[name], default="")

    def verdict(self, suite: str, method: str, figure: str) -> str:
        """`better`, `worse` or `even`: the model against a floor or the ceiling; empty if they were not compared."""
        return self._verdict.get((suite, ALL, method, figure), "")

    def memorised(self, suite: str) -> float:
        """The share of outputs that are closer to a training picture than to their own truth; nan where no picture that
        was learned from is of the suite's kind."""
        closest = self.measured.closest[self.measured.closest["suite"] == suite]
        return float((closest["distance"] < closest["to_truth"]).mean())

    def write(self, folder: Path, without: Mapping[str, str] | None = None) -> None:
        """Write the tables: see docs/architecture.md.

        Args:
            folder: where to.
            without: by suite that was left out, why; None: there is nothing that could be.
        """
        named = [asdict(figure) for figure in self.figures]
        tables.write_rows(
            folder / "metrics.csv",
            ("figure", "metric", "label", "title", "direction"),
            [{**figure, "figure": figure["name"]} for figure in named],
        )
        tables.write(folder / "pictures.csv", self.measured.pictures)
        tables.write(folder / "closest.csv", self.measured.closest)
        drawn = [
            {"suite": suite, "style": style, "makes": self.measured.makes}
            for suite, styles in self.drawn.items()
            for style in styles
        ]
        tables.write_rows(folder / "drawn.csv", ("suite", "style", "makes"), drawn)
        tables.write(folder / "figures.csv", self._means)
        tables.write(folder / "against.csv", self._against)
        tables.write(folder / "seeds.csv", self._seeds)
        if without is not None:
            why = [{"suite": suite, "reason": reason} for suite, reason in without.items()]
            tables.write_rows(folder / left_out.SUITES, ("suite", "reason"), why)

    def bars(self) -> Iterator[tuple[str, str, list[dict[str, object]]]]:
        """For `dvc plots show`: suite, figure, and what is compared in it (columns what, value)."""
        for suite in self.suites:
            styles = [style for at, style, method, _ in self._mean if at == suite and method == MODEL]
            for figure in self.figures:
                own = [(style, self.mean(suite, MODEL, figure.name, style)) for style in dict.fromkeys(styles)]
                rivals = [(name, self.mean(suite, name, figure.name)) for name in (*FLOORS, CEILING)]
                rows = [
                    {"what": what, "value": mean.value} for what, mean in (*own, *rivals) if mean.value == mean.value
                ]
                yield suite, figure.name, rows

    def summary(self) -> dict[str, Any]:
        """The figures of each suite over its drawn styles, as a tree for reports/NAME/metrics.json.

        Returns:
            By suite: `n` (faces), `groups`, `memorised`, `drawn` (the model), `margin` (how far its interval reaches),
            `best_floor` (of each figure, the best there is), `neighbour` (the ceiling), and, of several trainings,
            `seeds` (the deviation between them).
        """
        tree: dict[str, Any] = {}
        for suite in self.suites:
            pictures = self.measured.pictures[self.measured.pictures["suite"] == suite]
            own = {figure.name: self.mean(suite, MODEL, figure.name) for figure in self.figures}
            floors = {f.name: self.mean(suite, self.best_floor(suite, f), f.name).value for f in self.figures}
            tree[suite] = {
                "n": int(pictures["id"].nunique()),
                "groups": int(pictures["group"].nunique()),
                **_plain({"memorised": self.memorised(suite)}),
                "drawn": _plain({name: mean.value for name, mean in own.items()}),
                "margin": _plain({name: mean.margin for name, mean in own.items()}),
                "best_floor": _plain(floors),
                "neighbour": _plain({f.name: self.mean(suite, CEILING, f.name).value for f in self.figures}),
            }
            inside = self._seeds[(self._seeds["suite"] == suite) & (self._seeds["style"] == ALL)]
            if len(inside):
                values = {str(name): rows.dropna() for name, rows in inside.groupby("figure", sort=False)["value"]}
                several = {name: known.tolist() for name, known in values.items() if len(known) > 1}
                tree[suite]["seeds"] = _plain({name: stdev(known) for name, known in several.items()})
        return tree

    def show(self, title: str) -> None:
        """Print each suite's figures: the model with its margin, the best floor and the verdict, the ceiling."""
        for suite in self.suites:
            methods = {method for at, _, method, _ in self._mean if at == suite}
            heads = ["figure", MODEL, "±", *(["best floor", "the model is"] if methods & set(FLOORS) else [])]
            caption = "mean over the drawn styles; arrows point to the better end"
            table = Table(title=f"{title} on {suite}", caption=caption)
            for head in (*heads, *methods & {CEILING}):
                table.add_column(head, justify="left" if head in ("figure", "the model is") else "right")
            for figure in self.figures:
                table.add_row(*self._cells(suite, figure)[: len(heads)], *self._ceiling(suite, figure, methods))
            Console().print(table)

    def _cells(self, suite: str, figure: Figure) -> list[str]:
        own, floor = self.mean(suite, MODEL, figure.name), self.best_floor(suite, figure)
        verdict = self.verdict(suite, floor, figure.name)
        said = {"": "", "even": f"even with {floor}"}.get(verdict, f"{verdict} than {floor}")
        numbers = (own.value, own.margin, self.mean(suite, floor, figure.name).value)
        return [f"{figure.name} {'↑' if figure.direction == 'higher' else '↓'}", *map(number, numbers), said]

    def _ceiling(self, suite: str, figure: Figure, methods: set[str]) -> list[str]:
        return [number(self.mean(suite, CEILING, figure.name).value)] if CEILING in methods else []


def _plain(values: Mapping[str, float]) -> dict[str, float]:
    """What is known of `values`, rounded: JSON has no nan."""
    return {name: round(value, DIGITS) for name, value in values.items() if not math.isnan(value)}
