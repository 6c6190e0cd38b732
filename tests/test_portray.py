"""Translating any picture never overwrites one."""

from pathlib import Path

import pytest

from limner.errors import LimnerError
from limner.portray import targets


def test_each_source_gets_its_own_png(tmp_path: Path) -> None:
    first, second = Path("a/ana.jpg"), Path("b/bob.png")
    assert targets([first, second], tmp_path) == {first: tmp_path / "ana.png", second: tmp_path / "bob.png"}


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match="name another folder"):
        targets([tmp_path / "ana.png"], tmp_path / "x" / "..")


def test_two_of_one_name_are_refused_with_both(tmp_path: Path) -> None:
    with pytest.raises(LimnerError, match=r"a/ana\.jpg and b/ana\.png would both become"):
        targets([Path("a/ana.jpg"), Path("b/ana.png")], tmp_path)
