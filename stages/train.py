"""train@MODEL: pairs of the model's people and styles -> models/MODEL, runs/MODEL/training."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import left_out, params, sketches
from limner.stage import run


def main(name: str, *changes: str) -> None:
    settings = params.load(model=name, changes=changes)
    if left_out.training(settings, name):
        return
    sketches.refuse_strangers(Path("data/sketches"), settings.styles, settings.altered)  # not after hours
    from limner.train import machine  # loads torch, which takes seconds
    from limner.train import settings as of
    from limner.train.run import train

    places = of.places(settings, name, Path("models", name), Path("runs", name, "training"))
    made = of.card(settings, name), of.recipe(settings, name), of.augment(settings, name)
    train(places, *made, machine.choose(settings.train), of.plan(settings, name))


if __name__ == "__main__":
    run(main, *sys.argv[1:])
