"""translate@MODEL: every picture the model can read -> the folder its block names under `writes`; the samples of
its suites -> runs/MODEL/suites."""

import sys
from pathlib import Path

from limner import left_out, params
from limner.stage import run


def main(name: str) -> None:
    settings = params.load().of(name)
    model, data, writes = settings.model(name), Path(settings.model(name).train.data), Path(settings.model(name).writes)
    if left_out.folders(settings, name, writes, Path("runs", name, "suites")):
        return
    from limner import device  # loads torch, which takes seconds
    from limner.apply import Translator, erase_inputs, jobs
    from limner.suites import Faces

    place, faces, samples = device.choose(settings.train.device), Faces(name, model), []
    translator = Translator(Path("models", name), place)
    for suite, block in model.suites.items():
        found = faces.samples(block, suite)
        if block.erase:
            erase_inputs(found, block.erase, data / "landmarks.npz", translator.card.frame_size)
        samples += found

    own = jobs(model.learns, data / "faces", Path(model.sketches), model.train.styles, writes)
    read = {source for source, _ in own}
    asked = [(sample.input, sample.output(settings.seed)) for sample in samples]
    translator.files([*own, *(job for job in asked if job[0] in read)], f"translate {name}")
    # By themselves: what a picture becomes may depend on its batch in the last bit, and no suite may change `writes`.
    if others := [job for job in asked if job[0] not in read]:
        translator.files(others, f"translate {name}: suites")
    for seed in settings.seeds[1:]:
        repeated = Translator(Path("runs", name, "repeats", str(seed)), place)
        repeated.files([(sample.input, sample.output(seed)) for sample in samples], f"translate {name}: seed {seed}")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
