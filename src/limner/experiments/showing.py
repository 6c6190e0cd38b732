"""What a question may show, as questions.yaml has it."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.blocks import Name
from limner.strict import Strict

Filled = Annotated[str, Field(min_length=1)]
Rows = Annotated[dict[str, Filled], Field(min_length=1)]
"""By label, an `Entry`."""
STORED, PAIRS = "stored", "pairs"
"""Places on a curve's x axis: the MB that the entry's model takes beyond the one it started from, and how many pairs it
learned."""


@dataclass(frozen=True, config=Strict)
class Table:
    """A row an entry, a column a figure."""

    kind: ClassVar[str] = "table"
    rows: Rows
    figures: Annotated[tuple[Name, ...], Field(min_length=1)]
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Matrix:
    """One figure: a row a model's suite, a column a style."""

    kind: ClassVar[str] = "matrix"
    rows: Rows
    """By label, MODEL/SUITE."""
    columns: Annotated[tuple[Name, ...], Field(min_length=1)]
    figure: Name
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Curve:
    """One figure against a number."""

    kind: ClassVar[str] = "curve"
    lines: Annotated[
        dict[str, Annotated[list[tuple[float | Literal["stored", "pairs"], Filled]], Field(min_length=1)]],
        Field(min_length=1),
    ]
    """By label, (x, entry)."""
    figure: Name
    x: str
    log: bool = False
    """The x axis."""
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Course:
    """One figure over trainings, measured on their snapshots."""

    kind: ClassVar[str] = "course"
    lines: Rows
    """By label, MODEL:STYLE, or MODEL for all its snapshots."""
    figure: Name
    pictures: bool = False
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Pictures:
    """A row a face, a column an entry.

    A column called `input` or `truth`, or whose method is, shows what its entry was given, or should have made; one
    called `theirs` what the second report made of it.
    """

    kind: ClassVar[str] = "pictures"
    columns: Rows
    style: Name | None = None
    """Of the entries that name none."""
    count: Annotated[int, Field(ge=1, le=24)] = 4
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Kin:
    """How much outputs are made like a model's person."""

    kind: ClassVar[str] = "kin"
    rows: Rows
    person: str | None = None
    """None: the one person whom the entry's model learned."""
    caption: str = ""


@dataclass(frozen=True, config=Strict)
class Numbers:
    """A table that a function of `limner.experiments.numbers` makes."""

    kind: ClassVar[str] = "numbers"
    name: Name
    rows: dict[str, str] = Field(default_factory=dict)
    """By label, what that function is asked about."""
    caption: str = ""


Show = Table | Matrix | Curve | Course | Pictures | Kin | Numbers
KINDS: Mapping[str, type[Show]] = {one.kind: one for one in (Table, Matrix, Curve, Course, Pictures, Kin, Numbers)}


def entries(show: Show) -> list[str]:
    """The entries that are shown."""
    match show:
        case Table() | Matrix() | Kin():
            return list(show.rows.values())
        case Pictures():
            return list(show.columns.values())
        case Curve():
            return [entry for points in show.lines.values() for _, entry in points]
        case _:
            return []
