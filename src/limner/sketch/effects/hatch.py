"""Pen strokes, wider and crossed the darker the tone."""

import math
from functools import lru_cache
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.images import Image
from limner.sketch.lines import lines
from limner.sketch.tone import Tone, blur, deepen, flatten, ramp, scale, to_image, tone
from limner.strict import Strict

Angle = Annotated[float, Field(ge=-180, le=180)]
Start = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, config=Strict)
class Hatch:
    """Layers of strokes under pen lines.

    Winkenbach & Salesin (1994), Computer-Generated Pen-and-Ink Illustration: tone is built from layers of
    strokes, each at its own angle and only where the tone is below the layer's start; there a stroke takes
    the share `(start - tone) / span` of its row. The strokes waver as a hand does, bend a little around the
    form, and thin out where one ends and the next begins.

    Lengths are pixels (px) of the 400x400 face; params.yaml says what each parameter means.
    """

    layers: Annotated[tuple[tuple[Angle, Start], ...], Field(min_length=1, max_length=6)]  # (angle, start)
    span: Annotated[float, Field(gt=0, le=2)]  # tones
    period: Annotated[float, Field(ge=3, le=40)]  # px
    length: Annotated[float, Field(gt=0, le=400)]  # px
    waver: Annotated[float, Field(ge=0, le=20)]  # px
    bend: Annotated[float, Field(ge=0, le=200)]  # px a tone
    deepen: Annotated[float, Field(ge=0, le=5)]  # share
    reach: Annotated[float, Field(gt=0, le=200)]  # px
    line: Annotated[float, Field(gt=0, le=10)]  # px
    contrast: Annotated[float, Field(gt=0, le=1)]  # tones

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray."""
        unit = scale(photo.shape[0])
        light = tone(photo)
        flat = flatten(deepen(light, self.reach * unit, self.deepen), 4 * unit, 0.08)
        relief = (self.bend / self.period) * blur(flat, 12 * unit)
        paper = 1 - lines(light, self.line * unit, self.contrast)
        for layer, (angle, start) in enumerate(self.layers):
            across, along, starts = _rows(*flat.shape, layer, angle, self.period, self.length, self.waver)
            across = across - relief
            row = np.floor(across)
            stroke = along + starts[row.astype(np.int32) % len(starts)]
            end = ramp(2 * np.abs(stroke - np.floor(stroke) - 0.5), 0.6, 1)
            width = np.clip((start - flat) / self.span, 0, 1) * (1 - 0.5 * end)
            # Pixels from the stroke's border inwards: plus one half, the share of a pixel that is inked.
            inside = (width - 2 * np.abs(across - row - 0.5)) * (self.period * unit / 2)
            paper *= 1 - np.clip(inside + 0.5, 0, 1) * ramp(width, 0.02, 0.12)
        return to_image(paper)


@lru_cache(maxsize=16)
def _rows(
    height: int, width: int, layer: int, angle: float, period: float, length: float, waver: float
) -> tuple[Tone, Tone, Tone]:
    """A layer's rows of strokes before the form bends them, the same in every drawing: (H, W) the row, (H, W)
    the place along it in strokes, and where the first stroke of each row starts."""
    unit = scale(height)
    rng = np.random.default_rng(layer)
    noise = blur(rng.standard_normal((height, width), dtype=np.float32), 20 * unit)
    ys, xs = np.indices((height, width), dtype=np.float32) / np.float32(unit)
    turn = math.radians(angle)
    across = ys * math.cos(turn) - xs * math.sin(turn) + waver * noise / noise.std()
    along = xs * math.cos(turn) + ys * math.sin(turn)
    return across / period, along / length, rng.random(1009, dtype=np.float32)
