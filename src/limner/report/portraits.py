"""The wide sheet of what the models that learn photos paint of unseen faces: the README's picture.

Its ground is transparent and its words are gray, so it stands on a light page and on a dark one.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from limner import images
from limner.choose import evenly
from limner.files import whole
from limner.report.choose import by_time
from limner.report.dataset import Face
from limner.report.results import ModelResult, Scored, SuiteResult

COLUMNS = 6
CELLS = (176, 160, 144, 128, 96)
"""Sides of a picture to try, pixels: the first one that keeps the file under `LARGEST`."""
LARGEST = 750_000
"""Bytes of the file: what a page that shows it can take."""
GAP = 8
ROUND = 10
"""Radius of the corners, pixels."""
LABELS = 78
"""Least width of the column with the names of the rows, pixels."""
HEADER = 36
"""Height of the line with the styles, pixels."""
TEXT = 21
"""Size of the words, pixels."""
FINE = 4
"""Words and corners are drawn this many times larger and averaged: smooth edges, even spacing of letters."""
INK = (128, 134, 145)
"""Legible on white and on black."""
ROWS = ("input", "output", "truth")


def bands(models: Sequence[ModelResult]) -> list[tuple[ModelResult, SuiteResult]]:
    """The models to show, those that learn photos (else all), each with its first suite of unseen faces."""
    shown = [model for model in models if model.block.learns == "photo" and model.suites] or list(models)
    return [
        (model, next((suite for suite in model.suites if suite.wanted.split == "test"), model.suites[0]))
        for model in shown
        if model.suites
    ]


def columns(suite: SuiteResult, faces: Mapping[str, Face]) -> list[Scored]:
    """One picture a column: the styles in turn, at even steps through the suite's time; of few faces each in several
    styles, but no picture twice."""
    chosen: dict[tuple[str, str], Scored] = {}
    for place, style in zip(range(COLUMNS), cycle(suite.pictures)):
        if row := by_time(suite.pictures[style], faces):
            picture = row[evenly(COLUMNS, len(row))[place]]
            chosen.setdefault((style, picture.id), picture)
    return list(chosen.values())


def draw(
    models: Sequence[ModelResult], faces: Mapping[str, Face], sizes: Mapping[str, int], path: Path
) -> tuple[int, int]:
    """Write the sheet as PNG: a band of input, output and truth for each model. Gives its width and height.

    Every picture is shown as its network sees it, of `sizes` pixels by model: no truth is sharper than an output can
    be.

    Raises:
        SourceError: a picture is missing.
    """
    for cell in CELLS:
        sheet = _sheet(models, faces, sizes, cell)
        with whole(path) as part:
            sheet.save(part, compress_level=9)
        if path.stat().st_size <= LARGEST:
            break
    return sheet.size


def _sheet(
    models: Sequence[ModelResult], faces: Mapping[str, Face], sizes: Mapping[str, int], cell: int
) -> Image.Image:
    shown = bands(models)
    sheets = [
        _band(columns(suite, faces), sizes[model.name], cell, model.name if len(shown) > 1 else "")
        for model, suite in shown
    ]
    width = max((sheet.width for sheet in sheets), default=1)
    sheet = Image.new("RGBA", (width, max(1, sum(band.height for band in sheets))))
    top = 0
    for band in sheets:
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


def _band(chosen: Sequence[Scored], size: int, cell: int, name: str) -> Image.Image:
    step, font = cell + GAP, ImageFont.load_default(TEXT * FINE)
    labels = max(LABELS, math.ceil(font.getlength(name) / FINE) + GAP)
    width, height = labels + len(chosen) * step - GAP, HEADER + len(ROWS) * step
    words = Image.new("L", (width * FINE, height * FINE))
    write = ImageDraw.Draw(words)

    def say(x: int, y: int, text: str, anchor: str) -> None:
        write.text((x * FINE, y * FINE), text, 255, font, anchor=anchor)

    say(0, HEADER // 2, name, "lm")
    for row, label in enumerate(ROWS):
        say(0, HEADER + row * step + cell // 2, label, "lm")
    for column, picture in enumerate(chosen):
        say(labels + column * step + cell // 2, HEADER // 2, picture.style, "mm")
    band = Image.new("RGBA", (width, height), INK)
    band.putalpha(words.reduce(FINE))
    corners = _corners(cell)
    for column, picture in enumerate(chosen):
        for row, file in enumerate(picture.files):
            seen = images.resize(images.read(file), size, size)
            tile = Image.fromarray(images.resize(seen, cell, cell)).convert("RGBA")
            tile.putalpha(corners)
            band.paste(tile, (labels + column * step, HEADER + row * step))
    return band


def _corners(cell: int) -> Image.Image:
    """The opacity of a tile with round corners."""
    fine = Image.new("L", (cell * FINE, cell * FINE))
    last = cell * FINE - 1
    ImageDraw.Draw(fine).rounded_rectangle((0, 0, last, last), ROUND * FINE, fill=255)
    return fine.reduce(FINE)
