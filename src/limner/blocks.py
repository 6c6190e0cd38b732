"""The blocks of params.yaml as frozen dataclasses.

Numbers have no defaults here: params.yaml holds them all, with their meaning and unit.
"""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from limner.build import AUTO, NUMBER, TAG
from limner.strict import Strict

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""A name that is also a folder and a file: letters, digits, `-` and `_`."""
DRAWN = "drawn"
"""Stands for the mean over a suite's drawn styles where figures are told: no style may be called so."""
Size = Literal[64, 128, 256, 512]
Jitter = Literal["jitter", "reverse_jitter", True, False]
"""The top-level switch that decides, or the decision itself."""
Tune = Literal["all", "norms", "lora"]
"""What of a network is trained: every weight, its norms, or its norms and a low-rank change of each convolution."""
Feature = Literal["left_eye", "right_eye", "nose", "mouth"]
"""Sides are the person's own: the left eye is at the right of the picture."""
DATA = "data"
"""The project's own faces, in the frame that `align` describes."""
Place = Literal["eyes", "box", "loose", "whole"]
"""How a face is put into its square: see `limner.align.place`."""
Floor = Literal["copy", "mean", "linear", "nearest"]
Ceiling = Literal["neighbour"]
"""What a model is held against: see `limner.evaluate.yardsticks`."""
Manifests = Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True, config=Strict)
class Scrape:
    mirrors: dict[str, str]
    max_failures: NotNegative
    near_duplicate: Annotated[float, Field(ge=0, le=255)]
    neighbours: NotNegative
    block_seconds: Positive
    connections: Count
    delay: Annotated[float, Field(ge=0)]
    tries: Count
    max_seconds: Positive
    max_megabytes: Count
    allow_unlicensed: bool
    optional: tuple[str, ...] = ()
    """Manifests that are left out, without an error, where the hosts of all their files do not answer."""


@dataclass(frozen=True, config=Strict)
class Align:
    size: Annotated[int, Field(ge=32, le=4096)]
    eyes: tuple[float, float]
    eye_distance: Positive
    min_eye_distance: Annotated[float, Field(ge=0)]
    max_yaw: Annotated[float, Field(gt=0, le=90)]
    same_person: Annotated[float, Field(gt=0, le=2)]
    place: Place = "eyes"
    manifests: Manifests | None = None
    """Those whose pictures are aligned; None: every one."""

    def levels(self, data: str) -> bool:
        """Whether all faces of a data folder have their irises where these numbers say: the project's own may."""
        return data == DATA and self.place == "eyes"


@dataclass(frozen=True, config=Strict)
class DataSet:
    """A further folder of faces, data/NAME, of the same pictures as data itself, but framed in another way."""

    place: Place
    """In place of `align.place`; the other numbers of `align` hold for it too."""
    manifests: Manifests | None = None
    """Those whose pictures it takes; None: every one."""

    def takes(self, manifest: str) -> bool:
        """Whether the pictures of a manifest, named as in `manifests`, belong to it."""
        return self.manifests is None or manifest in self.manifests


@dataclass(frozen=True, config=Strict)
class Split:
    test: Annotated[float, Field(gt=0, lt=1)]
    gap_seconds: Annotated[float, Field(ge=0)]


SHARED, BY_STYLE = f"{TAG}shared", f"{TAG}by style"
"""Which of its two shapes a key has that takes one number, or one a style."""
Most = Annotated[
    Annotated[Count, Tag(SHARED)] | Annotated[dict[Name, Count], Tag(BY_STYLE)],
    Discriminator(lambda value: BY_STYLE if isinstance(value, dict) else SHARED),
]


BY_KIND = Discriminator(lambda value: AUTO if isinstance(value, str) else NUMBER)
Epochs = Annotated[Annotated[Count, Tag(NUMBER)] | Annotated[Literal["auto"], Tag(AUTO)], BY_KIND]
OwnSize = Annotated[Annotated[Size, Tag(NUMBER)] | Annotated[Literal["auto"], Tag(AUTO)], BY_KIND]


@dataclass(frozen=True, config=Strict)
class ModelTrain:
    """What a model's training reads of its own; what is None is as the top level has it."""

    people: Annotated[tuple[str, ...], Field(min_length=1)]
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]
    epochs: Epochs
    steps: Count | None = None
    """With `epochs: auto`: its epochs are as many as make at least so many steps."""
    most: Most | None = None
    """Faces it learns from, at even steps over its training faces: of each style, or by style (those that are not
    named: all). None: all of them."""
    tune: Tune = "all"
    flip: bool | None = None
    recipe: Name | None = None
    seeds: Count | None = None
    needs: tuple[str, ...] = ()
    """Manifests without whose faces the model is left out."""

    @property
    def length(self) -> str:
        """How long it takes, in words."""
        if self.epochs == "auto":
            return f"at least {self.steps} steps"
        return f"{self.epochs} epoch{'s' if self.epochs > 1 else ''}"

    def limit(self, style: str) -> int | None:
        """How many faces at most are learned in one style; None: all."""
        return self.most.get(style) if isinstance(self.most, dict) else self.most

    labels: Annotated[str, Field(min_length=1)] | None = None
    """A column of data/faces.csv whose value the model is told of each picture; None: nothing."""


@dataclass(frozen=True, config=Strict)
class Suite:
    """A named set of test inputs: all faces that meet every condition."""

    split: Literal["train", "test", "all", "learned"]
    """learned: the very faces that the model learned from in each style."""
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]
    people: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Names, or patterns of names; None: everybody."""
    erase: tuple[Feature, ...] = ()
    """Removed from each drawing, all of them at once, before the model reads it."""
    manifests: Manifests | None = None
    """Those the photos came from; None: every one."""
    most: Count | None = None
    """Faces, at even steps; None: all of them."""
    needs: tuple[str, ...] = ()
    """Manifests without whose faces the suite is left out."""


@dataclass(frozen=True, config=Strict)
class Model:
    learns: Literal["sketch", "photo"]
    sketches: str
    init: Name
    jitter: Jitter
    size: OwnSize
    """Side of its pictures, pixels; auto: as the scale or the top level has it."""
    train: ModelTrain
    suites: Annotated[dict[Name, Suite], Field(min_length=1)]
    writes: str | None = None
    """Where translate puts what the model makes of all that it can read; None: nowhere."""
    tests: str | None = None
    """Where the drawings of the suites lie; None: in `sketches`."""
    data: Annotated[str, Field(min_length=1)] = DATA
    """The folder with the faces, their table, landmarks and split that it learns from and is tested on."""

    @property
    def drawings(self) -> str:
        """Where the drawings of the suites lie."""
        return self.sketches if self.tests is None else self.tests


@dataclass(frozen=True, config=Strict)
class Altered:
    """A style made of another style's drawings: they wobble, lose something, move, or some of that in turn."""

    of: Name
    """The style, of an effect or an artist."""
    erase: tuple[Feature, ...] | Literal["any"] = ()
    """Removed from each drawing, all of them at once; any: for each drawing one to three things at random."""
    wobble: Annotated[float, Field(ge=0, le=12)] = 0.0
    """How far its lines are displaced, root mean square, pixels of the 400x400 face."""
    shift: Annotated[float, Field(ge=0, le=100)] = 0.0
    """How far each drawing as a whole is out of place, root mean square, pixels of the 400x400 face."""
    draw: NotNegative = 0
    """Which draw of all that is random: styles with the same one wobble alike."""


@dataclass(frozen=True, config=Strict)
class Train:
    """Where and how trainings run, and by which recipe."""

    launch: Annotated[str, Field(min_length=1)]
    device: Literal["auto", "cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]
    compile: Literal["auto", True, False]
    channels_last: Literal["auto", True, False]
    fused: Literal["auto", True, False]
    memory: Literal["auto", "device", "mapped"]
    threads: NotNegative
    recipe: Name
    snapshots: NotNegative
    patience: NotNegative
    validate: Annotated[float, Field(gt=0, le=0.5)]


@dataclass(frozen=True, config=Strict)
class Scale:
    """What replaces the numbers of every model that does not say its own: so all can be made larger by one name."""

    size: Size | None = None
    recipes: dict[Name, Name] = field(default_factory=dict)
    """By recipe, the one in its place."""
    epochs: Count | None = None
    """In place of the model's own, too."""


@dataclass(frozen=True, config=Strict)
class Evaluate:
    metrics: Annotated[tuple[Name, ...], Field(min_length=1)]
    beside: tuple[Floor | Ceiling, ...]
    seeds: Count


@dataclass(frozen=True, config=Strict)
class Workers:
    count: NotNegative
