"""params.yaml as frozen dataclasses. A key that is unknown, missing or of the wrong type is refused
with its place and what is allowed, before any work is done.

Numbers have no defaults here: params.yaml holds them all, with their meaning and unit.
"""

import json
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

import yaml
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from limner.errors import ParamsError, choices
from limner.recipe import Recipe
from limner.strict import Strict as Strict

Count = Annotated[int, Field(ge=1)]
NotNegative = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
"""A name that is also a folder and a file: letters, digits, `-` and `_`."""
Size = Literal[64, 128, 256, 512]
Switch = Literal["jitter", "reverse_jitter"]
Feature = Literal["left_eye", "right_eye", "nose", "mouth"]
"""Sides are the person's own: the left eye is at the right of the picture."""


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


@dataclass(frozen=True, config=Strict)
class Align:
    size: Annotated[int, Field(ge=32, le=4096)]
    eyes: tuple[float, float]
    eye_distance: Positive
    min_eye_distance: Annotated[float, Field(ge=0)]
    max_yaw: Annotated[float, Field(gt=0, le=90)]
    same_person: Annotated[float, Field(gt=0, le=2)]


@dataclass(frozen=True, config=Strict)
class Split:
    test: Annotated[float, Field(gt=0, lt=1)]
    gap_seconds: Annotated[float, Field(ge=0)]


@dataclass(frozen=True, config=Strict)
class ModelTrain:
    """What a model's training reads of its own."""

    people: Annotated[tuple[str, ...], Field(min_length=1)]
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]
    epochs: Count


@dataclass(frozen=True, config=Strict)
class Suite:
    """A named set of test inputs: all faces that meet every condition."""

    split: Literal["train", "test", "all"]
    styles: Annotated[tuple[Name, ...], Field(min_length=1)]
    people: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """None: everybody."""
    erase: tuple[Feature, ...] = ()
    """Removed from each drawing, all of them at once, before the model reads it."""
    manifests: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Those the photos came from; None: every one."""
    most: Count | None = None
    """Faces, at even steps; None: all of them."""


@dataclass(frozen=True, config=Strict)
class Model:
    learns: Literal["sketch", "photo"]
    sketches: str
    writes: str
    init: Name
    jitter: Switch
    train: ModelTrain
    suites: Annotated[dict[Name, Suite], Field(min_length=1)]


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
    manifests: Annotated[tuple[str, ...], Field(min_length=1)]
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

    def model(self, name: str) -> Model:
        """The block of one model.

        Raises:
            ParamsError: params.yaml has no such model.
        """
        if name not in self.models:
            raise ParamsError(f"no model {name!r} in params.yaml; {choices(name, self.models)}")
        return self.models[name]


def load(path: Path = Path("params.yaml")) -> Params:
    """Read and check a whole params.yaml.

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
    _check_suites(settings, path)
    _check_altered(settings, path)
    return settings


def _check_suites(settings: Params, path: Path) -> None:
    """Refuse suites that cannot be.

    Raises:
        ParamsError: a suite erases from photos, or names a manifest that is not built from.
    """
    for name, model in settings.models.items():
        for suite, block in model.suites.items():
            place = f"{path}: models.{name}.suites.{suite}"
            if block.erase and model.learns == "sketch":
                raise ParamsError(
                    f"{place}.erase: {name} learns to sketch, so it reads photos, and only drawings can be erased: "
                    "leave `erase` out, or put the suite into a model that learns photo"
                )
            for manifest in block.manifests or ():
                if manifest not in settings.manifests:
                    raise ParamsError(
                        f"{place}.manifests: {manifest!r} is not among the `manifests` that are built from; "
                        f"{choices(manifest, settings.manifests)}"
                    )


def _check_altered(settings: Params, path: Path) -> None:
    """Refuse altered styles that cannot be.

    Raises:
        ParamsError: one bears an effect's name, is made of another altered style, or alters nothing.
    """
    for name, block in settings.altered.items():
        place = f"{path}: altered.{name}"
        if name in settings.styles:
            raise ParamsError(f"{place}: `styles` has a style {name!r} too; give one of them another name")
        if block.of in settings.altered:
            raise ParamsError(f"{place}.of: {block.of!r} is altered itself; {choices(block.of, settings.styles)}")
        if not (block.erase or block.wobble):
            raise ParamsError(f"{place} alters nothing: give `wobble` (pixels), or `erase` (features, or any), or both")


Built = TypeVar("Built")


def build(cls: type[Built], tree: Any, where: str) -> Built:
    """Make a `Strict` dataclass from plain YAML data.

    Raises:
        ParamsError: lists every unknown, missing or mistyped key below `where`.
    """
    try:
        # Through JSON, whose strict mode takes a list for a tuple and still converts nothing else.
        return TypeAdapter(cls).validate_json(json.dumps(tree, default=str))
    except ValidationError as error:
        lines = [_sentence(cls, problem) for problem in error.errors()]
        raise ParamsError("\n".join([f"{where} cannot be used:", *(f"  {line}" for line in lines)])) from None


def _sentence(cls: type, problem: Any) -> str:
    """One pydantic error as a sentence with the key's place, the wrong value and what is allowed."""
    place, kind = problem["loc"], problem["type"]
    # Where several types are allowed, pydantic names the one it tried, as in tuple[str, ...], which is no key.
    key = ".".join(str(part) for part in place if "[" not in str(part))
    value = problem["input"]
    note = ""
    if isinstance(value, str) and _is_number(value):
        note = " (YAML reads 2e-4 as a string: write 2.0e-4, and no quotes around numbers)"
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        if place[-1] in _fields_at(Recipe, ()):
            return f"unknown key {key!r}; it is a number of a recipe: recipes.limner.{place[-1]}{note}"
        return f"unknown key {key!r}; {choices(place[-1], _fields_at(cls, place[:-1]))}"
    if kind in ("missing", "missing_argument"):
        return f"the key {key!r} is missing"
    return f"{key}: {value!r} is not allowed; {problem['msg'][0].lower()}{problem['msg'][1:]}{note}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _fields_at(cls: Any, place: tuple[Any, ...]) -> list[str]:
    """The keys allowed at `place` below the dataclass `cls`, walking through dicts by their value type."""
    for part in place:
        fields = getattr(cls, "__dataclass_fields__", None)
        if fields is not None:
            cls = fields[part].type
        while get_args(cls) and not hasattr(cls, "__dataclass_fields__"):
            arguments = get_args(cls)
            dict_here = getattr(cls, "__origin__", None) is dict
            if dict_here and fields is not None:
                break  # the next part of the place is this dict's own key
            cls = arguments[1] if dict_here else arguments[0]
    return list(getattr(cls, "__dataclass_fields__", {}))
