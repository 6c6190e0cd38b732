"""A model's card: what it is, whose pictures it learned from, how good it is, what it cannot do and how to use it.

After Mitchell et al., "Model cards for model reporting", FAT* 2019; the header is the one that model hubs read.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from limner.evaluate.told import Mean, Told
from limner.evaluate.yardsticks import CEILING, MODEL
from limner.files import whole
from limner.params import Params

TERMS = ("source", "credit", "author", "license")
"""What is told of a picture's origin, columns of data/faces.csv."""
SWITCHES = {True: "on", False: "off"}


def write(
    path: Path, settings: Params, name: str, told: Told, faces: pd.DataFrame, lessons: Mapping[str, Sequence[str]]
) -> None:
    """Write the card of a model as Markdown.

    Args:
        path: of the file; the model's folder lies beside it, under the same name.
        settings: of the model, `Params.of(name)`.
        name: of the model.
        told: its figures.
        faces: data/faces.csv: columns id, person, source, license, author, credit.
        lessons: by style that it learned, the ids of the faces.
    """
    environment = Environment(
        loader=PackageLoader("limner", "."), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    model = settings.model(name)
    learned = faces[faces["id"].isin({id for ids in lessons.values() for id in ids})]
    alike = len({tuple(ids) for ids in lessons.values()}) == 1
    recipe = {
        **asdict(settings.recipe),
        "name": settings.train.recipe,
        "epochs": model.train.epochs,
        **({"steps": model.train.steps} if model.train.epochs == "auto" else {}),
        "jitter": SWITCHES[settings.jitters(name)],
        "flip": SWITCHES[settings.flip],
        "seed": settings.seed,
    }
    text = environment.get_template("card.md.j2").render(
        name=name,
        version=version("limner"),
        model=model,
        settings=settings,
        header=yaml.safe_dump(_header(model.learns), sort_keys=False).strip(),
        alike=alike,
        framed=settings.align.levels(model.data),
        styles=[style if alike else f"{style}: {len(ids)}" for style, ids in lessons.items()],
        counts=learned["person"].value_counts().to_dict(),
        sources=_sources(learned),
        recipe=recipe,
        suites=[(suite, block, _rows(told, suite), told.memorised(suite)) for suite, block in model.suites.items()],
    )
    with whole(path) as part:
        part.write_text(text.strip() + "\n", encoding="utf-8")


def _header(learns: str) -> dict[str, object]:
    return {
        "library_name": "limner",
        "pipeline_tag": "image-to-image",
        "tags": ["pix2pix", "face", f"{learns}-generation"],
    }


def _sources(faces: pd.DataFrame) -> list[Mapping[str, object]]:
    """Each source with its terms, and how many of the faces came from it."""
    counted = Counter(faces[list(TERMS)].itertuples(index=False, name=None))
    return [{**dict(zip(TERMS, terms, strict=True)), "faces": count} for terms, count in counted.items()]


def _rows(told: Told, suite: str) -> list[dict[str, str]]:
    """The figures of a suite, a row each."""
    rows = []
    for figure in told.figures:
        own, floor = told.mean(suite, MODEL, figure.name), told.best_floor(suite, figure)
        if math.isnan(own.value):
            continue
        verdict = told.verdict(suite, floor, figure.name)
        rows.append(
            {
                "label": figure.label,
                "better": figure.direction,
                "value": _number(own),
                "floor": f"{_number(told.mean(suite, floor, figure.name), False)} ({floor})" if floor else "–",
                "verdict": verdict or "–",
                "ceiling": _number(told.mean(suite, CEILING, figure.name), False),
            }
        )
    return rows


def _number(mean: Mean, margin: bool = True) -> str:
    if math.isnan(mean.value):
        return "–"
    return f"{mean.value:.3f}" + (f" ± {mean.margin:.3f}" if margin and not math.isnan(mean.margin) else "")
