"""The paper: whole, escaped, the same bytes each time; nothing fails for want of a model."""

import json
import math
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limner import images
from limner.blocks import Scale
from limner.errors import LimnerError
from limner.experiments import judge, numbers, page, questions, records
from limner.experiments.questions import Amount, Claim
from limner.experiments.results import Counts, Results
from limner.params import Params
from limner.report.pictures import safe_name
from tests.experiments import made
from tests.report.parsed import Elements, links

QUESTIONS = """
- id: 1.A
  group: "Experiment 1: effects"
  title: An <i>unseen</i> effect
  said: "<script>alert(1)</script> & sound"
  built: Two models.
  shows:
    - table:
        caption: Figures
        rows: {one: one/seen, input: one/seen/ink@input, gone: lost/seen, unseen: one/strange}
        figures: [lpips, ssim]
    - matrix:
        figure: lpips
        rows: {seen: one/seen, others: one/others, gone: lost/seen, unseen: one/strange}
        columns: [ink, wash]
    - curve:
        figure: lpips
        x: pairs
        log: true
        lines: {her: [[5, one/seen/wash], [21, one/seen/ink]], gone: [[5, lost/seen], [9, one/strange]]}
    - pictures:
        count: 2
        style: ink
        columns: {input: one/seen, ours: one/seen, gone: lost/seen, unseen: one/strange, truth: one/seen}
    - numbers: {name: stored, rows: {ours: one, gone: lost}}
  answers:
    - {asks: "Is wash | worse?", a: one/seen/wash, b: one/seen/ink, figure: lpips, holds: worse, report: no,
       yes: "Yes: {a} <b> {b}", no: "no", open: "open"}
    - {asks: "Is ink?", a: one/seen/ink, b: one/seen/wash, figure: lpips, holds: better, report: yes,
       yes: "Yes: {n} pictures", no: "no", open: "open"}
- id: "4"
  group: "Experiment 4"
  title: Left out
  answers:
    - {asks: "Is it?", a: lost/seen, b: one/seen, figure: lpips, holds: worse, yes: "y", no: "n", open: "o"}
    - {asks: "Are they?", a: one/strange, b: one/seen, figure: lpips, holds: worse, yes: "y", no: "n", open: "o"}
    - {asks: "Is it even?", a: one/others, b: one/seen/ink, figure: lpips, holds: better, yes: "y", no: "n",
       open: "Not decided: {difference}"}
"""
WHY = "lost is left out: it needs cuhk.csv."
STRANGE = "one/strange is left out: it needs frll.csv."


@pytest.fixture(scope="module")
def settings(root: Path) -> Params:
    suites = {"seen": ["ink", "wash"], "others": ["ink"]}
    return made.settings(root, {"one": {**suites, "strange": ["ink"]}, "lost": suites})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, settings: Params) -> Path:
    """A project whose paper is written."""
    project = tmp_path_factory.mktemp("project")
    seen = {"ink": [0.1, 0.2, 0.1, 0.2], "wash": [0.2, 0.4, 0.2, 0.4]}
    made.evaluation(project, "one", {"seen": seen, "others": {"ink": seen["ink"]}}, without={"strange": STRANGE})
    made.left_out(project, "lost", WHY)
    (project / "models/one").mkdir(parents=True)
    (project / "models/one/weights.safetensors").write_bytes(bytes(2_500_000))
    (project / "questions.yaml").write_text(QUESTIONS)
    (project / "data").mkdir(exist_ok=True)
    (project / "data/raw.csv").write_text(
        "id,person,source,license,credit\nface-000,woman,a.mp4,CC-BY-4.0,B. Brush & Co\n"
    )
    page.write(project, settings, questions.load(project / "questions.yaml"))
    return project


@pytest.fixture(scope="module")
def elements(project: Path) -> Elements:
    return Elements((project / "reports/index.html").read_text("utf-8"))


def test_the_page_says_what_was_found(elements: Elements) -> None:
    text = elements.text
    assert "0.300 <b> 0.150" in text
    assert "Contradicts the report." in text
    assert "This contradicts the report, which found: no." in text
    assert "As the report found." in text
    assert "1 answer agrees with what the reports found, 1 disagrees." in text
    assert "LPIPS 0.300 beside 0.150, difference 0.150" in text
    assert "paired, 4 pictures in 4 groups, 1 training." in text
    for why in (WHY, STRANGE):
        assert text.count(why) >= 5  # the table, the matrix, the curve, the pictures, the answers


def test_a_group_stands_together_wherever_it_is_asked(copy: Path, settings: Params) -> None:
    asked = questions.load(copy / "questions.yaml")
    page.write(copy, settings, [*asked, replace(asked[1], id="1.Z", group=asked[0].group)])
    found = Elements((copy / "reports/index.html").read_text("utf-8"))
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert [one["id"] for one in found.of("article")] == [safe_name(id) for id in ("1.A", "1.Z", "4")]


def test_a_scale_is_told(settings: Params) -> None:
    assert page.scale(settings) == ""
    scales = {"laptop": Scale(), "tiny": Scale(epochs=1), "large": Scale(256, {"limner": "other"}, 2000)}
    for name, said in (
        ("laptop", ""),
        ("tiny", "Trained at the scale “tiny”: 1 epoch each."),
        (
            "large",
            "Trained at the scale “large”: 2000 epochs each, 256 pixels where a model says no other, the recipe other "
            "in place of limner.",
        ),
    ):
        assert page.scale(replace(settings, scale=name, scales=scales)) == said
        assert said in page.render([], {}, [], said)


def test_how_much_trainings_differ_is_told_where_it_is_known(copy: Path, settings: Params) -> None:
    results = Results(copy, settings)
    assert results.repeated() == []
    assert page.chance(results) == ""
    made.evaluation(copy, "one", {"seen": {"ink": [0.1, 0.2, 0.1, 0.2]}}, seeds=3)
    results = Results(copy, replace(settings, evaluate=replace(settings.evaluate, seeds=3)))
    assert results.repeated() == ["one"]
    assert results.spread("lpips") == 0  # its trainings were made alike
    results.spread = {"lpips": 0.0627, "ssim": math.nan}.__getitem__
    assert page.chance(results).startswith("Of the 1 model trained from several seeds, ")
    assert "from training to training, LPIPS by 6.3% (standard deviation)" in page.chance(results)


def test_what_is_left_out_is_named_once(elements: Elements) -> None:
    assert f"gone, lost/seen: {WHY}" in elements.text  # the curve
    assert f"gone: {WHY}" in elements.text  # the pictures
    assert "left out: lost is left out" not in elements.text


def test_a_line_without_a_point_has_no_place_in_the_legend(copy: Path, settings: Params) -> None:
    lines = "lines: {gone: [[5, lost/seen]], her: [[5, one/seen]], lost: [[5, lost/seen]]}"
    curve = shown(copy, settings, f"curve: {{figure: lpips, x: pairs, {lines}}}")
    assert [one.label for one in curve.series] == ["her"]
    numbers = shown(copy, settings, "numbers: {name: stored, rows: {lost: lost, ours: one}}")
    assert numbers.left_out == (("lost", WHY),)
    text = Elements((copy / "reports/index.html").read_text("utf-8")).text
    assert f"lost: {WHY}" not in text
    assert WHY in text


def test_the_page_credits_whose_pictures_it_shows(elements: Elements) -> None:
    for said in ("B. Brush & Co", "CC-BY-4.0", "woman", "a.mp4"):
        assert said in elements.text


def test_everything_is_escaped(elements: Elements) -> None:
    assert "<script>alert(1)</script> & sound" in elements.text
    assert len(elements.of("script")) == 1
    assert not elements.of("i")


def test_every_picture_and_place_is_there(project: Path, elements: Elements) -> None:
    ids = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    for link in links(elements):
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("data:"):
            assert (project / "reports" / link).is_file()
    assert len(elements.of("img")) == 6  # two faces: input, ours, truth


def test_the_same_bytes_each_time(project: Path, settings: Params, tmp_path: Path) -> None:
    again = shutil.copytree(project, tmp_path / "again")
    shutil.rmtree(again / "reports")
    page.write(again, settings, questions.load(again / "questions.yaml"))
    for path in sorted((project / "reports").rglob("*")):
        if path.is_file():
            assert (again / path.relative_to(project)).read_bytes() == path.read_bytes()


def test_answers_for_the_readme(project: Path) -> None:
    lines = (project / "reports/answers.md").read_text("utf-8").splitlines()
    assert lines == [
        "| experiment | question | answer | 95% interval; of how many |",
        "|---|---|---|---|",
        "| 1.A | Is wash \\| worse? | **Yes.** Yes: 0.300 &lt;b> 0.150 *Contradicts the report.* "
        "| difference 0.057 to 0.243; 4 pictures in 4 groups, 1 training |",
        "| 1.A | Is ink? | **Yes.** Yes: 4 pictures "
        "| difference −0.243 to −0.057; 4 pictures in 4 groups, 1 training |",
        f"| 4 | Is it? | **Left out.** {WHY} |  |",
        f"| 4 | Are they? | **Left out.** {STRANGE} |  |",
        "| 4 | Is it even? | **Not decided.** Not decided: 0.000 "
        "| difference 0.000 to 0.000; 4 pictures in 4 groups, 1 training |",
    ]


def test_answers_for_programs(project: Path) -> None:
    worse, _, *lost, even = json.loads((project / "reports/answers.json").read_text("utf-8"))
    assert (worse["verdict"], worse["report"], worse["contradicts"]) == ("yes", "no", True)
    (claim,) = worse["claims"]
    assert (claim["value_a"], claim["value_b"], claim["difference"]) == (0.3, 0.15, 0.15)
    assert claim["low"] < 0.15 < claim["high"]
    assert (claim["pictures"], claim["groups"], claim["trainings"], claim["paired"]) == ([4, 4], [4, 4], [1, 1], True)
    for one in lost:
        assert (one["verdict"], one["claims"][0]["value_a"]) == ("left out", None)
    assert even["verdict"] == "open"


def shown(project: Path, settings: Params, block: str) -> Any:
    (project / "more.yaml").write_text(f"- id: x\n  group: g\n  title: t\n  shows:\n    - {block}\n")
    (section,) = page.write(project, settings, questions.load(project / "more.yaml"))
    return section.shown[0]


@pytest.mark.parametrize(
    "block",
    [
        "table: {rows: {gone: lost/seen}, figures: [FIGURE]}",
        "matrix: {figure: FIGURE, rows: {gone: lost/seen}, columns: [ink]}",
        "curve: {figure: FIGURE, x: pairs, lines: {gone: [[5, lost/seen]]}}",
    ],
)
@pytest.mark.parametrize(
    ("name", "label", "higher"),
    [
        ("lpips", "LPIPS", False),
        ("regions_left_eye", "L1, left eye", False),
        ("rank_1", "Rank, first", True),
        ("memorised", "Memorised", False),
        ("wander_lpips", "Wander of LPIPS", False),
    ],
)
def test_figures_of_what_was_left_out_are_what_their_metrics_say(
    copy: Path, settings: Params, block: str, name: str, label: str, higher: bool
) -> None:
    record = shown(copy, settings, block.replace("FIGURE", name))
    figure = record.figures[0] if isinstance(record, records.Grid) else record.figure
    assert (figure.name, figure.label, figure.higher) == (name, label, higher)


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    return shutil.copytree(project, tmp_path, dirs_exist_ok=True)


def test_a_matrix_frames_what_was_learned(copy: Path, settings: Params) -> None:
    heat = shown(copy, settings, "matrix: {figure: lpips, rows: {o: one/others, s: one/seen}, columns: [ink, wash]}")
    assert isinstance(heat, records.Heat)
    (_, others, _), (_, seen, _) = heat.rows
    assert math.isnan(others[1].cell.value)  # that suite is not drawn in it
    assert (seen[0].level, seen[1].level) == (6, 0)
    assert not any(square.trained for square in seen)


def test_what_a_model_takes_is_told_in_mb(copy: Path, settings: Params) -> None:
    results = Results(copy, settings)
    assert numbers.size(results, "one") == (2.5, "the whole network")
    (copy / "models/one/adapter.safetensors").write_bytes(bytes(100_000))
    assert numbers.size(results, "one") == (0.1, "what differs")
    curve = shown(copy, settings, "curve: {figure: lpips, x: MB, lines: {o: [[stored, one/seen]]}}")
    assert curve.series[0].points[0][0] == pytest.approx(0.1)


def test_a_curve_goes_by_the_pairs_that_were_learned(copy: Path, settings: Params) -> None:
    (copy / "runs/one/training").mkdir(parents=True)
    (copy / "runs/one/training/pairs.csv").write_text("style,pairs\nink,20\nwash,10\n")
    curve = shown(copy, settings, "curve: {figure: lpips, x: pairs, lines: {o: [[pairs, one/seen]]}}")
    assert curve.series[0].points[0][0] == 30


def test_only_the_floors_of_the_page_are_explained(elements: Elements) -> None:
    assert "A floor: the input itself" in elements.text
    assert "A floor: the mean training picture" not in elements.text


def test_kinship_is_measured_once_and_told(copy: Path, settings: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    people = {"id": ["w0", "w1", "x0", "x1"], "person": ["woman"] * 2 + ["another"] * 2, "split": ["train", "test"] * 2}
    pd.DataFrame(people).to_csv(copy / "data/split.csv", index=False)
    asked = []

    def kin(outputs: list[Path], truths: list[Path], own: list[Path], *rest: Any) -> pd.DataFrame:
        asked.append((len(outputs), [path.name for path in own], [path.name for path in rest[-1]]))
        names = ("likeness_own", "likeness_true", "nearer_others", "skin_l", "skin_a", "skin_b", "skin_toward")
        return pd.DataFrame(dict.fromkeys(names, [0.2] * len(outputs))).assign(truth_own=0.5)

    stand_in = ModuleType("limner.experiments.kin")
    monkeypatch.setattr(stand_in, "kin", kin, raising=False)
    monkeypatch.setitem(sys.modules, "limner.experiments.kin", stand_in)
    grid = shown(copy, settings, "kin: {rows: {ours: one/seen/ink, again: one/seen/ink, gone: lost/seen}}")
    assert asked == [(4, ["w0.png"], ["x0.png"])]
    told = dict(zip([figure.name for figure in grid.figures], grid.rows[0].cells, strict=True))
    assert told["likeness_own"].value == pytest.approx(0.2)
    assert told["nearer_own"].value == pytest.approx(0.3)
    assert told["nearer_alone"].value == pytest.approx(0.1)


def test_a_course_is_measured_on_snapshots(copy: Path, settings: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    shots = copy / "runs/one/training/snapshots"
    for folder in ("000001", "000002", "000003", "input", "truth"):
        images.write(shots / folder / "ink~face-000.png", np.full((8, 8, 3), 90, np.uint8))

    (shots.parent / "pairs.csv").write_text("style,pairs\nink,20\nwash,10\n")

    def course(training: Path, names: list[str], *_: Any) -> pd.DataFrame:
        assert (training, names) == (copy / "runs/one/training", ["regions"])
        values = {"epoch": [1, 2, 3], "style": "ink", "id": "face-000", "regions_nose": [0.4, 0.2, 0.3]}
        return pd.DataFrame(values)

    stand_in = ModuleType("limner.experiments.course")
    monkeypatch.setattr(stand_in, "course", course, raising=False)
    monkeypatch.setitem(sys.modules, "limner.experiments.course", stand_in)
    line = "lines: {ours: 'one:ink', gone: 'lost:ink'}"
    chart = shown(copy, settings, f"course: {{figure: regions_nose, {line}, pictures: true}}")
    assert [point[:2] for point in chart.series[0].points] == [(30, 0.4), (60, 0.2), (90, 0.3)]
    assert chart.wander == ((pytest.approx(0.1), 1),)
    results = Results(copy, settings)
    wander = judge.judge(Claim("one/seen/ink", "wander_regions_nose", Amount(at_most=0.1)), results)
    assert (wander.a, wander.counts) == (pytest.approx(0.1), (Counts(1, 1, 1),))  # of the one face with snapshots
    with pytest.raises(LimnerError, match="left no snapshots of these pictures"):
        judge.judge(Claim("one/seen/wash", "wander_regions_nose", Amount(at_most=0.1)), results)
    with pytest.raises(LimnerError, match="only what a model has made wanders"):
        judge.judge(Claim("one/seen/ink@input", "wander_regions_nose", Amount(at_most=0.1)), results)
    assert [epoch for epoch, _ in chart.strips[0].outputs] == [1, 2, 3]
    assert chart.strips[0].shown == "face-000"
    for folder in ("000001", "000002", "000003", "input", "truth"):
        images.write(shots / folder / "ink~face-001.png", np.full((8, 8, 3), 90, np.uint8))
    again = shown(copy, settings, f"course: {{figure: regions_nose, {line}, pictures: true}}")
    assert again.strips[0].shown in ("face-000, one of 2", "face-001, one of 2")
    assert again.strips[0].shown in Elements((copy / "reports/index.html").read_text("utf-8")).text
    assert chart.left_out == (("gone", WHY),)
    with pytest.raises(LimnerError, match="no snapshots in the style 'wash'; allowed: ink"):
        shown(copy, settings, "course: {figure: regions_nose, lines: {ours: 'one:wash'}}")


def test_pictures_of_no_face_in_common_are_a_note(copy: Path, settings: Params) -> None:
    far = replace(settings, models=settings.models | {"far": settings.models["one"]})
    made.evaluation(copy, "far", {"seen": {"ink": [0.5, 0.6]}}, first=100)
    sheet = shown(copy, far, "pictures: {style: ink, columns: {ours: one/seen, of others: far/seen}}")
    assert (sheet.rows, sheet.left_out) == ((), ())
    assert sheet.note == "ours, of others: no face is in all of these, so there is nothing to see side by side."
    assert sheet.note in Elements((copy / "reports/index.html").read_text("utf-8")).text


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(project: Path, width: int) -> None:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        if not (chromium := next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)):
            pytest.skip("no Chromium on this machine")
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800})
        said: list[str] = []
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto((project / "reports/index.html").as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert said == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("table: {rows: {o: one/seen}, figures: [lpipz]}", "'lpipz' was not measured"),
        ("table: {rows: {gone: lost/seen}, figures: [lpipz]}", "no metric has the figure 'lpipz'"),
        ("table: {rows: {gone: lost/seen}, figures: [regions_ear]}", "the metric regions has no figure 'regions_ear'"),
        ("course: {figure: rank_1, lines: {o: one}}", "'rank_1' is no figure of single pictures"),
        ("matrix: {figure: lpips, rows: {o: one/others}, columns: [wash]}", "none of its suites has the style 'wash'"),
        ("pictures: {columns: {o: one/seen}}", "pictures are of one style"),
        ("numbers: {name: storage}", "no table 'storage'.*allowed: stored"),
        ("course: {figure: lpips, lines: {o: 'one:ink:x'}}", "names no training"),
        ("course: {figure: lpipz, lines: {o: one}}", "no metric has the figure 'lpipz'"),
        ("kin: {rows: {o: one/seen@copy}}", "kinship is of what a model"),
    ],
)
def test_what_cannot_be_shown_is_refused(copy: Path, settings: Params, block: str, said: str) -> None:
    with pytest.raises(LimnerError, match=said):
        shown(copy, settings, block)
