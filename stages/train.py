"""train@MODEL: pairs of the model's people and styles -> models/MODEL, runs/MODEL/training."""

import sys
from pathlib import Path

from limner import params
from limner.stage import run
from limner.train import machine
from limner.train import settings as of
from limner.train.run import Places, train


def main(name: str) -> None:
    settings = params.load()
    model = settings.model(name)
    places = Places(
        faces=Path("data/faces"),
        times=Path("data/faces.csv"),
        split=Path("data/split.csv"),
        sketches=Path(model.sketches),
        weights=Path("data/weights"),
        init=None if model.init == "scratch" else Path("models") / model.init,
        model=Path("models") / name,
        training=Path("runs") / name / "training",
    )
    made = of.card(settings, name), of.recipe(settings, name), of.augment(settings, name)
    train(places, *made, machine.choose(settings.train), of.plan(settings))


if __name__ == "__main__":
    run(main, *sys.argv[1:])
