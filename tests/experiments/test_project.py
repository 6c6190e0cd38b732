"""experiments/: what its files promise each other, and the README its readers."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from limner import params
from limner.experiments import questions
from limner.experiments.entry import Entry
from limner.experiments.results import OTHERS
from limner.experiments.showing import Matrix, Pictures, entries
from limner.experiments.trainings import WANDER
from limner.params import Params
from tests.shell import run


@pytest.fixture(scope="module")
def home(root: Path) -> Path:
    return root / "experiments"


@pytest.fixture(scope="module")
def settings(home: Path) -> Params:
    return params.load(home / "params.yaml")


@pytest.fixture(scope="module")
def asked(home: Path) -> tuple[questions.Question, ...]:
    return questions.load(home / "questions.yaml")


def stages(*files: Path) -> Any:
    return {name: stage for file in files for name, stage in yaml.safe_load(file.read_text())["stages"].items()}


@pytest.fixture(scope="module")
def ours(home: Path) -> Any:
    return stages(home / "pictures/dvc.yaml", home / "dvc.yaml")


def block(stage: Any) -> Any:
    return stage.get("do", stage)


def declared(pipeline: Any, name: str) -> set[str]:
    """What a stage depends on, and what the stage depends on that tells what many share."""
    shares = {
        out: block(stage)["deps"] for stage in pipeline.values() for out in block(stage)["outs"] if "shared" in out
    }
    own = set(block(pipeline[name])["deps"])
    return own.union(*(shares[dep] for dep in own & shares.keys()))


def leaves(tree: Any, *place: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not isinstance(tree, dict):
        yield place, tree
        return
    for name, below in tree.items():
        yield from leaves(below, *place, name)


def test_an_override_reaches_its_own_block_and_no_other(home: Path, tmp_path: Path) -> None:
    """`dvc exp run -S` writes into the file that it read: in a block that anchors share, the last that has it wins."""
    path = Path(shutil.copy(home / "params.yaml", tmp_path))
    before = dict(leaves(yaml.safe_load(path.read_text())))
    sections = ("models", "styles", "altered", "recipes", "sets")
    wanted = {place: f"other{number}" for number, place in enumerate(before) if place[0] in sections}
    apply_overrides(str(path), [f"{'.'.join(place)}={value}" for place, value in wanted.items()])
    assert dict(leaves(yaml.safe_load(path.read_text()))) == before | wanted


def test_what_a_model_lacks_can_be_added_to_it_alone(home: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(home / "params.yaml", tmp_path))
    before = dict(leaves(yaml.safe_load(path.read_text())))
    apply_overrides(str(path), ["+models.jitter_flip.train.steps=96", "+models.pairs5.suites.unseen.erase=nose"])
    added = {("models", "jitter_flip", "train", "steps"): 96, ("models", "pairs5", "suites", "unseen", "erase"): "nose"}
    assert dict(leaves(yaml.safe_load(path.read_text()))) == before | added


def test_questions_are_about_models_and_suites_that_there_are(
    settings: Params, asked: tuple[questions.Question, ...]
) -> None:
    named = [
        (one.id, text, getattr(show, "style", None)) for one in asked for show in one.shows for text in entries(show)
    ]
    claims = [(one.id, claim) for one in asked for answer in one.answers for claim in answer.claims]
    named += [(id, text, None) for id, claim in claims for text in (claim.a, claim.b) if text]
    assert len(named) > 100
    for id, text, style in named:
        entry = Entry.parse(text)
        suites = settings.model(entry.model).suites
        assert entry.suite in suites, (id, text)
        assert (entry.style or style or suites[entry.suite].styles[0]) in suites[entry.suite].styles, (id, text)
    for show in (show for one in asked for show in one.shows if isinstance(show, Matrix)):
        for text in show.rows.values():
            entry = Entry.parse(text)
            assert set(show.columns) <= set(settings.model(entry.model).suites[entry.suite].styles), text


def test_figures_of_claims_are_measured(settings: Params, asked: tuple[questions.Question, ...]) -> None:
    measured = settings.evaluate.metrics
    for one in asked:
        for answer in one.answers:
            for claim in answer.claims:
                figure = claim.figure.removeprefix(WANDER)
                known = figure in OTHERS or any(figure.startswith(name) for name in measured)
                assert known, (one.id, claim.figure)


def test_a_difference_without_its_sign_is_told_only_where_the_sign_is_known(
    asked: tuple[questions.Question, ...],
) -> None:
    """What is denied may be so either way: less better than claimed, or worse."""
    for one in asked:
        for answer in one.answers:
            assert "{apart" not in answer.no + answer.open, (one.id, answer.asks)


def test_no_words_count_what_the_data_or_the_seeds_decide(asked: tuple[questions.Question, ...]) -> None:
    """What was measured is filled in; what stands in the words stays when others are trained on, or more often."""
    number = r"\b(\d+|one|two|three|four|twelve)"
    counted = re.compile(rf"{number} (trainings?|seeds?|strangers|people|faces|students)\b", re.IGNORECASE)
    for one in (one for one in asked if one.id != "SketchToFace"):  # whose pictures are five by their names
        words = [one.built, *(show.caption for show in one.shows), *(answer.asks for answer in one.answers)]
        for text in words:
            assert not counted.search(text), (one.id, text)


def test_every_model_is_asked_about(settings: Params, asked: tuple[questions.Question, ...]) -> None:
    shown = {Entry.parse(text).model for one in asked for show in one.shows for text in entries(show)}
    started_from = {model.init for model in settings.models.values()}
    assert set(settings.models) <= shown | started_from


def test_drawing_and_truth_stand_beside_what_is_there(settings: Params, asked: tuple[questions.Question, ...]) -> None:
    """A column whose model was left out is not shown: what is drawn and what is true hangs on no more than it must."""
    for one in asked:
        for show in (show for show in one.shows if isinstance(show, Pictures)):
            named = {label: Entry.parse(text) for label, text in show.columns.items()}
            given = [entry for label, entry in named.items() if entry.method != "model" or label == "truth"]
            others = [entry for entry in named.values() if entry not in given]
            if any(not settings.model(entry.model).train.needs for entry in others):
                assert all(not settings.model(entry.model).train.needs for entry in given), (one.id, show.caption)


def test_every_experiment_of_the_reports_is_there(asked: tuple[questions.Question, ...]) -> None:
    expected = "Baseline 1.A 1.B 1+ 2.A 2.B 2.C 2+ 3.A/B 3+ 4 4+ 6 6+ Alignment SketchToFace S2F+"
    assert [one.id for one in asked] == expected.split()
    assert all(one.said and one.built and one.shows and one.answers for one in asked)


def test_what_the_first_report_says_of_nose_and_place_is_shown_and_asked(asked: tuple[questions.Question, ...]) -> None:
    known = {one.id: one for one in asked}
    for id in ("2.A", "2.B"):
        sheets = [show for show in known[id].shows if isinstance(show, Pictures)]
        assert any("no_nose" in f"{sheet.style} {sheet.columns}" for sheet in sheets), id
    # "A faint left eye in the correct position"; but of one so faint landmarks are guessed.
    places = [one for one in known["2.C"].answers if one.claims[0].figure == "places_left_eye"]
    assert [(one.claims[0].a, one.report) for one in places] == [("flip_only/other_person/no_left_eye", "nothing")]


def test_where_structure_is_asked_beside_the_second_report_likeness_to_the_eye_is_too(
    asked: tuple[questions.Question, ...],
) -> None:
    """A blurred picture may be better by SSIM and worse to look at."""
    question = next(one for one in asked if one.id == "SketchToFace")
    sides = {
        figure: {
            (one.a, one.b) for answer in question.answers for one in answer.claims if one.these and one.figure == figure
        }
        for figure in ("ssim_flat", "lpips")
    }
    assert len(sides["ssim_flat"]) == 2
    assert sides["ssim_flat"] == sides["lpips"]
    for answer in question.answers:
        if answer.claims[0].figure == "ssim_flat":
            assert "by structure (SSIM RGB)" in answer.asks


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("scrape", ("scrape",)),
        ("align", ("align",)),
        ("align_set", ("align",)),
        ("split", ("split",)),
        ("split_set", ("split",)),
        ("sketch_set", ("sketch",)),
        ("train", ("train", "repeat")),
        ("judge", ("translate", "evaluate")),
    ],
)
def test_a_stage_declares_the_source_that_the_main_one_does(
    root: Path, ours: Any, here: str, there: tuple[str, ...]
) -> None:
    """Whose own declaration is held against what it loads, in test_dvc_yaml."""
    main, known = stages(root / "dvc.yaml"), declared(ours, here)
    wanted = {dep for name in there for dep in block(main[name])["deps"] if dep.startswith(("src/", "stages/"))}
    wanted = {dep.replace("${item.effect}", "stamp") for dep in wanted}
    assert wanted - known == set()


def test_dvc_keeps_them_apart_from_the_main_pipeline(root: Path, home: Path) -> None:
    """In one repository, every `dvc` of the main pipeline would read and list these too."""
    listed = [run(folder, "dvc", "stage", "list", "--all", "--name-only").split() for folder in (root, home)]
    assert "train@painter" in listed[0]
    assert "train@baseline" in listed[1]
    assert not [name for name in listed[0] if "baseline" in name or "experiments" in name]
    settings = [run(folder, "dvc", "config", "--list", "--project").split() for folder in (root, home)]
    core = [{line for line in one if line.startswith("core.")} for one in settings]  # each may have a remote of its own
    assert core[0] == core[1] >= {"core.analytics=false", "core.check_update=false"}


@pytest.mark.parametrize(
    ("named", "there"), [("my mirrors.yaml", "{root}/my mirrors.yaml"), ("/mnt/a.yaml", "/mnt/a.yaml"), (None, "")]
)
def test_a_file_of_mirrors_is_one_of_the_folder_in_which_make_is_typed(
    root: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, there: str
) -> None:
    monkeypatch.delenv("LIMNER_MIRRORS", raising=False)
    if named:
        monkeypatch.setenv("LIMNER_MIRRORS", named)
    told = run(root, "make", "--silent", "--eval", "tell: ; @cd experiments && echo $$LIMNER_MIRRORS", "tell")
    assert told.strip() == there.format(root=root)


def test_byte_code_beside_the_source_moves_no_hash(home: Path) -> None:
    """As it would if the source were outside of the repository (`../src`): nothing is ignored there."""
    name = "src/limner/train/__pycache__/run.cpython-311.pyc"
    assert run(home, "dvc", "check-ignore", name).strip() == name
    assert (home / "src/limner/train/run.py").samefile(home.parent / "src/limner/train/run.py")


def test_dependencies_on_source_exist(home: Path, ours: Any) -> None:
    for name, stage in ours.items():
        for dep in block(stage)["deps"]:
            if dep.startswith(("src/", "stages/", "../")):
                assert (home / dep).exists(), (name, dep)


def test_what_a_stage_names_by_itself_stands_in_params(home: Path, ours: Any) -> None:
    """DVC would say so only when it comes to that stage, after what goes before it."""
    known = yaml.safe_load((home / "params.yaml").read_text())
    listed = {name: stage for name, stage in ours.items() if isinstance(stage.get("foreach"), list)}
    assert len(listed) > 2
    for name, stage in listed.items():
        for item in stage["foreach"]:
            for key in (key for key in stage["do"]["params"] if "${item}" in key):
                tree = known
                for step in key.replace("${item}", item).split("."):
                    assert step in tree, (name, item, key)
                    tree = tree[step]


def test_the_readme_tells_the_answers_that_were_found(root: Path, home: Path) -> None:
    answers = (home / "reports/answers.md").read_text(encoding="utf-8")
    table = [line for line in answers.splitlines() if line.startswith("|")]
    assert len(table) > 17
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "\n".join(table) in readme
