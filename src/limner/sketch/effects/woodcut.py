"""Hard black and white: black masses, white paper, and the tones between carved as lines."""

import math
from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.images import Image
from limner.sketch.lines import difference
from limner.sketch.tone import blur, cut, deepen, flatten, ramp, scale, to_image, tone
from limner.strict import Strict


@dataclass(frozen=True, config=Strict)
class Woodcut:
    """Two tones; what lies between black and white is cut in lines, each as wide as the tone is light.

    Ostromoukhov (1999), Digital Facial Engraving: paper where `(tone - middle) / span > wave`, with the
    triangle wave `wave = 2 |frac(u / period) - 1/2| - 1/2` across the lines. Their coordinate u is shifted by
    `bend` times the blurred tone, taken for the form's relief, so that lines bend around the form. Near
    features the wave fades into a bare threshold: they are cut solid.

    Lengths are pixels (px) of the 400x400 face; params.yaml says what each parameter means.
    """

    period: Annotated[float, Field(ge=3, le=40)]  # px
    angle: Annotated[float, Field(ge=-180, le=180)]  # degrees
    bend: Annotated[float, Field(ge=0, le=200)]  # px a tone
    middle: Annotated[float, Field(ge=0, le=1)]  # tone
    span: Annotated[float, Field(gt=0, le=2)]  # tones
    deepen: Annotated[float, Field(ge=0, le=5)]  # share
    reach: Annotated[float, Field(gt=0, le=200)]  # px
    smooth: Annotated[float, Field(gt=0, le=50)]  # px
    line: Annotated[float, Field(gt=0, le=10)]  # px
    sharpen: Annotated[float, Field(ge=0, le=100)]  # weight
    contrast: Annotated[float, Field(gt=0, le=1)]  # tones

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray: black and white but for the antialiased edges."""
        unit = scale(photo.shape[0])
        light = tone(photo)
        fine = difference(light, self.line * unit, 2 * self.line * unit)
        flat = flatten(deepen(light, self.reach * unit, self.deepen), self.smooth * unit, 0.1)
        share = (flat + self.sharpen * fine - self.middle) / self.span
        # A line thinner than a pixel breaks into dots: let it taper to nothing before.
        thin = max(0.5 - 1 / (self.period * unit), 0.2)
        share += 3 * np.sign(share) * np.maximum(np.abs(share) - thin, 0)

        ys, xs = np.indices(light.shape, dtype=np.float32) / np.float32(unit)
        turn = math.radians(self.angle)
        across = ys * math.cos(turn) - xs * math.sin(turn) - self.bend * blur(flat, 12 * unit)
        phase = across / self.period
        wave = 2 * np.abs(phase - np.floor(phase) - 0.5) - 0.5
        detail = ramp(blur(np.abs(fine), 2.5 * self.line * unit), 0.3 * self.contrast, self.contrast)
        return to_image(cut(share - wave * (1 - detail), 0.01 / unit))
