"""How long a training waits for batches that lie in a file, whether a thread reads ahead or not.

    python benchmarks/pairs_speed.py

A file of random pixels stands for the pairs, and multiplying matrices for the steps that learn from them. `warm`: the
system has the file in its memory; `cold`: it was asked to forget it (Linux only). `held`: the pairs are in memory.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from limner.pairs import Feed, Pairs, Sources
from limner.pairs.feed import Batch
from limner.pairs.store import size

BATCH = 8


def write(folder: Path, number: int, side: int) -> tuple[Path, Sources]:
    """`number` drawings, two to a photo."""
    ids = tuple(f"{index:06d}" for index in range(-(-number // 2)))
    order = np.arange(number)
    sources = Sources(folder, {"one": folder, "two": folder}, ids, order % 2, order // 2)
    path = folder / "noise.pixels"
    noise = np.random.default_rng(0).bytes(2**24)
    with path.open("wb") as stream:
        for start in range(0, size(sources, side), len(noise)):
            stream.write(noise[: size(sources, side) - start])
        stream.flush()
        os.fsync(stream.fileno())
    return path, sources


def waited(batches: Iterator[Batch], matrix: torch.Tensor) -> tuple[float, float, int]:
    """Seconds that were waited for batches, those of the steps, and how many there were."""
    waits, steps, count = 0.0, 0.0, 0
    start = time.perf_counter()
    for _ in batches:
        there = time.perf_counter()
        for _ in range(3):
            matrix @ matrix
        waits, steps, count = waits + there - start, steps + time.perf_counter() - there, count + 1
        start = time.perf_counter()
    return waits, steps, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=2000, help="pairs")
    parser.add_argument("--side", type=int, default=286, help="pixels")
    parser.add_argument("--scratch", type=Path, help="where the file goes for a while")
    arguments = parser.parse_args()
    matrix = torch.randn(700, 700)
    cpu = torch.device("cpu")
    with TemporaryDirectory(dir=arguments.scratch) as folder:
        path, sources = write(Path(folder), arguments.number, arguments.side)
        for how in ("held", "warm", "cold"):
            for ahead in (False, True) if how != "held" else (False,):
                pairs = Pairs.mapped(path, "", sources, "photo", arguments.side)
                feed = Feed(pairs.to(cpu) if how == "held" else pairs, BATCH, cpu)
                if how == "cold":
                    if not hasattr(os, "posix_fadvise"):
                        sys.exit("this system cannot be asked to forget a file")
                    with path.open("rb") as stream:
                        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                epoch = feed.epoch(torch.Generator().manual_seed(0))
                batches = feed.batches(epoch) if ahead or how == "held" else map(feed.batch, epoch)
                waits, steps, count = waited(batches, matrix)
                print(
                    f"{how}, {'read ahead' if ahead else 'one by one'}: waited {1000 * waits / count:.1f} ms a batch "
                    f"of {BATCH}, {waits / steps:.1%} of steps of {1000 * steps / count:.0f} ms",
                    flush=True,
                )


if __name__ == "__main__":
    main()
