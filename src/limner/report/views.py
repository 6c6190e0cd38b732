"""What the templates show: the chosen pictures, as files of the pages' gallery."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limner.choose import few
from limner.report import choose, dataset, heat, results
from limner.report.pictures import Gallery, Picture
from limner.report.training import Snapshots

ROWS = 400
"""Most rows of a suite."""
STRIPS = 6
"""Most pictures whose snapshots are shown."""
PAIRS = 6
"""Most pairs of a test face and its nearest training face."""


@dataclass(frozen=True)
class Row:
    """One sample: what went in, what came out, what is true, and the training picture that the output is most like."""

    scored: results.Scored
    time: float | None
    pictures: tuple[Picture, ...]
    """Input, output, truth, and, where it is known, the nearest training picture."""


@dataclass(frozen=True)
class Strip:
    """One picture as a model painted it over the epochs of its training."""

    name: str
    input: Picture | None
    truth: Picture | None
    outputs: dict[int, Picture]


@dataclass(frozen=True)
class Pair:
    """A test face beside the training face that is nearest to it."""

    test: dataset.Face
    pictures: tuple[Picture, Picture]


@dataclass(frozen=True)
class Heat:
    """One line of a heat table: a figure over the styles of a suite."""

    figure: results.Figure
    values: tuple[float, ...]
    levels: tuple[int | None, ...]


class Views:
    """The pictures and tables of the pages."""

    def __init__(self, root: Path, gallery: Gallery, data: dataset.Dataset) -> None:
        self._root, self._gallery, self._data = root, gallery, data

    def rows(self, model: results.ModelResult, suite: results.SuiteResult) -> list[Row]:
        """The samples of a suite by time: all of them, or `ROWS` at even steps and of the worst."""
        pictures = choose.by_time(suite.all(), self._data.faces)
        chosen = choose.most(pictures, model.worst_first(pictures), ROWS)
        return [self._row(picture) for picture in chosen]

    def _row(self, scored: results.Scored) -> Row:
        about = f"{scored.id}, {scored.style}"
        pictures = [
            self._gallery.add(file, f"{what}: {about}")
            for what, file in zip(results.Files._fields, scored.files, strict=True)
        ]
        if near := scored.closest:
            pictures.append(self._gallery.add(near.file, f"nearest training picture: {near.id}"))
        face = self._data.faces.get(scored.id)
        return Row(scored, face.time if face else None, tuple(pictures))

    def strips(self, model: results.ModelResult) -> list[Strip]:
        """The snapshots of a model's training, of at most `STRIPS` pictures."""
        return [self._strip(shots) for shots in few(model.training.snapshots, STRIPS)]

    def _strip(self, shots: Snapshots) -> Strip:
        def add(path: Path | None, what: str) -> Picture | None:
            return self._gallery.add(path, f"{what}: {shots.name}") if path else None

        return Strip(
            name=shots.name,
            input=add(shots.input, "input"),
            truth=add(shots.truth, "truth"),
            outputs={epoch: self._gallery.add(path, f"epoch {epoch}: {shots.name}") for epoch, path in shots.outputs},
        )

    def closest(self) -> list[Pair]:
        """The closest pairs of people, nearest first, at most `PAIRS`."""

        def add(id: str, what: str) -> Picture:
            return self._gallery.add(self._root / "data/faces" / f"{id}.png", f"{what} face {id}")

        closest = self._data.closest()[:PAIRS]
        return [Pair(face, (add(face.id, "test"), add(face.nearest, "training"))) for face in closest]


def heat_of_styles(suite: results.SuiteResult, figures: Sequence[results.Figure]) -> list[Heat]:
    """One line a figure, the styles of each compared among themselves."""
    table = [_values(suite, figure) for figure in figures]
    return [
        Heat(figure, values, tuple(heat.levels(values, figure.higher)))
        for figure, values in zip(figures, table, strict=True)
    ]


def heat_of_regions(suite: results.SuiteResult, figures: Sequence[results.Figure]) -> list[Heat]:
    """One line a region, all cells compared with one another: they have one unit."""
    table = [_values(suite, figure) for figure in figures]
    everywhere = heat.levels([value for values in table for value in values], bool(figures) and figures[0].higher)
    width = len(suite.styles)
    return [
        Heat(figure, values, tuple(everywhere[place * width : (place + 1) * width]))
        for place, (figure, values) in enumerate(zip(figures, table, strict=True))
    ]


def _values(suite: results.SuiteResult, figure: results.Figure) -> tuple[float, ...]:
    return tuple(means.cell(results.MODEL, figure.name).value for means in suite.styles)
