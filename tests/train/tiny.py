"""A training so small that tests can run it again and again: eight faces, each a bright disc whose drawing is its
outline; the last two are for testing. As a script it is a process of such a training, to be killed or to have fellows.
"""

import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import torch

from limner import images, params, tables
from limner.nets.store import Card
from limner.pairs import Augment, find, open_pairs
from limner.stage import run
from limner.train import checkpoint, loop, start
from limner.train import machine as machines
from limner.train.machine import Machine
from limner.train.objective import Objective, Recipe
from limner.train.plan import Places, Plan
from limner.train.run import train

ROOT = Path(__file__).resolve().parent.parent.parent

CARD = Card(
    name="tiny",
    learns="photo",
    size=64,
    inputs=1,
    outputs=3,
    width=4,
    norm="batch",
    bottleneck="alive",
    upsample="transposed",
    dropout=0.0,
    people=("ana",),
    styles=("ink",),
    frame_size=64,
    frame_eyes=(32.0, 27.0),
    frame_eye_distance=19.0,
)
RECIPE = Recipe(
    seed=1,
    epochs=4,
    batch=2,
    lr=2e-3,
    beta1=0.5,
    decay=0.5,
    ema=0.9,
    width=4,
    norm="batch",
    bottleneck="alive",
    upsample="transposed",
    attention=0,
    mirror=False,
    dropout=0.0,
    discriminator_lr=2e-3,
    discriminator_width=4,
    discriminator_norm="batch",
    spectral=False,
    r1=0.0,
    game="cross_entropy",
    l1=100.0,
    ssim=10.0,
    missing=0.0,
    features=0.0,
    perceptual=0.0,
    unmoved=0.0,
    zoom=1.0,
    rotate=0.0,
    shift=0.0,
    stretch=0.0,
    tone=0.0,
)
AUGMENT = Augment(64, None, flip=True)
PLAN = Plan(snapshots=2, threads=1)


def make(folder: Path) -> Places:
    """The project's files in a folder: two groups of three training faces each, a second apart."""
    y, x = np.mgrid[:64, :64]
    rows, times = [], []
    for index in range(8):
        away = np.hypot(x - 24 - 2 * index, y - 32)
        photo = np.where(away[..., None] < 16, [220, 160, 130], [30, 40, 60]).astype(np.uint8)
        images.write(folder / "faces" / f"f{index}.png", photo)
        outline = np.where(abs(away - 16) < 2, 0, 255).astype(np.uint8)
        images.write(folder / "sketches/effects/ink" / f"f{index}.png", outline)
        part = "train" if index < 6 else "test"
        rows.append({"id": f"f{index}", "person": "ana", "group": f"film@{index // 3}", "split": part})
        times.append({"id": f"f{index}", "time": f"{index}.0"})
    tables.write(folder / "split.csv", pd.DataFrame(rows))
    tables.write(folder / "faces.csv", pd.DataFrame(times))
    return places(folder)


def places(folder: Path) -> Places:
    """Where its files are."""
    return Places(
        faces=folder / "faces",
        times=folder / "faces.csv",
        split=folder / "split.csv",
        sketches=folder / "sketches",
        weights=folder / "weights",
        init=None,
        model=folder / "models/tiny",
        training=folder / "training",
    )


def go(
    places: Places,
    recipe: Recipe = RECIPE,
    card: Card = CARD,
    plan: Plan = PLAN,
    machine: Machine = Machine(torch.device("cpu")),  # noqa: B008 - frozen
) -> None:
    train(places, card, recipe, AUGMENT, machine, plan)


def trainer(
    places: Places,
    augment: Augment = AUGMENT,
    recipe: Recipe = RECIPE,
    machine: Machine = Machine(torch.device("cpu")),  # noqa: B008 - frozen
) -> loop.Trainer:
    """A trainer of the six training pairs, from the same start each time."""
    torch.manual_seed(0)
    drawn = find(places.faces, {"ink": places.sketches / "effects/ink"}, [f"f{index}" for index in range(6)])
    networks = start.generator(CARD, None), start.discriminator(CARD, recipe, None)
    objective = Objective(recipe, machine, places.weights)
    pairs, unmoved = (open_pairs(drawn, "photo", side) for side in (augment.side, augment.size))
    return loop.Trainer(*networks, pairs, augment, recipe, objective, machine, unmoved)


def written(places: Places) -> dict[str, bytes]:
    """Every byte a training leaves."""
    files = [path for folder in (places.model, places.training) for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in sorted(files)}


def elsewhere(places: Places, name: str) -> Places:
    return replace(places, model=places.model.parent / name, training=places.training.parent / f"training-{name}")


def main(folder: str, name: str, moment: str = "never", step: str = "0") -> None:
    """Train, as a launcher or a test starts it; each step is saved.

    Args:
        folder: of the project.
        name: of this training's outputs.
        moment: when it says "waiting" and waits for a signal: `learn`ing, `save`ing, or never; or `double`, to compute
            in double precision.
        step: and after how many steps.
    """
    checkpoint.EVERY = 0.0
    learn, write = loop.Trainer.learn, checkpoint._write

    def wait() -> None:
        # Not signal.pause(): a signal that comes just before it would be waited for forever.
        handler = signal.getsignal(signal.SIGINT)
        print("waiting", flush=True)
        while signal.getsignal(signal.SIGINT) is handler:  # the first signal puts another one in its place
            time.sleep(0.01)

    def learning(trainer: loop.Trainer) -> None:
        if moment == "learn" and trainer.step == int(step):
            wait()
        learn(trainer)

    def saving(stream: IO[bytes], after: int, state: dict[str, Any]) -> None:
        if moment == "save" and after == int(step):
            stream.write(b"half of it")
            stream.flush()
            wait()
        write(stream, after, state)

    if moment == "double":
        torch.set_default_dtype(torch.float64)
        torch.Tensor.float = torch.Tensor.double  # type: ignore[method-assign]
    loop.Trainer.learn = learning  # type: ignore[method-assign]
    checkpoint._write = saving
    settings = replace(params.load(ROOT / "params.yaml").train, device="cpu", precision="float32")
    go(elsewhere(places(Path(folder)), name), machine=machines.choose(settings))


if __name__ == "__main__":
    run(main, *sys.argv[1:])
