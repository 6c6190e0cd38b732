"""translate@MODEL: every picture the model can read -> the folder its block names under `writes`; the samples of
its suites -> runs/MODEL/suites."""

import sys
from pathlib import Path

from limner import device, params
from limner.apply import Translator, erase_inputs, jobs
from limner.stage import run
from limner.suites import Faces


def main(name: str) -> None:
    settings = params.load()
    model, place = settings.model(name), device.choose(settings.train.device)
    faces, samples = Faces(name, model), []
    translator = Translator(Path("models", name), place)
    for suite, block in model.suites.items():
        found = faces.samples(block, suite)
        if block.erase:
            erase_inputs(found, block.erase, Path("data/landmarks.npz"), translator.card.frame_size)
        samples += found

    own = jobs(model.learns, Path("data/faces"), Path(model.sketches), model.train.styles, Path(model.writes))
    read = {source for source, _ in own}
    asked = [(sample.input, sample.output(settings.seed)) for sample in samples]
    translator.files([*own, *(job for job in asked if job[0] in read)], f"translate {name}", faces.labels)
    # By themselves: what a picture becomes may depend on its batch in the last bit, and no suite may change `writes`.
    if others := [job for job in asked if job[0] not in read]:
        translator.files(others, f"translate {name}: suites", faces.labels)
    for seed in settings.seeds[1:]:
        repeated = Translator(Path("runs", name, "repeats", str(seed)), place)
        wanted = [(sample.input, sample.output(seed)) for sample in samples]
        repeated.files(wanted, f"translate {name}: seed {seed}", faces.labels)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
