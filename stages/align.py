"""align: data/raw -> data/faces, data/landmarks.npz, data/sketches/artist; `python stages/align.py SET`: the same in
data/SET, of the pictures and in the frame that params.yaml names for it."""

import sys
from dataclasses import replace
from pathlib import Path

import here  # noqa: F401
from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.align.batch")  # the workers import while this process does

from limner import params, tables
from limner.align.faces import align_all
from limner.stage import run

DATA = Path("data")


def main(name: str = "") -> None:
    """Find the landmarks of every face and put it into its frame."""
    settings = params.load()
    chosen = settings.dataset(name)
    columns, raw = tables.rows(DATA / "raw.csv", needs=("id", "person", "group", "time", "split", "file", "manifest"))
    rows = [row for row in raw if chosen.takes(row["manifest"])]
    frame = replace(settings.align, place=chosen.place, manifests=None)  # a picture's frame is the same among others
    model = DATA / "weights" / "face_landmarker.task"
    empty = columns if settings.may_lack(chosen) else None
    align_all(rows, frame, model, DATA / name, settings.workers.count, empty)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
