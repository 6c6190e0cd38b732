"""params.yaml: every wrong key is named with what is allowed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from limner import params
from limner.errors import ParamsError


@pytest.fixture
def tree(root: Path) -> Any:
    """The project's own params.yaml as plain data."""
    return yaml.safe_load((root / "params.yaml").read_text())


def refused(tree: Any, tmp_path: Path) -> str:
    path = tmp_path / "params.yaml"
    path.write_text(json.dumps(tree))  # YAML as well, which keeps the quotes of "2e-4"
    with pytest.raises(ParamsError) as caught:
        params.load(path)
    return str(caught.value)


def test_the_project_s_own_are_in_order(root: Path) -> None:
    settings = params.load(root / "params.yaml")
    assert settings.jitter is True
    assert settings.model("painter").learns == "photo"


def test_every_number_is_explained(root: Path) -> None:
    """A number without meaning and unit is a riddle: a comment beside it or below it, where its key stands first."""
    lines = (root / "params.yaml").read_text().splitlines()
    told = {"effect"}
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if "#" in line or below.strip().startswith("#"):
            told.add(key)
        if colon and value and not value.startswith("{") and not key.startswith(("-", "#")):
            assert key in told, line


def test_a_typing_error_is_named_with_what_was_meant(tree: Any, tmp_path: Path) -> None:
    tree["jiter"] = False
    message = refused(tree, tmp_path)
    assert "unknown key 'jiter'" in message
    assert "did you mean 'jitter'?" in message
    assert "manifests" in message, "what is allowed is listed"


def test_deep_keys_are_named_by_their_place(tree: Any, tmp_path: Path) -> None:
    tree["models"]["painter"]["train"]["epohcs"] = 3
    tree["models"]["painter"]["suites"]["unseen"]["peeple"] = ["woman"]
    message = refused(tree, tmp_path)
    assert "'models.painter.train.epohcs'; allowed: people, styles, epochs, steps, most, tune, " in message
    assert "(did you mean 'epochs'?)" in message
    assert "'models.painter.suites.unseen.peeple'; allowed: split, styles, people, " in message
    assert "manifests, most, needs (did you mean 'people'?)" in message


def test_a_missing_key(tree: Any, tmp_path: Path) -> None:
    del tree["align"]["eyes"]
    assert "the key 'align.eyes' is missing" in refused(tree, tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("size",), 100, "size: 100 is not allowed; input should be 64, 128, 256 or 512"),
        (("recipes", "limner", "lr"), "2e-4", "a number stands without quotes"),
        (("train", "lr"), "2e-4", "a number of a recipe: recipes.limner.lr (a number stands without quotes)"),
        (("jitter",), "false", "jitter: 'false' is not allowed; it should be true or false"),
        (("jitter",), 0, "it should be true or false"),
        (("models", "painter", "train", "labels"), "", "models.painter.train.labels: '' is not allowed"),
        (("recipes", "limner", "batch"), 2.5, "recipes.limner.batch: 2.5 is not allowed"),
        (("recipes", "pix2pix", "batch"), 0, "greater than or equal to 1"),
        (("train", "device"), "gpu", "'auto', 'cpu', 'cuda' or 'mps'"),
        (("align", "eyes"), [200], "align.eyes"),
        (("manifests",), [], "manifests"),
        (("models", "painter", "jitter"), "yes", "'jitter', 'reverse_jitter', true or false"),
        (("models", "painter", "train", "most"), 0, "train.most: 0 is not allowed; input should be greater than"),
        (("models", "painter", "train", "most"), {"stamp": "9"}, "train.most.stamp: '9' is not allowed"),
        (("models", "painter", "train", "most"), {"stomp": 9}, "'stomp' is not a style that it learns; allowed: "),
        (("models", "painter", "train", "recipe"), "limber", "allowed: limner, pix2pix (did you mean 'limner'?)"),
        (("models", "painter", "train", "needs"), ["cuhk.csv"], "not among the `manifests` that are built from"),
        (("models", "painter", "train", "tune"), "lora", "painter starts from scratch: name another model"),
        (("models", "painter", "size"), 100, "should be 64, 128, 256 or 512"),
        (("models", "painter", "size"), "big", "'auto'"),
        (("split", "test"), 1.0, "less than 1"),
        (("evaluate", "seeds"), 0, "greater than or equal to 1"),
        (("models", "painter", "suites", "unseen", "erase"), ["noze"], "'left_eye', 'right_eye', 'nose' or 'mouth'"),
        (("models", "painter", "suites", "unseen", "people"), [], "it should have 1 or more entries"),
        (("models", "painter", "suites", "unseen", "people"), "woman", "it should be a list, as [a, b]"),
        (("models", "painter", "suites", "unseen", "manifests"), ["data/manifests/portrait.csv"], "did you mean"),
        (("models", "painter", "suites", "unseen", "needs"), ["data/manifests/portrait.csv"], "did you mean"),
        (("models", "painter", "suites", "unseen", "styles"), ["stamp", "drawn"], "no style can be called 'drawn'"),
        (("models", "sketcher", "suites", "unseen", "erase"), ["nose"], "learns to sketch, so it reads photos"),
        (("align", "manifests"), ["data/manifests/portraits.csv", "data/manifests/frl.csv"], "frl.csv' is not among"),
    ],
)
def test_a_wrong_value_is_told_with_what_is_allowed(
    tree: Any, tmp_path: Path, place: tuple[str, ...], value: object, told: str
) -> None:
    block = tree
    for key in place[:-1]:
        block = block[key]
    block[place[-1]] = value
    message = refused(tree, tmp_path)
    assert ".".join(place) in message
    assert told in message


def test_a_suite_needs_a_split_and_styles_and_may_say_more(tree: Any, tmp_path: Path) -> None:
    suites = tree["models"]["painter"]["suites"]
    suites["everybody"] = {"split": "test", "styles": ["stamp"]}
    suites["patched"] = {"split": "all", "styles": ["hatch"], "erase": ["nose", "left_eye"], **suites["unseen"]}
    suites["patched"]["manifests"] = tree["manifests"]
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    loaded = params.load(tmp_path / "params.yaml").model("painter").suites
    everybody, patched = loaded["everybody"], loaded["patched"]
    assert (everybody.people, everybody.erase, everybody.manifests) == (None, (), None)
    assert patched.erase == ("nose", "left_eye")
    assert patched.manifests == tuple(tree["manifests"])


def test_seeds_are_counted_from_the_model_s_own(tree: Any, tmp_path: Path) -> None:
    tree["seed"], tree["evaluate"]["seeds"] = 7, 3
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    assert list(params.load(tmp_path / "params.yaml").seeds) == [7, 8, 9]


def test_a_whole_number_is_a_number(tree: Any, tmp_path: Path) -> None:
    tree["recipes"]["limner"]["lr"] = 1
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    assert params.load(tmp_path / "params.yaml").recipe.lr == 1.0


def test_names_that_are_folders_are_kept_simple(tree: Any, tmp_path: Path) -> None:
    tree["styles"]["../../evil"] = tree["styles"]["stamp"]
    assert "../../evil" in refused(tree, tmp_path)


def test_an_unknown_model_is_told_with_those_there_are(root: Path) -> None:
    with pytest.raises(ParamsError, match=r"no model 'paintr'.*sketcher, painter \(did you mean 'painter'\?\)"):
        params.load(root / "params.yaml").model("paintr")


@pytest.mark.parametrize("text", ["jitter: [", "", "just words"])
def test_what_is_no_params_at_all(tmp_path: Path, text: str) -> None:
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(ParamsError):
        params.load(tmp_path / "params.yaml")


def test_no_params_here(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="does not exist"):
        params.load(tmp_path / "params.yaml")


def test_a_model_may_have_settings_of_its_own(tree: Any, tmp_path: Path) -> None:
    own = {"flip": False, "recipe": "pix2pix", "seeds": 3}
    tree["models"]["painter"]["train"] |= own
    tree["models"]["painter"] |= {"jitter": False, "size": 64}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    settings = params.load(tmp_path / "params.yaml")
    painter, sketcher = settings.of("painter"), settings.of("sketcher")
    assert (painter.size, painter.flip, painter.recipe, len(painter.seeds)) == (
        *(64, False, settings.recipes["pix2pix"], 3),
    )
    assert painter.jitters("painter") is False
    assert sketcher == settings
    assert sketcher.jitters("sketcher") is True


@pytest.mark.parametrize(("most", "stamp", "pencil"), [(None, None, None), (21, 21, 21), ({"stamp": 5}, 5, None)])
def test_how_many_are_learned_may_be_said_by_style(
    tree: Any, tmp_path: Path, most: object, stamp: int | None, pencil: int | None
) -> None:
    tree["models"]["painter"]["train"]["most"] = most
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(tree))
    train = params.load(tmp_path / "params.yaml").model("painter").train
    assert (train.limit("stamp"), train.limit("pencil")) == (stamp, pencil)


def test_norms_are_tuned_only_where_there_are_some(tree: Any, tmp_path: Path) -> None:
    tree["models"]["painter"] |= {"init": "other"}
    tree["models"]["painter"]["train"]["tune"] = "norms"
    tree["recipes"]["limner"]["norm"] = "none"
    assert "norms cannot be trained, since the recipe's norm is none" in refused(tree, tmp_path)


@pytest.mark.parametrize(
    ("altered", "told"),
    [
        ({"stamp": {"of": "hatch", "wobble": 1}}, "altered.stamp: `styles` has a style 'stamp' too"),
        ({"a": {"of": "b", "wobble": 1}, "b": {"of": "hatch", "wobble": 1}}, "altered.a.of: 'b' is altered itself"),
        ({"a": {"of": "hatch", "draw": 3}}, "altered.a alters nothing"),
        ({"a": {"of": "hatch", "wobble": -1}}, "altered.a.wobble: -1 is not allowed"),
        (
            {"a": {"of": "hatch", "erase": ["left_ey"]}},
            "altered.a.erase.0: 'left_ey' is not allowed; input should be 'l",
        ),
        ({"a": {"of": "hatch", "erase": "all"}}, "altered.a.erase: 'all' is not allowed; input should be 'any'"),
        (
            {"a": {"of": "hatch", "wobbel": 1}},
            "'altered.a.wobbel'; allowed: of, erase, wobble, shift, draw (did you mean",
        ),
    ],
)
def test_altered_styles_that_cannot_be(tree: Any, tmp_path: Path, altered: Any, told: str) -> None:
    tree["altered"] = altered
    assert told in refused(tree, tmp_path)


def test_sets_name_a_place_and_perhaps_manifests(tree: Any, tmp_path: Path) -> None:
    portraits = tree["manifests"][0]
    tree["manifests"].append("data/manifests/frll.csv")
    tree["scrape"]["optional"] = ["data/manifests/frll.csv"]
    tree["sets"] = {
        "boxed": {"place": "box", "manifests": [portraits]},
        "whole": {"place": "whole"},
        "strangers": {"place": "eyes", "manifests": ["data/manifests/frll.csv"]},
    }
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(tree))
    settings = params.load(path)
    assert settings.dataset().place == settings.align.place == "eyes"
    assert settings.dataset("boxed").takes(portraits)
    assert not settings.dataset("boxed").takes("data/manifests/frll.csv")
    assert settings.dataset("whole").takes("data/manifests/frll.csv")
    assert [name for name, one in settings.sets.items() if settings.may_lack(one)] == ["strangers"]
    with pytest.raises(ParamsError, match=r"no set 'boxde'.*did you mean 'boxed'"):
        settings.dataset("boxde")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("sets", {"boxed": {"place": "tilted"}}, "sets.boxed.place: 'tilted'"),
        ("sets", {"boxed": {"place": "box", "manifests": ["m.csv"]}}, "sets.boxed.manifests: 'm.csv' is not among"),
        ("sets", {"Sketches": {"place": "box"}}, "data/Sketches holds something else"),
        ("sets", {"a/b": {"place": "box"}}, "a/b"),
        ("scrape", {"optional": ["m.csv"]}, "scrape.optional: 'm.csv' is not among"),
    ],
)
def test_sets_that_cannot_be(tree: Any, tmp_path: Path, key: str, value: Any, words: str) -> None:
    tree[key] = {**tree.get(key, {}), **value}
    assert words in refused(tree, tmp_path)


def test_a_training_takes_epochs_or_as_many_as_make_some_steps(tree: Any, tmp_path: Path) -> None:
    own = tree["models"]["painter"]["train"]
    path = tmp_path / "params.yaml"
    for length, words in (
        ({"epochs": 1}, "1 epoch"),
        ({"epochs": 24, "steps": 9}, "24 epochs"),
        ({"epochs": "auto", "steps": 9}, "at least 9 steps"),
    ):
        tree["models"]["painter"]["train"] = {"people": own["people"], "styles": own["styles"], **length}
        path.write_text(yaml.safe_dump(tree))
        assert params.load(path).model("painter").train.length == words
    tree["models"]["painter"]["train"] = {"people": own["people"], "styles": own["styles"], "epochs": "auto"}
    assert "models.painter.train.epochs: auto needs `steps`" in refused(tree, tmp_path)
    tree["models"]["painter"]["train"]["epochs"] = "all"
    assert "models.painter.train.epochs: 'all' is not allowed; it should be 'auto' or a whole number" in refused(
        tree, tmp_path
    )


def test_one_name_makes_every_model_larger(tree: Any, tmp_path: Path) -> None:
    tree |= {"scale": "large", "scales": {"large": {"size": 256, "recipes": {"limner": "pix2pix"}, "epochs": 2000}}}
    tree["models"]["painter"]["size"] = 64
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(tree))
    settings = params.load(path)
    sketcher, painter = settings.of("sketcher"), settings.of("painter")
    assert (sketcher.size, sketcher.recipe) == (256, settings.recipes["pix2pix"])
    assert sketcher.model("sketcher").train.epochs == painter.model("painter").train.epochs == 2000
    assert painter.size == 64, "a model that says its size keeps it"


@pytest.mark.parametrize(
    ("scale", "scales", "words"),
    [
        ("huge", {"large": {}}, "scale: 'huge' is not a block of `scales`"),
        ("large", {"large": {"recipes": {"limner": "pix"}}}, "scales.large.recipes: 'pix' is not a block of `recipes`"),
    ],
)
def test_scales_that_cannot_be(tree: Any, tmp_path: Path, scale: str, scales: Any, words: str) -> None:
    tree |= {"scale": scale, "scales": scales}
    assert words in refused(tree, tmp_path)


def test_a_change_stands_in_place_of_what_the_file_says(root: Path) -> None:
    file = root / "params.yaml"
    assert params.load(file, changes=("size=64",)) == replace(params.load(file), size=64)
    assert params.load(file, "painter", ("seed=3", "jitter=false")).of("painter").seed == 3
    with pytest.raises(ParamsError, match=r"size: 100 is not allowed; input should be 64, 128, 256 or 512"):
        params.load(file, changes=("size=100",))
    for wrong in ("64", "sise=64", "align.size=300"):
        with pytest.raises(ParamsError, match=f"'{wrong}': KEY=VALUE is meant"):
            params.load(file, changes=(wrong,))
    with pytest.raises(ParamsError, match=r"'flip=\[' is not readable as YAML"):
        params.load(file, changes=("flip=[",))
