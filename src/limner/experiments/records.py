"""What a question shows, as the templates take it."""

from dataclasses import dataclass

from markupsafe import Markup

from limner.experiments.courses import Strip
from limner.experiments.results import Counts
from limner.report import charts
from limner.report.pictures import Picture
from limner.report.results import Cell, Figure


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    label: str
    cells: tuple[Cell, ...] = ()
    counts: Counts | None = None
    left_out: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of figures."""

    kind: str
    caption: str
    figures: tuple[Figure, ...]
    places: tuple[int, ...]
    """Decimals of each figure."""
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Square:
    """One cell of a matrix."""

    cell: Cell
    level: int | None
    trained: bool
    """The model has learned this style."""


@dataclass(frozen=True)
class Heat:
    """A matrix of one figure."""

    kind: str
    caption: str
    figure: Figure
    places: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Square, ...], str], ...]
    """Label, cells, and why there are none."""


@dataclass(frozen=True)
class Chart:
    """Curves, their numbers, and pictures under them."""

    kind: str
    caption: str
    figure: Figure
    x: str
    chart: Markup
    places: int
    series: tuple[charts.Series, ...]
    left_out: tuple[tuple[str, str], ...]
    wander: tuple[tuple[float, int], ...] = ()
    """Of each curve the mean absolute change from one snapshot to the next, in its second half; and how many pictures
    it is of."""
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Pictures side by side."""

    kind: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Picture, ...]], ...]
    """Id and pictures."""
    left_out: tuple[tuple[str, str], ...]
    note: str = ""
    """Why there are no rows, if no face is in every column."""


@dataclass(frozen=True)
class Words:
    """A table of texts."""

    kind: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    left_out: tuple[tuple[str, str], ...] = ()


Shown = Grid | Heat | Chart | Sheet | Words
