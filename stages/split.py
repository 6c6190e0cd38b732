"""split: data/faces -> data/split.csv, reports/split.json."""

import json
from pathlib import Path

from limner import params, tables
from limner.files import whole
from limner.split import add_nearest, split, summary, thumbnails
from limner.stage import run

DATA = Path("data")


def main() -> None:
    """Part the faces into training and test by group, and tell how near the two parts are."""
    settings = params.load()
    faces = tables.read(DATA / "faces.csv", needs=("id", "person", "group", "time", "split"))
    small = thumbnails(DATA / "faces", faces["id"])
    table = add_nearest(split(faces, settings.split, settings.seed), small)
    tables.write(DATA / "split.csv", table)
    with whole(Path("reports/split.json")) as part:
        figures = summary(table, faces["time"], small)
        part.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main)
