"""`limner paint`: pictures of faces in, what a model makes of them out."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from limner import images
from limner.errors import LimnerError
from limner.paint import inputs
from limner.paint.backends import Backend
from limner.paint.inputs import Picture
from limner.paint.names import Names
from limner.paint.painter import Options, Painter
from limner.progress import progress
from limner.tables import Problem


def paint(named: Sequence[str], backend: Backend, out: Path, options: Options, every: int, force: bool) -> None:
    """Paint from all pictures that are `named` into the folder `out`, and say what could not be, which stops no other.

    Args:
        named: files, folders and patterns, see `inputs.find`.
        backend: the model.
        out: the folder of the results, see `Names`.
        options: how.
        every: frames of a video from one that is painted to the next.
        force: replace what is there already.

    Raises:
        LimnerError: an option does not fit, `out` cannot be a folder, a file that all pictures need is missing, or
            nothing could be painted.
    """
    if blocking := next((place for place in (out, *out.parents) if place.exists() and not place.is_dir()), None):
        raise LimnerError(f"{blocking} is a file, so no results can go there: name a folder with --out")
    painter = Painter(backend, options)
    files, problems = inputs.find(named, out)
    names, notes = Names(out, files, force), _Notes()
    made = 0
    with painter, progress(len(files), f"{backend.card.name} ({backend.name})") as bar:
        for file in files:
            try:
                for picture in inputs.read(file, every, partial(notes.add, str(file))):
                    try:
                        made += _one(picture, painter, names, notes)
                    except LimnerError as error:
                        problems.append(Problem(picture.name, "skipped", str(error)))
            except (LimnerError, OSError) as error:
                problems.append(Problem(str(file), "failed", str(error)))
            bar.update()
    for problem in [*problems, *notes.problems()]:
        print(f"{problem.id}: {problem.what}: {problem.reason}", file=sys.stderr)
    if not made:
        raise LimnerError(f"nothing was painted of {', '.join(named)}")
    print(f"{made} picture{'s' * (made > 1)} in {out}")


def _one(picture: Picture, painter: Painter, names: Names, notes: "_Notes") -> int:
    """Write all results of one picture; return how many."""
    first = names.claim(picture.stem)  # before the work, which a result that is there already would waste
    results, told = painter(picture.image)
    for note in told:
        notes.add(picture.name, note)
    for number, result in enumerate(results, start=1):
        images.write(first if number == 1 else names.claim(f"{picture.stem}~face{number}"), result)
    return len(results)


class _Notes:
    """What is to be noted of many pictures, a line a note: a thousand photos may lack the same."""

    def __init__(self) -> None:
        self._by_note: dict[str, list[str]] = {}

    def add(self, name: str, note: str) -> None:
        self._by_note.setdefault(note, []).append(name)

    def problems(self) -> list[Problem]:
        return [
            Problem(names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else ""), "noted", note)
            for note, names in self._by_note.items()
        ]
