"""Other effects, one of them with other parameters for every face."""

import hashlib
import math
from typing import Annotated, Any, get_args

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

from limner.blocks import Name, NotNegative
from limner.errors import ParamsError
from limner.images import Image
from limner.strict import Strict

HALF_TURN = 180.0
"""Numbers that may lie between minus and plus this are angles, in degrees: they turn, where others grow and shrink."""


@dataclass(frozen=True, config=Strict)
class Varied:
    """A kind of drawing and its parameters, drawn anew for every face.

    Tobin et al. (2017), Domain Randomization for Transferring Deep Neural Networks: what has seen enough variety takes
    a kind that it has not seen for one more variation. The photo's pixels and `seed` decide the draw: each is drawn the
    same way again, and under several seeds in as many ways.

    Every number of a kind is multiplied by exp(u), u even between minus and plus `spread`, and kept within what its
    effect allows; angles are turned by u half turns. Numbers in a row that are in order stay so (a stamp's steps).
    """

    kinds: Annotated[dict[Name, dict[str, Any]], Field(min_length=1)]  # name -> effect and parameters, as in `styles`
    spread: Annotated[float, Field(ge=0, le=2)]  # natural logarithm
    seed: NotNegative

    def __post_init__(self) -> None:
        """Refuse kinds that cannot be drawn.

        Raises:
            ParamsError: a kind is of no effect or varied itself, or its parameters are not what its effect takes.
        """
        from limner.sketch import make

        for name, block in self.kinds.items():
            if block.get("effect") == "varied":
                raise ParamsError(f"varied: kinds.{name}: what is varied cannot be varied once more")
            make(block, f"varied: kinds.{name}")

    def __call__(self, photo: Image) -> Image:
        """Draw an (H, W, 3) RGB face as (H, W) gray."""
        from limner.sketch import make

        block = self.drawn(photo)
        return make(block, "varied")(photo)

    def drawn(self, photo: Image) -> dict[str, Any]:
        """What an (H, W, 3) RGB face is drawn with: `effect` and its parameters."""
        from limner.sketch import effect_class

        rng = np.random.default_rng([self.seed, *hashlib.sha256(photo.tobytes()).digest()])
        block = self.kinds[rng.choice(sorted(self.kinds))]
        fields = effect_class(block["effect"]).__dataclass_fields__
        return {
            key: value if key == "effect" else _varied(value, fields[key].type, self.spread, rng)
            for key, value in sorted(block.items())
        }


def _varied(value: Any, kind: Any, spread: float, rng: np.random.Generator) -> Any:
    """A parameter of the annotated type `kind`, each of its numbers drawn anew."""
    bare, *notes = get_args(kind) if hasattr(kind, "__metadata__") else (kind,)
    if isinstance(value, list | tuple):
        inner = get_args(bare)
        row = inner[-1] is Ellipsis  # any number of one kind, and no tuple of several
        kinds = [inner[0]] * len(value) if row else inner
        drawn = [_varied(one, of, spread, rng) for one, of in zip(value, kinds, strict=True)]
        return _in_order(value, drawn) if row else drawn
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    low, high = _range(notes)
    change = float(rng.uniform(-spread, spread))
    if (low, high) == (-HALF_TURN, HALF_TURN):
        return (value + HALF_TURN * change + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN
    return min(max(value * math.exp(change), low), high)


def _range(notes: list[Any]) -> tuple[float, float]:
    """The least and the greatest number that a parameter's annotation allows; what lies on an excluded border is never
    reached by multiplying."""
    bounds = [bound for note in notes for bound in note.metadata]
    low = [float(bound.ge) for bound in bounds if hasattr(bound, "ge")]
    high = [float(bound.le) for bound in bounds if hasattr(bound, "le")]
    return max(low, default=-math.inf), min(high, default=math.inf)


def _in_order(before: Any, after: list[Any]) -> list[Any]:
    """`after`, but sorted as `before` was if that was sorted; of rows of numbers, each column by itself."""
    if after and isinstance(after[0], list):
        columns = [
            _in_order(one, list(other))
            for one, other in zip(zip(*before, strict=True), zip(*after, strict=True), strict=True)
        ]
        return [list(row) for row in zip(*columns, strict=True)]
    for backwards in (False, True):
        if list(before) == sorted(before, reverse=backwards):
            return sorted(after, reverse=backwards)
    return after
