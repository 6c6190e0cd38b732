"""Pictures to be measured against their truth, and what several metrics look at in them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from torch import Tensor

from limner.errors import LimnerError
from limner.mesh import IRISES
from limner.metrics.views import chips, masks, points
from limner.metrics.views.face import embedding


@dataclass(frozen=True)
class Setting:
    """What all the cases of an evaluation share."""

    weights: Path
    """The folder of model files, `file` in data/manifests/models.csv."""
    eyes: tuple[tuple[float, float], tuple[float, float]] | None
    """Where the irises are in every picture, left and right in it: (x, y) as shares of its width and height, of
    pixel corners. None: they are looked for in each truth."""


class Case:
    """Pictures made for one truth (or each for its own), and what is seen in them, found when first asked for.

    Args:
        fake: (N, 3, H, W) in [0, 1].
        real: (N or 1, 3, H, W) in [0, 1].
        setting: of the evaluation.

    Raises:
        LimnerError: the pictures do not fit each other.
    """

    def __init__(self, fake: Tensor, real: Tensor, setting: Setting) -> None:
        if fake.shape[1:] != real.shape[1:] or len(real) not in (1, len(fake)):
            raise LimnerError(
                f"pictures of {tuple(fake.shape)} cannot be compared with {tuple(real.shape)}: "
                "both need (N, 3, H, W), or one truth for all"
            )
        self.fake, self.real, self.setting = fake, real, setting

    @property
    def weights(self) -> Path:
        """The folder of model files."""
        return self.setting.weights

    @cached_property
    def landmarks(self) -> Tensor:
        """(N or 1, 478, 2) x, y in pixels: the face of each truth; nan where none is found."""
        return points.find(self.real, self.weights)

    @cached_property
    def found(self) -> Tensor:
        """(N, 478, 2) x, y in pixels: the face of each fake; nan where none is found."""
        return points.find(self.fake, self.weights)

    @cached_property
    def masks(self) -> Tensor:
        """(N or 1, regions, H, W) of 0 and 1: the parts of each truth's face; all 0 where none is found."""
        return masks.regions(self.landmarks, *self.real.shape[-2:])

    @cached_property
    def cheeks(self) -> Tensor:
        """(N or 1, 2, H, W) of 0 and 1: a patch on each cheek of each truth; all 0 where no face is found."""
        return masks.cheeks(self.landmarks, *self.real.shape[-2:])

    @cached_property
    def eyes(self) -> Tensor:
        """(N or 1, 2, 2) x, y in pixels: the irises of each truth, left and right in it; nan where none are found."""
        return chips.eyes(self.setting.eyes, self.real) if self.setting.eyes else self.landmarks[:, IRISES]

    @cached_property
    def vectors(self) -> tuple[Tensor, Tensor]:
        """(N, 128) and (N or 1, 128): the embeddings of the fakes and of the truths; nan where no eyes are found."""
        network = embedding(self.weights / chips.FILE)
        return chips.embed(network, self.fake, self.eyes), chips.embed(network, self.real, self.eyes)
