"""A recipe: the numbers that decide what is learned and how, one named block of params.yaml's `recipes`.

Two are shipped: pix2pix as published (Isola et al., "Image-to-Image Translation with Conditional Adversarial
Networks", CVPR 2017; phillipi/pix2pix), and limner's own; docs/recipe.md has what its differences are worth.
"""

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.strict import Strict

Weight = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, lt=1)]
Width = Annotated[int, Field(ge=4, le=512)]
Norm = Literal["batch", "instance", "group", "none"]
Upsample = Literal["transposed", "resize"]
Bottleneck = Literal["alive", "normed"]
Attention = Literal[0, 8, 16, 32]
Game = Literal["cross_entropy", "hinge", "least_squares"]


@dataclass(frozen=True, config=Strict)
class Recipe:
    """Meanings and units are in params.yaml."""

    batch: Annotated[int, Field(ge=1)]
    lr: Annotated[float, Field(gt=0)]
    beta1: Share
    decay: Annotated[float, Field(ge=0, le=1)]
    ema: Share
    width: Width
    norm: Norm
    bottleneck: Bottleneck
    upsample: Upsample
    attention: Attention
    mirror: bool
    dropout: Share
    discriminator_lr: Annotated[float, Field(gt=0)]
    discriminator_width: Width
    discriminator_norm: Norm
    spectral: bool
    r1: Weight
    game: Game
    l1: Weight
    ssim: Weight
    missing: Weight
    features: Weight
    perceptual: Weight
    unmoved: Annotated[float, Field(ge=0, le=1)]
    zoom: Annotated[float, Field(ge=1, le=286 / 256)]
    rotate: Annotated[float, Field(ge=0, le=45)]
    shift: Annotated[float, Field(ge=0, le=0.25)]
    stretch: Annotated[float, Field(ge=0, le=0.25)]
    tone: Annotated[float, Field(ge=0, le=1)]
