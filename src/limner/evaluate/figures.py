"""From one row a picture to means with their intervals, and differences with their verdicts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from limner import bootstrap
from limner.bootstrap import Estimate
from limner.compare import ALL, pair, verdict
from limner.evaluate.collect import Evaluation
from limner.evaluate.together import SetFigures
from limner.evaluate.yardsticks import MODEL


def means(measured: Evaluation, drawn: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Every mean there is, with its interval.

    Args:
        measured: a model.
        drawn: by suite, the styles that count in its mean.

    Returns:
        Columns suite, style (or `compare.ALL`: the mean over the drawn styles, each weighing the same), method, figure,
        value, low, high (95%, no farther than a figure can go; nan where there is one group alone), n (pictures, over
        trainings) and lacking (those of them that could not be measured).
    """
    rows: list[dict[str, object]] = []
    names, bounds = [figure.name for figure in measured.figures], [figure.bounds for figure in measured.figures]
    for suite, style, method, over, table in _parts(measured.pictures, drawn):
        estimate = bootstrap.estimate(bootstrap.scores(table, over, sorted(set(table["group"])), names))
        lacking = (~np.isfinite(table[names].to_numpy(float))).sum(axis=0)
        rows += _told(suite, style, method, names, bootstrap.within(estimate, bounds), len(table), lacking)
        rows += _sets(measured.sets, suite, style, method, over)
    return pd.DataFrame(rows)


def _parts(
    pictures: pd.DataFrame, drawn: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, str, list[str], pd.DataFrame]]:
    """Suite, style (or `ALL`), method, the styles that are averaged, and the rows."""
    for suite, table in pictures.groupby("suite", sort=False):
        styles = list(dict.fromkeys(table["style"]))
        for style, over in [(ALL, list(drawn[str(suite)])), *((style, [style]) for style in styles)]:
            inside = table[table["style"].isin(over)]
            for method in dict.fromkeys(inside["method"]):
                yield str(suite), style, method, over, inside[inside["method"] == method]


def _told(
    suite: str, style: str, method: str, names: Sequence[str], estimate: Estimate, n: int, lacking: Any
) -> Iterator[dict[str, object]]:
    for at, name in enumerate(names):
        keys = {"suite": suite, "style": style, "method": method, "figure": name}
        value, low, high = (ends[at] for ends in estimate)
        yield keys | {"value": value, "low": low, "high": high, "n": n, "lacking": int(lacking[at])}


def _sets(sets: Sequence[SetFigures], suite: str, style: str, method: str, over: Sequence[str]) -> Iterator[Any]:
    """The rows of what is measured over whole sets: the mean over styles and trainings."""
    own = [one for one in sets if one.suite == suite and one.key[0] in over and one.key[1] == method]
    for metric in dict.fromkeys(one.metric for one in own):
        these = [one for one in own if one.metric == metric]
        value, drawn = (np.mean([getattr(one, what) for one in these], axis=0) for what in ("value", "drawn"))
        estimate = bootstrap.interval(value, [(drawn, these[0].groups)])
        yield from _told(suite, style, method, [metric], estimate, sum(one.pictures for one in these), [0])


def against(measured: Evaluation, drawn: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The model minus each floor and the ceiling, paired by picture.

    Returns:
        Columns suite, style, method, figure, difference, low, high, verdict: `better` or `worse` where the model's
        difference is more than noise, else `even`; nothing where there is no interval.
    """
    rows = []
    names = [figure.name for figure in measured.figures]
    for suite, style, method, over, table in _parts(measured.pictures, drawn):
        if method == MODEL:
            own = table
            continue
        paired = pair(own, table, over, names)
        if paired is None:
            continue
        for at, figure in enumerate(measured.figures):
            difference, low, high = (ends[at] for ends in paired.apart)
            keys = {"suite": suite, "style": style, "method": method, "figure": figure.name}
            told = verdict(low, high, figure.direction, ("better", "worse"))
            rows.append(keys | {"difference": difference, "low": low, "high": high, "verdict": told})
    return pd.DataFrame(rows, columns=["suite", "style", "method", "figure", "difference", "low", "high", "verdict"])


def by_seed(measured: Evaluation, drawn: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The model's means by training: columns suite, style, figure, seed, value; no rows for one training alone."""
    names = [figure.name for figure in measured.figures]
    rows = []
    for suite, style, method, over, table in _parts(measured.pictures, drawn):
        seeds = list(dict.fromkeys(table["seed"]))
        if method == MODEL and len(seeds) > 1:
            for seed in seeds:
                own = table[table["seed"] == seed].groupby("style")[names].mean().reindex(over).mean()
                keys = {"suite": suite, "style": style}
                rows += [keys | {"figure": name, "seed": seed, "value": own[name]} for name in names]
    return pd.DataFrame(rows, columns=["suite", "style", "figure", "seed", "value"])
