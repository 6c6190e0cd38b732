"""Alter the drawings of one style into another: `python stages/alter.py STYLE`, a name of `altered` in params.yaml;
with a further word SET, those of data/SET."""

import sys
from pathlib import Path

import here  # noqa: F401
from limner import workers

if __name__ == "__main__":
    workers.prepare("limner.sketch.altered")  # the workers import while this process does

from limner import params
from limner.errors import ParamsError, choices
from limner.sketch.altered import alter_all, source
from limner.stage import run


def main(style: str, name: str = "") -> None:
    p = params.load()
    if style not in p.altered:
        raise ParamsError(f"no altered style {style!r} in params.yaml; {choices(style, p.altered)}")
    p.dataset(name)  # or the reason why there is none
    how, data = p.altered[style], Path("data", name)
    root = data / "sketches"
    alter_all(source(root, how), data / "landmarks.npz", p.align.size, how, root / "altered" / style, p.workers.count)


if __name__ == "__main__":
    run(main, *sys.argv[1:])
