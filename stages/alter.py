"""Alter the drawings of one style into another: `python stages/alter.py STYLE`, a name of `altered` in params.yaml."""

import sys
from pathlib import Path

from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.sketch.altered")  # the workers import while this process does

from limner import params
from limner.errors import ParamsError, choices
from limner.sketch.altered import alter_all, source
from limner.stage import run


def main(style: str) -> None:
    p = params.load()
    if style not in p.altered:
        raise ParamsError(f"no altered style {style!r} in params.yaml; {choices(style, p.altered)}")
    how, root = p.altered[style], Path("data/sketches")
    out = root / "altered" / style
    alter_all(source(root, how), Path("data/landmarks.npz"), p.align.size, how, out, p.workers.count)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
