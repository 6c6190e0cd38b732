"""questions.yaml: what is read, and what is refused with a sentence."""

from pathlib import Path

import pytest

from limner.errors import ParamsError
from limner.experiments import questions
from limner.experiments.entry import Entry
from limner.experiments.showing import Curve, Pictures

GOOD = """
- id: 1.A
  group: "Experiment 1: effects"
  title: An unseen effect
  said: It looked like a woodblock print.
  shows:
    - curve: {figure: lpips, x: pairs, lines: {her: [[5, one/seen], [stored, two/seen/ink]]}}
    - pictures: {columns: {input: one/seen/ink, ours: one/seen, truth: one/seen}, style: ink}
  answers:
    - asks: Is it worse?
      a: one/seen/wash
      b: one/seen/ink
      figure: lpips
      holds: worse
      report: yes
      yes: "Yes: {a}"
      no: "No: {b}"
      open: "Open: {low} to {high}"
    - asks: Is it good?
      all:
        - {a: one/seen, figure: ssim, holds: {at_least: 0.7}}
        - {a: one/seen, b: two/seen, figure: lpips, holds: {within: 1.3}}
      yes: "{a1} and {ratio2}"
      no: "no"
      open: "open"
"""


def load(path: Path, text: str) -> tuple[questions.Question, ...]:
    path.write_text(text)
    return questions.load(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "questions.yaml"


def test_everything_is_read(path: Path) -> None:
    (question,) = load(path, GOOD)
    assert question.id == "1.A"
    curve, pictures = question.shows
    assert isinstance(curve, Curve)
    assert curve.lines == {"her": [(5, "one/seen"), ("stored", "two/seen/ink")]}
    assert isinstance(pictures, Pictures)
    assert pictures.style == "ink"
    worse, good = question.answers
    assert (worse.report, worse.yes, worse.claims[0].kind) == ("yes", "Yes: {a}", "worse")  # words, not true and false
    assert [(one.kind, one.amount) for one in good.claims] == [("at_least", 0.7), ("within", 1.3)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  title: An unseen effect\n", "", "question 1 .1.A.*\n.*'title' is missing"),
        ("said:", "sayd:", "unknown key 'sayd'.*did you mean 'said'"),
        ("- curve:", "- curves:", "nothing is shown as 'curves'.*did you mean 'curve'"),
        ("x: pairs", "y: pairs", "shows 1 .curve.*\n"),
        ("one/seen], [", "one], [", "shows 1 .curve.: 'one' names no measured pictures: write MODEL/SUITE/STYLE"),
        ("holds: worse", "holds: worst", 'answer 1: holds: "worst" is not allowed; allowed: better, worse, or one of'),
        ("{within: 1.3}", "{withn: 1.3}", "claim 2: holds.*\n.*unknown key 'withn'.*did you mean 'within'"),
        ("{within: 1.3}", "{within: 1.3, by: 2}", "answer 2: claim 2: holds: .* is not allowed"),
        ("      b: one/seen/ink\n", "", "answer 1: worse needs `b`"),
        ("{a: one/seen, figure: ssim", "{a: one/seen, b: one/seen, figure: ssim", "at_least stands by itself"),
        ('"Yes: {a}"', '"Yes: {c}"', "answer 1: yes: nothing is known as {c}"),
        ('"Yes: {a}"', '"Yes: {a2}"', "nothing is known as {a2}"),
        ('"Yes: {a}"', '"Yes: {a"', "cannot be filled"),
        ("report: yes", "report: maybe", "report: 'maybe' is not allowed"),
        ("      all:\n", "      a: one/seen\n      all:\n", "a cannot stand beside `all`"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ParamsError, match=said):
        load(path, GOOD.replace(old, new, 1))


def test_a_missing_file_and_a_twin(path: Path) -> None:
    with pytest.raises(ParamsError, match="does not exist"):
        questions.load(path)
    with pytest.raises(ParamsError, match=r"several questions with the id 1\.A"):
        load(path, GOOD + GOOD)
    with pytest.raises(ParamsError, match="no list of questions"):
        load(path, "id: 1")
    with pytest.raises(ParamsError, match="`shows` is no list"):
        load(path, "- {id: x, group: g, title: t, shows: 3}")
    with pytest.raises(ParamsError, match="is no mapping: a question is expected"):
        load(path, "- 3")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("one/seen", Entry("one", "seen")),
        ("one/seen/ink", Entry("one", "seen", "ink")),
        ("one/seen/ink@linear", Entry("one", "seen", "ink", "linear")),
        ("one/seen@input", Entry("one", "seen", None, "copy")),
    ],
)
def test_an_entry_is_read(text: str, entry: Entry) -> None:
    assert Entry.parse(text) == entry
    assert Entry.parse(str(entry)) == entry


@pytest.mark.parametrize("text", ["", "one", "one/", "one/a/b/c", "one/a@", "one/../b", "one/a b"])
def test_what_is_no_entry_is_refused(text: str) -> None:
    with pytest.raises(ParamsError, match="names no measured pictures"):
        Entry.parse(text)
