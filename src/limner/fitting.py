"""Whether what params.yaml says fits together: each key by itself is checked where it is declared."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from limner import plain
from limner.blocks import DRAWN
from limner.errors import ParamsError, choices

if TYPE_CHECKING:
    from limner.params import Params

PIPELINES = ("dvc.yaml", "pictures/dvc.yaml")
"""Beside a params.yaml, what is built from it."""
TAKEN = ("faces", "manifests", "photos", "raw", "sketches", "theirs", "weights")
"""Folders of data that no set may be named as."""
BY_EYES = {"eyes", "loose"}
"""Places that the eyes' own decides."""
FAMILIES = ("effects", "artist", "altered")
"""Folders of data/sketches that no model may write: those of `limner.sketches`, which not every stage depends on."""


def check(settings: "Params", path: Path) -> None:
    """Refuse what cannot be, with its place in the file at `path`.

    Raises:
        ParamsError: the first thing that does not fit.
    """
    _check_scales(settings, path)
    _check_trainings(settings, path)
    _check_sources(settings, path)
    _check_suites(settings, path)
    _check_altered(settings, path)
    _check_outputs(settings, path)
    _check_frame(settings, path)
    _check_twice(settings, path)


def check_pipeline(settings: "Params", path: Path) -> None:
    """Refuse what no stage of the pipeline beside the file at `path` reads, or what DVC cannot read of it there.

    Raises:
        ParamsError: the first of it, with its place.
    """
    told = [path.parent / name for name in PIPELINES if (path.parent / name).is_file()]
    texts = [file.read_text(encoding="utf-8") for file in told]
    if not told:
        return
    stages, writers = "".join(texts), _writers(texts)
    for key, used in (("altered", "${altered}"), ("sets", "${sets}"), ("scales", "- scales"), ("scale", "- scale\n")):
        if getattr(settings, key) and used not in stages:
            raise ParamsError(
                f"{path}: {key}: no stage of {told[0]} reads it, so it would change nothing; leave it out, or build in "
                "experiments/, whose pipeline does"
            )
    for name, model in settings.models.items():
        if isinstance(model.jitter, bool) and "${item.jitter}" in stages:
            raise ParamsError(
                f"{path}: models.{name}.jitter: {told[0]} needs the name of the switch that it obeys: jitter or "
                "reverse_jitter"
            )
        if settings.of(name).recipe.missing and "${altered}" not in stages:
            raise ParamsError(
                f"{path}: the recipe of models.{name} weighs what is missing in drawings (`missing`), and no stage of "
                f"{told[0]} erases anything, so it would change nothing; set it to 0, or build in experiments/, whose "
                "pipeline does"
            )
        if model.writes is None and "- ${item.writes}" in stages:
            raise ParamsError(f"{path}: models.{name}.writes: {told[0]} needs a folder for what the model makes")
        if model.writes and "- ${item.writes}" not in stages and (name, model.writes) not in writers:
            raise ParamsError(
                f"{path}: models.{name}.writes: no stage of {told[0]} has {name} write {model.writes}: put its name "
                f"into `foreach` of the stage that names {' and '.join(sorted(one for one, _ in writers))}, and the "
                "folder that this stage then declares under `writes`"
            )
        within = model.tests is None or Path(model.tests).is_relative_to(model.sketches)
        if not within and "${item.tests}" not in stages:
            raise ParamsError(
                f"{path}: models.{name}.tests: no stage of {told[0]} depends on it, so DVC would neither wait for "
                "those drawings nor see them change; leave it out, or build in experiments/, whose pipeline does"
            )


def _writers(pipelines: Iterable[str]) -> set[tuple[str, str]]:
    """The models that a stage lists by name, since they write: each with a folder that the stage declares for it."""
    stages = [stage for text in pipelines for stage in plain.parse(text, "dvc.yaml")["stages"].values()]
    listed = [(stage["foreach"], stage["do"]) for stage in stages if isinstance(stage.get("foreach"), list)]
    return {
        (name, str(out).replace("${item}", name))
        for names, block in listed
        if "models.${item}.writes" in block.get("params", ())
        for name in names
        for out in block["outs"]
    }


def _check_scales(settings: "Params", path: Path) -> None:
    """Refuse a scale, or a recipe in one, that there is not."""
    if settings.scale is not None and settings.scale not in settings.scales:
        told = choices(settings.scale, settings.scales)
        raise ParamsError(f"{path}: scale: {settings.scale!r} is not a block of `scales`; {told}")
    for name, scale in settings.scales.items():
        for recipe in (*scale.recipes, *scale.recipes.values()):
            if recipe not in settings.recipes:
                told = choices(recipe, settings.recipes)
                raise ParamsError(f"{path}: scales.{name}.recipes: {recipe!r} is not a block of `recipes`; {told}")


def _check_trainings(settings: "Params", path: Path) -> None:
    """Refuse trainings that cannot be.

    Raises:
        ParamsError: a training names a recipe, a manifest or a style that there is not, does not say how long it takes,
            or tunes what has no start.
    """
    for name, model in settings.models.items():
        own, place = model.train, f"{path}: models.{name}.train"
        named = (
            ("recipe", (own.recipe,) if own.recipe else (), settings.recipes, "a block of `recipes`"),
            ("needs", own.needs, settings.manifests, "among the `manifests` that are built from"),
            ("most", own.most if isinstance(own.most, dict) else (), own.styles, "a style that it learns"),
        )
        for key, wanted, there, what in named:
            for one in wanted:
                if one not in there:
                    raise ParamsError(f"{place}.{key}: {one!r} is not {what}; {choices(one, there)}")
        if own.epochs == "auto" and own.steps is None:
            raise ParamsError(f"{place}.epochs: auto needs `steps` beside it, how many they shall make at least")
        if own.tune != "all" and model.init == "scratch":
            raise ParamsError(
                f"{place}.tune: {own.tune} trains a small part of a network that can paint already, and {name} starts "
                "from scratch: name another model under `init`, or train all"
            )
        known = (own.recipe or settings.train.recipe) in settings.recipes
        recipe = settings.of(name).recipe if known else None
        moved = (style for style, one in settings.altered.items() if one.erase and (one.wobble or one.shift))
        asks = recipe and recipe.missing and model.learns == "photo"
        if asks and (both := set(moved).intersection(own.styles)):
            raise ParamsError(
                f"{place}.styles: the recipe weighs what is missing, and in {', '.join(sorted(both))} lines are moved "
                "as well as rubbed out, so what is missing cannot be told; learn a style in which either is done, or "
                "set the recipe's `missing` to 0"
            )
        if own.tune == "norms" and recipe and recipe.norm == "none":
            raise ParamsError(f"{place}.tune: norms cannot be trained, since the recipe's norm is none; train all")


def _check_sources(settings: "Params", path: Path) -> None:
    """Refuse sets, and manifests that are optional or aligned, that cannot be.

    Raises:
        ParamsError: one names a manifest that is not built from, or a set the folder of something else.
    """
    asked = {"scrape.optional": settings.scrape.optional, "align.manifests": settings.align.manifests or ()}
    asked |= {f"sets.{name}.manifests": block.manifests or () for name, block in settings.sets.items()}
    for place, manifests in asked.items():
        _refuse_unknown(manifests, settings, f"{path}: {place}")
    for name in settings.sets:
        if name.lower() in TAKEN:
            raise ParamsError(
                f"{path}: sets.{name}: the folder data/{name} holds something else; "
                f"any name is allowed but {', '.join(TAKEN)}"
            )


def _refuse_unknown(manifests: Iterable[str], settings: "Params", place: str) -> None:
    for manifest in manifests:
        if manifest not in settings.manifests:
            raise ParamsError(
                f"{place}: {manifest!r} is not among the `manifests` that are built from; "
                f"{choices(manifest, settings.manifests)}"
            )


def _check_suites(settings: "Params", path: Path) -> None:
    """Refuse suites that cannot be.

    Raises:
        ParamsError: a suite erases from photos, or names a manifest that is not built from.
    """
    for name, model in settings.models.items():
        for suite, block in model.suites.items():
            place = f"{path}: models.{name}.suites.{suite}"
            if DRAWN in block.styles:
                raise ParamsError(
                    f"{place}.styles: no style can be called {DRAWN!r}, as the mean over all drawn ones is"
                )
            if block.erase and model.learns == "sketch":
                raise ParamsError(
                    f"{place}.erase: {name} learns to sketch, so it reads photos, and only drawings can be erased: "
                    "leave `erase` out, or put the suite into a model that learns photo"
                )
            _refuse_unknown(block.manifests or (), settings, f"{place}.manifests")
            _refuse_unknown(block.needs, settings, f"{place}.needs")


def _check_altered(settings: "Params", path: Path) -> None:
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
        if not (block.erase or block.wobble or block.shift):
            raise ParamsError(
                f"{place} alters nothing: give `wobble` (pixels), `erase` (features, or any) or `shift` (pixels)"
            )


def _check_outputs(settings: "Params", path: Path) -> None:
    """Refuse folders of what models make that hold anything else, for DVC empties them before a model writes.

    Raises:
        ParamsError: one is not where drawings or the model's own pictures lie, or two are one.
    """
    told = {name: PurePosixPath(model.writes) for name, model in settings.models.items() if model.writes is not None}
    drawings = [PurePosixPath("data/sketches"), *(PurePosixPath("data", name, "sketches") for name in settings.sets)]
    for name, folder in told.items():
        own = PurePosixPath("runs", name, "pictures")
        drawn = folder.parent in drawings and folder.name.lower() not in (*FAMILIES, "..")
        if not (drawn or folder == own):
            raise ParamsError(
                f"{path}: models.{name}.writes: {str(folder)!r} is not a folder of its own, and DVC empties it before "
                f"{name} writes there; allowed: {own}, or {' or '.join(f'{one}/NAME' for one in drawings)}, where NAME "
                f"is any but {', '.join(FAMILIES)}"
            )
    for one, other in combinations(told, 2):
        if str(told[one]).lower() == str(told[other]).lower():
            raise ParamsError(
                f"{path}: models.{other}.writes: {one} writes {told[one]} too, and each would empty it of what the "
                "other made: give each a folder of its own"
            )


def _check_frame(settings: "Params", path: Path) -> None:
    """Refuse a frame in which a face's eyes would not be.

    Raises:
        ParamsError: an iris lies outside.
    """
    if not {settings.align.place, *(one.place for one in settings.sets.values())} & BY_EYES:
        return
    (x, y), size, half = settings.align.eyes, settings.align.size, settings.align.eye_distance / 2
    if x - half < 0 or x + half >= size or not 0 <= y < size:
        raise ParamsError(
            f"{path}: align.eyes, align.eye_distance: the irises would be put at ({x - half:g}, {y:g}) and "
            f"({x + half:g}, {y:g}), and both must lie inside the {size}x{size} pixels of a face (align.size)"
        )


def _check_twice(settings: "Params", path: Path) -> None:
    """Refuse a metric, what a model is held against, or a style of a training or a suite that is named twice."""
    lists = {"evaluate.metrics": settings.evaluate.metrics, "evaluate.beside": settings.evaluate.beside}
    for name, model in settings.models.items():
        lists[f"models.{name}.train.styles"] = model.train.styles
        lists |= {f"models.{name}.suites.{suite}.styles": block.styles for suite, block in model.suites.items()}
    for key, names in lists.items():
        for name in names:
            if names.count(name) > 1:
                raise ParamsError(f"{path}: {key}: {name!r} stands there twice; once is enough")
