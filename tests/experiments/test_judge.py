"""Whether what is claimed holds: verdicts that can be told by hand."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from limner.errors import LimnerError, ParamsError
from limner.experiments import judge, kinship, page
from limner.experiments.entry import Entry
from limner.experiments.questions import Amount, Answer, Claim
from limner.experiments.results import Counts, Results
from limner.experiments.verdicts import Answered, Judged
from tests.experiments import made

STYLES = {
    "seen": {"ink": [0.1, 0.2, 0.1, 0.2], "wash": [0.2, 0.4, 0.2, 0.4]},
    "others": {"ink": [0.1, 0.2, 0.1, 0.2]},
}
"""Four faces in four groups: wash is twice as bad as ink, in each of them."""
WORDS = {"yes": "Yes: {a} and {b}", "no": "No: {ratio}", "open": "Open: {interval}."}


@pytest.fixture
def results(root: Path, tmp_path: Path) -> Results:
    """Two models on the same faces, one on others, one on a single group, one that was left out."""
    made.evaluation(tmp_path, "one", STYLES)
    made.evaluation(tmp_path, "two", {"seen": {"ink": [0.11, 0.19, 0.12, 0.18], "wash": [0.5, 0.7, 0.6, 0.8]}})
    made.evaluation(tmp_path, "far", {"seen": {"ink": [0.5, 0.6, 0.5, 0.6, 0.5]}}, first=100, groups=5)
    made.evaluation(tmp_path, "single", {"seen": {"ink": [0.5, 0.6]}}, groups=1)
    made.left_out(tmp_path, "lost", "lost is left out: it needs cuhk.csv, which has no face.")
    strangers = {"others": "part/others is left out: it needs frll.csv, which has no face."}
    made.evaluation(tmp_path, "part", {"seen": {"ink": [0.5, 0.6, 0.5, 0.6]}}, without=strangers)
    suites, models = {"seen": ["ink", "wash"], "others": ["ink"]}, ("one", "two", "far", "single", "lost", "part")
    return Results(tmp_path, made.settings(root, dict.fromkeys(models, suites)))


def claim(a: str, b: str | None, holds: Any, figure: str = "lpips") -> Claim:
    return Claim(a, figure, Amount(**holds) if isinstance(holds, dict) else holds, b)


@pytest.mark.parametrize(
    ("a", "b", "holds", "figure", "verdict"),
    [
        ("one/seen/wash", "one/seen/ink", "worse", "lpips", "yes"),
        ("one/seen/wash", "one/seen/ink", "better", "lpips", "no"),
        ("one/seen/wash", "one/seen/ink", "worse", "ssim", "yes"),
        ("one/seen/ink", "one/seen/wash", "better", "ssim", "yes"),
        ("two/seen/ink", "one/seen/ink", "better", "lpips", "open"),
        ("one/seen/ink", "one/others/ink", "better", "lpips", "open"),  # the same numbers
        ("one/seen/ink", "one/seen/wash", {"by": 0.01}, "lpips", "yes"),
        ("one/seen/ink", "one/seen/wash", {"by": 0.5}, "lpips", "no"),
        ("one/seen/ink", "one/others/ink", {"by": -0.01}, "lpips", "yes"),  # no worse by more than that
        ("one/seen/wash", "one/seen/ink", {"within": 2.5}, "lpips", "yes"),
        ("one/seen/wash", "one/seen/ink", {"within": 1.5}, "lpips", "no"),
        ("one/seen/wash", "one/seen/ink", {"within": 1.5}, "ssim", "yes"),  # 0.7 is more than 0.85 / 1.5
        ("one/seen/ink", None, {"at_most": 0.4}, "lpips", "yes"),
        ("one/seen/ink", None, {"at_least": 0.4}, "lpips", "no"),
        ("one/seen/ink", None, {"at_most": 0.1}, "memorised", "yes"),
        ("one/seen/ink", None, {"at_least": 0.2}, "nearer_true", "yes"),
        ("far/seen/ink", None, {"at_most": 0.1}, "memorised", "open"),  # 2 of 5
        ("one/seen/wash", "one/seen/ink", "worse", "nearer_true", "yes"),
        ("one/seen/ink", None, {"at_most": 0.15}, "lpips", "open"),
        ("one/seen/ink", "one/seen/ink@input", "better", "lpips", "yes"),
        ("far/seen/ink", "one/seen/ink", "worse", "lpips", "yes"),
        ("single/seen/ink", "single/seen/ink@copy", "better", "lpips", "open"),  # one group: nothing is known of chance
    ],
)
def test_verdicts(results: Results, a: str, b: str | None, holds: Any, figure: str, verdict: str) -> None:
    assert judge.judge(claim(a, b, holds, figure), results).verdict == verdict


@pytest.mark.parametrize(
    ("low", "high", "positive", "not_negative"),
    [
        (0.1, 0.2, "yes", "yes"),
        (0.0, 0.2, "open", "yes"),
        (0.0, 0.0, "open", "yes"),  # the same in every picture: no better, and no worse
        (-0.1, 0.0, "no", "open"),
        (-0.2, -0.1, "no", "no"),
        (-0.1, 0.1, "open", "open"),
        (math.nan, math.nan, "open", "open"),
    ],
)
def test_an_interval_that_ends_at_nothing(low: float, high: float, positive: str, not_negative: str) -> None:
    assert (judge._by(low, high, strict=True), judge._by(low, high)) == (positive, not_negative)


@pytest.mark.parametrize(("groups", "few"), [((3,), True), ((4,), False), ((9, 3), True), ((9, 4), False)])
def test_three_groups_are_few_on_either_side(groups: tuple[int, ...], few: bool) -> None:
    counts = tuple(Counts(90, count, 1) for count in groups)
    assert Judged(claim("a/b", None, {"at_most": 1}), None, "open", counts=counts).few == few


def test_of_these_very_pictures_the_mean_decides(results: Results) -> None:
    for amount, verdict in ((0.15, "yes"), (0.149, "no")):
        asked = replace(claim("one/seen/ink", None, {"at_most": amount}), these=True)
        assert judge.judge(asked, results).verdict == verdict


def test_of_two_sets_of_these_very_pictures_the_means_decide(results: Results) -> None:
    """One group of pictures has no interval, and in its means one is better than the other."""
    asked = claim("single/seen/ink", "single/seen/ink@copy", "better")
    assert judge.judge(asked, results).verdict == "open"
    assert judge.judge(replace(asked, these=True), results).verdict == "yes"
    twice = claim("one/seen/wash", "one/seen/ink", {"within": 2.0})  # 0.3 and 0.15, the interval on both sides of twice
    assert [judge.judge(replace(twice, these=these), results).verdict for these in (False, True)] == ["open", "yes"]


def test_a_difference_as_by_hand(results: Results) -> None:
    found = judge.judge(claim("one/seen/wash", "one/seen/ink", "worse"), results)
    assert (found.a, found.b, found.difference, found.ratio) == pytest.approx((0.3, 0.15, 0.15, 2.0))
    # Differences 0.1, 0.2, 0.1, 0.2: standard error 0.05 / sqrt(3), Student's t of three degrees of freedom 3.182.
    assert (found.high - found.low) / 2 == pytest.approx(3.182 * 0.05 / 3**0.5, rel=0.05)
    assert (found.counts[0].pictures, found.counts[0].groups, found.counts[0].trainings) == (4, 4, 1)
    assert found.paired
    assert not found.few


def test_a_difference_keeps_its_sign_beside_its_interval(results: Results) -> None:
    told = judge.told_of(judge.judge(claim("one/seen/ink", "one/seen/wash", "better"), results))
    assert (told["difference"], told["apart"]) == ("−0.150", "0.150")
    assert told["interval"] == "−0.243 to −0.057"


def test_one_face_neither_confirms_nor_contradicts(results: Results) -> None:
    alone = replace(claim("single/seen/ink", "single/seen/ink@copy", "better"), these=True)
    for report in ("yes", "no"):
        told = judge.answer(Answer("Is it?", **WORDS, report=report, claims=(alone,)), results)
        assert told.verdict == "yes"
        assert not told.confirms
        assert not told.contradicts
        assert f"The report found: {report}. One face alone neither" in told.remark


def test_two_models_that_were_tested_on_other_faces_are_not_told_as_if_on_the_same(results: Results) -> None:
    for report in ("yes", "no"):
        asked = Answer("Is it?", **WORDS, report=report, claims=(claim("far/seen/ink", "one/seen/ink", "worse"),))
        told = judge.answer(asked, results)
        assert told.verdict == "yes"
        assert told.sentence == f"Yes: 0.540 and 0.150 {judge.APART}"
        assert not told.confirms
        assert not told.contradicts
        assert "What was tested on other faces neither" in told.remark
    alike = answered(results, claim("one/seen/wash", "one/seen/ink", "worse"), report="yes")
    assert alike.confirms
    assert judge.APART not in alike.sentence


def test_a_ratio_that_is_the_same_in_each_picture_has_no_spread(results: Results) -> None:
    found = judge.judge(claim("one/seen/wash", "one/seen/ink", {"within": 2.5}), results)
    assert (found.low, found.high) == pytest.approx((2.0, 2.0))


def test_means_over_styles_are_paired_by_face(results: Results) -> None:
    found = judge.judge(claim("one/seen", "one/others", "worse"), results)
    assert found.a == pytest.approx((0.15 + 0.3) / 2)
    assert found.paired
    assert found.counts[0].pictures == 4


def test_other_faces_are_not_paired(results: Results) -> None:
    found = judge.judge(claim("far/seen/ink", "one/seen/ink", "worse"), results)
    assert not found.paired
    assert [count.pictures for count in found.counts] == [5, 4]
    assert found.difference == pytest.approx(0.54 - 0.15)
    paired = judge.judge(claim("one/seen/wash", "one/seen/ink", "worse"), results)
    assert paired.high - paired.low < 0.3


def test_a_model_that_was_not_judged_is_told_with_what_judges_it(results: Results, tmp_path: Path) -> None:
    (tmp_path / "runs/two/evaluation/metrics.csv").unlink()
    with pytest.raises(LimnerError, match=r"the model two was not judged: `dvc repro judge@two` does it"):
        judge.judge(claim("one/seen", "two/seen", "better"), results)


def test_several_trainings_are_counted(root: Path, tmp_path: Path) -> None:
    made.evaluation(tmp_path, "one", STYLES, seeds=3)
    results = Results(tmp_path, made.settings(root, {"one": {"seen": ["ink", "wash"], "others": ["ink"]}}))
    found = judge.judge(claim("one/seen/wash", "one/seen/ink", "worse"), results)
    assert (found.counts[0].pictures, found.counts[0].trainings) == (4, 3)
    entry = Entry.parse("one/seen/ink")
    assert results.counts(entry, ["lpips"]).trainings == results.counts(entry, ["lpips", "memorised"]).trainings == 3
    assert results.counts(entry, ["memorised"]).trainings == 1  # which is measured of the first alone


def test_trainings_are_counted_of_either_side(root: Path, tmp_path: Path) -> None:
    made.evaluation(tmp_path, "one", STYLES)
    made.evaluation(tmp_path, "two", STYLES, seeds=2)
    suites = {"seen": ["ink", "wash"], "others": ["ink"]}
    results = Results(tmp_path, made.settings(root, {"one": suites, "two": suites}))
    for a, b, said in (
        ("two/seen/wash", "one/seen/ink", "4 pictures in 4 groups, 2 and 1 trainings"),
        ("one/seen/wash", "two/seen/ink", "4 pictures in 4 groups, 1 and 2 trainings"),
        ("two/seen/wash", "two/seen/ink", "4 pictures in 4 groups, 2 trainings each"),
        ("one/seen/wash", "one/seen/ink", "4 pictures in 4 groups, 1 training"),
        ("two/seen/wash@copy", "two/seen/ink", "4 pictures in 4 groups, 2 trainings"),  # a floor is not trained
        ("two/seen/wash@copy", "two/seen/ink@copy", "4 pictures in 4 groups"),
    ):
        found = answered(results, claim(a, b, "worse"))
        assert page.evidence(found).endswith(f"; {said}")
        assert page.details(found.judged[0]).endswith(f"; paired, {said}.")
    (alone,) = answered(results, claim("two/seen/ink", None, {"at_most": 0.4})).judged
    assert page.details(alone).endswith("; 4 pictures in 4 groups, 2 trainings.")


def answered(results: Results, *claims: Claim, **report: Any) -> Answered:
    return judge.answer(Answer("Is it?", **WORDS, **report, claims=tuple(claims)), results)


def test_a_sentence_is_filled_with_what_was_measured(results: Results) -> None:
    assert answered(results, claim("one/seen/wash", "one/seen/ink", "worse")).sentence == "Yes: 0.300 and 0.150"
    assert answered(results, claim("one/seen/wash", "one/seen/ink", "better")).sentence == "No: 2.00"


def test_why_nothing_is_decided_is_said(results: Results) -> None:
    undecided = answered(results, claim("two/seen/ink", "one/seen/ink", "better"))
    assert undecided.sentence == f"Open: {judge.told_of(undecided.judged[0])['interval']}."
    alone = answered(results, claim("single/seen/ink", "single/seen/ink@copy", "better"))
    assert alone.sentence == ("Open: no interval. One group of pictures alone: how far chance goes cannot be told.")


def test_all_claims_must_hold(results: Results) -> None:
    yes = claim("one/seen/wash", "one/seen/ink", "worse")
    no, even = claim("one/seen/wash", "one/seen/ink", "better"), claim("two/seen/ink", "one/seen/ink", "better")
    assert answered(results, yes, yes).verdict == "yes"
    assert answered(results, yes, even).verdict == "open"
    assert answered(results, yes, even, no).verdict == "no"


@pytest.mark.parametrize(
    ("report", "confirms", "contradicts", "remark"),
    [
        ({"report": "yes"}, True, False, "As the report found."),
        ({"report": "no"}, False, True, "This contradicts the report, which found: no."),
        ({"expects": "yes"}, False, False, "As the report expected."),
        ({"expects": "no"}, False, False, "Not as the report expected."),
        ({}, False, False, ""),
    ],
)
def test_what_the_report_found_or_expected_is_held_against_it(
    results: Results, report: dict[str, str], confirms: bool, contradicts: bool, remark: str
) -> None:
    found = answered(results, claim("one/seen/wash", "one/seen/ink", "worse"), **report)
    assert (found.confirms, found.contradicts, found.remark) == (confirms, contradicts, remark)
    assert bool(found.against) == ("no" in report.values())
    undecided = answered(results, claim("two/seen/ink", "one/seen/ink", "better"), **report)
    assert (undecided.confirms, undecided.contradicts, undecided.remark, undecided.against) == (False, False, "", "")


def test_the_interval_of_a_share_ends_where_shares_do(results: Results) -> None:
    cell = results.cell(Entry.parse("far/seen/ink"), "memorised")  # 2 of 5, in 5 groups
    assert (cell.value, cell.low) == (pytest.approx(0.4), 0.0)
    assert 0.4 < cell.high <= 1.0


def test_an_answer_without_its_model_says_why(results: Results) -> None:
    found = answered(results, claim("lost/seen/ink", "one/seen/ink", "worse"), report="yes")
    assert found.verdict == "left out"
    assert found.sentence == "lost is left out: it needs cuhk.csv, which has no face."
    assert not found.contradicts


def test_an_answer_without_its_suite_says_why(results: Results) -> None:
    found = answered(results, claim("part/others/ink", "one/others/ink", "worse"), report="yes")
    assert (found.verdict, found.contradicts) == ("left out", False)
    assert found.sentence == "part/others is left out: it needs frll.csv, which has no face."
    with pytest.raises(ParamsError, match="no style 'inc'"):
        answered(results, claim("part/others/inc", "one/others/ink", "worse"))
    assert answered(results, claim("part/seen/ink", "one/seen/ink", "worse")).verdict == "yes"


def test_what_could_not_be_measured_is_left_out_and_says_why(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere, half = [math.nan] * 4, [0.1, 0.2, math.nan, math.nan]
    made.evaluation(tmp_path, "two", {"seen": {"ink": nowhere, "wash": half}})
    made.evaluation(tmp_path, "far", {"seen": {"wash": half[::-1]}})
    again = Results(tmp_path, results.params)
    for asked, said in (
        (claim("two/seen/ink", None, {"at_most": 0.4}), "two/seen/ink: LPIPS could be measured of none of"),
        (claim("one/seen/ink", "two/seen/ink", "better"), "two/seen/ink: LPIPS could be measured of none of"),
        (claim("two/seen/wash", "far/seen/wash", "better"), "LPIPS could be measured of no picture on both sides"),
    ):
        found = answered(again, asked)
        assert found.verdict == "left out"
        assert found.sentence.startswith(said)

    def alone(*_: Any) -> pd.DataFrame:
        keys = {"style": "ink", "id": [f"face-{place:03d}" for place in range(4)]}
        return pd.DataFrame(keys).assign(nearer_own=0.1, nearer_alone=math.nan)

    monkeypatch.setattr(again, "_kin", alone)
    found = answered(again, claim("one/seen/ink", None, {"at_least": 0}, "nearer_alone"))
    assert (found.verdict, found.sentence) == ("left out", kinship.NO_STRANGERS)


@pytest.mark.parametrize(
    ("a", "figure", "said"),
    [
        ("onee/seen", "lpips", "no model 'onee'.*did you mean 'one'"),
        ("one/sene", "lpips", "no suite 'sene'.*allowed: seen, others.*did you mean 'seen'"),
        ("one/seen/inc", "lpips", "no style 'inc'.*allowed: ink, wash"),
        ("one/seen/ink@copy", "memorised", "nearness to what was learned is of what a model has made"),
        ("one/seen/ink@coppy", "lpips", "no method 'coppy'.*allowed: model, copy"),
        ("one/seen/ink", "lpip", "'lpip' was not measured.*did you mean 'lpips'"),
        ("lost/sene", "lpips", "no suite 'sene'"),
    ],
)
def test_what_there_is_not_is_refused(results: Results, a: str, figure: str, said: str) -> None:
    with pytest.raises(LimnerError, match=said):
        judge.judge(claim(a, "one/seen/ink", "worse", figure), results)
