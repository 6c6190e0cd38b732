"""What limner's step costs beside a plain loop of the same networks and losses.

The plain loop is what anybody would write: generator, discriminator on true and painted pairs, backward, Adam; the
discriminator again, the generator's losses, backward, Adam. It reads one batch that is ready in memory: no feed, no
augmentation, no running mean, nothing told, nothing watched. Both run in turns in one process, since other work on the
machine slows them alike; a ratio is of two turns that follow one another.

    python benchmarks/step_overhead.py --turns 20 --steps 5
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import torch
from torch import Tensor

from limner import images, params
from limner.nets.store import Card
from limner.pairs import Augment, Pairs, find, open_pairs, to_unit
from limner.train import machine, start
from limner.train import settings as of
from limner.train.loop import Trainer
from limner.train.machine import Machine
from limner.train.objective import Objective, Recipe

NAME, PAIRS = "painter", 64


def made(folder: Path, card: Card, augment: Augment) -> Pairs:
    """Pairs of smooth noise, as many as a few batches need."""
    draw = np.random.default_rng(0)
    for index in range(PAIRS):
        photo = cv2.resize(draw.integers(0, 256, (9, 9, 3), np.uint8), (400, 400), interpolation=cv2.INTER_CUBIC)
        images.write(folder / f"faces/f{index:02d}.png", photo)
        images.write(folder / f"ink/f{index:02d}.png", cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    drawn = find(folder / "faces", {"ink": folder / "ink"}, [f"f{index:02d}" for index in range(PAIRS)])
    return open_pairs(drawn, card.learns, augment.side)


WEIGHTS = Path("data/weights")
"""Of the perceptual loss, where the recipe has one."""


class Plain:
    """The loop that anybody would write."""

    def __init__(self, card: Card, recipe: Recipe, place: Machine, picture: Tensor, truth: Tensor, fused: bool) -> None:
        self.generator = place.place(start.generator(card, None))
        self.discriminator = place.place(start.discriminator(card, recipe, None))
        nets = (self.generator, self.discriminator)
        self.adams = [
            torch.optim.Adam(net.parameters(), lr=rate, betas=(recipe.beta1, 0.999), fused=fused or None)
            for net, rate in zip(nets, (recipe.lr, recipe.discriminator_lr), strict=True)
        ]
        self.paint, self.judge = map(place.fast, nets)
        self.picture, self.truth, self.objective = picture, truth, Objective(recipe, place, WEIGHTS)

    def learn(self) -> None:
        """One step."""
        painted = self.paint(self.picture)
        self.discriminator.requires_grad_(True)
        loss, _ = self.objective.judge(self.judge, self.picture, self.truth, painted.detach())
        self.adams[1].zero_grad()
        loss.backward()
        self.adams[1].step()
        self.discriminator.requires_grad_(False)
        loss, _ = self.objective.paint(self.judge, self.picture, self.truth, painted, self.truth[:, :0])
        self.adams[0].zero_grad()
        loss.backward()
        self.adams[0].step()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--steps", type=int, default=5, help="in a turn")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    settings = params.load()
    card, recipe, augment = of.card(settings, NAME), of.recipe(settings, NAME), of.augment(settings, NAME)
    place = machine.choose(settings.train)
    with TemporaryDirectory() as folder:
        pairs = made(Path(folder), card, augment)
        ours = Trainer(
            start.generator(card, None),
            start.discriminator(card, recipe, None),
            *(pairs, augment, recipe, Objective(recipe, place, WEIGHTS), place),
        )
        unvaried = open_pairs(pairs.sources, card.learns, card.size)
        batch = unvaried.batch(torch.arange(recipe.batch))
        picture, truth = (place.lay(to_unit(pixels).to(place.device)) for pixels in batch)
        runs: dict[str, Callable[[], None]] = {
            "limner": ours.learn,
            "plain, torch's default Adam": Plain(card, recipe, place, picture, truth, False).learn,
            "plain, fused Adam": Plain(card, recipe, place, picture, truth, True).learn,
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(options.turns + 1):
            for name, learn in runs.items():
                begin = time.perf_counter()
                for _ in range(options.steps):
                    learn()
                if place.device.type == "cuda":
                    torch.cuda.synchronize()
                if turn:  # the first one warms up
                    times[name].append((time.perf_counter() - begin) / options.steps)
    print(f"{place}, {torch.get_num_threads()} threads, {card.size} px, batch {recipe.batch}, width {card.width}")
    for name, mine in times.items():
        ratios = sorted(ours / other for ours, other in zip(times["limner"], mine, strict=True))
        low, high = ratios[len(ratios) // 10], ratios[-1 - len(ratios) // 10]
        print(
            f"{name}: {1e3 * statistics.median(mine):.0f} ms a step (least {1e3 * min(mine):.0f}); limner takes "
            f"{statistics.median(ratios):.3f} of it (80% between {low:.3f} and {high:.3f})"
        )


if __name__ == "__main__":
    main()
