"""Claims -> verdicts: whether what is claimed of measured pictures holds, by a 95% interval.

Two entries are held against each other picture by picture where the one's faces are among the other's, so that what is
hard for both does not count; else each side's groups of pictures are drawn by themselves. A claim holds (`yes`) where
the whole interval says so, and does not (`no`) where the whole interval denies it; all between is `open`. Of a claim
about `these` very pictures, as ten that a report tested on, their means decide.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from limner import bootstrap
from limner.bootstrap import Estimate, Scores
from limner.compare import match
from limner.errors import ParamsError
from limner.experiments.entry import Entry
from limner.experiments.questions import Answer, Claim
from limner.experiments.results import Counts, Results, places
from limner.experiments.verdicts import Answered, Judged, Verdict
from limner.report import words
from limner.report.results import MODEL, Figure

AS_ONE = "mean"
"""Stands for the style of faces whose figures are means over styles."""
APART = "The two were not tested on the same faces, which counts, too."
LUCK = "Trainings of one model differ by as much: another one may tell otherwise."
PLAIN = 2.0
"""Standard deviations between trainings by which single ones must be apart."""


def answer(asked: Answer, results: Results) -> Answered:
    """Judge every claim of an answer.

    Raises:
        LimnerError: a claim names what there is not, or holds against each other what cannot be.
    """
    judged = tuple(judge(claim, results) for claim in asked.claims)
    if lacking := list(dict.fromkeys(one.why for one in judged if one.verdict == "left out")):
        return Answered(asked, "left out", " ".join(lacking), judged)
    verdicts = {one.verdict for one in judged}
    verdict: Verdict = "no" if "no" in verdicts else "open" if "open" in verdicts else "yes"
    sentence = getattr(asked, verdict).format(**_numbers(judged))
    more = [f"{one.why.capitalize()}." for one in judged if one.why and verdict == "open"]
    more += [APART for one in judged if one.strangers]
    decided = [_lucky(one, results) for one in judged if one.verdict == verdict]
    if any(decided) if verdict == "yes" else verdict == "no" and all(decided):
        more.append(LUCK)
    return Answered(asked, verdict, " ".join([sentence, *dict.fromkeys(more)]), judged)


def judge(claim: Claim, results: Results) -> Judged:
    """What was found of one claim.

    Raises:
        LimnerError: it names what there is not, or the two make different things.
    """
    entries = [Entry.parse(text) for text in (claim.a, claim.b) if text]
    for entry in entries:
        results.check(entry, [claim.figure])
    if why := [told for entry in entries if (told := results.lacks(entry))]:
        return Judged(claim, None, "left out", why=" ".join(dict.fromkeys(why)))
    figure = results.figure(entries[0], claim.figure)
    return _alone(claim, entries[0], figure, results) if claim.absolute else _held(claim, entries, figure, results)


def _alone(claim: Claim, entry: Entry, figure: Figure, results: Results) -> Judged:
    cell = results.cell(entry, claim.figure)
    if math.isnan(cell.value):
        return Judged(claim, None, "left out", why=results.unknown(entry, claim.figure))
    ends = (cell.value, cell.value) if claim.these else (cell.low, cell.high)
    low, high = (end - claim.amount for end in ends)
    verdict = _by(low, high) if claim.kind == "at_least" else _by(-high, -low)
    counts = (results.counts(entry, [claim.figure]),)
    why = _why(cell.low, counts)
    return Judged(claim, figure, verdict, cell.value, low=cell.low, high=cell.high, counts=counts, why=why)


def _held(claim: Claim, entries: Sequence[Entry], figure: Figure, results: Results) -> Judged:
    makes = [results.block(entry.model).learns for entry in entries]
    if makes[0] != makes[1]:
        raise ParamsError(
            f"{claim.a} and {claim.b} cannot be held against each other: one is a {makes[0]}, the other a {makes[1]}"
        )
    for entry in entries:
        if figure.name not in results.pictures(entry, [figure.name]):
            raise ParamsError(
                f"{entry}: {figure.name} is a figure of whole sets of pictures: it can be shown, or be at_least or "
                "at_most a number, but not be compared picture by picture"
            )
    one, other, counts, paired = scores(entries, figure.name, results)
    a, b = (float(side.value()[0]) for side in (one, other))
    if math.isnan(a + b):
        return Judged(claim, None, "left out", why=_unknown(entries, figure, results))
    apart = _ends(bootstrap.estimate(one, other, paired))
    ratio = _ends(bootstrap.estimate(one, other, paired, logs=True), exponential=True)
    low, high = ratio[1:] if claim.kind == "within" else apart[1:]
    ends = (ratio[0] if claim.kind == "within" else apart[0],) * 2 if claim.these else (low, high)
    why = _why(low, counts)
    strangers = not paired and entries[0].model != entries[1].model
    verdict = _verdict(claim, figure, *ends)
    return Judged(claim, figure, verdict, a, b, apart[0], ratio[0], low, high, counts, paired, why, strangers)


def _ends(estimate: Estimate, exponential: bool = False) -> tuple[float, float, float]:
    value, low, high = (float(end[0]) for end in estimate)
    # Of few groups the interval of a ratio's logarithm may be wider than floats reach.
    return tuple(np.exp(np.clip([value, low, high], -700, 700)).tolist()) if exponential else (value, low, high)


def _verdict(claim: Claim, figure: Figure, low: float, high: float) -> Verdict:
    """By the interval of a - b, or of a / b."""
    if claim.kind == "within":
        return (
            _by(low - 1 / claim.amount, high - 1 / claim.amount)
            if figure.higher
            else _by(claim.amount - high, claim.amount - low)
        )
    # As how much better a is.
    ends = (low, high) if figure.higher else (-high, -low)
    if claim.kind == "worse":
        return _by(-ends[1], -ends[0], strict=True)
    return _by(ends[0] - claim.amount, ends[1] - claim.amount, strict=claim.kind == "better")


def _by(low: float, high: float, strict: bool = False) -> Verdict:
    """Whether something is positive (or, unless `strict`, not negative), by its interval."""
    if math.isnan(low) or math.isnan(high):
        return "open"
    if low > 0 or (low == 0 and not strict):
        return "yes"
    return "no" if high < 0 or (high == 0 and strict and low < 0) else "open"


def _lucky(one: Judged, results: Results) -> bool:
    """Whether single trainings are told apart by so little that others of the same models might not be."""
    claim, figure = one.claim, one.figure
    entries = [Entry.parse(text) for text in (claim.a, claim.b) if text]
    trained = [entry.model for entry in entries if entry.method == MODEL]
    if figure is None or len(set(trained)) < len(trained):  # of one training, both sides
        return False
    sides = [one.a, claim.amount if claim.absolute else one.b]
    if claim.kind == "within":
        sides[0 if figure.higher else 1] *= claim.amount
    apart = (sides[0] - sides[1]) * (1 if figure.higher else -1) - (claim.amount if claim.kind == "by" else 0)
    single = [
        side
        for side, entry, count in zip(sides, entries, one.counts, strict=False)
        if entry.method == MODEL and count.trainings == 1
    ]
    return abs(apart) < PLAIN * results.spread(figure.name) * math.hypot(*single)


def _unknown(entries: Sequence[Entry], figure: Figure, results: Results) -> str:
    """Why two entries cannot be held against each other, as a sentence."""
    lacking = [entry for entry in entries if math.isnan(results.cell(entry, figure.name).value)]
    both = f"{figure.label} could be measured of no picture on both sides, {' and '.join(map(str, entries))}."
    return results.unknown(lacking[0], figure.name) if lacking else both


def _why(low: float, counts: Sequence[Counts]) -> str:
    if not math.isnan(low):
        return ""
    if any(one.groups < 2 for one in counts):
        return "one group of pictures alone: how far chance goes cannot be told"
    return "there is no interval"


def scores(entries: Sequence[Entry], figure: str, results: Results) -> tuple[Scores, Scores, tuple[Counts, ...], bool]:
    """Two entries in the form that is drawn from, what the mean of each is of, and whether they are paired by picture.

    Pictures in the same styles are paired by style and face, others by face, of whose styles the mean is taken.
    """
    tables = [results.pictures(entry, [figure]) for entry in entries]
    styles = [results.styles(entry) for entry in entries]
    faces = [set(table["id"]) for table in tables]
    counts = tuple(results.counts(entry, [figure]) for entry in entries)
    if faces[0] <= faces[1] or faces[1] <= faces[0]:
        if set(styles[0]) != set(styles[1]):
            tables, styles = [by_face(table, figure) for table in tables], [[AS_ONE], [AS_ONE]]
        matched = match(tables[0], tables[1], styles[0], [figure])
        if matched:
            one, other, pictures = matched
            shared = (replace(own, pictures=pictures, groups=one.sums.shape[2]) for own in counts)
            return one, other, tuple(shared), True
    one, other = (
        bootstrap.scores(table, over, sorted(set(table["group"])), [figure])
        for table, over in zip(tables, styles, strict=True)
    )
    return one, other, counts, False


def by_face(table: pd.DataFrame, figure: str) -> pd.DataFrame:
    """The mean over styles of each face and training; nan where one of them could not be measured."""
    means = table.groupby(["id", "seed"], sort=False).agg(
        group=("group", "first"), value=(figure, lambda values: values.mean(skipna=False))
    )
    return means.reset_index().rename(columns={"value": figure}).assign(style=AS_ONE)


def _numbers(judged: Sequence[Judged]) -> dict[str, str]:
    """What a sentence may hold, as text."""
    found: dict[str, str] = {}
    for place, one in reversed(list(enumerate(judged, 1))):
        told = told_of(one)
        found |= {f"{name}{place}": text for name, text in told.items()} | told
    return found


def told_of(one: Judged) -> dict[str, str]:
    """A claim's numbers as text; the first claim's also stand without its place."""
    digits = places_of(one)
    of_ends = 2 if one.claim.kind == "within" else digits
    percent = 100 * (one.ratio - 1)
    return {
        "a": words.figure(one.a, digits),
        "b": words.figure(one.b, digits),
        "difference": words.figure(one.difference, digits),
        "apart": words.figure(abs(one.difference), digits),
        "low": words.figure(one.low, of_ends),
        "high": words.figure(one.high, of_ends),
        "interval": words.interval(one.low, one.high, of_ends) or "no interval",
        "ratio": words.figure(one.ratio, 2),
        "percent": words.figure(abs(percent), 0 if abs(percent) >= 10 else 1),
        "n": _both(count.pictures for count in one.counts),
        "groups": _both(count.groups for count in one.counts),
        "trainings": _both(count.trainings for count in one.counts if count.trainings),
    }


def places_of(one: Judged) -> int:
    """Decimals of a claim's figure."""
    return places([one.a, one.b])


def _both(counts: Iterable[int]) -> str:
    return " and ".join(dict.fromkeys(f"{count:,}" for count in counts))
