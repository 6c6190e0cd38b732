"""Draw every face of data/faces in one style of params.yaml: `python stages/sketch.py STYLE`; with a further word SET,
every face of data/SET."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.sketch.tone", "limner.sketch.lines")  # the workers import while this process does

from limner import params
from limner.errors import ParamsError, choices
from limner.sketch import draw_all, load
from limner.stage import run


def main(style: str, name: str = "") -> None:
    p = params.load()
    if style not in p.styles:
        raise ParamsError(f"no style {style!r} in params.yaml; {choices(style, p.styles)}")
    effect = load(style, p.styles[style])
    data = Path("data", name)
    out = data / "sketches" / "effects" / style
    draw_all(effect, data / "faces", out, p.workers.count, may_lack=bool(name) and p.may_lack(p.dataset(name)))


if __name__ == "__main__":
    run(main, *sys.argv[1:])
