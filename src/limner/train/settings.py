"""What params.yaml says of one model, as the objects a training takes."""

from typing import Literal

from limner.nets.store import Card
from limner.pairs import JITTER, Augment
from limner.params import Params
from limner.train.objective import Recipe
from limner.train.run import Plan

CHANNELS: dict[str, tuple[Literal[1, 3], Literal[1, 3]]] = {"sketch": (3, 1), "photo": (1, 3)}
"""By what a model learns to make: the channels it reads, and those it makes."""


def card(settings: Params, name: str) -> Card:
    """What the model will be."""
    model, frame = settings.model(name), settings.align
    inputs, outputs = CHANNELS[model.learns]
    return Card(
        name=name,
        learns=model.learns,
        size=settings.size,
        inputs=inputs,
        outputs=outputs,
        width=model.train.width,
        dropout=settings.train.dropout,
        people=model.train.people,
        styles=model.train.styles,
        frame_size=frame.size,
        frame_eyes=frame.eyes,
        frame_eye_distance=frame.eye_distance,
    )


def recipe(settings: Params, name: str) -> Recipe:
    """What the model learns by."""
    own, shared = settings.model(name).train, settings.train
    return Recipe(
        seed=settings.seed,
        epochs=own.epochs,
        batch=shared.batch,
        lr=shared.lr,
        beta1=shared.beta1,
        decay=shared.decay,
        l1=shared.l1,
        ssim=shared.ssim,
        discriminator_width=shared.discriminator_width,
        ema=shared.ema,
    )


def augment(settings: Params, name: str) -> Augment:
    """How its pairs are varied: jitter as the top-level switch says that the model's block names."""
    jitter: bool = getattr(settings, settings.model(name).jitter)
    return Augment(settings.size, (settings.train.zoom, JITTER) if jitter else None, settings.flip)


def plan(settings: Params) -> Plan:
    """What happens beside the steps."""
    shared = settings.train
    return Plan(shared.snapshots, shared.threads, shared.patience, shared.validate, settings.split.gap_seconds)
