"""Files are whole or absent, and tables keep text as text."""

from pathlib import Path

import pandas as pd
import pytest

from limner import files, tables
from limner.errors import MOST_NAME, LimnerError, SourceError
from limner.tables import Problem


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def killed() -> None:
        with files.whole(target) as part:
            part.write_text("half of the n")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        killed()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_block_that_ends_well_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.txt"
    with files.whole(target) as part:
        part.write_text("new")
        assert not target.exists()
        assert part.suffix == ".txt"
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]
    assert target.stat().st_mode & 0o777 == 0o644


def test_sha256_of_known_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert files.sha256(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_cache_goes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "c"))
    assert files.cache_dir("x") == tmp_path / "c" / "x"
    assert (tmp_path / "c" / "x").is_dir()


def test_text_stays_text(tmp_path: Path) -> None:
    tables.write(tmp_path / "t.csv", pd.DataFrame({"id": ["001", "NA"], "value": [0.1 + 0.2, float("nan")]}))
    assert (tmp_path / "t.csv").read_bytes() == b"id,value\n001,0.3\nNA,\n"
    table = tables.read(tmp_path / "t.csv")
    assert table["id"].tolist() == ["001", "NA"]
    assert table["value"].tolist() == ["0.3", ""]


def test_rows_come_one_by_one_and_are_filled_up(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'\xef\xbb\xbfid,note\r\na,"x, y"\r\n\r\nb\r\nc,z,more\r\n')
    columns, lines = tables.rows(tmp_path / "t.csv")
    assert columns == ["id", "note"]
    assert next(lines) == {"id": "a", "note": "x, y"}
    assert list(lines) == [{"id": "b", "note": ""}, {"id": "c", "note": "z", tables.SURPLUS: "more"}]
    tables.write_rows(tmp_path / "u.csv", ("id", "n"), [{"id": "a", "n": None, "x": 1}, {"id": "b", "n": 1 / 3}])
    assert (tmp_path / "u.csv").read_text() == "id,n\na,\nb,0.333333\n"


@pytest.mark.parametrize(
    ("text", "words"), [(b"id,id\n", "more than one column id"), (b'id\n"a', "CSV"), (b"id\n\xff", "CSV")]
)
def test_a_damaged_table_is_refused(tmp_path: Path, text: bytes, words: str) -> None:
    (tmp_path / "t.csv").write_bytes(text)
    with pytest.raises(SourceError, match=words):
        tables.read(tmp_path / "t.csv")


def test_a_missing_table_or_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        tables.read(tmp_path / "no.csv")
    tables.write(tmp_path / "t.csv", pd.DataFrame({"id": ["a"]}))
    with pytest.raises(SourceError, match="lacks the columns person; it has id"):
        tables.read(tmp_path / "t.csv", needs=("id", "person"))


def test_problems_are_written_in_order_and_counted(tmp_path: Path) -> None:
    problems = [Problem("b", "failed", "no"), Problem("a", "skipped", "twin"), Problem("a", "failed", "gone")]
    tables.write_problems(tmp_path / "p.csv", problems, "what went wrong")
    told = tables.read(tmp_path / "p.csv")
    assert told["id"].tolist() == ["a", "b", "a"]
    tables.refuse_past(2, problems, tmp_path / "p.csv")
    with pytest.raises(LimnerError, match="2 sources failed and at most 1 may"):
        tables.refuse_past(1, problems, tmp_path / "p.csv")


def test_problems_in_any_characters_are_written_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server's words may hold what a terminal's markup is made of, and halves of characters."""
    problems = [Problem("a", "failed", "photo[a].jpg: 404 [/b]"), Problem("b", "failed", "Non trouv\udce9")]
    tables.write_problems(tmp_path / "p.csv", problems, "what went wrong")
    assert [line["reason"] for line in tables.rows(tmp_path / "p.csv")[1]] == [
        "photo[a].jpg: 404 [/b]",
        "Non trouv\\udce9",
    ]
    assert "photo[a].jpg: 404 [/b]" in capsys.readouterr().err


def test_what_a_server_says_moves_no_cursor_and_fills_no_table(tmp_path: Path) -> None:
    problems = [
        Problem("a\x1b[2J", "failed", "404 \x9b31mAll\nis well"),
        Problem("b", "skipped", "é" * 10**6 + " is late"),
    ]
    tables.write_problems(tmp_path / "p.csv", problems, "what went wrong")
    first, second = tables.rows(tmp_path / "p.csv")[1]
    assert (first["id"], first["reason"]) == ("a\\x1b[2J", "404 \\x9b31mAll\\nis well")
    assert len(second["reason"]) == MOST_NAME
    assert second["reason"].startswith("éé")
    assert second["reason"].endswith("é is late")


def test_a_cell_that_can_be_written_can_be_read(tmp_path: Path) -> None:
    tables.write_rows(tmp_path / "t.csv", ("id",), [{"id": "a" * 140_000}])
    assert [len(row["id"]) for row in tables.rows(tmp_path / "t.csv")[1]] == [140_000]


def test_a_byte_of_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,person\n" + b"a,ana\n" * 5000 + "b,Jos\xe9\n".encode("cp1252") + b"c,ana\n" * 5000)
    with pytest.raises(SourceError, match=r"t\.csv is not in UTF-8 on line 5002: save it as CSV in UTF-8"):
        list(tables.rows(path)[1])
    path.write_text("id;person\na;ana\n")
    with pytest.raises(SourceError, match=r"it has id;person: save it as CSV with commas"):
        tables.rows(path, ("id", "person"))


def test_an_input_fails_once_whatever_its_problems(tmp_path: Path) -> None:
    problems = [Problem("a", "failed", f"member {number}") for number in range(9)]
    tables.refuse_past(1, problems, tmp_path)
    with pytest.raises(LimnerError, match="2 sources failed and at most 1 may"):
        tables.refuse_past(1, [*problems, Problem("b", "failed", "gone")], tmp_path)
