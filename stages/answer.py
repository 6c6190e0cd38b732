"""Answer questions.yaml by what was measured: reports/index.html, its pictures, answers.json and answers.md."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.report.pictures")  # the workers import while this process does

from limner import params, stage
from limner.experiments import page, questions


def main() -> None:
    settings = params.load()
    page.write(Path(), settings, questions.load(Path("questions.yaml")))


if __name__ == "__main__":
    stage.run(main, *sys.argv[1:])
