"""How well recipes paint people they have never seen: cross-validation over people, every one of whom is painted once.

    python benchmarks/folds.py PHOTOS DRAWINGS --folds 5 --recipe limner,pix2pix --seconds 600 --out FOLDER

PHOTOS and DRAWINGS hold aligned faces under the same names (data/faces and data/sketches/artist/STYLE of a project).
Figures are those of all folds' paintings together, so that `rank` looks for each among the photos of all people; beside
them stand limner's floors, fitted to each fold's pairs, of which `copy` is the drawing itself. Intervals (95%) are of
which people there are, differences those of the same people.

What a fold has painted lies in FOLDER/RECIPE/FOLD, and is not painted again as long as nothing that decides it changes.
Writes figures.csv (a row a painting) and table.md.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from learning import FIGURES, STYLE, Album, Held, digest, learn, measure, opened, parser, trainer, varied
from limner import files, images, params, tables
from limner.bootstrap import Estimate, estimate, scores
from limner.evaluate import floors
from limner.evaluate.closest import Closest
from limner.evaluate.engine import to_tensor
from limner.evaluate.yardsticks import COPY, LINEAR, MEAN, NEAREST
from limner.images import Image
from limner.params import Params

DONE = "run.json"
"""Written last: what decided a fold's paintings, and what they cost."""
GOAL_FSIM, GOAL_LPIPS = 0.78, 0.85
"""Of limner: at least; and at most, of pix2pix's."""


@dataclass(frozen=True)
class Fold:
    """Whom a training learns from, and whom it paints."""

    number: int
    learn: tuple[str, ...]
    held: tuple[str, ...]


def dealt(person: Mapping[str, str], number: int, seed: int) -> list[Fold]:
    """The people of the pictures, by id, dealt out to so many folds."""
    people = sorted(set(person.values()))
    if not 2 <= number <= len(people):
        raise SystemExit(f"--folds: {number} of {len(people)} people cannot be; 2 at least, one person each at most")
    order = np.random.default_rng(seed).permutation(people)
    fold_of = {name: place % number for place, name in enumerate(order)}
    sides = [
        [tuple(id for id in person if (fold_of[person[id]] == fold) == held) for held in (False, True)]
        for fold in range(number)
    ]
    return [Fold(place, *side) for place, side in enumerate(sides)]


def painted(album: Album, fold: Fold, settings: Params, folder: Path, given: Any) -> dict[str, Image]:
    """What the recipe of `settings` paints of a fold's held people, by id; read if it has done so before."""
    decides = digest(
        (album.digest, asdict(settings.recipe), fold, given.side, settings.seed, given.seconds, given.epochs)
    )
    done = folder / DONE
    if not (done.is_file() and json.loads(done.read_text())["decided"] == decides):
        training = trainer(album, fold.learn, settings, given.weights)
        (spent,) = learn(training, [1.0], given.seconds)
        held = Held(album.to_test(fold.held, given.side), training.machine)
        made = (255 * held.paint(training.painter())).round().byte().permute(0, 2, 3, 1).numpy()
        for id, picture in zip(held.ids, made, strict=True):
            images.write(folder / f"{id}.png", picture)
        with files.whole(done) as part:
            part.write_text(json.dumps({"decided": decides, **spent._asdict()}, indent=1) + "\n")
        print(f"{folder}: {spent.step} steps, {spent.wall:.0f} s, {spent.cpu:.0f} s of processors", flush=True)
    return {id: images.read(folder / f"{id}.png") for id in fold.held}


def trivial(album: Album, fold: Fold, side: int) -> dict[str, dict[str, Image]]:
    """By floor, what it makes of the fold's held people, by id."""
    fit, known = floors.Fit(), Closest()
    learned = {id: read(album, id, side) for id in fold.learn}
    for id, (drawing, photo) in learned.items():
        fit.add(drawing, photo)
        known.add(id, drawing)
    fitted = fit.floors()
    drawings = {id: read(album, id, side)[0] for id in fold.held}
    return {
        COPY: {id: floors.copy(drawing, 3) for id, drawing in drawings.items()},
        MEAN: {id: fitted.mean() for id in drawings},
        LINEAR: {id: fitted.linear(drawing) for id, drawing in drawings.items()},
        NEAREST: {id: learned[known.find(drawing)[0]][1] for id, drawing in drawings.items()},
    }


def read(album: Album, id: str, side: int) -> tuple[Image, Image]:
    """The drawing (side, side) and the photo (side, side, 3) of a pair, as a training reads them."""
    drawing, photo = images.read_gray(album.drawings[STYLE] / f"{id}.png"), images.read(album.photos / f"{id}.png")
    return images.resize(drawing, side, side), images.resize(photo, side, side)


def main() -> None:
    made = parser(__doc__)
    made.set_defaults(side=128)
    made.add_argument("--folds", type=int, default=5)
    made.add_argument("--recipe", default="limner,pix2pix", help="names in params.yaml; differences are from the last")
    made.add_argument("--people", type=Path, help="a CSV of id and person (default: faces.csv beside PHOTOS, if there)")
    length = made.add_mutually_exclusive_group(required=True)
    length.add_argument("--seconds", type=float, help="of processors, all threads together, for a training")
    length.add_argument("--epochs", type=int, help="of a training")
    given = made.parse_args()
    settings, recipes = params.load(given.params), given.recipe.split(",")
    with opened(given.photos, given.drawings, given.bgr) as album:
        person = persons(given.people or given.photos.resolve().parent / "faces.csv", album.ids, bool(given.people))
        pictures: dict[str, dict[str, Image]] = {}
        for fold in dealt(person, given.folds, given.seed):
            for name in recipes:
                chosen = varied(settings, name, {}, given.side, given.seed, given.epochs or 1)
                folder = given.out / name / f"{fold.number}"
                pictures.setdefault(name, {}).update(painted(album, fold, chosen, folder, given))
            for name, some in trivial(album, fold, given.side).items():
                pictures.setdefault(name, {}).update(some)
        truth = to_tensor([read(album, id, given.side)[1] for id in album.ids])
        tables_of = []
        for name, some in pictures.items():
            figures = measure(to_tensor([some[id] for id in album.ids]), truth, FIGURES, given.weights)
            group = [person[id] for id in album.ids]
            tables_of.append(figures.assign(method=name, id=album.ids, group=group, style=STYLE, seed=given.seed))
    table = pd.concat(tables_of)
    tables.write(given.out / "figures.csv", table)
    text = "\n".join(shown(table, recipes)) + "\n"
    with files.whole(given.out / "table.md") as part:
        part.write_text(text, encoding="utf-8")
    print(text)


def persons(path: Path, ids: Sequence[str], needed: bool) -> dict[str, str]:
    """Whom each picture shows; without a table each a person of its own."""
    if not (path.is_file() or needed):
        return {id: id for id in ids}
    table = tables.read(path, needs=("id", "person"))
    known = dict(zip(table["id"], table["person"], strict=True))
    if lacking := [id for id in ids if id not in known]:
        raise SystemExit(f"{path} does not say who {', '.join(lacking[:3])} is")
    return {id: known[id] for id in ids}


def shown(table: pd.DataFrame, recipes: Sequence[str]) -> list[str]:
    """Lines of Markdown: means with their intervals, differences, and how far the goals are."""
    groups, names = sorted(set(table["group"])), [name for name in table if name not in KEYS]
    of = {name: scores(some, [STYLE], groups, names) for name, some in table.groupby("method", sort=False)}
    lines = [f"{len(groups)} people", "", "| | " + " | ".join(names) + " |", "|---" * (1 + len(names)) + "|"]
    means = {name: estimate(some) for name, some in of.items()}
    lines += [row(name, mean) for name, mean in means.items()]
    base = recipes[-1]
    lines += [row(f"{name} less {base}", estimate(of[name], of[base])) for name in recipes[:-1]]
    lines += [row(f"{name} less {COPY}", estimate(of[name], of[COPY])) for name in recipes]

    def value(name: str, figure: str) -> float:
        return float(means[name].value[names.index(figure)])

    for name in recipes[:-1]:
        share = value(name, "lpips") / value(base, "lpips")
        lines += [
            "",
            f"{name}: FSIM {value(name, 'fsim'):.3f} (goal: {GOAL_FSIM} or more); LPIPS {share:.3f} of that of {base} "
            f"(goal: {GOAL_LPIPS} or less); rank-1 {value(name, 'rank_1'):.3f}, of the drawings "
            f"{value(COPY, 'rank_1'):.3f} (goal: more)",
        ]
    return lines


KEYS = ("method", "id", "group", "style", "seed")


def row(name: str, one: Estimate) -> str:
    """A line of the table."""
    cells = [f"{value:.3f} ({low:.3f} to {high:.3f})" for value, low, high in zip(*one, strict=True)]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
