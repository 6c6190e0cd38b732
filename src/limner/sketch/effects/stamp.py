"""Flat greys and dark lines, the look of a photo editor's stamp and cut-out filters."""

from itertools import pairwise
from typing import Annotated

import cv2
import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.images import Image
from limner.sketch.lines import lines
from limner.sketch.tone import Tone, blur, cut, deepen, flatten, scale, to_image, tone
from limner.strict import Strict

Gray = Annotated[float, Field(ge=0, le=1)]
Step = tuple[Gray, Gray]


@dataclass(frozen=True, config=Strict)
class Stamp:
    """A few flat greys under dark lines.

    Winnemoeller, Olsen & Gooch (2006), Real-Time Video Abstraction: the tone is blurred within its edges and
    gets the gray of the highest step below it; a difference of Gaussians draws lines on top. The steps are
    fixed in tones of the exposed face and the skin lies within one: most of a face is the same flat gray in
    every frame.

    Lengths are pixels (px) of the 400x400 face; params.yaml says what each parameter means.
    """

    steps: Annotated[tuple[Step, ...], Field(min_length=2, max_length=8)]  # (tone from which, gray)
    deepen: Annotated[float, Field(ge=0, le=5)]  # share
    reach: Annotated[float, Field(gt=0, le=200)]  # px
    smooth: Annotated[float, Field(gt=0, le=50)]  # px
    line: Annotated[float, Field(gt=0, le=10)]  # px
    contrast: Annotated[float, Field(gt=0, le=1)]  # tones
    ink: Gray  # gray

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray."""
        unit = scale(photo.shape[0])
        light = tone(photo)
        flat = flatten(deepen(light, self.reach * unit, self.deepen), self.smooth * unit, 0.12)
        flat = blur(_sharpen(flat, self.smooth * unit), 0.8 * unit)
        steps = sorted(self.steps)
        paper = np.full_like(flat, steps[0][1])
        for (_, below), (border, above) in pairwise(steps):
            paper += (above - below) * cut(flat - border, 0.004 / unit)
        ink = lines(light, self.line * unit, self.contrast)
        return to_image(paper + ink * (self.ink - paper))


def _sharpen(image: Tone, size: float) -> Tone:
    """Make slopes into edges, for a slope across several steps would put a fringe of greys around dark hair.

    Each pixel becomes a mean of the means of the four windows (`size` pixels wide) that have it as a corner,
    the less varied a window the heavier (Papari, Petkov & Campisi 2007, after Kuwahara 1976).
    """
    side = max(round(size), 1)
    shift = side // 2 + 1
    margin = 2 * shift
    wide = cv2.copyMakeBorder(image, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
    mean = cv2.blur(wide, (side, side))
    variance = np.maximum(cv2.blur(wide * wide, (side, side)) - mean * mean, 0)
    weight = (variance + 1e-4) ** -2
    heavy = weight * mean
    total, weights = np.zeros_like(image), np.zeros_like(image)
    height, width = image.shape
    for y in (margin - shift, margin + shift):
        for x in (margin - shift, margin + shift):
            window = np.s_[y : y + height, x : x + width]
            total += heavy[window]
            weights += weight[window]
    sharp: Tone = total / weights
    return sharp
