"""A model trained again from other seeds: how far its figures are chance."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from limner import device
from limner.files import cache_dir, sha256
from limner.nets import store
from limner.params import Params
from limner.train import machine as machines
from limner.train import settings as of
from limner.train import threads
from limner.train.checkpoint import key
from limner.train.run import train
from limner.train.seen import seen


def repeat(settings: Params, name: str, out: Path, root: Path = Path()) -> None:
    """Train a model again from each seed of `settings.seeds` but its own, into `out`/SEED.

    DVC empties `out` before each run: what was trained before a kill waits in limner's cache until all is done, and a
    half-trained model goes on from its checkpoint.

    Args:
        settings: of the model, `Params.of(name)`.
        name: of the model.
        out: a folder for the folders of models.
        root: of the project.

    Raises:
        LimnerError: as `limner.train.run.train` does.
    """
    machine = machines.choose(settings.train)
    card, recipe, augment = of.card(settings, name), of.recipe(settings, name), of.augment(settings, name)
    plan = replace(of.plan(settings, name), snapshots=0)
    threads.settle(machine, plan.threads)  # else what is kept of the first would be known by another number
    places = of.places(settings, name, out, out, root)
    begun = [sha256(path) for path in sorted(places.init.iterdir())] if places.init else []
    kept = []
    for seed in settings.seeds[1:]:
        seeded = replace(recipe, seed=seed)
        digests = seen(places, card, augment, plan, seeded).digests
        facts = (card, seeded, augment, machine, device.threads(), plan, begun, digests)
        folder = cache_dir("repeats") / key(facts, ())
        if not machine.tell((folder / store.CARD).is_file()):
            with TemporaryDirectory() as diary:
                train(replace(places, model=folder, training=Path(diary)), card, seeded, augment, machine, plan)
        kept.append(folder)
        if machine.main:
            shutil.copytree(folder, out / str(seed), dirs_exist_ok=True)
    if machine.main:
        for folder in kept:
            shutil.rmtree(folder)
