"""Write reports/index.html, a page a model, their pictures and the README's picture."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.report.pictures")  # the workers import while this process does

from limner import params, sketches, stage
from limner.report.page import write_report


def main() -> None:
    settings = params.load()
    sketches.refuse_strangers(Path("data/sketches"), settings.styles, settings.altered)
    write_report(Path(), settings)


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
