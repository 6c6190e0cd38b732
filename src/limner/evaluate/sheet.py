"""A sheet of pictures to look at: input, output and truth side by side, a few faces of a suite."""

from collections.abc import Sequence

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from limner.choose import evenly
from limner.images import Image, resize
from limner.suites import Sample

ROWS, BLOCKS = 6, 2
"""Of the sheet: each block is three pictures wide."""
COLUMNS = ("input", "output", "truth")
SIDES = (128, 256)
"""Smallest and largest side a picture is shown at, pixels."""
GAP = 4
MARGIN = 24
PAPER, INK = (255, 255, 255), (70, 70, 70)


def spread(samples: Sequence[Sample]) -> list[Sample]:
    """At most ROWS * BLOCKS samples, the styles in turn and the faces evenly spaced; the same ones every
    time.

    Down a block the style changes; the faces go on in their own order (people, and a video's time), block
    after block, so that each block is another part of the suite.
    """
    styles = list(dict.fromkeys(sample.style for sample in samples))
    by_face: dict[str, dict[str, Sample]] = {}
    for sample in samples:
        by_face.setdefault(sample.id, {})[sample.style] = sample
    faces = list(by_face.values())
    number = min(ROWS * BLOCKS, len(samples))
    chosen: dict[tuple[str, str], Sample] = {}
    for index, place in enumerate(evenly(number, len(faces))):
        face = faces[place]
        style = styles[index % ROWS % len(styles)]
        sample = face.get(style) or next(iter(face.values()))
        chosen.setdefault((sample.id, sample.style), sample)
    return list(chosen.values())


def draw(samples: Sequence[Sample], size: int, seed: int) -> Image:
    """The samples as rows of input, output and truth, in blocks side by side, named by style and person.

    Args:
        samples: what to show, block after block; at least one.
        size: side that the model paints at, pixels.
        seed: of the training whose outputs are shown.
    """
    side = min(max(size, SIDES[0]), SIDES[1])
    rows = min(ROWS, len(samples))
    blocks = -(-len(samples) // rows)
    head, foot = round(0.2 * side), round(0.17 * side)
    wide = len(COLUMNS) * side + (len(COLUMNS) - 1) * GAP
    width = 2 * MARGIN + blocks * wide + (blocks - 1) * 2 * MARGIN
    height = head + rows * (side + foot) + MARGIN
    paper = Pillow.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(paper)
    large, small = (ImageFont.load_default(size=round(share * side)) for share in (0.11, 0.095))
    for block in range(blocks):
        left = MARGIN + block * (wide + 2 * MARGIN)
        for column, name in enumerate(COLUMNS):
            middle = left + column * (side + GAP) + side / 2
            pen.text((middle, head / 2), name, fill=INK, font=large, anchor="mm")
        for row, sample in enumerate(samples[block * rows : (block + 1) * rows]):
            top = head + row * (side + foot)
            for column, image in enumerate(
                (sample.read_input(size), sample.read_output(size, seed), sample.read_truth(size))
            ):
                paper.paste(Pillow.fromarray(resize(image, side, side)), (left + column * (side + GAP), top))
            pen.text(
                (left, top + side + foot / 2),
                f"{sample.style}, {sample.person}",
                fill=INK,
                font=small,
                anchor="lm",
            )
    return np.asarray(paper)
