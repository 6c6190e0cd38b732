"""What each number of the recipe is worth: it is changed alone, and all trainings get the same seconds of processors,
so that what it costs counts.

    python benchmarks/ablation.py PHOTOS DRAWINGS --bgr --seeds 3 --seconds 60 --pairs 20,90,148 --out FOLDER
    python benchmarks/ablation.py PHOTOS DRAWINGS --more OTHERS ... --bgr --pairs 500 --out FOLDER

With `--more` folders of drawings of the same photos in other styles, these are learned from too, so that few photos
make many pairs; what is tested stays the same.

The same pairs are held out of all trainings. Of the others a seed draws those that are learned from (of fewer pairs a
part of those of more), the start, and the order. A difference from the recipe as it is is one of the same seeds and
pictures, and its interval (95%) of which pictures and which seeds there are.

Each training that has ended is in FOLDER/runs.csv, a row a held picture, and is not done again as long as nothing that
decides it changes. Writes table.md after each.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from learning import QUICK, STYLE, Album, Held, digest, learn, measure, opened, parser, trainer, varied
from limner import files, params, tables
from limner.bootstrap import estimate, scores
from limner.errors import TrainingError
from limner.params import Params

AS_IT_IS = "as it is"
VARIANTS: dict[str, dict[str, Any]] = {
    "no running mean": {"ema": 0.0},
    "slower running mean": {"ema": 0.999},
    "instance norm": {"norm": "instance"},
    "bottleneck as published": {"bottleneck": "normed"},
    "resize and convolve": {"upsample": "resize"},
    "transposed convolutions": {"upsample": "transposed"},
    "attention at 16 px": {"attention": 16},
    "attention at 32 px": {"attention": 32},
    "the mirror image too": {"mirror": True},
    "dropout": {"dropout": 0.5},
    "feature matching": {"features": 5.0},
    "perceptual loss": {"perceptual": 3.0},
    "spectral norm": {"spectral": True},
    "R1, weight 1": {"r1": 1.0},
    "R1, weight 10": {"r1": 10.0},
    "hinge game": {"game": "hinge"},
    "least squares game": {"game": "least_squares"},
    "turned": {"rotate": 5.0},
    "shifted": {"shift": 0.03},
    "stretched": {"stretch": 0.05},
    "turned, shifted, stretched": {"rotate": 5.0, "shift": 0.03, "stretch": 0.05},
    "tone": {"tone": 0.2},
    "zoom as published": {"zoom": 1.1171875},
    "lr as published": {"lr": 2e-4},
    "lr 5e-4": {"lr": 5e-4},
    "lr 1e-3": {"lr": 1e-3},
    "lr 2e-3": {"lr": 2e-3},
    "lr 4e-3": {"lr": 4e-3},
    "lr not falling": {"decay": 0.0},
    "batch 1": {"batch": 1},
    "batch 4": {"batch": 4},
    "batch 8": {"batch": 8},
    "batch 16": {"batch": 16},
    "L1 as published": {"l1": 100.0},
    "no SSIM": {"ssim": 0.0},
    "discriminator: batch norm": {"discriminator_norm": "batch"},
    "discriminator: no norm": {"discriminator_norm": "none"},
    "discriminator 8 wide": {"discriminator_width": 8},
    "discriminator 64 wide": {"discriminator_width": 64},
    "generator 16 wide": {"width": 16},
    "generator 64 wide": {"width": 64},
}
KEYS = ["variant", "pairs", "seed", "decided", "step", "wall", "cpu", "picture"]


@dataclass(frozen=True)
class Run:
    """One training."""

    variant: str
    settings: Params
    pairs: int
    learn: tuple[str, ...]
    """The photos whose pairs these are."""
    decided: str
    """Name of all that decides it."""

    def rows(self, album: Album, held: Sequence[str], given: Any) -> pd.DataFrame:
        """Train and measure; figures are unknown if the training fails."""
        training = trainer(album, self.learn, self.settings, given.weights)
        unseen = Held(album.to_test(held, given.side), training.machine)
        keys = {"variant": self.variant, "pairs": self.pairs, "seed": self.settings.seed, "decided": self.decided}
        try:
            (spent,) = learn(training, [1.0], given.seconds)
        except TrainingError as error:
            print(f"{self.variant}: {error}", flush=True)
            return pd.DataFrame({"picture": unseen.ids}).assign(**keys, step=training.step)
        figures = measure(unseen.paint(training.painter()), unseen.truth, given.metrics, given.weights)
        return figures.assign(**keys, **spent._asdict(), picture=unseen.ids)


def runs(album: Album, held: Sequence[str], settings: Params, changes: Mapping[str, Any], given: Any) -> Iterator[Run]:
    """All of them, the recipe as it is before its variants, and seed by seed, so that a part can be compared."""
    pool = [id for id in album.ids if id not in held]
    for seed in range(given.seed, given.seed + given.seeds):
        order = random.Random(seed).sample(pool, len(pool))
        for number in given.pairs:
            learned, known = tuple(sorted(order[: number // len(album.drawings)])), set()
            for name, change in {AS_IT_IS: {}, **changes}.items():
                chosen = varied(settings, given.recipe, change, given.side, seed)
                recipe = asdict(chosen.recipe)
                decided = (album.digest, recipe, learned, tuple(held), seed, given.side, given.seconds, given.metrics)
                if digest(recipe) not in known:  # a variant may be what the recipe says already
                    yield Run(name, chosen, number, learned, digest(decided))
                known.add(digest(recipe))


def main() -> None:
    made = parser(__doc__)
    made.set_defaults(side=64)
    made.add_argument("--recipe", default="limner", help="a name in params.yaml")
    made.add_argument("--variants", default="built-in", help="a YAML file of name: {key: value}, or built-in")
    made.add_argument("--only", nargs="+", help="names of variants")
    made.add_argument("--seeds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=60.0, help="of processors, all threads together, for a training")
    made.add_argument("--pairs", type=lambda text: [int(one) for one in text.split(",")], default=[20, 90, 148])
    made.add_argument("--held", type=int, default=40, help="photos that are held out")
    made.add_argument("--more", type=Path, nargs="+", default=[], help="folders of further drawings of the photos")
    made.add_argument("--metrics", nargs="+", default=list(QUICK))
    given = made.parse_args()
    path, settings = given.out / "runs.csv", params.load(given.params)
    changes = (
        VARIANTS if given.variants == "built-in" else yaml.load(Path(given.variants).read_text("utf-8"), params.Plain)
    )
    changes = {name: change for name, change in changes.items() if not given.only or name in given.only}
    with opened(given.photos, given.drawings, given.bgr, given.more) as album:
        ways, most = len(album.drawings), len(album.ids) - given.held
        if wrong := [number for number in given.pairs if number % ways or not 0 < number // ways <= most]:
            allowed = f"{ways} to {most * ways}, in steps of {ways}: {given.held} of {len(album.ids)} photos are held"
            raise SystemExit(f"--pairs: {wrong[0]} is none of {allowed}")
        held = sorted(random.Random(given.seed).sample(album.ids, given.held))
        done = read(path) if path.is_file() else pd.DataFrame(columns=KEYS)
        wanted = []
        for run in runs(album, held, settings, changes, given):
            wanted.append(run.decided)
            if run.decided not in set(done["decided"]):
                done = pd.concat([done, run.rows(album, held, given)]) if len(done) else run.rows(album, held, given)
                tables.write(path, done)
                text = "\n".join(shown(done[done["decided"].isin(wanted)], given)) + "\n"
                with files.whole(given.out / "table.md") as part:
                    part.write_text(text, encoding="utf-8")
                print(f"{run.variant}, {run.pairs} pairs, seed {run.settings.seed}: {summary(done, run)}", flush=True)
    print("\n".join(shown(done[done["decided"].isin(wanted)], given)))


def read(path: Path) -> pd.DataFrame:
    """What is done so far."""
    table = tables.read(path, needs=KEYS)
    numbers = [name for name in table if name not in ("variant", "decided", "picture")]
    table[numbers] = table[numbers].apply(pd.to_numeric)
    return table


def summary(done: pd.DataFrame, run: Run) -> str:
    """A run's figures in a line."""
    mine = done[done["decided"] == run.decided]
    means = mine[[name for name in done if name not in KEYS]].mean()
    return f"{mine['step'].iloc[0]} steps, " + ", ".join(f"{name} {value:.4f}" for name, value in means.items())


def shown(done: pd.DataFrame, given: Any) -> list[str]:
    """Lines of Markdown: for each number of pairs a table, a line a variant."""
    names, lines = [name for name in done if name not in KEYS], []
    for number in given.pairs:
        some = done[done["pairs"] == number]
        base = some[some["variant"] == AS_IT_IS].set_index(["seed", "picture"])[names]
        head = " | ".join(f"{name} | difference" for name in names)
        lines += [f"{number} pairs, {given.seconds:g} s", "", f"| | seeds | steps | {head} |"]
        lines += ["|---" * (3 + 2 * len(names)) + "|"]
        for variant, mine in some.groupby("variant", sort=False):
            apart = (mine.set_index(["seed", "picture"])[names] - base).dropna(how="all").reset_index()
            cells = [f"{mine['seed'].nunique()}", f"{mine['step'].mean():.0f}"]
            for name in names:
                change = "" if variant == AS_IT_IS or apart.empty else interval(apart, name)
                cells += [f"{mine[name].mean():.4f}", change]
            lines.append(f"| {variant} | {' | '.join(cells)} |")
        lines.append("")
    return lines


def interval(apart: pd.DataFrame, name: str) -> str:
    """The mean of a difference, over pictures and seeds."""
    table = apart.assign(style=STYLE, group=apart["picture"])
    one = estimate(scores(table, [STYLE], sorted(set(table["group"])), [name]))
    value, low, high = (float(side[0]) for side in one)
    return f"{value:+.4f} ({low:+.4f} to {high:+.4f})"


if __name__ == "__main__":
    main()
