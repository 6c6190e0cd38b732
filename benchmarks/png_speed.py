"""How fast limner writes PNGs, and how large they are, beside OpenCV's encoder.

    python benchmarks/png_speed.py [--folder FACES] [--pictures 100] [--rounds 5]

All sides encode the same pictures from memory; the rounds alternate.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2

from limner import images
from limner.images import Image

ROOT = Path(__file__).resolve().parent.parent
FASTEST = [
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG),
]
"""The fastest of OpenCV's settings whose files are no larger than those of its own choice."""


def opencv(image: Image, *settings: int) -> bytes:
    return bytes(cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)[1])


def main() -> None:
    """Print the milliseconds and kilobytes a picture, and how they compare to limner's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "faces", help="PNGs to encode anew")
    parser.add_argument("--pictures", type=int, default=100, help="how many of them")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side encodes them")
    options = parser.parse_args()
    pictures = [images.read(path) for path in sorted(options.folder.glob("*.png"))[: options.pictures]]
    if not pictures:
        raise SystemExit(f"no PNGs in {options.folder}: run the align stage, or name a folder with --folder")
    cv2.setNumThreads(1)
    sides: dict[str, Callable[[Image], bytes]] = {
        "limner": images.encode,
        "OpenCV": opencv,
        "OpenCV, fastest": lambda image: opencv(image, *FASTEST),
    }
    times: dict[str, list[float]] = {side: [] for side in sides}
    sizes: dict[str, float] = {}
    for _ in range(options.rounds):
        for side, encode in sides.items():
            start = time.perf_counter()
            sizes[side] = sum(len(encode(picture)) for picture in pictures) / len(pictures) / 1000
            times[side].append((time.perf_counter() - start) / len(pictures) * 1000)
    ours = statistics.median(times["limner"])
    for side, values in times.items():
        middle = statistics.median(values)
        print(f"{side:16} {middle:6.2f} ms ({middle / ours:4.1f} times limner's)  {sizes[side]:6.1f} kB")


if __name__ == "__main__":
    main()
