"""The `limner` command: what is not a stage of the pipeline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from limner import fitting, params, sketch, sketches, stage, workers
from limner.blocks import Model
from limner.cast import absent
from limner.errors import LimnerError, ParamsError, choices
from limner.manifest import command as manifest
from limner.nets.card import SHAPE
from limner.paint.backends import Choice, Device
from limner.scrape.manifests import Row, read_all

LANDMARKER = Path("data/weights/face_landmarker.task")
SHOWN = 10
"""Rows of manifests with a mistake that `limner check` names, at most."""

app = typer.Typer(help="A neural model of a face.", no_args_is_help=True, add_completion=False)
app.add_typer(manifest.app, name="manifest")


@app.callback()
def _root() -> None:
    """A neural model of a face: see README.md for the pipeline, these are its helpers."""


@app.command()
def check(file: Annotated[Path, typer.Argument(help="the params.yaml to check")] = Path("params.yaml")) -> None:
    """Check params.yaml, all of it, before any work is done: also that the manifests have whom its models mean.

    A questions.yaml beside it is checked too.
    """
    stage.run(_check, str(file))


@app.command(no_args_is_help=True)
def paint(
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="INPUT", help="photos, drawings, videos, folders, patterns ('ana/**/*.jpg')"),
    ],
    model: Annotated[
        str, typer.Option("--model", "-m", help="a model's folder, or its name below models/, or its ONNX file")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="the folder for STEM.png; a second STEM becomes STEM-2")],
    style: Annotated[
        str | None, typer.Option(help="draw photos in this style of params.yaml first, for a model that reads drawings")
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="of the pictures, for a model that is told one: say, f or m; '' if unknown")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="put what is painted back into the whole picture")] = False,
    side_by_side: Annotated[bool, typer.Option("--side-by-side", help="input and output in one picture")] = False,
    all_faces: Annotated[bool, typer.Option("--all-faces", help="every face of a picture, not the largest")] = False,
    aligned: Annotated[bool, typer.Option("--aligned", help="the inputs are in the model's frame already")] = False,
    every: Annotated[int, typer.Option(min=1, help="of a video, paint each so-many-th frame")] = 10,
    max_yaw: Annotated[float, typer.Option(help="skip heads turned further to a side than this, degrees")] = 45,
    force: Annotated[bool, typer.Option("--force", help="replace results that are there already")] = False,
    backend: Annotated[Choice, typer.Option(help="auto: torch where it is installed, else onnxruntime")] = "auto",
    device: Annotated[Device, typer.Option(help="where to run; auto takes the best there is")] = "auto",
    landmarker: Annotated[Path, typer.Option(help="mediapipe's face landmarker, which finds the eyes")] = LANDMARKER,
) -> None:
    """Paint from drawings with a painter, draw from photos with a sketcher: any pictures, by a trained model.

    Exits with 0 if at least one picture was made, and says what became of the others; else with 1.
    """

    def run() -> None:
        from limner.paint import backends, command  # load what finds faces and runs models
        from limner.paint.painter import Options

        options = Options(style, back, side_by_side, all_faces, aligned, max_yaw, landmarker, label)
        command.paint(pictures, backends.load(model, backend, device), out, options, every, force)

    stage.run(run)


@app.command()
def evaluate(
    outputs: Annotated[Path, typer.Argument(help="the folder of pictures to measure")],
    truths: Annotated[Path, typer.Argument(help="the folder of the true ones, under the same names")],
    inputs: Annotated[Path | None, typer.Option(help="what they were made of: the floor to beat")] = None,
    metrics: Annotated[str, typer.Option(help="a,b,c instead of all there are but lpips_original")] = "",
    weights: Annotated[Path, typer.Option(help="the folder of model files")] = Path("data/weights"),
    out: Annotated[Path | None, typer.Option(help="a folder for the tables, picture by picture")] = None,
) -> None:
    """Measure any folder of pictures against a folder of true ones."""
    stage.run(lambda: _evaluate(outputs, truths, inputs, metrics, weights, out))


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="a model, an experiment or revision, REVISION:MODEL, or a folder of tables")],
    b: Annotated[str, typer.Argument(help="the other one")],
    model: Annotated[str | None, typer.Option(help="which model of two experiments; else all they share")] = None,
    suite: Annotated[str | None, typer.Option(help="this suite alone")] = None,
    styles: Annotated[bool, typer.Option("--styles", help="each style too, not only their mean")] = False,
    out: Annotated[Path | None, typer.Option(help="a CSV for all of it")] = None,
) -> None:
    """Say whether two models, or two experiments, differ by more than noise."""
    stage.run(lambda: _compare(a, b, model, suite, styles, out))


def _evaluate(outputs: Path, truths: Path, inputs: Path | None, names: str, weights: Path, out: Path | None) -> None:
    workers.prepare("limner.evaluate.engine")  # the workers import while this process does
    from limner.evaluate.command import evaluate_folders  # loads torch, which `limner check` does without

    wanted = [name.strip() for name in names.split(",")] if names else None
    evaluate_folders(outputs, truths, inputs, wanted, weights, out)


def _compare(a: str, b: str, model: str | None, suite: str | None, styles: bool, out: Path | None) -> None:
    from limner.compare.command import compare_models  # loads pandas, which `limner check` does without

    compare_models(a, b, model, suite, styles, out)


def _check(file: str) -> None:
    settings = params.load(Path(file))
    fitting.check_pipeline(settings, Path(file))
    rows = _rows(settings)
    for style, block in settings.styles.items():
        sketch.load(style, block)
    wrong = [name for name in settings.evaluate.metrics if name not in _metrics()]
    if wrong:
        raise ParamsError(f"evaluate.metrics: no metric {wrong[0]!r}; {choices(wrong[0], _metrics())}")
    for style, how in settings.altered.items():
        drawn = [*settings.styles, *_by_hand(rows)]
        if how.of not in drawn:
            raise ParamsError(f"altered.{style}.of: nothing draws the style {how.of!r}; {choices(how.of, drawn)}")
    for name, model in settings.models.items():
        _check_init(settings, name)
        asked = [("train", model.train.styles, model.sketches)]
        asked += [(f"suites.{suite}", block.styles, model.drawings) for suite, block in model.suites.items()]
        for place, styles, folder in asked:
            there = _styles(settings, model, Path(folder), rows)
            for style in styles:
                if style not in there:
                    raise ParamsError(
                        f"models.{name}.{place}.styles: nothing draws the style {style!r} into {folder}; "
                        f"{choices(style, there)}"
                    )
        _check_labels(settings, name, rows)
        _check_shape(settings, name)
    _check_people(settings, rows)
    sketches.refuse_strangers(Path("data/sketches"), settings.styles, settings.altered)
    _check_questions(settings, Path(file).parent / "questions.yaml")
    print(f"{file} is in order: {len(settings.styles)} styles, models {', '.join(settings.models)}")


def _rows(settings: params.Params) -> list[Row]:
    """The rows that a build takes. Those with a mistake are named, and too many of them refused, as a build would."""
    rows, problems = read_all(settings.manifests, settings.scrape.allow_unlicensed)
    if not (rows or problems):
        raise ParamsError(f"manifests: there are no rows in {', '.join(settings.manifests)}")
    failed, most = manifest.tell(problems, SHOWN, ", which `limner manifest check` names"), settings.scrape.max_failures
    if failed > most:
        raise LimnerError(
            f"{failed} rows of the manifests cannot be used, and at most {most} may fail (scrape.max_failures): put "
            "them right, or leave them out"
        )
    return rows


def _check_init(settings: params.Params, name: str) -> None:
    """Refuse a start from a model that there is not, or that starts from this one itself."""
    others = ["scratch", *(other for other in settings.models if other != name)]
    way = [name]
    while (start := settings.model(way[-1]).init) in settings.models:
        if start == name:
            whose = "itself" if way == [name] else f"{way[1]}, which starts from it"
            raise ParamsError(f"models.{name}.init: {name} would start from {whose}; {choices('', others)}")
        if start in way:  # a circle of others, of which each is told
            return
        way.append(start)
    if len(way) == 1 and start not in others:
        raise ParamsError(f"models.{name}.init: no model {start!r}; {choices(start, others)}")


def _check_shape(settings: params.Params, name: str) -> None:
    """Refuse a start from a model whose network is another one, as the training would."""
    init = settings.model(name).init
    if init in settings.models:
        mine, other = _shape(settings.of(name), name), _shape(settings.of(init), init)
        for key, value in mine.items():
            if other[key] != value:
                raise ParamsError(
                    f"models.{name}.init: {name} ({key}: {value}) would start from {init} ({key}: {other[key]}), and "
                    "both need the same"
                )


def _shape(own: params.Params, name: str) -> dict[str, object]:
    """What a model's params say of its network, by key."""
    told = {"learns": own.model(name).learns, "size": own.size}
    return told | {key: value for key, value in vars(own.recipe).items() if key in SHAPE}


def _check_labels(settings: params.Params, name: str, rows: list[Row]) -> None:
    """Refuse labels from a column that data/faces.csv will not have, or other ones than those of the model's start."""
    model, place = settings.model(name), f"models.{name}.train.labels"
    column, start = model.train.labels, settings.models.get(model.init)
    if start and start.train.labels != column:
        mine, other = column or "nothing", start.train.labels or "nothing"
        raise ParamsError(f"{place}: {name} is told {mine}, but it starts from {model.init}, which is told {other}")
    if not column:
        return
    there = sorted({name for row in rows for name in row.extra} | {"person", "group", "manifest", "style"})
    if column not in there:
        raise ParamsError(f"{place}: no manifest has a column {column!r}; {choices(column, there)}")


def _check_people(settings: params.Params, rows: list[Row]) -> None:
    """Refuse models and suites of people whom no manifest has: it would show only after a training."""
    for problem in absent(settings.models, rows):
        if problem.what == "failed":
            raise ParamsError(f"{problem.id}: {problem.reason}")
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)


def _check_questions(settings: params.Params, file: Path) -> None:
    """Refuse questions, where there are any, that cannot be read or are about what there will not be."""
    if file.is_file():
        from limner.experiments import declared, questions  # load pandas and torch, which the rest does without

        declared.check(settings, questions.load(file))


def _styles(settings: params.Params, model: Model, below: Path, rows: list[Row]) -> list[str]:
    """The styles that will lie below a folder that a model reads: of effects, of artists and of other models."""
    root = Path(model.data, "sketches")
    folders = [
        *(root / "effects" / style for style in settings.styles),
        *(root / "artist" / style for style in _by_hand(rows)),
        *(root / "altered" / style for style in settings.altered),
        *(
            Path(other.writes)
            for other in settings.models.values()
            if other.writes and other.learns == "sketch" and other is not model
        ),
    ]
    return [folder.name for folder in folders if below in (folder, *folder.parents)]


def _by_hand(rows: list[Row]) -> list[str]:
    """The styles that artists have drawn."""
    return sorted({row.style for row in rows if row.style})


def _metrics() -> list[str]:
    """The metrics there are, by their files: importing them would load torch."""
    return sorted(path.stem for path in (Path(__file__).parent / "metrics").glob("[!_]*.py"))
