"""How much trainings of one model differ, which the interval of a single training does not hold."""

from collections.abc import Iterable, Mapping, Sequence
from math import nan, sqrt

import numpy as np
import pandas as pd

from limner.report.results import MODEL


def spread(measured: Iterable[tuple[pd.DataFrame, Mapping[str, Sequence[str]]]], figure: str) -> float:
    """The standard deviation of a figure's mean between trainings of one model, as a share of that mean.

    Args:
        measured: of models that were trained several times, pictures.csv and by suite the styles that count.
        figure: one of its columns.

    Returns:
        The root mean square over suites and models; nan if none has the figure.
    """
    shares = []
    for pictures, drawn in measured:
        for suite, styles in drawn.items():
            inside = pictures[(pictures["suite"] == suite) & (pictures["method"] == MODEL)]
            own = inside[inside["style"].isin(styles)] if figure in pictures else inside[:0]
            means = own.groupby("seed")[figure].mean().dropna() if len(own) else pd.Series(dtype=float)
            if len(means) > 1 and means.mean() > 0:
                shares.append(float(means.std() / means.mean()))
    return sqrt(float(np.mean(np.square(shares)))) if shares else nan
