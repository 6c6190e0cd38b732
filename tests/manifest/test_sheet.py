"""A manifest is written to, and what was not written to keeps its bytes."""

import os
from pathlib import Path
from threading import Thread

import pytest

from limner import files
from limner.errors import SourceError
from limner.manifest.sheet import Sheet, editing
from limner.scrape import manifests
from tests.sites import Run, Server, table

MINE = Path("data/manifests/Ann.csv")
HEAD = "id,person,url,license,sha256\n"


def written(text: str, *cells: tuple[int, str, str]) -> str:
    """A manifest of this text, after these cells were filled in."""
    MINE.write_bytes(text.encode())
    with editing(MINE) as sheet:
        for cell in cells:
            sheet.fill(*cell)
    return MINE.read_bytes().decode()


def test_only_the_line_that_is_written_to_changes(project: Path) -> None:
    rest = '\n"a","p",u, CC0 \r\n\n   \n"b\nb",p,"u"'
    assert written(f"{HEAD}x,p,u{rest}", (0, "sha256", "1")) == f"{HEAD}x,p,u,,1{rest}"
    assert written(f"{HEAD}x,p,u{rest}", (0, "id", "x")) == f"{HEAD}x,p,u{rest}"


def test_a_new_column_leaves_the_other_texts(project: Path) -> None:
    text = '\ufeff"id",person,url\r\n\r\n"a",p,"u"\r\nb,p,u,\r\nc\r\nd,p,u'
    expected = '\ufeffid,person,url,credit,every\r\n\r\n"a",p,"u",,\r\nb,p,u,,\r\nc,,"x, y",2\r\nd,p,u,,'
    assert written(text, (2, "credit", "x, y"), (2, "every", "2")) == expected.replace('c,,"', 'c,,,"')


def test_a_row_goes_below_a_last_line_without_an_end(project: Path) -> None:
    MINE.write_text(f"{HEAD}a,p,u")
    with editing(MINE) as sheet:
        sheet.append({"id": "b", "person": "p", "url": "v", "license": "CC0"})
    assert MINE.read_text() == f"{HEAD}a,p,u\nb,p,v,CC0,\n"


@pytest.mark.parametrize("break_", ["\r", "\n", "\r\n"])
def test_a_break_in_a_cell_is_no_end_of_its_row(project: Path, break_: str) -> None:
    written(f"{HEAD}a,p,u\n", (0, "license", f"one{break_}two"))
    assert [row["license"].split() for row in table(MINE)] == [["one", "two"]]
    written(f'{HEAD}a,p,u,"one{break_}two"\n', (0, "sha256", "1"))
    assert [(row["license"].split(), row["sha256"]) for row in table(MINE)] == [(["one", "two"], "1")]


def test_what_stands_behind_the_last_column_is_not_taken_for_a_new_ones(project: Path) -> None:
    text = "id,person,url,credit\n\n'a\n'b,p,u,Doe, Jane\n"
    with pytest.raises(SourceError, match=r"Ann\.csv, line 4: it goes on .* ' Jane', which a new column, license"):
        written(text, (0, "license", "CC0"))
    assert MINE.read_text() == text
    assert written(text, (0, "credit", "x")) == text.replace("'a\n", "'a,,,x\n")
    assert written(text.replace(" Jane", " "), (0, "license", "CC0")).endswith("u,Doe, \n")


def test_a_link_to_a_manifest_stays_one(project: Path) -> None:
    Path("real.csv").write_text(f"{HEAD}a,p,u\n")
    MINE.symlink_to(Path("real.csv").absolute())
    with editing(MINE) as sheet:
        sheet.fill(0, "sha256", "1")
    assert MINE.is_symlink()
    assert Path("real.csv").read_text() == f"{HEAD}a,p,u,,1\n"


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o644])
def test_a_manifest_keeps_its_permissions(project: Path, mode: int) -> None:
    MINE.write_text(f"{HEAD}a,p,u\n")
    MINE.chmod(mode)
    with editing(MINE) as sheet:
        sheet.fill(0, "sha256", "1")
    assert (MINE.stat().st_mode & 0o777, MINE.read_text()) == (mode, f"{HEAD}a,p,u,,1\n")


def test_a_write_protected_manifest_stays_as_it_is(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{HEAD}a,p,{server.url}/a.jpg,x\n"
    MINE.write_text(text)
    MINE.chmod(0o444)
    if os.access(MINE, os.W_OK):  # who is root may write to any
        monkeypatch.setattr(os, "access", lambda path, how: how != os.W_OK or Path(path) != MINE)
    for done in (run("add", f"{server.url}/b.jpg", "--person", "Ann", "--to", MINE), run("lock", MINE)):
        assert done.exit_code == 1
        assert "Ann.csv is write-protected" in done.output
    assert MINE.read_text() == text
    assert server.asked == []
    server.bodies["/a.jpg"] = b"it"
    MINE.chmod(0o644)
    MINE.write_text(f"id,person,url,license,sha256\na,p,{server.url}/a.jpg,x,{'0' * 64}\n")
    MINE.chmod(0o444)
    assert "write-protected" not in run("lock", "--again", MINE).output  # which writes nothing


def test_who_edits_waits_for_who_does(project: Path) -> None:
    MINE.write_text(HEAD)

    def add(name: str) -> None:
        with editing(MINE) as sheet:
            sheet.append({"id": name, "person": "p", "url": "u"})

    other = Thread(target=add, args=["b"])
    with editing(MINE) as sheet:
        sheet.append({"id": "a", "person": "p", "url": "u"})
        other.start()
        other.join(0.2)
        assert other.is_alive()
    other.join()
    assert [row["id"] for row in table(MINE)] == ["a", "b"]
    assert {path.name for path in MINE.parent.iterdir()} == {"Ann.csv", "models.csv"}  # the lock lies elsewhere
    assert list(files.cache_dir("manifests").iterdir())


def test_a_table_without_a_column_has_empty_cells_there(project: Path) -> None:
    MINE.write_text("id,person,url\na,p,u\n")
    assert Sheet(MINE).cells("license") == [""]


def test_lines_are_counted_as_an_editor_counts_them(project: Path) -> None:
    text = f'{HEAD}\na,p,u,"one\ntwo\r\nthree\rfour"\n\n/,p,u,CC0\nb,p,u,CC0\n'
    MINE.write_bytes(text.encode())
    rows, problems = manifests.read_all([MINE.as_posix()])
    assert [row.line for row in rows] == [3, 9]
    assert "Ann.csv, line 8: the id '/'" in problems[0].reason
