"""Plain numbers in params.yaml are what DVC takes them for, which reads and writes YAML 1.2."""

import math
import shutil
from pathlib import Path

import pytest
import yaml
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import loads_yaml

from limner import params


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
        *[("12", 12), ("-3", -3), ("0", 0), ("1_000", 1000)],
        *[(word, word) for word in (".", "e5", "1e", "1:30.5", "2.0-e4", "1.2.3", "'2e-4'")],
    ],
)
def test_numbers_and_words_are_those_of_dvc(text: str, number: object) -> None:
    number = number.strip("'") if isinstance(number, str) else number
    for read in (yaml.load(f"is: {text}", params.Plain)["is"], loads_yaml(f"is: {text}")["is"]):
        assert (read, isinstance(read, int)) == (number, isinstance(number, int))


def test_a_change_on_the_command_line_is_read_likewise(root: Path) -> None:
    with pytest.raises(params.ParamsError, match=r"seed: 0\.0002 is not allowed"):
        params.load(root / "params.yaml", changes=("seed=2e-4",))
