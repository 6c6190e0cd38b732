"""Measure one model on its suites: python stages/evaluate.py NAME."""

import json
import sys
from pathlib import Path

from limner import evaluate, images, metrics, params, stage, tables
from limner.evaluate import figures, sheet
from limner.evaluate.suites import Faces
from limner.files import whole


def main(name: str) -> None:
    """Write the tables (runs/NAME/evaluation), a sheet of pictures a suite (runs/NAME/sheets) and the figures."""
    settings = params.load()
    model, size = settings.model(name), settings.size
    chosen = metrics.load(settings.evaluate.metrics, metrics.Setting(Path("data/weights"), settings.align))
    split = tables.read(Path("data/split.csv"), needs=("id", "person", "split"))
    faces = Faces(model, Path("data/faces"), split)

    pictures = evaluate.measure(faces, size, chosen)
    drawn = {suite: faces.drawn(block.styles) for suite, block in model.suites.items()}
    summary = figures.summarise(pictures, drawn, settings.evaluate.metrics)

    run = Path("runs", name)
    tables.write(run / "evaluation/pictures.csv", pictures)
    tables.write(run / "evaluation/metrics.csv", figures.titles(chosen))
    for suite, block in model.suites.items():
        images.write(run / f"sheets/{suite}.png", sheet.draw(sheet.spread(faces.samples(block, suite)), size))
    with whole(Path("reports", name, "metrics.json")) as part:
        part.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    figures.show(f"{name} beside the floors", summary, chosen)


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
