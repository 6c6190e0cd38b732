"""The tables that evaluate leaves of a model, made up: every method, a second training, what could not be measured."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from limner import left_out, tables
from limner.blocks import Model, Suite

FIGURES = (
    ("l1", "l1", "L1", "L1: mean absolute error", "lower"),
    ("psnr", "psnr", "PSNR", "PSNR: peak signal-to-noise ratio, dB", "higher"),
    ("ssim", "ssim", "SSIM", "SSIM: structural similarity", "higher"),
    ("lpips", "lpips", "LPIPS", "LPIPS: perceptual distance", "lower"),
    ("identity", "identity", "Identity", "Identity: distance of embeddings", "lower"),
    ("landmarks_eye", "landmarks", "Landmarks, worse eye", "Landmarks: % of the eye distance (worse eye)", "lower"),
    ("landmarks_mouth", "landmarks", "Landmarks, mouth", "Landmarks: % of the eye distance (mouth)", "lower"),
    ("regions_nose", "regions", "Regions, nose", "Regions: mean absolute error (nose)", "lower"),
    ("regions_mouth", "regions", "Regions, mouth", "Regions: mean absolute error (mouth)", "lower"),
    ("rank_5", "rank", "Rank, the right one is among the five nearest", "Rank: share (among the five)", "higher"),
    ("kid", "kid", "KID", "KID: distance of two sets", "lower"),
)
NAMES = [name for name, *_ in FIGURES]
OF_PICTURES = NAMES[:-1]
LEVELS = {"model": 0.85, "copy": 0.5, "mean": 0.55, "linear": 0.65, "nearest": 0.7, "neighbour": 0.93}
KEY = ["suite", "style", "id"]


def write(root: Path, name: str, model: Model, people: Mapping[str, str], split: Mapping[str, str]) -> None:
    """Write runs/NAME/evaluation; `people` and `split` by id."""
    folder = root / "runs" / name / "evaluation"
    seeds = (0, 1) if model.learns == "photo" else (0,)
    pictures = pd.DataFrame(_pictures(model, people, split, seeds))
    own = pictures[(pictures["method"] == "model") & (pictures["seed"] == 0)]
    columns = ["figure", "metric", "label", "title", "direction"]
    tables.write(folder / "metrics.csv", pd.DataFrame(FIGURES, columns=columns))
    tables.write(folder / "pictures.csv", pictures)
    tables.write(folder / "files.csv", pd.DataFrame(_files(name, model, row) for row in own.to_dict("records")))
    tables.write(folder / "closest.csv", _closest(own, [id for id in split if split[id] == "train"]))
    drawn = [(name, style) for name, suite in model.suites.items() for style in suite.styles if style != "learned"]
    tables.write(folder / "drawn.csv", pd.DataFrame(drawn, columns=["suite", "style"]))
    tables.write_rows(folder / left_out.SUITES, ("suite", "reason"), ())
    means = pd.DataFrame(_means(pictures))
    tables.write(folder / "figures.csv", means)
    tables.write(folder / "against.csv", _against(means))
    trainings = pd.DataFrame(_by_seed(pictures), columns=["suite", "style", "figure", "seed", "value"])
    tables.write(folder / "seeds.csv", trainings if len(seeds) > 1 else trainings[:0])


def chosen(suite: Suite, people: Mapping[str, str], split: Mapping[str, str]) -> list[str]:
    """The ids of a suite."""
    return [
        id for id in people if people[id] in (suite.people or people.values()) and suite.split in ("all", split[id])
    ]


def _pictures(
    model: Model, people: Mapping[str, str], split: Mapping[str, str], seeds: Iterable[int]
) -> Iterable[dict[str, Any]]:
    rng = np.random.default_rng(0)
    for name, suite in model.suites.items():
        ids = chosen(suite, people, split)
        for style in suite.styles:
            for place, id in enumerate(ids):
                methods = [("model", seed) for seed in seeds] + [(method, -1) for method in list(LEVELS)[1:]]
                for method, seed in methods:
                    if method == "neighbour" and place == 0:
                        continue  # not every face has a neighbour
                    ssim = LEVELS[method] + rng.uniform(-0.05, 0.05) - 0.3 * (name != "unseen" and method == "model")
                    lost = np.nan if method in ("mean", "model") and place == 1 else 1.0
                    bad = 1 - ssim
                    errors = (bad * 0.7, bad * lost, 9 * bad * lost, 7 * bad, bad / 5, bad / 6, ssim)
                    figures = (bad / 4, 10 + 15 * ssim, ssim, *errors)
                    who = {"suite": name, "style": style, "id": id, "person": people[id], "group": f"g{place % 3}"}
                    yield who | {"seed": seed, "method": method} | dict(zip(OF_PICTURES, figures, strict=True))


def _files(name: str, model: Model, row: Mapping[str, Any]) -> dict[str, str]:
    suite, style, id = (row[key] for key in KEY)
    family = "" if style == "learned" else "effects/"
    drawing, photo = f"data/sketches/{family}{style}/{id}.png", f"data/faces/{id}.png"
    given, truth = (drawing, photo) if model.learns == "photo" else (photo, drawing)
    made = f"{model.writes}/{style}/{id}.png" if model.learns == "photo" else f"{model.writes}/{id}.png"
    if model.suites[suite].erase:
        given, made = (f"runs/{name}/suites/{kind}/{suite}/{style}/{id}.png" for kind in ("erased", "0"))
    return {"suite": suite, "style": style, "id": id, "input": given, "output": made, "truth": truth}


def _closest(own: pd.DataFrame, training: list[str]) -> pd.DataFrame:
    """Every fifth output is nearer to a training picture than to its truth."""
    place = np.arange(len(own))
    near = [training[at % len(training)] for at in place]
    return own[KEY].assign(closest=near, distance=np.where(place % 5 == 0, 0.03, 0.06), to_truth=0.05)


def _over(table: pd.DataFrame) -> Iterable[tuple[str, str, pd.DataFrame]]:
    """Suite, style or `drawn`, and the rows."""
    for suite, rows in table.groupby("suite", sort=False):
        drawn = rows[rows["style"] != "learned"]
        yield str(suite), "drawn", drawn
        yield from ((str(suite), str(style), part) for style, part in rows.groupby("style", sort=False))


def _means(pictures: pd.DataFrame) -> Iterable[dict[str, Any]]:
    for suite, style, table in _over(pictures):
        for method, rows in table.groupby("method", sort=False):
            means = rows.groupby("style", sort=False)[OF_PICTURES].mean().mean()
            measured = {name: (means[name], int(rows[name].isna().sum())) for name in OF_PICTURES}
            for figure, (value, lacking) in (measured | {"kid": (1 - LEVELS[str(method)], 0)}).items():
                keys = {"suite": suite, "style": style, "method": method, "figure": figure, "value": value}
                yield keys | {"low": value * 0.98, "high": value * 1.02, "n": len(rows), "lacking": lacking}


def _against(means: pd.DataFrame) -> pd.DataFrame:
    """Better or worse where two means are more than a tenth apart; sets are not compared."""
    keys = ["suite", "style", "figure"]
    both = means[means["method"] != "model"].merge(means[means["method"] == "model"], on=keys, suffixes=("", "_own"))
    both = both[both["figure"] != "kid"]
    difference = both["value_own"] - both["value"]
    sign = np.where(both["figure"].isin(["psnr", "ssim", "rank_5"]), 1, -1)
    told = np.select([np.abs(difference / both["value"]) < 0.1, sign * difference > 0], ["even", "better"], "worse")
    ends = {"difference": difference, "low": difference - 0.01, "high": difference + 0.01, "verdict": told}
    return both[["suite", "style", "method", "figure"]].assign(**ends)


def _by_seed(pictures: pd.DataFrame) -> Iterable[dict[str, Any]]:
    for suite, style, table in _over(pictures[pictures["method"] == "model"]):
        for seed, rows in table.groupby("seed", sort=False):
            means = rows.groupby("style", sort=False)[OF_PICTURES].mean().mean()
            keys = {"suite": suite, "style": style, "seed": seed}
            yield from (keys | {"figure": name, "value": means[name]} for name in OF_PICTURES)
