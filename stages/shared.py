"""What the stages of all models share: python stages/shared.py STAGE OUT, STAGE being this one's own in dvc.yaml."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import shared
from limner.stage import run


def main(stage: str, out: str) -> None:
    shared.write(Path(out), Path("dvc.yaml"), stage)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
