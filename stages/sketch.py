"""Draw every face of data/faces in one style of params.yaml: `python stages/sketch.py STYLE`."""

import sys
from pathlib import Path

from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.sketch.tone", "limner.sketch.lines")  # the workers import while this process does

from limner import params
from limner.errors import ParamsError, choices
from limner.sketch import draw_all, load
from limner.stage import run


def main(style: str) -> None:
    p = params.load()
    if style not in p.styles:
        raise ParamsError(f"no style {style!r} in params.yaml; {choices(style, p.styles)}")
    effect = load(style, p.styles[style])
    draw_all(effect, Path("data/faces"), Path("data/sketches/effects") / style, p.workers.count)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
