"""How fast the align stage is, end to end, beside a plain loop around the same detector in one process.

    python benchmarks/align_speed.py [--folder PICTURES] [--frames 400] [--photos] [--rounds 3]

Both sides start a fresh interpreter, read the same pictures, find the landmarks, warp and write PNGs; the
time is that of the whole process. The rounds alternate, so that a busy machine is unfair to neither side.
Align starts each round without its memory of earlier ones.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "data" / "weights" / "face_landmarker.task"


def plain(pictures: Path, out: Path) -> None:
    """What one writes first: a loop over the pictures with the detector's own defaults."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(base_options=BaseOptions(model_asset_path=str(MODEL)))
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for path in sorted(pictures.glob("*.png")):
            photo = cv2.imread(str(path))
            height, width = photo.shape[:2]
            image = Image(ImageFormat.SRGB, cv2.cvtColor(photo, cv2.COLOR_BGR2RGB))
            found = landmarker.detect(image).face_landmarks
            if not found:
                continue
            left, right = (np.array([found[0][i].x * width, found[0][i].y * height]) for i in (468, 473))
            x, y = right - left
            matrix = cv2.getRotationMatrix2D(
                tuple((left + right) / 2), np.degrees(np.arctan2(y, x)), 120 / np.hypot(x, y)
            )
            matrix[:, 2] += np.array([200, 170]) - (left + right) / 2
            face = cv2.warpAffine(photo, matrix, (400, 400))
            cv2.imwrite(str(out / path.name), face)


def prepare(folder: Path, work: Path, frames: int, photos: bool) -> int:
    """A small project in `work` with `frames` pictures: those of `folder`, shifted by some pixels from the
    second pass on, so that no two are the same bytes. They are frames of a film, or `photos`."""
    sources = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".png", ".jpg", ".jpeg")]
    if not sources:
        raise SystemExit(f"no pictures in {folder}: run the scrape stage, or name a folder with --folder")
    raw = work / "data" / "raw"
    raw.mkdir(parents=True)
    rows = []
    for number in range(frames):
        photo = cv2.imread(str(sources[number % len(sources)]))
        if photo is None:
            continue
        shifted = np.roll(photo, number // len(sources), axis=(0, 1))
        path = raw / f"{number:05}.png"
        cv2.imwrite(str(path), shifted)
        rows.append([path.stem, path.relative_to(work), "anyone", path.stem, "" if photos else number, "", ""])
    with (work / "data" / "raw.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "file", "person", "group", "time", "manifest", "split"], *rows])
    (work / "data" / "weights").mkdir()
    shutil.copy(MODEL, work / "data" / "weights")
    shutil.copy(ROOT / "params.yaml", work)
    return len(rows)


def timed(command: list[str], work: Path) -> float:
    """Seconds that a command takes in the folder `work`, with an empty memory."""
    with tempfile.TemporaryDirectory() as empty:
        start = time.perf_counter()
        done = subprocess.run(
            command, cwd=work, env={**os.environ, "LIMNER_CACHE": empty}, stderr=subprocess.PIPE, text=True
        )
        took = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return took


def main() -> None:
    """Print the frames per second of both sides and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "raw", help="pictures with faces")
    parser.add_argument("--frames", type=int, default=400, help="how many to align")
    parser.add_argument("--photos", action="store_true", help="align asks of each whether it stands on its head")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs")
    parser.add_argument("--plain", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        plain(*options.plain)
        return
    if not MODEL.is_file():
        raise SystemExit(f"{MODEL} does not exist: run the scrape stage first")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        count = prepare(options.folder, work, options.frames, options.photos)
        out = work / "plain"
        out.mkdir()
        sides = {
            "plain loop": [sys.executable, __file__, "--plain", str(work / "data" / "raw"), str(out)],
            "align": [sys.executable, str(ROOT / "stages" / "align.py")],
        }
        rates: dict[str, list[float]] = {side: [] for side in sides}
        for number in range(options.rounds):
            for side, command in sides.items():
                rates[side].append(count / timed(command, work))
                print(f"round {number + 1}: {side:10} {rates[side][-1]:6.1f} frames/s", flush=True)
    ratios = [ours / loop for ours, loop in zip(rates["align"], rates["plain loop"], strict=True)]
    for side, values in rates.items():
        print(f"{side:10} median {statistics.median(values):6.1f} frames/s of {count} frames")
    print(f"ratio      median {statistics.median(ratios):6.2f}")


if __name__ == "__main__":
    main()
