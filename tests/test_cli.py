"""`limner check`: what is wrong is said before any work is done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from limner import fitting, params
from limner.cli import app

MANIFEST = "data/manifests/mine.csv"


@pytest.fixture
def check(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Any], object]], str]:
    """Change the project's params.yaml in a folder without data, and return what `limner check` says."""
    monkeypatch.chdir(tmp_path)
    manifest = tmp_path / MANIFEST
    manifest.parent.mkdir(parents=True)
    manifest.write_text(
        "id,person,url,sketch_url,style,sex,license\n"
        "a,woman,a.jpg,s.jpg,chalk,f,CC0\nb,man,b.jpg,,,m,CC0\nc,driver,c.jpg,,,f,CC0\n"
    )

    def run(change: Callable[[Any], object]) -> str:
        tree = yaml.safe_load((root / "params.yaml").read_text())
        tree["manifests"] = [MANIFEST]
        change(tree)
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
        done = CliRunner().invoke(app, ["check"])
        assert (done.exit_code == 0) == ("is in order" in done.output)
        return " ".join(done.output.split())

    return run


def suite(model: str, **keys: object) -> Callable[[Any], object]:
    """One more suite of a model."""
    added = {"split": "all", "styles": ["stamp"], **keys}
    return lambda tree: tree["models"][model]["suites"].update(more=added)


def labelled(column: str, init: str = "scratch") -> Callable[[Any], object]:
    """Of the painter."""

    def change(tree: Any) -> None:
        tree["models"]["painter"] |= {"init": init}
        tree["models"]["painter"]["train"] |= {"labels": column}

    return change


def started(model: str, init: str) -> Callable[[Any], object]:
    """Of a model."""
    return lambda tree: tree["models"][model].update(init=init)


def twin(size: object = "auto", recipe: str = "limner") -> Callable[[Any], object]:
    """One more model, which starts from the painter."""

    def change(tree: Any) -> None:
        painter = tree["models"]["painter"]
        own = {"init": "painter", "size": size, "writes": "runs/twin/pictures"}
        tree["models"]["twin"] = painter | own | {"train": painter["train"] | {"recipe": recipe}}

    return change


def test_a_model_starts_from_one_of_its_own_shape(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(twin())
    assert "is in order" in check(twin(size=128))
    enlarged = {"scale": "large", "scales": {"large": {"size": 256}}}
    assert "twin (size: 128) would start from painter (size: 256)" in check(
        lambda tree: [twin(size=128)(tree), tree.update(enlarged)]
    )
    assert "is in order" in check(lambda tree: [twin()(tree), tree.update(enlarged)])


def test_what_a_model_learned_is_of_whom_it_learns(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(suite("painter", split="learned", people=["w*"]))
    assert "is in order" in check(suite("painter", split="learned"))


def test_a_manifest_without_rows_is_named(check: Callable[[Callable[[Any], object]], str], tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("id,person,url,license\n")
    assert f"manifests: there are no rows in {MANIFEST}" in check(lambda _: None)


def test_labels_are_columns_of_a_manifest(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(labelled("sex"))
    assert "is in order" in check(labelled("person"))


def test_styles_of_effects_artists_and_models_are_known(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(suite("painter", styles=["stamp", "chalk", "learned"]))
    assert "is in order" in check(suite("sketcher"))


def test_rows_that_a_build_could_not_use_are_named(
    check: Callable[[Callable[[Any], object]], str], tmp_path: Path
) -> None:
    def copied(most: int) -> Callable[[Any], object]:
        """The same rows by another name, as in a manifest and a selection of it; `most` rows may fail."""

        def change(tree: Any) -> None:
            (tmp_path / MANIFEST).with_name("some.csv").write_text((tmp_path / MANIFEST).read_text())
            tree["manifests"].append("data/manifests/some.csv")
            tree["scrape"]["max_failures"] = most

        return change

    told = check(copied(3))
    assert "a: failed: data/manifests/some.csv, line 2: the id 'a' is taken by data/manifests/mine.csv" in told
    assert "is in order" in told
    assert "3 rows of the manifests cannot be used, and at most 2 may fail (scrape.max_failures)" in check(copied(2))


def test_a_person_without_a_licence_is_absent(check: Callable[[Callable[[Any], object]], str], tmp_path: Path) -> None:
    def unlicensed(allowed: bool) -> Callable[[Any], object]:
        def change(tree: Any) -> None:
            (tmp_path / MANIFEST).with_name("ana.csv").write_text("id,person,url\nana,ana,ana.jpg\n")
            tree["manifests"].append("data/manifests/ana.csv")
            tree["scrape"]["allow_unlicensed"] = allowed
            learned("painter", "ana")(tree)

        return change

    told = check(unlicensed(False))
    assert "ana: failed: data/manifests/ana.csv, line 2: it has no licence" in told
    assert "no manifest of params.yaml has anybody called 'ana'" in told
    assert "is in order" in check(unlicensed(True))


def learned(model: str, *people: str) -> Callable[[Any], object]:
    """By a model."""
    return lambda tree: tree["models"][model]["train"].update(people=list(people))


def test_one_of_several_people_may_be_missing(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(learned("painter", "wom*", "driver"))
    said = check(learned("painter", "woman", "drier"))
    assert "models.painter.train.people: noted: no manifest of params.yaml has anybody called 'drier'" in said
    assert "is in order" in said


def altered(**keys: object) -> Callable[[Any], object]:
    """A style that is made of another, which the painter is tested on."""

    def change(tree: Any) -> None:
        tree["altered"] = {"less": keys}
        suite("painter", styles=["less"])(tree)

    return change


def test_altered_styles_are_known(check: Callable[[Callable[[Any], object]], str]) -> None:
    assert "is in order" in check(altered(of="stamp", erase=["left_eye"]))
    assert "is in order" in check(altered(of="chalk", erase="any", draw=1))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (suite("painter", styles=["stmp"]), "painter.suites.more.styles: nothing draws the style 'stmp' into"),
        (suite("painter", styles=["chark"]), "did you mean 'chalk'?"),
        (suite("sketcher", styles=["hatch"]), "into data/sketches/effects/stamp; allowed: stamp"),
        (suite("sketcher", erase=["nose"]), "sketcher.suites.more.erase: sketcher learns to sketch"),
        (suite("painter", manifests=["mine.csv"]), "more.manifests: 'mine.csv' is not among"),
        (altered(of="stmp", wobble=2.0), "altered.less.of: nothing draws the style 'stmp'; allowed: hatch, "),
        (altered(of="stamp"), "altered.less alters nothing: give `wobble`"),
        (lambda tree: tree["models"]["painter"]["train"].update(styles=["oil"]), "painter.train.styles: nothing draws"),
        (started("sketcher", "sketchr"), "models.sketcher.init: no model 'sketchr'; allowed: scratch, painter"),
        (
            started("sketcher", "sketcher"),
            "models.sketcher.init: sketcher would start from itself; allowed: scratch, p",
        ),
        (
            lambda tree: [started("sketcher", "painter")(tree), started("painter", "sketcher")(tree)],
            "models.painter.init: painter would start from sketcher, which starts from it",
        ),
        (
            lambda tree: tree.update(manifests=["data/manifests/mien.csv"]),
            "manifests: data/manifests/mien.csv does not",
        ),
        (lambda tree: tree.update(manifests=["data/manifests/mien.csv"]), "(did you mean 'data/manifests/mine.csv'?)"),
        (labelled("sx"), "painter.train.labels: no manifest has a column 'sx'; allowed: group, manifest, person, sex"),
        (labelled("sex", init="sketcher"), "is told sex, but it starts from sketcher, which is told nothing"),
        (
            learned("sketcher", "wmoan"),
            "models.sketcher.train.people: no manifest of params.yaml has anybody called 'wmoan'",
        ),
        (learned("sketcher", "wmoan"), "did you mean 'woman'?"),
        (
            started("painter", "sketcher"),
            "models.painter.init: painter (learns: photo) would start from sketcher (learns: sketch)",
        ),
        (twin(size=64), "models.twin.init: twin (size: 64) would start from painter (size: 128)"),
        (twin(recipe="pix2pix"), "twin (width: 64) would start from painter (width: 32), and both"),
        (
            suite("painter", split="learned", people=["man"]),
            "limner: models.painter.suites.more.people: painter learns no 'man', and the suite is of what it learned; "
            "allowed: woman",
        ),
        (  # the others are shown
            suite("painter", split="learned", people=["wom*", "man"]),
            "models.painter.suites.more.people: noted: painter learns no 'man'",
        ),
        (suite("painter", people=["man", "ann"]), "models.painter.suites.more.people: no manifest of params.yaml has"),
    ],
)
def test_what_cannot_be_is_told_with_what_is_allowed(
    check: Callable[[Callable[[Any], object]], str], change: Callable[[Any], object], told: str
) -> None:
    assert told in check(change)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("altered", {"blind": {"of": "stamp", "erase": ["left_eye"]}}),
        ("sets", {"boxed": {"place": "box"}}),
        ("scales", {"long": {"epochs": 3}}),
    ],
)
def test_what_no_stage_reads_is_refused(
    check: Callable[[Callable[[Any], object]], str], root: Path, tmp_path: Path, key: str, value: object
) -> None:
    (tmp_path / "dvc.yaml").write_text((root / "dvc.yaml").read_text())
    assert "is in order" in check(lambda _: None)
    told = check(lambda tree: tree.update({key: value}))
    assert f"params.yaml: {key}: no stage of dvc.yaml reads it" in told
    assert "experiments/" in told


def test_what_dvc_cannot_read_is_refused(
    check: Callable[[Callable[[Any], object]], str], root: Path, tmp_path: Path
) -> None:
    (tmp_path / "dvc.yaml").write_text((root / "dvc.yaml").read_text())
    assert "models.painter.jitter: dvc.yaml needs the name" in check(
        lambda tree: tree["models"]["painter"].update(jitter=False)
    )
    assert "models.painter.writes: dvc.yaml needs a folder" in check(
        lambda tree: tree["models"]["painter"].pop("writes")
    )


def test_the_experiments_pipeline_reads_what_their_params_have(root: Path) -> None:
    fitting.check_pipeline(params.load(root / "experiments/params.yaml"), root / "experiments/params.yaml")


def test_questions_beside_it_are_checked_too(check: Callable[[Callable[[Any], object]], str], tmp_path: Path) -> None:
    asked = "- {id: 1.A, group: g, title: t, shows: [{table: {rows: {ours: painter/unseen}, figures: [lpips]}}]}"
    (tmp_path / "questions.yaml").write_text(asked)
    assert "is in order" in check(lambda _: None)
    (tmp_path / "questions.yaml").write_text(asked.replace("unseen", "unsene"))
    assert "question 1.A: painter/unsene: the model painter has no suite 'unsene'" in check(lambda _: None)
    (tmp_path / "questions.yaml").write_text(asked.replace("title", "titel"))
    assert "unknown key 'titel'" in check(lambda _: None)
