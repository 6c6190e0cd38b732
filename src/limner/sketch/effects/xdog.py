"""Extended difference of Gaussians: ink lines and black masses."""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.images import Image
from limner.sketch.lines import difference
from limner.sketch.tone import blur, scale, to_image, tone
from limner.strict import Strict


@dataclass(frozen=True, config=Strict)
class Xdog:
    """Lines and masses from one soft threshold.

    Winnemoeller, Kyprianidis & Olsen (2012), XDoG: An eXtended difference-of-Gaussians compendium: `S =
    G(sigma) + p D` with the difference `D = G(sigma) - G(1.6 sigma)` smoothed along the edges' flow; white
    where `S >= epsilon`, else `1 + tanh(phi (S - epsilon))`. `D` is shrunk by `noise` first, or p times the
    grain of a dark background would show.

    Lengths are pixels (px) of the 400x400 face; params.yaml says what each parameter means.
    """

    sigma: Annotated[float, Field(gt=0, le=20)]  # px
    p: Annotated[float, Field(ge=0, le=200)]  # weight
    epsilon: Annotated[float, Field(ge=0, le=1)]  # tone
    phi: Annotated[float, Field(gt=0, le=200)]  # 1 / tones
    noise: Annotated[float, Field(ge=0, le=1)]  # tones
    flow: Annotated[float, Field(gt=0, le=50)]  # px

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray."""
        unit = scale(photo.shape[0])
        light = tone(photo)
        fine = difference(light, self.sigma * unit, self.flow * unit)
        fine -= np.clip(fine, -self.noise, self.noise)
        sharp = blur(light, self.sigma * unit) + self.p * fine
        return to_image(1 + np.tanh(self.phi * np.minimum(sharp - self.epsilon, 0)))
