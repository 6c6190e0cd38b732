"""Evaluations made up, small enough to be judged by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from limner import bootstrap, images, params, tables
from limner.blocks import Suite
from limner.compare import ALL
from limner.left_out import NOTE, SUITES
from limner.params import Params

FIGURES = {"lpips": "lower", "ssim": "higher"}
Values = Mapping[str, Sequence[float]]
"""LPIPS of each face by style; SSIM is 1 - LPIPS."""
METHODS = {"model": 1.0, "copy": 3.0}
"""By what the LPIPS of a method is larger than the model's."""
LEARNED = 0.55
"""How far every output is from the nearest picture that was learned; from its truth it is as far as its LPIPS."""


def settings(root: Path, models: Mapping[str, Mapping[str, Sequence[str]]]) -> Params:
    """The project's params with these models: by model, the styles of its suites."""
    base = params.load(root / "params.yaml")
    block = base.models["painter"]
    blocks = {
        model: replace(
            block, suites={suite: Suite(split="test", styles=tuple(styles)) for suite, styles in suites.items()}
        )
        for model, suites in models.items()
    }
    return replace(base, models=blocks)


def evaluation(
    project: Path,
    model: str,
    suites: Mapping[str, Values],
    first: int = 0,
    groups: int = 4,
    seeds: int = 1,
    without: Mapping[str, str] | None = None,
) -> None:
    """Write runs/MODEL/evaluation: of face `first` and those behind it, each fourth in one group; and why the suites
    `without` were left out."""
    folder = project / "runs" / model / "evaluation"
    rows, means, files, drawn, closest = [], [], [], [], []
    for suite, styles in suites.items():
        for style, values in styles.items():
            drawn.append({"suite": suite, "style": style, "makes": "photo"})
            for place, value in enumerate(values):
                id = f"face-{first + place:03d}"
                key = {"suite": suite, "style": style, "id": id}
                files.append(key | _files(project, model, style, id))
                closest.append(key | {"closest": "face-999", "distance": LEARNED, "to_truth": value})
                for method, by in METHODS.items():
                    for seed in range(seeds) if method == "model" else [-1]:
                        lpips = value * by
                        who = {"person": "woman", "group": f"film@{(first + place) % groups}"}
                        figures = {"lpips": lpips, "ssim": 1 - lpips}
                        rows.append(key | who | {"seed": seed, "method": method} | figures)
        table = pd.DataFrame(row for row in rows if row["suite"] == suite)
        means += [line for method in METHODS for line in _means(table[table["method"] == method], suite, list(styles))]
    named = [(name, name, name.upper(), f"{name.upper()}: made up", way) for name, way in FIGURES.items()]
    tables.write(folder / "pictures.csv", pd.DataFrame(rows))
    tables.write(folder / "figures.csv", pd.DataFrame(means))
    tables.write(folder / "drawn.csv", pd.DataFrame(drawn))
    tables.write(folder / "files.csv", pd.DataFrame(files))
    tables.write(folder / "closest.csv", pd.DataFrame(closest))
    columns = ["figure", "metric", "label", "title", "direction"]
    tables.write(folder / "metrics.csv", pd.DataFrame(named, columns=columns))
    why = [{"suite": suite, "reason": told} for suite, told in (without or {}).items()]
    tables.write_rows(folder / SUITES, ("suite", "reason"), why)


def left_out(project: Path, model: str, why: str) -> None:
    """A model that was not made."""
    folder = project / "runs" / model / "evaluation"
    folder.mkdir(parents=True)
    (folder / NOTE).write_text(why + "\n")


def _means(table: pd.DataFrame, suite: str, styles: list[str]) -> list[dict[str, object]]:
    found = []
    for style, over in [(ALL, styles), *((one, [one]) for one in styles)]:
        inside = table[table["style"].isin(over)]
        value, low, high = bootstrap.estimate(
            bootstrap.scores(inside, over, sorted(set(inside["group"])), list(FIGURES))
        )
        method = inside["method"].iloc[0]
        for at, name in enumerate(FIGURES):
            keys = {"suite": suite, "style": style, "method": method, "figure": name}
            found.append(keys | {"value": value[at], "low": low[at], "high": high[at], "n": len(inside), "lacking": 0})
    return found


def _files(project: Path, model: str, style: str, id: str) -> dict[str, str]:
    found = {
        "input": f"data/sketches/{style}/{id}.png",
        "output": f"runs/{model}/suites/{style}/{id}.png",
        "truth": f"data/faces/{id}.png",
    }
    for place, path in enumerate(found.values()):
        if not (project / path).is_file():
            images.write(project / path, np.full((8, 8, 3), 40 * place + 20, np.uint8))
    return found
