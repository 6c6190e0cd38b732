"""Measure one model on its suites: python stages/evaluate.py NAME."""

from limner import workers

workers.prepare("limner.evaluate.engine", "limner.metrics")

import json
import sys
from pathlib import Path

from limner import card, evaluate, images, params, stage, tables
from limner.evaluate import sheet
from limner.evaluate.told import Told
from limner.files import whole
from limner.suites import Faces


def main(name: str) -> None:
    """Write the tables (runs/NAME/evaluation), bars and a sheet of pictures a suite, the figures and the model's card."""
    settings = params.load()
    model, size, run = settings.model(name), settings.size, Path("runs", name)
    faces = Faces.load(settings, name)
    setting = frame.setting(settings.align)
    times = tables.read(Path("data/faces.csv"), needs=("id", "person", "time", "source"))
    seeds = range(settings.seed, settings.seed + settings.evaluate.seeds)
    measured = evaluate.measure(faces, times, size, settings.evaluate.metrics, seeds, setting, settings.workers.count)
    drawn = {suite: faces.drawn(block.styles) for suite, block in model.suites.items()}
    told = Told(measured, drawn)
    told.write(run / "evaluation", faces.files())
    for suite, figure, rows in told.bars():
        tables.write_rows(run / f"bars/{suite}/{figure}.csv", ("what", "value"), rows)
    for suite, block in model.suites.items():
        images.write(run / f"sheets/{suite}.png", sheet.draw(sheet.spread(faces.samples(block, suite)), size))
    with whole(Path("reports", name, "metrics.json")) as part:
        part.write_text(json.dumps(told.summary(), indent=2) + "\n", encoding="utf-8")
    card.write(Path("models", f"{name}.md"), settings, name, told)
    told.show(name)


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
