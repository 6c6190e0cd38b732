"""The paper: questions, results and verdicts -> reports/index.html, reports/pictures, answers.json and answers.md."""

import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader

from limner.blocks import Scale
from limner.errors import LimnerError
from limner.experiments import judge, showing
from limner.experiments.entry import Entry
from limner.experiments.questions import Question
from limner.experiments.records import Shown
from limner.experiments.results import Results
from limner.experiments.shows import Shows
from limner.experiments.verdicts import FEW_GROUPS, Answered, Judged
from limner.files import whole
from limner.params import Params
from limner.report import charts, dataset, page, words
from limner.report.pictures import Gallery, safe_name
from limner.report.results import Figure

TITLES = {"yes": "Yes", "no": "No", "open": "Not decided", "left out": "Left out"}
"""How a verdict is headed."""
CLASSES = {"yes": "held", "no": "denied", "open": "undecided", "left out": "lacking"}
"""Of a verdict, in the style sheet."""
TELLING = {"lpips": "LPIPS", "ssim": "SSIM"}
"""Figures by which it is told how much trainings differ."""
DIGITS = 6
"""Of a number in answers.json."""


@dataclass(frozen=True)
class Section:
    """A question with what is shown of it, and its answers."""

    question: Question
    anchor: str
    shown: tuple[Shown, ...]
    answers: tuple[Answered, ...]


def write(root: Path, params: Params, questions: Sequence[Question]) -> list[Section]:
    """Judge `questions` by what was measured below `root`, and write the paper into `root`/reports.

    Raises:
        LimnerError: a question names what there is not, or a table or a picture is missing.
    """
    out = root / "reports"
    results = Results(root, params)
    gallery = Gallery(out / "pictures", root, max(page.sizes(params).values()))
    shows = Shows(results, gallery)
    sections = [_section(question, shows, results) for question in questions]
    # The old page goes first: should a picture be missing, it must not stay behind without its own.
    (out / "index.html").unlink(missing_ok=True)
    shutil.rmtree(gallery.folder, ignore_errors=True)
    gallery.write(params.workers.count)
    figures = shows.figures | {
        one.figure.name: one.figure for section in sections for a in section.answers for one in a.judged if one.figure
    }
    texts = {
        "index.html": render(
            sections, figures, dataset.sources(dataset.read_raw(root)), scale(params), chance(results)
        ),
        "answers.md": markdown(sections),
        "answers.json": json.dumps(plain(sections), indent=2, ensure_ascii=False) + "\n",
    }
    for name, text in texts.items():
        with whole(out / name) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    return sections


def _section(question: Question, shows: Shows, results: Results) -> Section:
    try:
        shown = tuple(shows.show(one) for one in question.shows)
        answers = tuple(judge.answer(one, results) for one in question.answers)
    except LimnerError as error:
        raise type(error)(f"question {question.id}: {error}") from error
    return Section(question, safe_name(question.id), shown, answers)


def scale(params: Params) -> str:
    """Of what the trainings are another than their models' blocks say, as a sentence; empty if of nothing."""
    one = params.scales[params.scale] if params.scale else Scale()
    told = [
        f"{one.epochs} epoch{'s' * (one.epochs != 1)} each" if one.epochs else "",
        f"{one.size} pixels where a model says no other" if one.size else "",
        *(f"the recipe {new} in place of {old}" for old, new in one.recipes.items()),
    ]
    return f"Trained at the scale “{params.scale}”: {', '.join(filter(None, told))}." if any(told) else ""


def chance(results: Results) -> str:
    """How much trainings of one model differ, as a sentence; empty if none was trained several times."""
    spreads = {label: results.spread(name) for name, label in TELLING.items()}
    told = [f"{label} by {words.figure(100 * share, 1)}%" for label, share in spreads.items() if share == share]
    if not told:
        return ""
    several = len(results.repeated())
    return (
        f"Of the {several} model{'s' * (several != 1)} trained from several seeds, the means differ from training to "
        f"training, {' and '.join(told)} (standard deviation). Where this is known of a figure, an answer says so if "
        "single trainings decide it by less than two deviations, those of both sides taken together."
    )


def render(
    sections: Sequence[Section],
    figures: dict[str, Figure],
    sources: Sequence[dataset.Source],
    scale: str = "",
    chance: str = "",
) -> str:
    """The page, with those whose pictures it shows, and what `scale` and `chance` say."""
    groups: dict[str, list[Section]] = {}
    for section in sections:  # those of a group stand together, wherever they were asked
        groups.setdefault(section.question.group, []).append(section)
    answers = [one for section in sections for one in section.answers]
    return page.render(
        environment(),
        "paper",
        up="",
        groups=list(groups.items()),
        sections=sections,
        answers=answers,
        figures=list(figures.values()),
        methods=_methods(sections),
        sources=sources,
        scale=scale,
        chance=chance,
    )


def _methods(sections: Sequence[Section]) -> set[str]:
    """The model's own and the floors that are shown or held against something."""
    shown = [entry for section in sections for one in section.question.shows for entry in showing.entries(one)]
    claims = [claim for section in sections for one in section.question.answers for claim in one.claims]
    return {Entry.parse(text).method for text in [*shown, *(c.a for c in claims), *(c.b for c in claims if c.b)]}


def environment() -> Environment:
    """That of the report, with this page's own templates and styles."""
    jinja = page.environment()
    jinja.loader = ChoiceLoader([PackageLoader("limner.experiments"), PackageLoader("limner.report")])
    page.embed(jinja, "style", "paper.css", "limner.experiments")
    jinja.globals |= {
        "TITLES": TITLES,
        "CLASSES": CLASSES,
        "FEW_GROUPS": FEW_GROUPS,
        "key": charts.key,
        "details": details,
    }
    jinja.globals |= {"safe_name": safe_name}
    return jinja


def details(one: Judged) -> str:
    """What a claim was judged by, in a sentence."""
    if one.verdict == "left out" or one.figure is None:
        return ""
    told = judge.told_of(one)
    between = f"no interval: {one.why}" if math.isnan(one.low) else f"95% interval {told['interval']}"
    sample = _sample(one)
    about = one.figure.label
    kind, amount = one.claim.kind, f"{one.claim.amount:g}"
    if one.claim.these:
        sample += ", of these very pictures"
    if one.claim.absolute:
        return f"{about} {told['a']} ({between}), asked for {kind.replace('_', ' ')} {amount}; {sample}."
    apart = f"{about} {told['a']} beside {told['b']}"
    if kind == "within":
        asked = f"; asked for {'at least 1/' if one.figure.higher else 'at most '}{amount}"
        apart += f", ratio {told['ratio']} ({between}{asked})"
    else:
        asked = f"; asked for {_better(one.claim.amount)}" if kind == "by" else ""
        apart += f", difference {words.figure(one.difference, judge.places_of(one))} ({between}{asked})"
    return f"{apart}; {'paired, ' if one.paired else 'not paired, '}{sample}."


def _better(amount: float) -> str:
    return f"better by {amount:g}" if amount >= 0 else f"worse by no more than {-amount:g}"


def markdown(sections: Sequence[Section]) -> str:
    """The answers as a Markdown table: experiment, question, answer, and by what it was decided."""
    lines = ["| experiment | question | answer | 95% interval; of how many |", "|---|---|---|---|"]
    lines += [
        f"| {_cell(section.question.id)} | {_cell(one.answer.asks)} | {_cell(_told(one))} | {_cell(evidence(one))} |"
        for section in sections
        for one in section.answers
    ]
    return "\n".join(lines) + "\n"


def evidence(one: Answered) -> str:
    """The interval and the sample of each claim of an answer, in few words."""
    return "; ".join(dict.fromkeys(part for claim in one.judged for part in _evidence(claim)))


def _evidence(one: Judged) -> list[str]:
    if one.verdict == "left out":
        return []
    told = judge.told_of(one)
    about = "" if one.claim.absolute else "ratio " if one.claim.kind == "within" else "difference "
    chance = "" if math.isnan(one.low) else f"{about}{told['interval']}"
    decided = ["the means decide", chance] if one.claim.these else [chance or told["interval"]]
    return [*filter(None, decided), _sample(one)]


def _sample(one: Judged) -> str:
    """`24 pictures in 7 groups, 1 training`, or where the sides differ `24 and 10 pictures in 7 and 10 groups, 2 and 1
    trainings`."""
    told = judge.told_of(one)
    counted = ((told[name], what) for name, what in (("n", "picture"), ("groups", "group"), ("trainings", "training")))
    pictures, groups, trainings = (f"{count} {what}" + "s" * (count != "1") for count, what in counted)
    several = [count.trainings for count in one.counts if count.trainings > 1]
    each = " each" if len(several) == 2 and len(set(several)) == 1 else ""
    return f"{pictures} in {groups}" + (f", {trainings}{each}" if told["trainings"] else "")


def _told(one: Answered) -> str:
    return f"**{TITLES[one.verdict]}.** {one.sentence}" + (f" *{one.against}*" if one.against else "")


def _cell(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())


def plain(sections: Sequence[Section]) -> list[dict[str, object]]:
    """The answers with all their numbers, for other programs."""
    return [
        {
            "id": section.question.id,
            "group": section.question.group,
            "title": section.question.title,
            "asks": one.answer.asks,
            "verdict": one.verdict,
            "report": one.answer.report,
            "expects": one.answer.expects,
            "contradicts": one.contradicts,
            "sentence": one.sentence,
            "claims": [_claim(claim) for claim in one.judged],
        }
        for section in sections
        for one in section.answers
    ]


def _claim(one: Judged) -> dict[str, object]:
    claim = one.claim
    numbers = {name: getattr(one, name) for name in ("difference", "ratio", "low", "high")}
    counts = {name: [getattr(count, name) for count in one.counts] for name in ("pictures", "groups", "trainings")}
    return {
        "a": claim.a,
        "b": claim.b,
        "figure": claim.figure,
        "holds": claim.kind,
        "amount": claim.amount,
        "verdict": one.verdict,
        "value_a": _number(one.a),
        "value_b": _number(one.b),
        **{name: _number(value) for name, value in numbers.items()},
        "paired": one.paired,
        **counts,
        "why": one.why,
    }


def _number(value: float) -> float | None:
    return None if not math.isfinite(value) else float(f"{value:.{DIGITS}g}")
