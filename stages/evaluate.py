"""Measure one model on its suites: python stages/evaluate.py NAME [KEY=VALUE ...]."""

import json
import sys
from pathlib import Path

import here  # noqa: F401
from limner import images, left_out, params, stage, tables, workers
from limner.files import whole


def main(name: str, *changes: str) -> None:
    """Write runs/NAME/evaluation, bars and sheets, reports/NAME/metrics.json and the model's card."""
    asked = params.load(model=name, changes=changes)
    if left_out.evaluation(asked, name):
        return
    workers.prepare("limner.evaluate.engine")  # the workers import while this process does
    from limner import card, evaluate  # loads torch, which takes seconds
    from limner.evaluate import sheet
    from limner.evaluate.told import Told
    from limner.suites import Faces

    settings = left_out.present(asked, name)
    model, size, run = settings.model(name), settings.size, Path("runs", name)
    known = tables.read(Path(model.data, "faces.csv"), needs=("id", "person", "time", *card.TERMS))
    faces, setting = Faces(name, model), evaluate.setting(model, settings.align, Path("data/weights"))
    names, beside, processes = settings.evaluate.metrics, settings.evaluate.beside, settings.workers.count
    measured = evaluate.measure(faces, known, size, names, settings.seeds, setting, processes, beside)

    told = Told(measured, {suite: faces.drawn(block.styles) for suite, block in model.suites.items()})
    told.write(run / "evaluation", left_out.suites(asked, name))
    tables.write(run / "evaluation/files.csv", faces.files(settings.seed))
    for suite, figure, rows in told.bars():
        tables.write_rows(run / f"bars/{suite}/{figure}.csv", ("what", "value"), rows)
    for suite, block in model.suites.items():
        shown = sheet.spread(faces.samples(block, suite))
        images.write(run / f"sheets/{suite}.png", sheet.draw(shown, size, settings.seed))
    with whole(Path("reports", name, "metrics.json")) as part:
        part.write_text(json.dumps(told.summary(), indent=2) + "\n", encoding="utf-8")
    card.write(Path("models", f"{name}.md"), settings, name, told, known, faces.lessons())
    told.show(name)


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
