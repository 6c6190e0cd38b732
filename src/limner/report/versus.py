"""Which of two models is better, where both were measured on the same pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from limner.compare import ALL, compare
from limner.report.evaluation import folder_of, read_pictures
from limner.report.results import Figure, ModelResult


@dataclass(frozen=True)
class Duel:
    """One figure of two models on one suite, over the pictures that both made."""

    figure: Figure
    a: float
    b: float
    low: float
    """Of the 95% interval of a - b; nan if there is none."""
    high: float
    verdict: str
    """a, b (the better one), even, or nothing where there is no interval."""


@dataclass(frozen=True)
class Match:
    """Two models on one suite."""

    a: str
    b: str
    suite: str
    pictures: int
    duels: tuple[Duel, ...]

    def wins(self, side: str) -> int:
        """In how many figures one side (`a`, `b` or `even`) has it."""
        return sum(duel.verdict == side for duel in self.duels)


def matches(root: Path, models: Sequence[ModelResult]) -> list[Match]:
    """Every two models of one kind that share pictures of a suite of one name.

    Raises:
        SourceError: a table is missing, unreadable or lacks a column.
    """
    return [
        match
        for a, b in combinations(models, 2)
        if a.block.learns == b.block.learns and _shared(a, b)
        for match in _matches(root, a, b)
    ]


def _shared(a: ModelResult, b: ModelResult) -> bool:
    """Whether they have a picture of one suite and style in common."""

    def samples(model: ModelResult) -> set[tuple[str, str, str]]:
        return {(suite.name, picture.style, picture.id) for suite in model.suites for picture in suite.all()}

    return not samples(a).isdisjoint(samples(b))


def _matches(root: Path, a: ModelResult, b: ModelResult) -> list[Match]:
    known = {figure.name: figure for figure in a.figures if figure in b.figures}
    pictures = [read_pictures(folder_of(root, model.name), list(known)) for model in (a, b)]
    drawn = {suite.name: list(suite.mean_of) for suite in a.suites}
    directions = {name: "higher" if figure.higher else "lower" for name, figure in known.items()}
    table = compare(pictures[0], pictures[1], directions, drawn)
    table = table[table["style"] == ALL]
    return [
        Match(
            a.name,
            b.name,
            str(suite),
            int(rows["n"].max()),
            tuple(
                Duel(known[row["figure"]], row["a"], row["b"], row["low"], row["high"], row["verdict"])
                for row in rows.to_dict("records")
            ),
        )
        for suite, rows in table.groupby("suite", sort=False)
    ]
