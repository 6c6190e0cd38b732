"""align: data/raw -> data/faces, data/landmarks.npz, data/sketches/artist."""

from pathlib import Path

from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.align.batch")  # the workers import while this process does

from limner import params, tables
from limner.align.faces import align_all
from limner.stage import run

DATA = Path("data")


def main() -> None:
    """Find the landmarks of every face, level it and crop it."""
    settings = params.load()
    _, raw = tables.rows(DATA / "raw.csv", needs=("id", "person", "group", "time", "split", "file"))
    model = DATA / "weights" / "face_landmarker.task"
    align_all(list(raw), settings.align, model, DATA, settings.workers.count)


if __name__ == "__main__":
    run(main)
