"""repeat@MODEL: the model trained again from `evaluate.seeds` - 1 further seeds -> runs/MODEL/repeats."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import left_out, params
from limner.stage import run


def main(name: str, *changes: str) -> None:
    settings = params.load(model=name, changes=changes)
    out = Path("runs", name, "repeats")
    out.mkdir(parents=True, exist_ok=True)
    if left_out.folders(settings, name, out) or len(settings.seeds) == 1:
        return
    from limner.repeat import repeat  # loads torch, which takes seconds

    repeat(settings, name, out)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
