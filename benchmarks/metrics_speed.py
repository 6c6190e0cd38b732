"""What a picture costs, metric by metric: milliseconds of one processor.

    python benchmarks/metrics_speed.py --size 128

One truth of data/faces and 24 pictures made of it (blurred, noisy, faded), one thread; what several metrics look at
together (landmarks, embeddings) is a line of its own, and the metrics that ask for it are timed without it.
"""

import argparse
import time
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.v2.functional import gaussian_blur

from limner import images, metrics
from limner.align.landmarks import close_shared
from limner.evaluate.engine import to_tensor
from limner.metrics.views.case import Case, Setting

ROOT = Path(__file__).resolve().parent.parent
VIEWS = ("landmarks", "found", "vectors")
"""Of a case, timed by themselves."""
ELSEWHERE = ("lpips_original",)
"""Metrics whose files are not among limner's own."""


def pictures(size: int, number: int) -> tuple[Tensor, Tensor]:
    """(number, 3, size, size) and the truth (1, 3, size, size)."""
    face = sorted((ROOT / "data/faces").glob("*.png"))[-1]
    real = to_tensor([images.resize(images.read(face), size, size)])
    draw = torch.Generator().manual_seed(0)
    fakes = []
    for place in range(number):
        blurred = gaussian_blur(real, [9, 9], [0.5 + place / number, 0.5 + place / number])
        fakes.append((blurred + 0.02 * torch.randn(real.shape, generator=draw)).clamp(0, 1))
    return torch.cat(fakes), real


def milliseconds(make: Callable[[], Case], ask: Callable[[Case], object], rounds: int) -> float:
    """Of the processor, a picture: the best of `rounds` after one to warm up."""
    best = np.inf
    for _ in range(rounds + 1):
        case = make()
        start = time.process_time()
        ask(case)
        best = min(best, 1000 * (time.process_time() - start) / len(case.fake))
    return best


def main() -> None:
    """Print a line a view and a metric."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=128, help="side of the pictures, pixels")
    parser.add_argument("--number", type=int, default=24, help="pictures made for the truth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--metrics", nargs="*", default=[name for name in metrics.names() if name not in ELSEWHERE])
    given = parser.parse_args()
    torch.set_num_threads(1)
    fake, real = pictures(given.size, given.number)
    setting = Setting(ROOT / "data/weights", None)

    def seen() -> Case:
        case = Case(fake, real, setting)
        for view in VIEWS:
            getattr(case, view)
        return case

    def unseen() -> Case:
        return Case(fake, real, setting)

    for view in VIEWS:
        print(f"{view:16}{milliseconds(unseen, attrgetter(view), given.rounds):8.2f}")
    for metric in metrics.load(given.metrics):
        ask = metric if metric.over == "picture" else metric.features
        print(f"{metric.name:16}{milliseconds(seen, ask, given.rounds):8.2f}")
    close_shared()


if __name__ == "__main__":
    main()
