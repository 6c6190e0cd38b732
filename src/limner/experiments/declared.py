"""Whether params.yaml has what questions are about: a typing error shows before anything is trained, not after it.

What only a measurement can tell, `limner.experiments.page` finds when it asks.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from limner.errors import ParamsError, choices
from limner.experiments import kinship, nearness, numbers
from limner.experiments.entry import Entry
from limner.experiments.questions import Question
from limner.experiments.results import check_named
from limner.experiments.showing import Course, Curve, Kin, Matrix, Numbers, Pictures, Show, Table, entries
from limner.experiments.shows import PICTURED
from limner.experiments.trainings import WANDER, Trainings
from limner.params import Params
from limner.report.results import MODEL


def check(params: Params, questions: Iterable[Question]) -> None:
    """Refuse questions about what there will not be.

    Raises:
        ParamsError: names the question and the model, suite, style, method or figure, and those that there are.
    """
    for question in questions:
        try:
            for show in question.shows:
                _check_show(params, show)
            for claim in (claim for answer in question.answers for claim in answer.claims):
                sides = [Entry.parse(text) for text in (claim.a, claim.b) if text]
                for entry in sides:
                    _check_entry(params, entry, [claim.figure])
                if len({params.model(entry.model).learns for entry in sides}) > 1:
                    raise ParamsError(
                        f"{claim.a} and {claim.b} cannot be held against each other: one is of drawings, the other of "
                        "photos"
                    )
        except ParamsError as error:
            raise ParamsError(f"question {question.id}: {error}") from error


def _check_show(params: Params, show: Show) -> None:
    named = [Entry.parse(text) for text in entries(show)]
    match show:
        case Table():
            for entry in named:
                _check_entry(params, entry, show.figures)
        case Matrix() | Curve():
            for entry in named:
                _check_entry(params, entry, [show.figure])
            if isinstance(show, Matrix):
                _check_columns(params, show, named)
        case Pictures():
            for entry in named:  # a method says there which pictures are meant
                if entry.method not in (MODEL, *PICTURED):
                    known = [f"@{name}" for name in PICTURED]
                    raise ParamsError(
                        f"{entry}: no pictures are called @{entry.method}; {choices(entry.method, known)}"
                    )
                check_named(params, Entry(entry.model, entry.suite, entry.style or show.style))
        case Kin():
            for entry in named:
                check_named(params, entry)
                kinship.check(params, entry, show.person)
        case Course():
            Trainings(Path(), params).figure(show.figure)
            for text in show.lines.values():
                _check_training(params, text)
        case Numbers():
            if show.name not in numbers.TABLES:
                raise ParamsError(f"numbers: no table {show.name!r}; {choices(show.name, numbers.TABLES)}")
            for text in show.rows.values():
                params.model(text.partition("/")[0])
                if "/" in text:
                    check_named(params, Entry.parse(text))


def _check_entry(params: Params, entry: Entry, figures: Iterable[str]) -> None:
    check_named(params, entry)
    methods = (MODEL, *params.evaluate.beside)
    if entry.method not in methods:
        raise ParamsError(
            f"{entry}: there is no method {entry.method!r}; {choices(entry.method, methods)} (`evaluate.beside` of "
            "params.yaml says which)"
        )
    for figure in figures:
        if figure in kinship.FIGURES:
            kinship.check(params, entry)
        elif figure in nearness.FIGURES:
            nearness.check(entry)
        elif figure.startswith(WANDER):
            Trainings(Path(), params).figure(figure)
            if entry.method != MODEL:
                raise ParamsError(f"{entry}: only what a model has made wanders")
        else:
            _check_measured(params, entry, figure)


def _check_measured(params: Params, entry: Entry, figure: str) -> None:
    names = _figures(params.evaluate.metrics, params.model(entry.model).learns)
    if figure not in names:
        raise ParamsError(
            f"{entry}: the figure {figure!r} is not measured; {choices(figure, names)} (`evaluate.metrics` of "
            "params.yaml says what is)"
        )


@cache
def _figures(wanted: tuple[str, ...], learns: Literal["sketch", "photo"]) -> list[str]:
    from limner import metrics  # loads torch

    return [figure.name for metric in metrics.load(wanted, learns) for figure in metric.figures]


def _check_columns(params: Params, show: Matrix, named: Iterable[Entry]) -> None:
    there = sorted({style for entry in named for style in params.model(entry.model).suites[entry.suite].styles})
    for style in show.columns:
        if style not in there:
            raise ParamsError(f"matrix: none of its suites has the style {style!r}; {choices(style, there)}")


def _check_training(params: Params, text: str) -> None:
    """Of `MODEL:STYLE`, or MODEL."""
    name, _, style = text.partition(":")
    model = params.model(name)
    known = sorted({*model.train.styles, *(style for suite in model.suites.values() for style in suite.styles)})
    if style and style not in known:
        raise ParamsError(f"course: {name} has no style {style!r}; {choices(style, known)}")
