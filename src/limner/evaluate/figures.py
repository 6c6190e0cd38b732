"""From one row a picture to the figures of a suite: means by style and method, as a tree and as a table to
read."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from limner.evaluate.floors import NAMES
from limner.metrics import Metric

DIGITS = 6
"""Kept of each figure, so that equal pictures give equal bytes."""


def titles(metrics: Sequence[Metric]) -> pd.DataFrame:
    """What the metrics are, for whoever reads the figures: columns metric, title, direction."""
    rows = [(metric.name, metric.title, metric.direction) for metric in metrics]
    return pd.DataFrame(rows, columns=["metric", "title", "direction"])


def summarise(pictures: pd.DataFrame, drawn: Mapping[str, Sequence[str]], metrics: Sequence[str]) -> dict[str, Any]:
    """Means over pictures, by suite.

    Args:
        pictures: columns suite, style, id, method and one a metric; method is `model` or a floor's name.
        drawn: by suite, the styles that count in its figure.
        metrics: the columns to average.

    Returns:
        By suite: `n` (faces), `drawn` (the model, mean over the drawn styles, each weighing the same),
        `styles` (the model, by style) and `floors` (by floor, mean over the drawn styles).
    """
    tree: dict[str, Any] = {}
    for suite, counted in drawn.items():
        rows = pictures[pictures["suite"] == suite]
        means = rows.groupby(["method", "style"], sort=False)[list(metrics)].mean()

        def over(method: str, styles: Sequence[str], means: pd.DataFrame = means) -> dict[str, float]:
            figures = means.loc[[(method, style) for style in styles]].mean()
            return {str(name): round(float(value), DIGITS) for name, value in figures.items()}

        tree[suite] = {
            "n": int(rows["id"].nunique()),
            "drawn": over("model", counted),
            "styles": {style: over("model", [style]) for style in rows["style"].unique()},
            "floors": {name: over(name, counted) for name in NAMES},
        }
    return tree


def show(title: str, tree: Mapping[str, Any], metrics: Sequence[Metric]) -> None:
    """Print the figures of each suite: the model and its floors, the best of each column in bold."""
    table = Table(title=title, caption="mean over the drawn styles; an arrow points to where better is")
    table.add_column("suite (faces)")
    table.add_column("method")
    for metric in metrics:
        table.add_column(f"{metric.name} {'↑' if metric.direction == 'higher' else '↓'}", justify="right")
    for suite, figures in tree.items():
        rows = {"model": figures["drawn"], **figures["floors"]}
        for method, row in rows.items():
            cells = [_cell(row[metric.name], metric, rows) for metric in metrics]
            label = f"{suite} ({figures['n']})" if method == "model" else ""
            table.add_row(label, method, *cells, end_section=method == NAMES[-1])
    Console().print(table)


def _cell(value: float, metric: Metric, rows: Mapping[str, Mapping[str, float]]) -> str:
    best = (max if metric.direction == "higher" else min)(row[metric.name] for row in rows.values())
    return f"[bold]{value:.3f}[/bold]" if value == best else f"{value:.3f}"
