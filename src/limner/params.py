"""params.yaml as one frozen dataclass of its blocks. A key that is unknown, missing or of the wrong type is refused
with its place and what is allowed, before any work is done.
"""

from collections.abc import Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from pydantic.dataclasses import dataclass

from limner import fitting, plain
from limner.blocks import (
    Align,
    Altered,
    DataSet,
    Evaluate,
    Manifests,
    Model,
    Name,
    NotNegative,
    Scale,
    Scrape,
    Size,
    Split,
    Train,
    Workers,
)
from limner.build import build
from limner.errors import ParamsError, choices
from limner.recipe import Recipe
from limner.strict import Strict


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
    templates: dict[Name, Any] = field(default_factory=dict)
    """What other blocks are made of by YAML's anchors; nothing reads it here."""

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
            size=(scale.size or self.size) if model.size == "auto" else model.size,
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


def load(path: Path = Path("params.yaml"), model: str | None = None, changes: Sequence[str] = ()) -> Params:
    """Read and check a whole params.yaml; as one `model` has it, if one is named (`Params.of`).

    Args:
        path: the file.
        model: its name.
        changes: KEY=VALUE each, a key of the top level and what stands in the file's place for it. dvc.yaml has the
            stages that read `size` say it so: DVC's memory of runs passes over every key of that name.

    Raises:
        ParamsError: the file is missing or no YAML (`plain.parse`), or any key is unknown, missing or mistyped.
    """
    try:
        tree = plain.read(path)
    except FileNotFoundError as error:
        raise ParamsError(f"{path} does not exist: run this in the project's root folder") from error
    for change in changes if isinstance(tree, dict) else ():  # of what is none, `build` says so
        key, equals, value = change.partition("=")
        if not equals or key not in tree:
            raise ParamsError(f"{change!r}: KEY=VALUE is meant, and a key of {path}'s top level")
        tree[key] = plain.parse(value, repr(change))
    settings = build(Params, tree, str(path))
    fitting.check(settings, path)
    return settings if model is None else settings.of(model)
