"""translate@MODEL: every picture the model can read -> the folder its block names under `writes`."""

import sys
from pathlib import Path

from limner import device, params
from limner.apply import Translator, jobs
from limner.stage import run


def main(name: str) -> None:
    settings = params.load()
    model = settings.model(name)
    translator = Translator(Path("models") / name, device.choose(settings.train.device))
    todo = jobs(model.learns, Path("data/faces"), Path(model.sketches), model.train.styles, Path(model.writes))
    translator.files(todo, f"translate {name}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
