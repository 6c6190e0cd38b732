"""What a figure is, as its metric says: for what was not measured, of which evaluate told nothing."""

from limner.errors import ParamsError, choices
from limner.report.results import Figure


def figure(name: str) -> Figure:
    """The figure of this name, of whatever metric.

    Raises:
        ParamsError: no metric has such a figure.
    """
    from limner import metrics  # loads torch

    (metric,) = metrics.load([metric_of(name)])
    figures = {one.name: one for one in metric.figures}
    if name not in figures:
        raise ParamsError(f"the metric {metric.name} has no figure {name!r}; {choices(name, figures)}")
    one = figures[name]
    return Figure(one.name, one.metric, one.label, one.title, one.direction == "higher")


def metric_of(name: str) -> str:
    """The metric that a figure is of, by the figure's name.

    Raises:
        ParamsError: there is none.
    """
    from limner import metrics  # loads torch

    found = [one for one in metrics.names() if name == one or name.startswith(f"{one}_")]
    if not found:
        raise ParamsError(f"no metric has the figure {name!r}; {choices(name, metrics.names())}")
    return max(found, key=len)
