"""How long limner's recipe takes to paint unseen people as well as pix2pix ever does.

    python benchmarks/time_to_quality.py PHOTOS DRAWINGS --bgr --out FOLDER

pix2pix as published and a narrow one learn first, then limner, once for each of `--limner` (the step size falls at the
end of what it is given), from the same pairs, in this process, one after another. Along the way all are measured on the
same held-out pairs; the clocks stand still meanwhile. The best LPIPS that each pix2pix ever had is what limner has to
reach. Writes points.json (every measurement) and, over time, lpips.svg, ssim.svg and identity.svg.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from curves import Curve, drawn
from learning import FIGURES, Album, Held, Spent, learn, measure, opened, parser, trainer, varied
from limner import files, params
from limner.params import Params
from limner.train import machine

ALONG = ("lpips", "ssim_flat", "ssim", "psnr", "identity", "rank")
PLOTTED = {
    "lpips": "LPIPS (lower is better)",
    "ssim": "SSIM (higher is better)",
    "identity": "identity distance (lower is better)",
}
Point = dict[str, float]
"""step, wall, cpu and the figures, means over the held-out pairs."""
NAMED = "named_"
"""Before the names of the figures of the pairs of `--hold` alone."""


@dataclass(frozen=True)
class Run:
    """One training."""

    name: str
    recipe: str
    changes: dict[str, Any]
    minutes: float | None
    """Of wall time; None: by epochs."""
    epochs: int = 1

    def points(self, album: Album, parts: Mapping[str, list[str]], settings: Params, given: Any) -> Iterator[Point]:
        """Train, and measure at each moment; at the end by every metric, and the named pictures by themselves too."""
        chosen = varied(settings, self.recipe, self.changes, given.side, given.seed, self.epochs)
        training = trainer(album, parts["learn"], chosen, given.weights)
        held = Held(album.to_test(parts["held"], given.side), training.machine)
        shares = [(place + 1) / given.points for place in range(given.points)]
        moments = learn(training, shares, self.minutes and 60 * self.minutes, "wall")
        for share, spent in zip(shares, moments, strict=True):
            names = FIGURES if share == 1 else given.along
            figures = measure(held.paint(training.painter()), held.truth, names, given.weights)
            yield {**spent._asdict(), **figures.mean()} | (named(figures, held, given.hold) if share == 1 else {})


def named(figures: pd.DataFrame, held: Held, names: Sequence[str]) -> Point:
    """The means over the pictures `names` alone; nothing, if there are none."""
    means = figures[[id in names for id in held.ids]].mean()
    return {f"{NAMED}{name}": value for name, value in means.items() if names}


def runs(given: Any) -> list[Run]:
    """pix2pix as published, the narrow one, and limner."""
    narrow = {"width": 16, "discriminator_width": 16}
    return [
        Run("pix2pix, 64 wide", "pix2pix", {}, given.minutes),
        Run("pix2pix, 16 wide", "pix2pix", narrow, None, given.epochs),
        *(Run(f"limner, {minutes:g} min", "limner", {}, minutes) for minutes in given.limner),
    ]


def main() -> None:
    made = parser(__doc__)
    made.set_defaults(side=64)
    made.add_argument("--train", type=int, default=148, help="pairs to learn from; the others are held out")
    made.add_argument("--hold", default="f005,f006,f007", help="pairs that are held out, whatever the seed")
    made.add_argument("--minutes", type=float, default=12.0, help="of the 64 wide pix2pix")
    made.add_argument("--epochs", type=int, default=200, help="of the 16 wide pix2pix")
    made.add_argument(
        "--limner", type=float, nargs="+", default=[1.2, 6.0], help="minutes of limner, one training each"
    )
    made.add_argument("--points", type=int, default=40, help="moments of each training at which it is measured")
    made.add_argument("--along", nargs="+", default=list(ALONG), help="metrics at each moment; all at the end")
    given = made.parse_args()
    given.hold = given.hold.split(",") if given.hold else []
    settings = params.load(given.params)
    with opened(given.photos, given.drawings, given.bgr) as album:
        parts = parted(album.ids, given)
        held = Held(album.to_test(parts["held"], given.side), machine.choose(settings.train))
        figures = measure(held.drawings, held.truth, FIGURES, given.weights)
        floor = {**figures.mean(), **named(figures, held, given.hold)}
        print(f"the drawings themselves: {told(floor)}", flush=True)
        results: dict[str, list[Point]] = {}
        for run in runs(given):
            results[run.name] = []
            for point in run.points(album, parts, settings, given):
                results[run.name].append(point)
                print(f"{run.name}: {point['wall']:.1f} s, {told(point)}", flush=True)
            save(given.out / "points.json", {"parts": parts, "drawings": floor, "runs": results})
    plot(results, given.out)
    show(results, floor)


def parted(ids: Sequence[str], given: Any) -> dict[str, list[str]]:
    """Who is learned from and who is held out, by the seed."""
    if strangers := [id for id in given.hold if id not in ids]:
        raise SystemExit(f"--hold: there is no pair {', '.join(strangers)}, but {', '.join(ids[:3])}, ...")
    free = [id for id in ids if id not in given.hold]
    if not 0 < given.train <= len(free) or given.train == len(ids):
        raise SystemExit(f"--train: {given.train} of {len(ids)} pairs, {len(given.hold)} held, leaves none to measure")
    random.Random(given.seed).shuffle(free)
    return {"learn": sorted(free[: given.train]), "held": sorted([*given.hold, *free[given.train :]])}


def plot(results: Mapping[str, Sequence[Point]], folder: Path) -> None:
    """What was measured along the way, over time."""
    for key, label in PLOTTED.items():
        if all(key in point for points in results.values() for point in points):
            curves = [
                Curve(name, [(point["wall"], point[key]) for point in points]) for name, points in results.items()
            ]
            save(folder / f"{key}.svg", drawn(curves, "seconds of training", f"{label}, mean over held-out pairs"))


def show(results: dict[str, list[Point]], floor: Point) -> None:
    """The tables."""
    best = {name: min(points, key=lambda point: point["lpips"]) for name, points in results.items()}
    heads = "training", "best LPIPS", "after, s", "processor, s", "SSIM", "identity", "rank-1"
    print(f"\n| {' | '.join(heads)} |\n" + len(heads) * "|---" + "|")
    for name, point in best.items():
        others = " | ".join(f"{point.get(key, float('nan')):.3f}" for key in ("ssim", "identity", "rank_1"))
        print(f"| {name} | {point['lpips']:.4f} | {point['wall']:.1f} | {point['cpu']:.1f} | {others} |")
    print("\n| limner as good as | after, s | ratio (goal: .1) | processor, s | ratio |\n|---|---|---|---|---|")
    for name, points in results.items():
        for rival, goal in best.items():
            if name.startswith("limner") and not rival.startswith("limner"):
                there = next((point for point in points if point["lpips"] <= goal["lpips"]), None)
                cells = [
                    f"{there[clock]:.1f} | {there[clock] / goal[clock]:.3f}" if there else "never | -"
                    for clock in ("wall", "cpu")
                ]
                print(f"| {rival}: {name} | {' | '.join(cells)} |")
    print("\nAt the end, all held-out pairs, and the named ones (goal there: SSIM flat .76, PSNR 21):")
    for name, points in {"the drawings themselves": [floor], **results}.items():
        print(f"  {name}: {told(points[-1])}\n    named: {told(points[-1], NAMED) or 'none'}")


def told(point: Point, prefix: str = "") -> str:
    """The figures in a line: those of all held-out pairs, or of the named ones."""
    mine = {name: value for name, value in point.items() if name not in Spent._fields}
    chosen = {name: value for name, value in mine.items() if name.startswith(NAMED) == bool(prefix)}
    return ", ".join(f"{name.removeprefix(prefix)} {value:.3f}" for name, value in chosen.items())


def save(path: Path, what: Any) -> None:
    """Text, or data as JSON, whole or not at all."""
    with files.whole(path) as part:
        part.write_text(what if isinstance(what, str) else json.dumps(what, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
