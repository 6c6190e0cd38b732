"""split: data/faces -> data/split.csv, reports/split.json; `python stages/split.py SET`: the faces of data/SET."""

import json
import sys
from pathlib import Path

import here  # noqa: F401
from limner import params, tables
from limner.files import whole
from limner.split import add_nearest, split, summary, thumbnails
from limner.stage import run


def main(name: str = "") -> None:
    """Part the faces into training and test by group, and tell how near the two parts are."""
    settings = params.load()
    if name:
        settings.dataset(name)  # refuses a set that there is not
    data = Path("data", name)
    faces = tables.read(data / "faces.csv", needs=("id", "person", "group", "time", "split"))
    small = thumbnails(data / "faces", faces["id"])
    table = add_nearest(split(faces, settings.split, settings.seed), small)
    tables.write(data / "split.csv", table)
    with whole(Path("reports", name, "split.json")) as part:
        figures = summary(table, faces["time"], small)
        part.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    run(main, *sys.argv[1:])
