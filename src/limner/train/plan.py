"""Where a training reads and writes, and what it is told beside its recipe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from limner.blocks import Tune


@dataclass(frozen=True)
class Places:
    """The folders and files a training reads and writes."""

    faces: Path
    times: Path
    """faces.csv, which knows when in a video a face was seen, and what a model may be told of it."""
    split: Path
    sketches: Path
    weights: Path
    """data/weights, of the networks that measure."""
    init: Path | None
    """The model whose weights are the start; None: random ones."""
    model: Path
    training: Path


@dataclass(frozen=True)
class Plan:
    """What a training is told beside its recipe."""

    snapshots: int
    """How often the fixed test pictures are painted."""
    threads: int = 0
    """Cores for one process; 0: all of them."""
    patience: int = 0
    """Epochs without a better figure of the held-out faces after which training stops; 0: nothing is held out."""
    validate: float = 0.2
    """Share of each person's training groups that is held out."""
    gap: float = 0.0
    """Seconds between the held-out faces of a video and those that are learned from."""
    most: Mapping[str, int] = field(default_factory=dict)
    """Faces that are learned from, by style, at even steps; all of them in a style that is not named."""
    rubbed: Mapping[str, str] = field(default_factory=dict)
    """By style with something rubbed out, the style it was rubbed out of, if the recipe weighs what is missing."""
    tune: Tune = "all"
    """What of the generator is trained."""
