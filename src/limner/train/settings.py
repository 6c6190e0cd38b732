"""What params.yaml says of one model, as the objects a training takes.

`settings` are that model's own everywhere: `Params.of(name)`.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

from limner.nets.store import Card
from limner.pairs import JITTER, Augment
from limner.params import Params
from limner.train.objective import Recipe
from limner.train.plan import Places, Plan

CHANNELS: dict[str, tuple[Literal[1, 3], Literal[1, 3]]] = {"sketch": (3, 1), "photo": (1, 3)}
"""By what a model learns to make: the channels it reads, and those it makes."""


def card(settings: Params, name: str) -> Card:
    """What the model will be; its labels are known once its faces are (`limner.train.start.labels`)."""
    model, frame, recipe = settings.model(name), settings.align, settings.recipe
    level = frame.levels(model.data)
    inputs, outputs = CHANNELS[model.learns]
    return Card(
        name=name,
        learns=model.learns,
        size=settings.size,
        inputs=inputs,
        outputs=outputs,
        width=recipe.width,
        norm=recipe.norm,
        bottleneck=recipe.bottleneck,
        upsample=recipe.upsample,
        attention=recipe.attention,
        mirror=recipe.mirror,
        dropout=recipe.dropout,
        people=model.train.people,
        styles=model.train.styles,
        frame_size=frame.size,
        frame_eyes=frame.eyes if level else None,
        frame_eye_distance=frame.eye_distance if level else None,
        label=model.train.labels or "",
    )


def recipe(settings: Params, name: str) -> Recipe:
    """What the model learns by."""
    own = settings.model(name).train
    length = {"epochs": None, "steps": own.steps} if own.epochs == "auto" else {"epochs": own.epochs}
    return Recipe(**asdict(settings.recipe), seed=settings.seed, **length)


def augment(settings: Params, name: str) -> Augment:
    """How its pairs are varied: in geometry, but for mirroring, if it jitters."""
    recipe, jitter = settings.recipe, settings.jitters(name)
    moved = recipe.rotate, recipe.shift, recipe.stretch
    return Augment(
        settings.size,
        (recipe.zoom, JITTER) if jitter else None,
        settings.flip,
        *(moved if jitter else (0.0, 0.0, 0.0)),
        recipe.tone,
    )


def plan(settings: Params, name: str) -> Plan:
    """What a training is told beside its recipe."""
    shared, own = settings.train, settings.model(name).train
    return Plan(
        shared.snapshots,
        shared.threads,
        shared.patience,
        shared.validate,
        settings.split.gap_seconds,
        {style: limit for style in own.styles if (limit := own.limit(style)) is not None},
        _rubbed(settings, name),
        own.tune,
    )


def _rubbed(settings: Params, name: str) -> dict[str, str]:
    """By style with something rubbed out that the model paints from, the style it was rubbed out of; none where nobody
    asks what is missing."""
    model = settings.model(name)
    if not settings.recipe.missing or model.learns == "sketch":
        return {}
    altered = {style: settings.altered[style] for style in model.train.styles if style in settings.altered}
    return {style: block.of for style, block in altered.items() if block.erase}


def places(settings: Params, name: str, model: Path, training: Path, root: Path = Path()) -> Places:
    """Where the model's training reads, in the project at `root`, and where it writes.

    Args:
        settings: all of params.yaml.
        name: of the model.
        model: the folder of what is trained.
        training: the folder of its diary.
        root: of the project.
    """
    block = settings.model(name)
    data = root / block.data
    return Places(
        faces=data / "faces",
        times=data / "faces.csv",
        split=data / "split.csv",
        sketches=root / block.sketches,
        weights=root / "data/weights",
        init=None if block.init == "scratch" else root / "models" / block.init,
        model=model,
        training=training,
    )
