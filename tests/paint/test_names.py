"""Names of results: distinct, and never over what is to stay."""

from pathlib import Path

import pytest

from limner.errors import SourceError
from limner.paint.names import Names


def test_a_second_stem_gets_a_number(tmp_path: Path) -> None:
    names = Names(tmp_path, [], force=False)
    claimed = [names.claim(stem).name for stem in ("ana", "bob", "ana", "ana", "ana-2", "Ana")]
    assert claimed == ["ana.png", "bob.png", "ana-2.png", "ana-3.png", "ana-2-2.png", "Ana-4.png"]


def test_what_is_there_stays_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "ana.png").touch()
    with pytest.raises(SourceError, match=r"ana\.png exists already: --force"):
        Names(tmp_path, [], force=False).claim("ana")
    assert Names(tmp_path, [], force=True).claim("ana") == tmp_path / "ana.png"


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "ana.png").touch()
    with pytest.raises(SourceError, match="one of the pictures to read"):
        Names(tmp_path, [tmp_path / "x" / ".." / "ana.png"], force=True).claim("ana")
