"""The pages: records and templates -> reports/index.html, reports/pages, reports/pictures and reports/portraits.png."""

import json
import math
import shutil
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from limner.files import whole
from limner.params import Params
from limner.report import charts, dataset, evaluation, heat, portraits, results, versus, views, words
from limner.report.pictures import Gallery, Picture

MOST_PROBLEMS = 200
"""Rows of a list of problems on the page; the file has them all."""
REGIONS = "regions"
"""The metric whose figures are the parts of a face."""


def sizes(params: Params) -> dict[str, int]:
    """By model, the side of the pictures that it makes, pixels."""
    return {name: params.of(name).size for name in params.models}


def write_report(root: Path, params: Params) -> None:
    """Read what the pipeline made below `root` and write its report into `root`/reports.

    Raises:
        LimnerError: a table or a picture that the report needs is missing or unreadable.
    """
    out = root / "reports"
    data, models = dataset.collect(root), evaluation.collect(root, params)
    # The old pages go first: should a picture be missing, they must not stay behind without their own.
    (out / "index.html").unlink(missing_ok=True)
    for folder in ("pages", "pictures"):
        shutil.rmtree(out / folder, ignore_errors=True)
        (out / folder).mkdir(parents=True)
    sides = sizes(params)
    width, height = portraits.draw(models, data.faces, sides, out / "portraits.png")
    gallery = Gallery(out / "pictures", root, max(sides.values()))
    jinja = environment()
    jinja.globals |= {"params": params, "models": models, "views": views.Views(root, gallery, data)}
    index = {
        "settings": settings(params),
        "data": data,
        "bands": portraits.bands(models),
        "matches": versus.matches(root, models),
        "hero": Picture("portraits.png", width, height, hero_text(models)),
        "most_problems": MOST_PROBLEMS,
        "sides": " and ".join(str(side) for side in sorted(set(sides.values()))),
    }
    pages = {f"pages/{model.name}.html": render(jinja, "model", up="../", model=model) for model in models}
    pages["index.html"] = render(jinja, "index", up="", **index)
    gallery.write(params.workers.count)
    for name, html in pages.items():
        with whole(out / name) as part:
            part.write_text(html, encoding="utf-8", newline="\n")


def render(jinja: Environment, name: str, **given: Any) -> str:
    """One page; `up` is the way from its folder to `reports/`."""
    return jinja.get_template(f"{name}.html.j2").render(given)


def environment() -> Environment:
    """Jinja with everything that comes from data escaped, and an unknown name an error."""
    jinja = Environment(
        loader=PackageLoader("limner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = (words.figure, words.interval, words.plural, words.share, words.listed)
    jinja.filters |= {function.__name__: function for function in said}
    asked = (
        words.standing,
        words.at_ceiling,
        words.best_floor,
        words.over_seeds,
        words.summary,
        words.alarm,
        words.memory,
    )
    shown = (chart, loss, strip, metrics, regions, columns, views.heat_of_styles, views.heat_of_regions)
    jinja.globals |= {function.__name__: function for function in (*asked, *shown, results.decimals)}
    jinja.globals |= {"MODEL": results.MODEL, "CEILING": results.CEILING, "WARMEST": heat.LEVELS - 1, "nan": math.nan}
    jinja.globals |= {"FLOORS": words.FLOORS, "NEIGHBOUR": words.NEIGHBOUR}
    for name, file in (("style", "style.css"), ("script", "report.js")):
        embed(jinja, name, file)
    return jinja


def embed(jinja: Environment, name: str, file: str, package: str = "limner.report") -> None:
    """Set one of the project's own files into every page, behind what stands there under that name."""
    # Trusted, as it is.
    before = jinja.globals.get(name, "")
    text = Markup(before) + Markup(files(package).joinpath("templates", file).read_text(encoding="utf-8"))
    digest = b64encode(sha256(text.encode()).digest()).decode()
    jinja.globals |= {name: text, f"{name}_hash": Markup(f"'sha256-{digest}'")}


def settings(params: Params) -> str:
    """All of params.yaml as it was read, in YAML."""
    plain = json.loads(json.dumps(asdict(params)))
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None))


def hero_text(models: tuple[results.ModelResult, ...]) -> str:
    """What the wide sheet shows, for those who do not see it."""
    shown = ", ".join(f"{model.name} on {suite.name}" for model, suite in portraits.bands(models))
    return f"Rows of inputs, outputs and true pictures in several styles ({shown})"


def metrics(figures: Sequence[results.Figure]) -> list[tuple[str, list[results.Figure]]]:
    """Figures by metric, under the name that they have in common."""
    parts = [list(part) for _, part in groupby(figures, key=lambda figure: figure.metric)]
    return [(part[0].label.partition(", ")[0] if len(part) > 1 else part[0].label, part) for part in parts]


def columns(model: results.ModelResult, figures: Sequence[results.Figure], rows: Sequence[views.Row]) -> list[Any]:
    """Where those `figures` that `rows` have stand in their scores: place, figure, decimals.

    A figure of a whole set is none of a picture.
    """
    places = [(model.figures.index(figure), figure, model.digits[figure.name]) for figure in figures]
    return [one for one in places if any(not math.isnan(row.scored.scores[one[0]]) for row in rows)]


def regions(model: results.ModelResult) -> list[results.Figure]:
    """The figures of the parts of a face; none if the project does not measure them."""
    return [figure for figure in model.figures if figure.metric == REGIONS]


def chart(name: str, points: tuple[charts.Point, ...]) -> Markup:
    """The curve of one logged number."""
    return charts.line_chart(points, _course(name, points), "epoch")


def loss(name: str, points: tuple[charts.Point, ...], stops: Sequence[int]) -> Markup:
    """The same, under pictures of the epochs `stops`."""
    return charts.loss_chart(points, stops, _course(name, points))


def _course(name: str, points: tuple[charts.Point, ...]) -> str:
    (start, first), (end, last) = points[0], points[-1]
    return f"{name}: {first:.3g} in epoch {start:g}, {last:.3g} in epoch {end:g}"


def strip(means: results.Means, figure: results.Figure) -> Markup:
    """Where the model stands among its floors and its ceiling in one figure."""
    own = means.cell(results.MODEL, figure.name)
    if math.isnan(own.value):
        return Markup("")
    floors = [means.cell(floor, figure.name).value for floor in means.floors]
    ceiling = means.cell(results.CEILING, figure.name).value
    return charts.strip(own.value, (own.low, own.high), floors, ceiling, figure.higher)
