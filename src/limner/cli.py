"""The `limner` command: what is not a stage of the pipeline."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from limner import params, sketch, sketches, stage
from limner.errors import ParamsError, choices
from limner.manifest import command as manifest

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
    sketches.refuse_strangers(Path("data/sketches"), settings.styles)
    print(f"{file} is in order: {len(settings.styles)} styles, models {', '.join(settings.models)}")


def _metrics() -> list[str]:
    """The metrics there are, by their files: importing them would load torch."""
    return sorted(path.stem for path in (Path(__file__).parent / "metrics").glob("[!_]*.py"))
