"""What stands in params.yaml is what DVC takes it for, which reads and writes YAML 1.2."""

import math
import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import loads_yaml

from limner import params, plain
from limner.errors import ParamsError


def test_what_dvc_overrides_for_one_run_is_read(root: Path, tmp_path: Path) -> None:
    """As `dvc exp run -S recipes.limner.lr=5.0e-5` does."""
    path = tmp_path / "params.yaml"
    shutil.copy(root / "params.yaml", path)
    apply_overrides(path, ["recipes.limner.lr=5.0e-5"])
    assert "lr: 5e-05" in path.read_text()
    assert params.load(path).recipe.lr == 5e-5


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("5e-05", 5e-5), ("2e-4", 2e-4), ("2.0E-4", 2e-4), ("1e+2", 100.0), ("-1E2", -100.0)],
        *[(".5", 0.5), ("1.", 1.0), ("1_0.5", 10.5), (".inf", math.inf), ("-.INF", -math.inf)],
        *[("12", 12), ("-3", -3), ("0", 0), ("1_000", 1000), ("+7", 7)],
        *[("010", 10), ("-08", -8), ("0o10", 8), ("-0o7", -7), ("0b11", 3), ("0x1f", 31), ("+0xB_0", 176)],
        *[("true", True), ("FALSE", False), ("~", None), ("null", None)],
        *[(word, word) for word in ("1:30", "0o8", "0b2", "yes", "No", "on", "off", "y", "tRue", "_1")],
        *[(word, word) for word in (".", "e5", "1e", "1:30.5", "2.0-e4", "1.2.3", "'2e-4'")],
    ],
)
def test_numbers_and_words_are_those_of_dvc(text: str, number: object) -> None:
    number = number.strip("'") if isinstance(number, str) else number
    for read in (plain.parse(f"is: {text}", "")["is"], loads_yaml(f"is: {text}")["is"]):
        assert (read, type(read)) == (number, type(number))


def test_a_change_on_the_command_line_is_read_likewise(root: Path) -> None:
    with pytest.raises(ParamsError, match=r"seed: 0\.0002 is not allowed"):
        params.load(root / "params.yaml", changes=("seed=2e-4",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: 0\nsize: 64\nseed: 1\n", "p.yaml, line 3: the key 'seed' stands in line 1 already"),
        ("align:\n  size: 400\n  'size': 300\n", "p.yaml, line 3: the key 'size' stands in line 2 already"),
        ("- {id: 1, shows: [{table: 1, table: 2}]}", "p.yaml, line 1: the key 'table' stands in line 1 already"),
        ("seed: 1\nfoo: &a [1, [*a]]", "p.yaml, line 2: *a stands inside of what it stands for"),
        ("foo: &a {b: *a}", "p.yaml, line 1: *a stands inside of what it stands for"),
        (f"foo: {'[' * 3000}{']' * 3000}", "p.yaml, line 1: lists and mappings lie in one another more than 32 deep"),
        ("foo: [1", "p.yaml is not readable as YAML: while parsing a flow sequence"),
        ("foo: *b", "found undefined alias 'b'"),
        ("foo: !!int many", "p.yaml is not readable as YAML: invalid literal"),
    ],
)
def test_what_would_be_read_otherwise_than_it_looks_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(ParamsError) as caught:
        plain.read(tmp_path / "p.yaml")
    assert told in str(caught.value)


def test_a_block_s_own_keys_stand_in_place_of_those_of_its_anchors() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {<<: *a, y: 3}\nc: {<<: *b, x: 4}\nd: [*a, *a]"
    assert plain.parse(text, "") == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 4, "y": 3},
        "d": [{"x": 1, "y": 2}] * 2,
    }
