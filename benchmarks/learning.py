"""What the benchmarks of learning share: pairs of two folders, a training by a recipe of params.yaml that tells what it
has cost, and how well its painter paints pairs that it has not seen. All of it by limner's own parts.
"""

import argparse
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd
import torch
from torch import Tensor

from limner import device, files, images, metrics, plain
from limner.align.landmarks import close_shared
from limner.blocks import Size
from limner.build import build
from limner.errors import LimnerError, ParamsError
from limner.evaluate.folders import listing
from limner.metrics.views.case import Case, Setting
from limner.nets.unet import UNet
from limner.pairs import Pairs, find, open_pairs, to_pixels, to_unit
from limner.params import Params
from limner.recipe import Recipe
from limner.scrape import pictures
from limner.train import machine, start, threads
from limner.train import settings as of
from limner.train.loop import Trainer
from limner.train.objective import Objective

ROOT = Path(__file__).resolve().parents[1]
MODEL, STYLE = "painter", "drawn"
"""The model of params.yaml whose settings count, and the one style of two folders."""
QUICK = ("lpips", "ssim", "psnr")
FIGURES = ("lpips", "ssim_flat", "ssim", "psnr", "l1", "fsim", "identity", "rank")
AT_ONCE = 32
"""Pictures that are painted or measured together: bounds the memory."""


class Spent(NamedTuple):
    """What a training has cost so far, measuring not counted."""

    step: int
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of all the process's threads together."""


@dataclass(frozen=True)
class Album:
    """Photos and drawings under the same names, as PNG files."""

    photos: Path
    drawings: Mapping[str, Path]
    """By style, `STYLE` first: that which is tested. All of them are learned from."""
    ids: tuple[str, ...]
    """In alphabetical order."""

    def to_learn(self, ids: Sequence[str], side: int) -> Pairs:
        """Each of `ids` in every style; style by style, each by id."""
        return open_pairs(find(self.photos, self.drawings, ids), "photo", side)

    def to_test(self, ids: Sequence[str], side: int) -> Pairs:
        """Each of `ids` in the one style, by id."""
        return open_pairs(find(self.photos, {STYLE: self.drawings[STYLE]}, ids), "photo", side)

    @cached_property
    def digest(self) -> str:
        """Of the files' contents."""
        paths = [folder / f"{id}.png" for id in self.ids for folder in (self.photos, *self.drawings.values())]
        return digest([(path.name, files.sha256(path)) for path in paths])


@contextmanager
def opened(photos: Path, drawings: Path, bgr: bool, more: Sequence[Path] = ()) -> Iterator[Album]:
    """The pictures that all folders have, under names that differ at most in their endings.

    Args:
        photos: a folder of pictures of any format.
        drawings: likewise.
        bgr: red and blue are swapped in the photos' files.
        more: folders of drawings in other styles.

    Raises:
        LimnerError: there is no such pair.
        SourceError: a picture is broken.
    """
    true = listing(photos, "truth")
    drawn = {STYLE: listing(drawings, "input"), **{str(folder): listing(folder, "input") for folder in more}}
    ids = sorted(true.keys() & set.intersection(*map(set, drawn.values())))
    if not ids:
        raise LimnerError(f"no picture of {photos} has the name of one in {', '.join(map(str, [drawings, *more]))}")
    with TemporaryDirectory() as name:
        kept = Path(name) / "photos"
        folders = {style: Path(name) / f"drawings-{number}" for number, style in enumerate(drawn)}
        for id in ids:
            images.write(kept / f"{id}.png", pictures.read(true[id], "bgr" if bgr else "rgb").image)
            for style, folder in folders.items():
                images.write(folder / f"{id}.png", pictures.read(drawn[style][id]).image)
        try:
            yield Album(kept, folders, tuple(ids))
        finally:
            close_shared()


def digest(decides: Any) -> str:
    """A short name of plain data: of all that decides a result, so that what is kept is never taken for another."""
    return hashlib.sha256(repr(decides).encode()).hexdigest()[:12]


def varied(settings: Params, name: str, changes: Mapping[str, Any], side: int, seed: int, epochs: int = 1) -> Params:
    """The settings of a training by the recipe `name` with some of its numbers changed.

    Raises:
        ParamsError: there is no such recipe, or a change is of no number of a recipe, or not allowed.
    """
    train, model = replace(settings.train, recipe=name), settings.model(MODEL)
    chosen = replace(settings, train=train).recipe
    return replace(
        settings,
        seed=seed,
        size=side,
        recipes={name: build(Recipe, {**asdict(chosen), **changes}, f"the recipe {name} so changed")},
        train=train,
        models={MODEL: replace(model, train=replace(model.train, epochs=epochs))},
    )


def parsed(changes: Sequence[str]) -> dict[str, Any]:
    """`key=value` of the command line, values as in params.yaml.

    Raises:
        ParamsError: there is no `=` in one.
    """
    if wrong := [change for change in changes if "=" not in change]:
        raise ParamsError(f"{wrong[0]!r} changes nothing: write key=value, such as lr=1.0e-3")
    return {key: plain.parse(value, key) for key, _, value in (change.partition("=") for change in changes)}


def trainer(album: Album, ids: Sequence[str], settings: Params, weights: Path) -> Trainer:
    """A training on all drawings of the photos `ids` that is about to begin."""
    card, recipe, augment = of.card(settings, MODEL), of.recipe(settings, MODEL), of.augment(settings, MODEL)
    device.repeatable(recipe.seed)
    place = machine.choose(settings.train)
    threads.settle(place, settings.train.threads)
    nets = start.generator(card, None), start.discriminator(card, recipe, None)
    objective = Objective(recipe, place, weights)
    unmoved = album.to_learn(ids, card.size) if augment.zoom and recipe.unmoved else None
    return Trainer(*nets, album.to_learn(ids, augment.side), augment, recipe, objective, place, unmoved)


def learn(
    training: Trainer, shares: Sequence[float], seconds: float | None = None, clock: Literal["wall", "cpu"] = "cpu"
) -> Iterator[Spent]:
    """Train, and stop at each of `shares` of the whole, rising, the last of which is 1; the clocks stand still then.

    Args:
        training: about to begin.
        shares: of its epochs; of its seconds, if these are given.
        seconds: how long it takes. How many steps that makes, which the falling of the step size depends on, is told
            anew at each step from how long those before took.
        clock: which seconds.

    Raises:
        TrainingError: the numbers are not finite any more.
    """
    spent = Spent(0, 0.0, 0.0)
    for goal in shares:
        while _share(training, spent, seconds, clock) < goal:
            wall, cpu = time.perf_counter(), time.process_time()
            training.learn()
            if training.machine.device.type == "cuda":
                torch.cuda.synchronize(training.machine.device)
            now = time.perf_counter(), time.process_time()
            spent = Spent(training.step, spent.wall + now[0] - wall, spent.cpu + now[1] - cpu)
            if seconds:
                share = _share(training, spent, seconds, clock)
                training.steps = max(training.step + 1, round(training.step / share))
        training.check()
        yield spent


def _share(training: Trainer, spent: Spent, seconds: float | None, clock: Literal["wall", "cpu"]) -> float:
    return float(getattr(spent, clock)) / seconds if seconds else training.step / training.steps


class Held:
    """Pairs that nothing is learned from.

    Args:
        pairs: of the album, by id.
        place: where networks run.
    """

    def __init__(self, pairs: Pairs, place: machine.Machine) -> None:
        self.ids = [id for _, id in pairs.names]
        self.place = place
        self.pixels, truth = pairs.batch(torch.arange(len(pairs)))
        self.truth = truth.float() / 255
        """(N, 3, S, S) in [0, 1]."""
        self.drawings = self.pixels.expand(-1, 3, -1, -1).float() / 255
        """Likewise: what is measured if the drawing itself is taken for the painting."""

    def paint(self, network: UNet) -> Tensor:
        """What `network`, in eval mode, makes of them: (N, 3, S, S) in [0, 1], rounded as in a file."""
        paint, made = self.place.fast(network), []
        with torch.no_grad():
            for some in torch.split(self.pixels, AT_ONCE):
                picture = self.place.lay(to_unit(some.to(self.place.device)))
                made.append(to_pixels(paint(picture)).cpu().float() / 255)
        return torch.cat(made)


def measure(painted: Tensor, truth: Tensor, names: Sequence[str], weights: Path) -> pd.DataFrame:
    """The figures of metrics, a row a picture; eyes are looked for in each truth, and `rank` is among all of them.

    Args:
        painted: (N, 3, H, W) in [0, 1].
        truth: (N, 3, H, W) in [0, 1], each painting's own.
        names: of metrics over a picture or a suite.
        weights: the folder of their networks.
    """
    chosen, setting = metrics.load(names), Setting(weights, None)
    columns: dict[str, list[Tensor]] = {metric.name: [] for metric in chosen}
    seen: dict[str, list[tuple[Tensor, Tensor]]] = {metric.name: [] for metric in chosen}
    for fake, real in zip(torch.split(painted, AT_ONCE), torch.split(truth, AT_ONCE), strict=True):
        case = Case(fake, real, setting)
        for metric in chosen:
            if metric.over == "picture":
                columns[metric.name].append(metric(case))
            else:
                seen[metric.name].append(metric.features(case))
    table: dict[str, Any] = {}
    for metric in chosen:
        values = columns[metric.name]
        if metric.over == "suite":
            fakes, reals = (torch.cat(side) for side in zip(*seen[metric.name], strict=True))
            values = [metric.judge(fakes, reals, torch.arange(len(fakes)))]
        table |= {
            figure.name: column.double().numpy()
            for figure, column in zip(metric.figures, torch.cat(values).unbind(1), strict=True)
        }
    return pd.DataFrame(table)


def parser(words: str) -> argparse.ArgumentParser:
    """The options that all the benchmarks of learning have."""
    made = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("photos", type=Path)
    made.add_argument("drawings", type=Path, help="under the names of the photos")
    made.add_argument("--bgr", action="store_true", help="red and blue are swapped in the photos' files")
    made.add_argument("--side", type=int, choices=get_args(Size), help="of the pictures, pixels")
    made.add_argument("--seed", type=int, default=0, help="of who is held out, and of the (first) training")
    made.add_argument("--out", type=Path, required=True, help="folder of the results")
    made.add_argument("--params", type=Path, default=ROOT / "params.yaml", help="where the recipes are")
    made.add_argument("--weights", type=Path, default=ROOT / "data/weights", help="of the networks that measure")
    return made
