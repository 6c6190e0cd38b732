"""judge@MODEL: the model's suites translated and measured in one process, which loads torch once:
python stages/judge.py NAME."""

import sys

import here  # noqa: F401
from evaluate import main as evaluate
from limner import workers
from limner.stage import run
from translate import main as translate


def main(name: str) -> None:
    workers.prepare("limner.evaluate.engine")  # the workers import while this process translates
    translate(name, "--only", "suites")
    evaluate(name)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
