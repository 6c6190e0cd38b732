"""The `limner` command: what is not a stage of the pipeline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from limner import params, sketch, sketches, stage, workers
from limner.errors import ParamsError, choices
from limner.manifest import command as manifest
from limner.scrape.manifests import read_all

app = typer.Typer(help="A neural model of a face.", no_args_is_help=True, add_completion=False)
app.add_typer(manifest.app, name="manifest")


@app.callback()
def _root() -> None:
    """A neural model of a face: see README.md for the pipeline, these are its helpers."""


@app.command()
def check(file: Annotated[Path, typer.Argument(help="the params.yaml to check")] = Path("params.yaml")) -> None:
    """Check params.yaml, all of it, before any work is done."""
    stage.run(_check, str(file))


@app.command()
def apply(
    model: Annotated[str, typer.Argument(help="a folder of models/, such as painter")],
    pictures: Annotated[list[Path], typer.Argument(help="drawings for a painter, photos for a sketcher")],
    out: Annotated[Path, typer.Option(help="the folder for what it makes")] = Path("applied"),
) -> None:
    """Let a trained model translate the face in any picture."""
    stage.run(lambda: _apply(model, pictures, out))


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


def _apply(model: str, pictures: list[Path], out: Path) -> None:
    from limner.portray import portray  # loads torch, which `limner check` does without

    settings = params.load()
    problems = portray(Path("models") / model, pictures, out, settings.align, settings.train.device)
    for problem in problems:
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)
    if problems:
        raise SystemExit(1)


def _check(file: str) -> None:
    settings = params.load(Path(file))
    for style, block in settings.styles.items():
        sketch.load(style, block)
    wrong = [name for name in settings.evaluate.metrics if name not in _metrics()]
    if wrong:
        raise ParamsError(f"evaluate.metrics: no metric {wrong[0]!r}; {choices(wrong[0], _metrics())}")
    for name, model in settings.models.items():
        if model.init not in ("scratch", *settings.models):
            raise ParamsError(
                f"models.{name}.init: no model {model.init!r}; {choices(model.init, ('scratch', *settings.models))}"
            )
        there = _styles(settings, model)
        asked = {
            "train": model.train.styles,
            **{f"suites.{suite}": block.styles for suite, block in model.suites.items()},
        }
        for place, styles in asked.items():
            for style in styles:
                if style not in there:
                    raise ParamsError(
                        f"models.{name}.{place}.styles: nothing draws the style {style!r} into {model.sketches}; "
                        f"{choices(style, there)}"
                    )
    sketches.refuse_strangers(Path("data/sketches"), settings.styles)
    print(f"{file} is in order: {len(settings.styles)} styles, models {', '.join(settings.models)}")


def _styles(settings: params.Params, model: params.Model) -> list[str]:
    """The styles that will lie below a model's drawings: of effects, of artists and of other models."""
    root = Path("data/sketches")
    by_hand = {row.style for row in read_all(settings.manifests, allow_unlicensed=True)[0] if row.style}
    folders = [
        *(root / "effects" / style for style in settings.styles),
        *(root / "artist" / style for style in sorted(by_hand)),
        *(Path(other.writes) for other in settings.models.values() if other.learns == "sketch" and other is not model),
    ]
    return [folder.name for folder in folders if Path(model.sketches) in (folder, *folder.parents)]


def _metrics() -> list[str]:
    """The metrics there are, by their files: importing them would load torch."""
    return sorted(path.stem for path in (Path(__file__).parent / "metrics").glob("[!_]*.py"))
