"""Measure one model on its suites: python stages/evaluate.py NAME."""

from limner import workers

workers.prepare("limner.evaluate.engine")

import json
import sys
from pathlib import Path

from limner import card, evaluate, images, params, stage, tables
from limner.evaluate import sheet
from limner.evaluate.told import Told
from limner.files import whole
from limner.metrics.views.case import Setting
from limner.suites import Faces


def main(name: str) -> None:
    """Write runs/NAME/evaluation, bars and sheets, reports/NAME/metrics.json and the model's card."""
    settings = params.load()
    model, size, run = settings.model(name), settings.size, Path("runs", name)
    known = tables.read(Path("data/faces.csv"), needs=("id", "person", "time", "source"))
    split = tables.read(Path("data/split.csv"), needs=("id", "person", "group", "split"))
    faces = Faces(model, Path("data/faces"), split)
    seeds = range(settings.seed, settings.seed + settings.evaluate.seeds)
    setting = Setting(Path("data/weights"), evaluate.eyes(settings.align))
    workers = settings.workers.count
    measured = evaluate.measure(faces, known, size, settings.evaluate.metrics, seeds, setting, workers)

    told = Told(measured, {suite: faces.drawn(block.styles) for suite, block in model.suites.items()})
    told.write(run / "evaluation")
    tables.write(run / "evaluation/files.csv", faces.files())
    for suite, figure, rows in told.bars():
        tables.write_rows(run / f"bars/{suite}/{figure}.csv", ("what", "value"), rows)
    for suite, block in model.suites.items():
        images.write(run / f"sheets/{suite}.png", sheet.draw(sheet.spread(faces.samples(block, suite)), size))
    with whole(Path("reports", name, "metrics.json")) as part:
        part.write_text(json.dumps(told.summary(), indent=2) + "\n", encoding="utf-8")
    card.write(Path("models", f"{name}.md"), settings, name, told, known, split)
    told.show(name)


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
