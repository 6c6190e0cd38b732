"""params.yaml as frozen dataclasses. A key that is unknown, missing or of the wrong type is refused
with its place and what is allowed, before any work is done.

Numbers have no defaults here: params.yaml holds them all, with their meaning and unit.
"""

from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from limner import fitting
from limner.build import TAG
from limner.build import build as build
from limner.errors import ParamsError, choices
from limner.recipe import Recipe
from limner.strict import Strict as Strict

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""A name that is also a folder and a file: letters, digits, `-` and `_`."""
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


@dataclass(frozen=True, config=Strict)
class ModelTrain:
    """What a model's training reads of its own; what is None is as the top level has it."""

    people: Annotated[tuple[str, ...], Field(min_length=1)]
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]
    epochs: Count
    most: Most | None = None
    """Faces it learns from, at even steps over its training faces: of each style, or by style (those that are not
    named: all). None: all of them."""
    tune: Tune = "all"
    size: Size | None = None
    flip: bool | None = None
    recipe: Name | None = None
    seeds: Count | None = None
    needs: tuple[str, ...] = ()
    """Manifests without whose faces the model is left out."""

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
    """A style made of another style's drawings: they wobble, lose something, or, in this order, both."""

    of: Name
    """The style, of an effect or an artist."""
    erase: tuple[Feature, ...] | Literal["any"] = ()
    """Removed from each drawing, all of them at once; any: for each drawing one to three things at random."""
    wobble: Annotated[float, Field(ge=0, le=12)] = 0.0
    """How far its lines are displaced, root mean square, pixels of the 400x400 face."""
    draw: NotNegative = 0
    """Which draw of all that is random: styles with the same one wobble alike."""


@dataclass(frozen=True, config=Strict)
class Train:
    """Where and how trainings run, and by which recipe."""

    launch: Annotated[str, Field(min_length=1)]
    device: Literal["auto", "cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]
    compile: Literal["auto"] | bool
    channels_last: Literal["auto"] | bool
    fused: Literal["auto"] | bool
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
    seeds: Count


@dataclass(frozen=True, config=Strict)
class Workers:
    count: NotNegative


@dataclass(frozen=True, config=Strict)
class Params:
    seed: NotNegative
    jitter: bool
    reverse_jitter: bool
    flip: bool
    size: Size
    manifests: Manifests
    scrape: Scrape
    align: Align
    split: Split
    styles: dict[Name, dict[str, Any]]
    """By style: `effect` and that effect's parameters, which `limner.sketch` validates."""
    models: dict[Name, Model]
    train: Train
    recipes: dict[Name, Recipe]
    evaluate: Evaluate
    workers: Workers
    altered: dict[Name, Altered] = field(default_factory=dict)
    """By style, drawings made of those of another style."""
    sets: dict[Name, DataSet] = field(default_factory=dict)
    """Further data folders, by name."""
    scales: dict[Name, Scale] = field(default_factory=dict)
    scale: Name | None = None
    """Which of `scales`; None: none."""

    @property
    def seeds(self) -> range:
        """Of all the trainings that each model is measured over; the first is the model's own."""
        return range(self.seed, self.seed + self.evaluate.seeds)

    @property
    def recipe(self) -> Recipe:
        """What trainings go by.

        Raises:
            ParamsError: params.yaml has no such recipe.
        """
        name = self.train.recipe
        if name not in self.recipes:
            raise ParamsError(f"train.recipe: no recipe {name!r} in params.yaml; {choices(name, self.recipes)}")
        return self.recipes[name]

    def of(self, name: str) -> "Params":
        """These params as one model has them: its own size, flip, recipe and number of seeds in their places, or the
        scale's.

        Raises:
            ParamsError: params.yaml has no such model.
        """
        model, scale = self.model(name), self.scales[self.scale] if self.scale else Scale()
        own = model.train
        recipe = own.recipe or self.train.recipe
        return replace(
            self,
            size=own.size or scale.size or self.size,
            flip=self.flip if own.flip is None else own.flip,
            train=replace(self.train, recipe=scale.recipes.get(recipe, recipe)),
            evaluate=replace(self.evaluate, seeds=own.seeds or self.evaluate.seeds),
            models={**self.models, name: replace(model, train=replace(own, epochs=scale.epochs or own.epochs))},
        )

    def jitters(self, name: str) -> bool:
        """Whether a model's pairs are varied in geometry: as its block says, or the switch that the block names.

        Raises:
            ParamsError: params.yaml has no such model.
        """
        jitter = self.model(name).jitter
        if isinstance(jitter, bool):
            return jitter
        return self.jitter if jitter == "jitter" else self.reverse_jitter

    def model(self, name: str) -> Model:
        """The block of one model.

        Raises:
            ParamsError: params.yaml has no such model.
        """
        if name not in self.models:
            raise ParamsError(f"no model {name!r} in params.yaml; {choices(name, self.models)}")
        return self.models[name]

    def dataset(self, name: str = "") -> DataSet:
        """The block of one of the `sets`, whose folder is data/NAME; the faces of data itself if `name` is empty.

        Raises:
            ParamsError: params.yaml has no such set.
        """
        if not name:
            return DataSet(self.align.place, self.align.manifests)
        if name not in self.sets:
            known = choices(name, self.sets) if self.sets else "it names none under `sets`"
            raise ParamsError(f"no set {name!r} in params.yaml; {known}")
        return self.sets[name]

    def may_lack(self, one: DataSet) -> bool:
        """Whether a set may have no picture at all, since every manifest it takes is optional."""
        return one.manifests is not None and set(one.manifests) <= set(self.scrape.optional)


def load(path: Path = Path("params.yaml"), model: str | None = None) -> Params:
    """Read and check a whole params.yaml; as one `model` has it, if one is named (`Params.of`).

    Raises:
        ParamsError: the file is missing or no YAML, or any key is unknown, missing or mistyped.
    """
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(f"{path} does not exist: run this in the project's root folder") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(f"{path} is not readable as YAML: {error}") from error
    settings = build(Params, tree, str(path))
    fitting.check(settings, path)
    return settings if model is None else settings.of(model)
