"""The page: dataclasses and templates -> reports/index.html, reports/pictures and reports/portraits.png."""

import json
import math
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from limner.files import whole
from limner.params import Params
from limner.report import charts, choose, dataset, portraits, results
from limner.report.pictures import Gallery, Picture
from limner.report.training import Snapshots

FLOORS = {
    "copy": "the input itself",
    "mean": "the mean training picture, whatever the input",
    "linear": "one linear filter of the input",
}
"""What the floors do; a method that is not named here stands for itself."""
STRIPS = 6
"""Most pictures whose snapshots are shown."""
PAIRS = 6
"""Most pairs of a test face and its nearest training face."""
MOST_PROBLEMS = 200
"""Rows of a list of problems on the page; the file has them all."""


@dataclass(frozen=True)
class Triptych:
    """Input, output and truth of one picture, as the page shows them."""

    pictures: tuple[Picture, Picture, Picture]
    scored: results.Scored
    time: float | None
    worst_of: int
    """Of how many pictures this is the worst; 0 if it is not."""


@dataclass(frozen=True)
class Strip:
    """One picture as a model painted it over the steps of its training."""

    name: str
    input: Picture | None
    truth: Picture | None
    outputs: dict[int, Picture]


@dataclass(frozen=True)
class Pair:
    """A test face beside the training face that is nearest to it."""

    test: dataset.Face
    pictures: tuple[Picture, Picture]


class Views:
    """What the templates ask for: the chosen pictures, as files of the page's gallery."""

    def __init__(self, root: Path, gallery: Gallery, data: dataset.Dataset) -> None:
        self._root, self._gallery, self._data = root, gallery, data

    def rows(self, model: results.ModelResult, suite: results.SuiteResult, style: str) -> list[Triptych]:
        """Rows of one style: even steps through time, at another phase for each style, and the worst."""
        pictures = choose.by_time(suite.pictures[style], self._data.faces)
        worst = model.worst(pictures)
        styles = list(suite.pictures)
        others = [picture for picture in pictures if picture != worst]
        phase = (styles.index(style) + 0.5) / len(styles)
        chosen = choose.spread(others, choose.rows_a_style(len(styles)), phase)
        return [
            *(self._triptych(model, picture, 0) for picture in chosen),
            self._triptych(model, worst, len(pictures)),
        ]

    def _triptych(self, model: results.ModelResult, scored: results.Scored, worst_of: int) -> Triptych:
        source, output, truth = model.files(scored.style, scored.id)
        drawing, photo = ("sketch", scored.style, scored.id), ("photo", scored.id)
        first, last = (drawing, photo) if model.block.learns == "photo" else (photo, drawing)
        about = f"{scored.id}, {scored.style}"
        face = self._data.faces.get(scored.id)
        return Triptych(
            pictures=(
                self._gallery.add(source, f"input: {about}", *first),
                self._gallery.add(output, f"output: {about}", "output", model.name, scored.style, scored.id),
                self._gallery.add(truth, f"truth: {about}", *last),
            ),
            scored=scored,
            time=face.time if face else None,
            worst_of=worst_of,
        )

    def strips(self, model: results.ModelResult) -> list[Strip]:
        """The snapshots of a model's training, of at most `STRIPS` pictures."""
        return [self._strip(model.name, shots) for shots in choose.spread(model.training.snapshots, STRIPS)]

    def _strip(self, model: str, shots: Snapshots) -> Strip:
        def add(path: Path | None, what: str) -> Picture | None:
            return self._gallery.add(path, f"{what}: {shots.name}", what, model, shots.name) if path else None

        return Strip(
            name=shots.name,
            input=add(shots.input, "input"),
            truth=add(shots.truth, "truth"),
            outputs={
                epoch: self._gallery.add(path, f"epoch {epoch}: {shots.name}", f"epoch {epoch}", model, shots.name)
                for epoch, path in shots.outputs
            },
        )

    def closest(self) -> list[Pair]:
        """The closest pairs of people, nearest first, at most `PAIRS`."""

        def add(id: str, what: str) -> Picture:
            path = self._root / "data/faces" / f"{id}.png"
            return self._gallery.add(path, f"{what} face {id}", "photo", id)

        closest = self._data.closest()[:PAIRS]
        return [Pair(face, (add(face.id, "test"), add(face.nearest, "training"))) for face in closest]


def write_report(root: Path, params: Params) -> None:
    """Read what the pipeline made below `root` and write its report into `root`/reports.

    Raises:
        LimnerError: a table or a picture that the report needs is missing or unreadable.
    """
    out = root / "reports"
    data, models = dataset.collect(root), results.collect(root, params)
    # The old page goes first: should a picture be missing, it must not stay behind without its own.
    (out / "index.html").unlink(missing_ok=True)
    shutil.rmtree(out / "pictures", ignore_errors=True)
    (out / "pictures").mkdir(parents=True)
    width, height = portraits.draw(models, data.faces, params.size, out / "portraits.png")
    gallery = Gallery(out / "pictures", params.size)
    html = (
        environment()
        .get_template("index.html.j2")
        .render(
            params=params,
            settings=settings(params),
            data=data,
            models=models,
            metrics=models[0].metrics if models else (),
            bands=portraits.bands(models),
            views=Views(root, gallery, data),
            hero=Picture("portraits.png", width, height, hero_text(models)),
            floors=FLOORS,
            most_problems=MOST_PROBLEMS,
        )
    )
    with whole(out / "index.html") as part:
        part.write_text(html, encoding="utf-8", newline="\n")


def environment() -> Environment:
    """Jinja with everything that comes from data escaped, and an unknown name an error."""
    jinja = Environment(
        loader=PackageLoader("limner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {"figure": figure, "plural": plural}
    jinja.globals |= {"chart": chart, "strip": strip, "best_floor": best_floor, "digits": digits}
    jinja.globals["nan"] = math.nan
    return jinja


def settings(params: Params) -> str:
    """All of params.yaml as it was read, in YAML."""
    plain = json.loads(json.dumps(asdict(params)))
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None))


def hero_text(models: tuple[results.ModelResult, ...]) -> str:
    """What the wide sheet shows, for those who do not see it."""
    shown = ", ".join(f"{model.name} on {suite.name}" for model, suite in portraits.bands(models))
    return f"Rows of inputs, outputs and true pictures in several styles ({shown})"


def digits(model: results.ModelResult, place: int) -> int:
    """Decimals of a metric's column: one where its values reach ten, else three."""
    values = [abs(row.cells[place].value) for suite in model.suites for part in suite.styles for row in part.rows]
    return 1 if any(value >= 10 for value in values) else 3


def figure(value: float, decimals: int) -> str:
    """A number of a table; a dash where there is none."""
    return "–" if math.isnan(value) else f"{value:.{decimals}f}".replace("-", "−")


def plural(count: int, one: str, many: str = "") -> str:
    """`1 face`, `2 faces`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def chart(name: str, points: tuple[charts.Point, ...]) -> Markup:
    """The curve of one logged number."""
    (start, first), (end, last) = points[0], points[-1]
    label = f"{name}: {first:.3g} in epoch {start:g}, {last:.3g} in epoch {end:g}"
    return charts.line_chart(points, label, "epoch")


def best_floor(figures: results.Figures, place: int, higher: bool) -> results.Row | None:
    """The floor that a model has to beat in one metric; None if there are none."""
    sign = 1 if higher else -1
    floors = [row for row in figures.rows if row.method != results.MODEL]
    known = [row for row in floors if not math.isnan(row.cells[place].value)]
    return max(known, key=lambda row: sign * row.cells[place].value, default=None)


def strip(figures: results.Figures, place: int, higher: bool) -> Markup:
    """Where the model stands among its floors in one metric."""
    values = {row.method: row.cells[place].value for row in figures.rows}
    own = values.pop(results.MODEL, math.nan)
    return Markup("") if math.isnan(own) else charts.strip(own, list(values.values()), higher)
