"""Whether training on more pairs takes more memory: an epoch of batches from files of 1,000 to 100,000 pairs.

    python benchmarks/pairs_memory.py                                              # 1.6 GB on the disk
    python benchmarks/pairs_memory.py --side 286 --shard 64 --numbers 2000 20000   # 4.1 GB; 100,000 pairs take 20 GB

Each file is read by a process of its own, whose peak of resident memory (ru_maxrss, pages of the mapped file included)
is told, and its ratio to that of the smallest file. A file holds random pixels in the format of `limner.pairs.store`;
it is deleted afterwards. Then sets of PNGs are decoded into such a file by processes of their own.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

# This process measures and imports nothing large: a child's peak starts from its parent's.


def read(folder: Path, number: int, side: int, shard: int) -> None:
    """Print the pairs/s and the peak of an epoch from a file of `number` pairs, two drawings to a photo."""
    import numpy as np
    import torch

    from limner.pairs import Feed, Pairs, Sources
    from limner.pairs.store import size

    photo_of = np.arange(number) // 2
    ids = tuple(f"{index:06d}" for index in range(-(-number // 2)))
    sources = Sources(folder, {"one": folder, "two": folder}, ids, np.arange(number) % 2, photo_of)
    path = folder / f"{number}.pixels"
    noise = np.random.default_rng(0).bytes(2**24)
    with path.open("wb") as stream:
        for start in range(0, size(sources, side), len(noise)):
            stream.write(noise[: size(sources, side) - start])
    feed = Feed(Pairs.mapped(path, "", sources, "photo", side, shard), 16, torch.device("cpu"))
    start = time.perf_counter()
    seen = sum(len(sketch) for sketch, _ in feed.batches(feed.epoch(torch.Generator().manual_seed(0))))
    print(seen / (time.perf_counter() - start), peak())
    path.unlink()


def build(folder: Path, number: int, side: int) -> None:
    """Print the pictures/s and the peak of decoding `number` drawings and half as many photos of twice the side."""
    import numpy as np

    from limner import images
    from limner.pairs import find, open_pairs

    draw = np.random.default_rng(0)
    ids = [f"{index:06d}" for index in range(number // 2)]
    for id in ids:
        photo = np.add.outer(draw.integers(0, 99, 2 * side), draw.integers(0, 99, (2 * side, 3))).astype(np.uint8)
        for place, picture in (("faces", photo), ("one", photo[..., 0]), ("two", photo[..., 1])):
            images.write(folder / place / f"{id}.png", picture)
    os.environ["LIMNER_CACHE"] = str(folder)
    start = time.perf_counter()
    pairs = open_pairs(find(folder / "faces", {name: folder / name for name in ("one", "two")}, ids), "photo", side)
    print(1.5 * len(pairs) / (time.perf_counter() - start), peak())


def peak() -> float:
    """MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, nargs="+", default=[1000, 10_000, 100_000], help="pairs in files")
    parser.add_argument("--built", type=int, nargs="*", default=[500, 5000], help="pairs decoded from PNGs")
    parser.add_argument("--side", type=int, default=64, help="pixels")
    parser.add_argument("--shard", type=float, default=2, help="MB that are mapped together; limner's own choice is 64")
    parser.add_argument(
        "--scratch", type=Path, help="where the files go for a while; the system's own choice if left out"
    )
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        kind, folder, number = arguments.one
        if kind == "read":
            read(Path(folder), int(number), arguments.side, int(arguments.shard * 2**20))
        else:
            build(Path(folder), int(number), arguments.side)
        return
    for kind, numbers in (("read", arguments.numbers), ("build", arguments.built)):
        least = 0.0
        for number in numbers:
            with TemporaryDirectory(dir=arguments.scratch) as folder:
                command = [sys.executable, *sys.argv, "--one", kind, folder, str(number)]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            speed, most = map(float, done.stdout.split())
            least = least or most
            what = "pairs read" if kind == "read" else "pairs decoded"
            print(f"{number:7d} {what} at {arguments.side} px: {most:.0f} MB, {most / least:.3f} times, {speed:.0f}/s")


if __name__ == "__main__":
    main()
