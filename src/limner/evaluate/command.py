"""`limner evaluate`: the figures of any two folders, in the terminal and as tables."""

import sys
from pathlib import Path

from limner.errors import LimnerError
from limner.evaluate import folders
from limner.evaluate.told import Told


def evaluate_folders(
    outputs: Path, truths: Path, inputs: Path | None, names: list[str] | None, weights: Path, out: Path | None
) -> None:
    """Print the figures of the pictures in `outputs`, and write them below `out`.

    Raises:
        LimnerError: a folder or a model file is missing, no two names fit, none of the pictures can be read, or `out`
            is a file.
    """
    places = (out, *out.parents) if out else ()
    if blocking := next((place for place in places if place.exists() and not place.is_dir()), None):
        raise LimnerError(f"{blocking} is a file, so no tables can go there: name a folder with --out")
    measured, problems = folders.evaluate(outputs, truths, inputs, names or folders.usual(), weights)
    suite = str(measured.pictures["suite"].iloc[0])
    told = Told(measured, {suite: [folders.STYLE]})
    if out:
        told.write(out)
    told.show(str(outputs))
    for problem in problems:
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)
