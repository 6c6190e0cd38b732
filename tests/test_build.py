"""What is wrong with a value is said in a person's words, not in those of Python or of a schema."""

from pathlib import Path

import pytest

from limner import params
from limner.errors import ParamsError


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("seed=true", "seed: true is not allowed; input should be a valid integer"),
        ("seed=", "seed is empty; input should be a valid integer"),
        ("flip=no", "flip: 'no' is not allowed; it should be true or false"),
        ("workers=", "workers is empty; it should be a mapping, as {key: value}"),
        ("split=[0.2, 0.5]", "split: [0.2, 0.5] is not allowed; it should be a mapping, as {key: value}"),
        ("styles=[stamp]", "styles: ['stamp'] is not allowed; it should be a mapping, as {key: value}"),
        ("align={eyes: [200]}", "align.eyes: [200] is not allowed; it should have 2 or more entries"),
        ("align={eyes: [1, 2, 3]}", "align.eyes: [1, 2, 3] is not allowed; it should have no more than 2 entries"),
        ("train={compile: off}", "train.compile: 'off' is not allowed; input should be 'auto', true or false"),
    ],
)
def test_a_wrong_value(root: Path, change: str, told: str) -> None:
    with pytest.raises(ParamsError) as caught:
        params.load(root / "params.yaml", changes=(change,))
    assert f"  {told}" in str(caught.value).splitlines()


@pytest.mark.parametrize(("text", "told"), [("# nothing", "empty"), ("- seed", "a list"), ("5", "a single value")])
def test_a_file_that_is_no_mapping(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    for changes in ((), ("size=64",)):
        with pytest.raises(ParamsError, match=rf"cannot be used:\n  it is {told}; it should be a mapping, as \{{key"):
            params.load(path, changes=changes)
