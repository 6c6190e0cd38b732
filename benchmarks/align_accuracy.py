"""How exactly align places the eyes, against hand annotation of the CUHK student set (photos and drawings).

    python benchmarks/align_accuracy.py --cuhk FOLDER [--turn DEGREES]

FOLDER holds photos/, sketches/ and landmarks35.csv: 35 points a picture, `p` of the photo and `s` of the
drawing, pupils 16 and 18. Each annotated pupil is moved by align's own transform; its distance from where
the aligned eye should be, for the worse eye of the two, is told in percent of the eye distance. With --turn all
pictures are turned clockwise first, on a gray ground.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from limner import images, params, tables
from limner.align import geometry
from limner.align.landmarks import Landmarker
from limner.align.search import find
from limner.blocks import Align
from limner.images import Image

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "data" / "weights" / "face_landmarker.task"
PUPILS = (16, 18)
KINDS = {"photos": ("p", "url"), "sketches": ("s", "sketch_url")}


def worse_eye(irises: geometry.Floats, pupils: geometry.Floats, settings: Align) -> float:
    """Distance of the worse pupil from its place in the aligned frame, as a share of the eye distance."""
    matrix = geometry.similarity(irises, settings.eyes, settings.eye_distance)
    half = np.array([settings.eye_distance / 2, 0.0])
    wanted = np.array([settings.eyes - half, settings.eyes + half])
    off = geometry.transform(matrix, pupils) - wanted
    return float(np.hypot(off[:, 0], off[:, 1]).max() / settings.eye_distance)


def turned(picture: Image, degrees: float) -> tuple[Image, geometry.Floats]:
    """All of a picture, turned clockwise, and the matrix that does it."""
    height, width = picture.shape[:2]
    across, down = abs(np.cos(np.radians(degrees))), abs(np.sin(np.radians(degrees)))
    size = round(width * across + height * down), round(width * down + height * across)
    middle = np.array([width - 1, height - 1]) / 2
    matrix = geometry.about(middle, (np.array(size) - 1) / 2, degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, size, borderValue=(200, 200, 200)), np.uint8), matrix


def main() -> None:
    """Print median, 95th percentile and greatest error, and the faces missed, of photos and drawings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuhk", type=Path, required=True, help="folder with photos/, sketches/, landmarks35.csv")
    parser.add_argument("--turn", type=float, default=0.0, help="degrees by which pictures are turned clockwise first")
    parser.add_argument("--model", type=Path, default=MODEL, help="the landmarker's file")
    options = parser.parse_args()
    folder = options.cuhk
    settings = params.load(ROOT / "params.yaml").align
    annotated = tables.read(folder / "landmarks35.csv", needs=("id",)).set_index("id")
    manifest = tables.read(ROOT / "data" / "manifests" / "cuhk_train.csv").set_index("id")
    with Landmarker(options.model) as landmarker:
        for kind, (letter, url) in KINDS.items():
            errors, missed = [], 0
            for name, row in annotated.iterrows():
                picture = images.read(folder / kind / str(manifest.loc[name, url]).rpartition("/")[2])
                picture, matrix = turned(picture, options.turn) if options.turn else (picture, np.eye(2, 3))
                faces = find(landmarker, picture)
                if not faces:
                    missed += 1
                    continue
                points = [[float(row[f"{letter}{point}{axis}"]) for axis in "xy"] for point in PUPILS]
                errors.append(
                    worse_eye(faces[0].irises, geometry.transform(matrix, np.array(sorted(points))), settings)
                )
            median, high = np.percentile(errors, [50, 95])
            print(
                f"{kind:8} of {len(errors) + missed}: worse eye off by {median:.2%} median, {high:.2%} at the 95th"
                f" percentile, {max(errors):.2%} at worst; {missed} missed"
            )


if __name__ == "__main__":
    main()
