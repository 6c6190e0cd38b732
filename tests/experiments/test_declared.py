"""A typing error in a question is found before anything is trained: nothing here was."""

from dataclasses import replace
from pathlib import Path

import pytest

from limner import params
from limner.errors import ParamsError
from limner.experiments import declared, questions
from limner.params import Params

QUESTIONS = """
- id: 1.A
  group: effects
  title: An unseen effect
  shows:
    - table: {rows: {ours: painter/unseen/stamp, its input: painter/unseen@input}, figures: [lpips]}
    - table: {rows: {ours: painter/unseen}, figures: [ssim, memorised]}
    - matrix: {rows: {ours: painter/unseen}, columns: [hatch], figure: ssim}
    - curve: {figure: kid, x: pairs, lines: {her: [[5, painter/other_people]]}}
    - course: {figure: psnr, lines: {ours: "painter:xdog"}}
    - pictures: {columns: {truth: sketcher/unseen@truth}, style: stamp}
    - kin: {rows: {ours: painter/other_people}}
    - numbers: {name: stored, rows: {ours: painter}}
  answers:
    - asks: Is it worse?
      a: painter/unseen
      b: painter/unseen@mean
      figure: rank_5
      holds: worse
      yes: "{a}"
      no: "{b}"
      open: "{n}"
"""


@pytest.fixture(scope="module")
def settings(root: Path) -> Params:
    return params.load(root / "params.yaml")


def check(settings: Params, folder: Path, text: str = QUESTIONS) -> None:
    (folder / "questions.yaml").write_text(text)
    declared.check(settings, questions.load(folder / "questions.yaml"))


def test_the_project_s_own_are_in_order(root: Path) -> None:
    experiments = root / "experiments"
    declared.check(params.load(experiments / "params.yaml"), questions.load(experiments / "questions.yaml"))


def test_what_is_measured_and_beside_it_is_what_params_say(settings: Params, tmp_path: Path) -> None:
    check(settings, tmp_path)
    fewer = replace(settings, evaluate=replace(settings.evaluate, metrics=("ssim",)))
    with pytest.raises(ParamsError, match=r"'lpips' is not measured; allowed: ssim .`evaluate.metrics` of params.yaml"):
        check(fewer, tmp_path)
    alone = replace(settings, evaluate=replace(settings.evaluate, beside=("copy",)))
    with pytest.raises(ParamsError, match=r"no method 'mean'; allowed: model, copy .`evaluate.beside` of params.yaml"):
        check(alone, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("ours: painter/unseen/stamp", "ours: paintr/unseen/stamp", "no model 'paintr'"),
        (
            "painter/unseen/stamp",
            "painter/unsene/stamp",
            "the model painter has no suite 'unsene'; allowed: unseen, other_people",
        ),
        ("painter/unseen/stamp", "painter/unseen/stmp", "has no style 'stmp'; allowed: stamp, "),
        ("painter/unseen@input", "painter/unseen@meen", "there is no method 'meen'; allowed: model, copy, mean, "),
        ("[lpips]", "[lpisp]", "painter/unseen/stamp: the figure 'lpisp' is not measured"),
        ("columns: [hatch]", "columns: [hacth]", "matrix: none of its suites has the style 'hacth'"),
        ("figure: kid", "figure: kit", "painter/other_people: the figure 'kit' is not measured"),
        ("figure: psnr", "figure: kid", "course: 'kid' is no figure of single pictures"),
        ("painter:xdog", "painter:xdg", "course: painter has no style 'xdg'"),
        ("style: stamp", "style: hatch", "sketcher/unseen/hatch: the suite unseen has no style 'hatch'"),
        ("painter/other_people}}\n    - num", "sketcher/unseen}}\n    - num", "kinship is of what a model that learns"),
        ("name: stored", "name: storde", "numbers: no table 'storde'; allowed: stored"),
        ("{ours: painter}", "{ours: paintr}", "no model 'paintr'"),
        ("b: painter/unseen@mean", "b: painter/unsee@mean", "has no suite 'unsee'"),
        ("figure: rank_5", "figure: wander_rnk", "no metric has the figure 'rnk'"),
        ("b: painter/unseen@mean", "b: sketcher/unseen", "cannot be held against each other: one is of drawings"),
    ],
)
def test_a_typing_error_is_named_with_what_there_is(
    settings: Params, tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert QUESTIONS.count(old) == 1
    with pytest.raises(ParamsError) as caught:
        check(settings, tmp_path, QUESTIONS.replace(old, new))
    assert str(caught.value).startswith("question 1.A: ")
    assert told in str(caught.value)
