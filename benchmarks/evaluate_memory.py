"""Whether measuring takes more memory the more pictures there are: `limner evaluate` on 100 and on 1,000 pictures.

    python benchmarks/evaluate_memory.py --size 256 --numbers 100 1000

The pictures are the faces of data/faces, each moved a little and blurred; for each number the peaks of the main
process and of its largest worker are told, MB, and the time a picture.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from limner import images, workers
from limner.evaluate import folders
from peaks import Peaks

ROOT = Path(__file__).resolve().parents[1]


def make(folder: Path, number: int, size: int) -> None:
    """Truths and outputs of `number` pictures."""
    faces = sorted((ROOT / "data/faces").glob("*.png"))
    if not faces:
        sys.exit("data/faces is empty: run `dvc repro align` first")
    draw = np.random.default_rng(0)
    for index in range(number):
        face = images.resize(images.read(faces[index % len(faces)]), size, size)
        truth = np.roll(face, draw.integers(-4, 5, 2), (0, 1))
        images.write(folder / f"truth/{index:05d}.png", truth)
        images.write(folder / f"made/{index:05d}.png", cv2.GaussianBlur(truth, (0, 0), draw.uniform(0.5, 3)))


def measure(number: int, size: int) -> None:
    """Print one line."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(folder, number, size)
        peaks = Peaks()
        peaks.start()
        start = time.perf_counter()
        names = [name for name in folders.usual() if name != "kid"]  # it looks at 200 pictures, however many there are
        folders.evaluate(folder / "made", folder / "truth", None, names, ROOT / "data/weights")
        seconds = time.perf_counter() - start
    print(
        f"{number:6d} pictures of {size} px: main process {peaks.own:.0f} MB, largest worker {peaks.largest:.0f} MB, "
        f"{1000 * seconds / number:.0f} ms a picture",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256, help="pixels")
    parser.add_argument("--numbers", type=int, nargs="+", default=[100, 1000])
    arguments = parser.parse_args()
    if len(arguments.numbers) == 1:
        measure(arguments.numbers[0], arguments.size)
        return
    # Each in a process of its own: memory that was freed once may stay with a process.
    for number in arguments.numbers:
        command = [sys.executable, __file__, "--size", str(arguments.size), "--numbers", str(number)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    workers.prepare("limner.evaluate.engine")
    main()
