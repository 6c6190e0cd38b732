"""Soft graphite on white paper."""

from functools import lru_cache
from typing import Annotated

import cv2
import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.images import Image
from limner.sketch.tone import Tone, blur, flatten, scale, to_image, tone
from limner.strict import Strict


@dataclass(frozen=True, config=Strict)
class Pencil:
    """Colour dodge over a wash of graphite.

    Dodging a gray g by its blurred inverse gives `g / (1 - blur(1 - g)) = g / blur(g)`: white on even ground,
    dark on lines and on the dark side of edges; here at two widths, for outlines and for soft shade. The wash
    keeps the masses of tone, in slanting strokes (after Lu, Xu & Jia 2012, Combining Sketch and Tone for
    Pencil Drawing Production).

    Lengths are pixels (px) of the 400x400 face; params.yaml says what each parameter means.
    """

    blur: Annotated[float, Field(gt=0, le=100)]  # px
    lift: Annotated[float, Field(gt=0, le=1)]  # tones
    shade: Annotated[float, Field(ge=0, le=1)]  # ink
    white: Annotated[float, Field(gt=0, le=1)]  # tone
    grain: Annotated[float, Field(ge=0, le=1)]  # share of the ink

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray."""
        unit = scale(photo.shape[0])
        light = flatten(tone(photo), 3 * unit, 0.05)
        paper = 1 - self.shade * np.maximum(1 - blur(light, 1.5 * unit) / self.white, 0) ** 1.3
        for sigma in (0.3 * self.blur, self.blur):
            paper *= np.minimum((light + self.lift) / (blur(light, sigma * unit) + self.lift), 1)
        return to_image(1 - (1 - paper) * (1 + self.grain * _grain(*light.shape)))


@lru_cache(maxsize=2)
def _grain(height: int, width: int) -> Tone:
    """Slanting streaks around 0, of variance 1, the same in every drawing of this size."""
    noise = np.random.default_rng(0).standard_normal((height, width), dtype=np.float32)
    length = max(round(9 * scale(height)), 1)
    return cv2.filter2D(noise, -1, np.eye(length, dtype=np.float32)[::-1] / length**0.5)
