"""Manifests: good rows come through with their defaults, each mistake is named with its place."""

import tracemalloc
from pathlib import Path

import pytest

from limner.align import faces
from limner.errors import LimnerError
from limner.scrape import manifests
from tests.sites import manifest


def one(**cells: object) -> tuple[list[manifests.Row], list[str]]:
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "a.jpg", "license": "CC0"} | cells])
    rows, problems = manifests.read_all([name])
    return rows, [problem.reason for problem in problems if problem.what == "failed"]


def test_defaults_and_further_columns(project: Path) -> None:
    rows, problems = one(age="024", sketch_url="s.jpg")
    assert problems == []
    assert rows[0] == manifests.Row(
        "a", "p", "a.jpg", sketch_url="s.jpg", style="m", license="CC0", extra={"age": "024"}
    )
    assert (rows[0].manifest, rows[0].line) == ("data/manifests/m.csv", 2)


def test_a_mark_and_windows_line_ends_and_quoted_commas(project: Path) -> None:
    text = 'id,person,url,license,credit\r\na,p,a.jpg,CC0,"Doe, Jane"\r\n'
    Path("data/manifests/m.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    rows, problems = manifests.read_all(["data/manifests/m.csv"])
    assert problems == []
    assert (rows[0].id, rows[0].credit) == ("a", "Doe, Jane")


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("HTTPS://Example.org/A.JPG", "https://Example.org/A.JPG"),
        ("Zip://B/A.jpg::File:///x/Y.zip", "zip://B/A.jpg::file:///x/Y.zip"),
        ("Photos/A.jpg", "Photos/A.jpg"),
        ("https://example.org/?to=HTTP://x", "https://example.org/?to=HTTP://x"),
    ],
)
def test_a_scheme_in_capitals_means_the_same(project: Path, url: str, meant: str) -> None:
    rows, problems = one(url=url)
    assert problems == []
    assert rows[0].url == meant


NFC, NFD = "Jos\u00e9", "Jose\u0301"


def test_a_name_is_the_same_however_its_accents_are_written(project: Path) -> None:
    name = manifest("m.csv", [{"id": id_, "person": p, "url": id_} for id_, p in (("a", NFC), ("b", f"{NFD} "))])
    rows, problems = manifests.read_all([name], allow_unlicensed=True)
    assert [row.person for row in rows] == [NFC, NFC]
    assert [problem.id for problem in problems] == [name]  # of the licences


def test_people_whose_names_differ_in_case_alone_are_noted_once(project: Path) -> None:
    people = ("Ana", "ana", "ana", "Bob", "ANA")
    names = [
        manifest(f"{k}.csv", [{"id": f"r{k}", "person": person, "url": "u", "license": "CC0"}])
        for k, person in enumerate(people)
    ]
    rows, problems = manifests.read_all(names)
    assert len(rows) == 5
    assert [(problem.id, problem.what) for problem in problems] == [("r1", "noted"), ("r4", "noted")]
    assert problems[0].reason == (
        "data/manifests/1.csv, line 2: 'ana' is another person to limner than 'Ana' (data/manifests/0.csv, line 2): "
        "if they are one, write both alike"
    )


def test_a_damaged_csv_is_named_with_the_line(project: Path) -> None:
    Path("data/manifests/m.csv").write_text('id,person,url\na,p,"a\n.jpg"\nb,p,"b.jpg\nc,p,c.jpg\n')
    with pytest.raises(LimnerError, match=r"m\.csv is not a readable CSV from line 4 on: unexpected end of data"):
        manifests.read_all(["data/manifests/m.csv"], allow_unlicensed=True)


@pytest.mark.filterwarnings("ignore::pandas.errors.ParserWarning")
def test_a_comma_at_the_end_of_every_line_shifts_nothing(project: Path) -> None:
    Path("data/manifests/m.csv").write_text("id,person,url\na,p,a.jpg,\nb,p,b.jpg,\n")
    rows, _ = manifests.read_all(["data/manifests/m.csv"], allow_unlicensed=True)
    assert [(row.id, row.person, row.url) for row in rows] == [("a", "p", "a.jpg"), ("b", "p", "b.jpg")]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"id": "../a"}, "cannot be a file name"),
        ({"id": "a/b"}, "cannot be a file name"),
        ({"id": ".a"}, "cannot be a file name"),
        ({"id": "a.sketch"}, "cannot be a file name"),
        ({"id": "\u0430bc"}, "for its '\u0430' (CYRILLIC SMALL LETTER A)"),
        ({"id": "a\uff41"}, "(FULLWIDTH LATIN SMALL LETTER A)"),
        ({"id": "a\u200bb"}, "(ZERO WIDTH SPACE)"),
        ({"id": "a\\b"}, "(REVERSE SOLIDUS)"),
        ({"license": ""}, "scrape.allow_unlicensed"),
        ({"reference": "maybe"}, "allowed: yes, no"),
        ({"reference": "yes", "kind": "video"}, "a reference is a photo"),
        ({"id": "a" * 101}, "cannot be a file name"),
        ({"id": ""}, "id is empty"),
        ({"person": ""}, "person is empty"),
        ({"url": " "}, "url is empty"),
        ({"kind": "vidoe"}, "did you mean 'video'"),
        ({"channels": "gbr"}, "allowed: rgb, bgr"),
        ({"split": "tests"}, "allowed: train, test, other"),
        ({"sha256": "abc"}, "64 hexadecimal"),
        ({"kind": "video", "every": "0"}, "every must be"),
        ({"kind": "video", "every": "2.5"}, "every must be"),
        ({"kind": "video", "sketch_url": "x.png"}, "belongs to a photo"),
        ({"sketch_url": "x.png", "style": "a/b"}, "cannot be a folder's name"),
    ],
)
def test_mistakes_in_a_row_are_named(project: Path, cells: dict[str, object], words: str) -> None:
    rows, problems = one(**cells)
    assert rows == []
    assert words in problems[0]
    assert "m.csv, line 2" in problems[0]


def test_all_mistakes_of_a_row_at_once(project: Path) -> None:
    _, problems = one(kind="x", channels="y", split="z")
    assert len(problems) == 1
    assert all(word in problems[0] for word in ("'x'", "'y'", "'z'"))


def test_ids_are_unique_over_all_manifests_whatever_the_case(project: Path) -> None:
    first = manifest("a.csv", [{"id": "a", "person": "p", "url": "1.jpg"}])
    second = manifest("b.csv", [{"id": "A", "person": "p", "url": "2.jpg"}, {"id": "b", "person": "p", "url": "3.jpg"}])
    rows, problems = manifests.read_all([first, second], allow_unlicensed=True)
    assert [row.id for row in rows] == ["a", "b"]
    failed = [problem.reason for problem in problems if problem.what == "failed"]
    assert len(failed) == 1
    assert "data/manifests/a.csv, line 2" in failed[0]


def test_a_misspelt_column_is_noted(project: Path) -> None:
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "u", "licence": "MIT"}])
    rows, problems = manifests.read_all([name], allow_unlicensed=True)
    assert [problem.what for problem in problems] == ["noted", "noted"]
    assert "'license'" in problems[0].reason
    assert rows[0].extra == {"licence": "MIT"}


def test_a_missing_column_is_an_error(project: Path) -> None:
    with pytest.raises(LimnerError, match=r"lacks the columns url"):
        manifests.read_all([manifest("m.csv", [{"id": "a", "person": "p"}])])


def test_a_column_of_limners_own_is_an_error(project: Path) -> None:
    with pytest.raises(LimnerError, match=r"columns group"):
        manifests.read_all([manifest("m.csv", [{"id": "a", "person": "p", "url": "u", "group": "g"}])])


@pytest.mark.parametrize("column", faces.FACTS)
def test_a_column_that_would_be_lost_in_the_table_of_faces_is_an_error(project: Path, column: str) -> None:
    with pytest.raises(LimnerError, match=f"columns {column} are written by limner itself: rename them"):
        manifests.read_all([manifest("m.csv", [{"id": "a", "person": "p", "url": "u", column: "mine"}])])


@pytest.mark.parametrize("name", ["m.csv", "data/m.csv", "data/manifests/../m.csv", "/data/manifests/m.csv"])
def test_a_manifest_elsewhere_is_an_error(project: Path, name: str) -> None:
    with pytest.raises(LimnerError, match=r"must lie in data/manifests"):
        manifests.read_all([name])


def test_the_committed_manifests_are_without_mistakes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    names = [f"data/manifests/{name}.csv" for name in ("portraits", "sketchtoface", "cuhk_train", "frll")]
    rows, problems = manifests.read_all(names)
    assert problems == []
    assert len(rows) == 3 + 190 + 88 + 204


def test_rows_without_a_licence_are_noted_once_a_manifest_where_they_are_allowed(project: Path) -> None:
    name = manifest("m.csv", [{"id": f"i{k}", "person": "p", "url": "u"} for k in range(3)])
    rows, problems = manifests.read_all([name], allow_unlicensed=True)
    assert len(rows) == 3
    assert [(problem.id, problem.what) for problem in problems] == [(name, "noted")]
    assert "3 of its rows have no licence" in problems[0].reason


def test_ragged_lines(project: Path) -> None:
    lines = ["id,person,url,license,credit", "a,p,u,CC0", "b,p,u,CC0,Doe, Jane", ",,,,", "", "c,p,u,CC0,x,,"]
    Path("data/manifests/m.csv").write_text("\n".join(lines))
    rows, problems = manifests.read_all(["data/manifests/m.csv"])
    assert [(row.id, row.credit) for row in rows] == [("a", ""), ("c", "x")]
    assert [problem.id for problem in problems] == ["b"]
    assert "'Jane'" in problems[0].reason.replace("' Jane'", "'Jane'")


def test_a_reference_and_an_author(project: Path) -> None:
    rows, problems = one(reference="Yes", author="Jane")
    assert problems == []
    assert (rows[0].reference, rows[0].author) == ("yes", "Jane")


def test_many_rows_take_little(project: Path) -> None:
    """Less than a kilobyte each: 100,000 rows in less than 100 MB."""
    path = Path("data/manifests/m.csv")
    with path.open("w") as stream:
        stream.write("id,person,url,sha256,license,credit\n")
        for k in range(4_000):
            stream.write(f"i{k},p,http://example.org/{k:050d}.jpg,{k:064x},CC0,Jane Doe\n")
    tracemalloc.start()
    rows, problems = manifests.read_all(["data/manifests/m.csv"])
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(rows), problems) == (4_000, [])
    assert kept < 4_000 * 1000
