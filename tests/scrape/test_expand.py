"""Rows that stand for many files become a row each; what cannot be used is named; nothing is fetched too early."""

import errno
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from limner.fetch.downloads import Downloads, Fetched, Wanted
from limner.files import sha256
from limner.scrape.expand import expand
from limner.scrape.manifests import PLAIN, Row
from limner.tables import Problem
from tests.sites import OPTIONS, Server, digest


def here(wanted: Wanted) -> Fetched:
    path = Path(wanted.urls[0])
    return Fetched(path, sha256(path))


def both(*rows: Row, fetch: Callable[[Wanted], Fetched] = here) -> tuple[dict[str, str], list[Problem]]:
    """Urls by id, and the problems."""
    found = list(expand(rows, fetch))
    kept = [one for one in found if isinstance(one, Row)]
    assert len({row.id.lower() for row in kept}) == len(kept)
    assert all(PLAIN.fullmatch(row.id) for row in kept)
    return {row.id: row.url for row in kept}, [one for one in found if isinstance(one, Problem)]


def touch(*names: str) -> None:
    for name in names:
        path = Path("data/photos", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_folder(project: Path) -> None:
    touch("ann/b.png", "ann/a.JPG", "ann/.hidden.jpg", "ann/x.txt", "ann/more/c.jpg", "ann/e\u0301t 1.jpg")
    found, problems = both(Row("ann", "p", "data/photos/ann/", license="CC0"))
    assert list(found.values()) == [f"data/photos/ann/{name}" for name in ("a.JPG", "b.png", "e\u0301t 1.jpg")]
    assert list(found)[:2] == ["ann-a", "ann-b"]
    assert sorted(problem.reason.split(" ")[0] for problem in problems) == [
        "data/photos/ann/more",
        "data/photos/ann/x.txt",
    ]


def test_a_pattern_reaches_into_folders_and_follows_no_link_round(project: Path) -> None:
    touch("ann/a.jpg", "ann/2/a.jpg", "ann/2/b.png", "ann/.x/c.jpg")
    Path("data/photos/ann/loop").symlink_to(Path("data/photos/ann").resolve())
    found, problems = both(Row("ann", "p", "data/photos/ann/**/*.jpg"))
    assert list(found.values()) == ["data/photos/ann/2/a.jpg", "data/photos/ann/a.jpg"]
    assert list(found)[1] == "ann-a"
    assert problems == []


def test_brackets_of_a_folder_that_is_there_are_no_pattern(project: Path) -> None:
    touch("a [x]/a.jpg", "a [x]/b [y]/c.jpg", "a x/d.jpg")
    assert list(both(Row("p", "p", "data/photos/a [x]/*.jpg"))[0].values()) == ["data/photos/a [x]/a.jpg"]
    assert list(both(Row("p", "p", "data/photos/*/b [y]/*"))[0].values()) == []  # of others it is none
    assert list(both(Row("p", "p", "data/photos/a [x]/b [y]/?.jpg"))[0].values()) == ["data/photos/a [x]/b [y]/c.jpg"]
    assert list(both(Row("p", "p", "data/photos/a [xz]/*.jpg"))[0].values()) == ["data/photos/a x/d.jpg"]
    assert both(Row("p", "p", "data/photos/a [x]/gone.jpg"))[0] == {"p": "data/photos/a [x]/gone.jpg"}


@pytest.mark.parametrize("url", ["out/a.jpg", "out/x.zip", "zip://a.jpg::out/x.zip", "out", "out/*.jpg"])
def test_what_dvc_does_not_watch_is_noted_in_archives_and_folders_too(project: Path, url: str) -> None:
    Path("out").mkdir()
    Path("out/a.jpg").touch()
    with zipfile.ZipFile("out/x.zip", "w") as archive:
        archive.writestr("a.jpg", "a")
    notes = [problem.reason for problem in both(Row("p", "p", url))[1] if problem.what == "noted"]
    assert notes == [
        f"{url} lies outside data/photos and has no sha256: when it changes, run `dvc repro --force scrape`"
    ]


def test_a_drawing_that_dvc_does_not_watch_is_noted(project: Path) -> None:
    touch("a.jpg", "b.jpg")
    for sketch, pin, count in (("out/a.png", "", 1), ("out/a.png", "0" * 64, 0), ("data/photos/b.jpg", "", 0)):
        row = Row("p", "p", "data/photos/a.jpg", sketch_url=sketch, sketch_sha256=pin)
        assert [sketch in problem.reason for problem in both(row)[1]] == [True] * count


def test_two_stars_at_the_end_are_all_files_below(project: Path) -> None:
    touch("ann/a.jpg", "ann/2/b.jpg", "ann/2/3/c.jpg")
    found = [list(both(Row("p", "p", f"data/photos/ann/{end}"))[0].values()) for end in ("**", "**/*")]
    assert found == [[f"data/photos/ann/{name}" for name in ("2/3/c.jpg", "2/b.jpg", "a.jpg")]] * 2


def test_two_names_that_differ_in_their_ending_alone(project: Path) -> None:
    touch("a.jpg", "a.png", "A.webp")
    found, _ = both(Row("p", "p", "data/photos"))
    assert len(found) == 3


def test_a_file_whose_name_looks_like_a_pattern_is_itself(project: Path) -> None:
    touch("a[1].jpg")
    assert both(Row("a", "p", "data/photos/a[1].jpg")) == ({"a": "data/photos/a[1].jpg"}, [])


def test_names_that_no_table_can_hold_are_named(project: Path) -> None:
    touch("ann/a\u202f\u3000.jpg", "ann/b\n.jpg", "ann/c\udcff.jpg")
    for url in ("data/photos/ann", "data/photos/ann/*"):
        found, problems = both(Row("ann", "p", url))
        assert list(found.values()) == ["data/photos/ann/a\u202f\u3000.jpg"]
        assert [one.reason.split(" ")[0] for one in problems] == [
            "data/photos/ann/b\\n.jpg",
            "data/photos/ann/c\\udcff.jpg",
        ]


def test_a_file_url_may_hold_odd_names(project: Path) -> None:
    touch("ann/100%.jpg")
    folder = (Path.cwd() / "data/photos/ann").as_uri()
    found, _ = both(Row("ann", "p", folder))
    assert list(found.values()) == [f"{folder}/100%25.jpg"]


def test_an_archive_is_fetched_when_its_turn_comes_and_its_members_become_rows(project: Path) -> None:
    touch("first.jpg")
    with zipfile.ZipFile("data/photos/x.zip", "w") as archive:
        for name in ("in/b.jpg", "a.jpg", "../c.jpg", "in/readme.txt", "film.mp4"):
            archive.writestr(name, b"x")
    asked: list[Wanted] = []
    rows = [
        Row("first", "p", "data/photos/first.jpg"),
        Row("x", "p", "data/photos/x.zip", sha256=sha256(Path("data/photos/x.zip")), license="CC0", credit="me"),
    ]
    found = expand(rows, lambda wanted: (asked.append(wanted), here(wanted))[1])
    assert next(found) == rows[0]
    assert asked == []
    rest = list(found)
    assert asked == [Wanted(("data/photos/x.zip",), rows[1].sha256)]
    kept = [one for one in rest if isinstance(one, Row)]
    assert [row.url for row in kept] == [f"zip://{name}::data/photos/x.zip" for name in ("a.jpg", "in/b.jpg")]
    assert {(row.person, row.license, row.credit, row.sha256) for row in kept} == {("p", "CC0", "me", "")}
    reasons = {(one.what, one.reason.split("::")[0]) for one in rest if isinstance(one, Problem)}
    assert reasons == {("failed", "zip://../c.jpg"), ("skipped", "zip://in/readme.txt"), ("skipped", "zip://film.mp4")}


def test_the_members_of_a_pinned_archive_are_its_own_whatever_lies_there_later(project: Path) -> None:
    path = Path("data/x.zip")
    for body in ("old", "new"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.jpg", body)
        if body == "old":
            row = Row("x", "p", str(path), sha256=sha256(path))
        with Downloads(OPTIONS) as downloads:
            (member,) = expand([row], downloads.fetch)
            assert isinstance(member, Row)
            assert downloads.fetch(Wanted((member.url,))).path.read_text() == "old"


@pytest.mark.parametrize("first", ["pinned", "free"])
def test_the_members_of_an_archive_come_from_the_listed_bytes_and_above_all_from_pinned_ones(
    project: Path, server: Server, first: str
) -> None:
    bodies = {}
    for name in ("old", "new"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.jpg", name)
        bodies[name] = stream.getvalue()
    url = f"{server.url}/x.zip"
    pinned, free = Row("pinned", "p", url, sha256=digest(bodies["old"])), Row("free", "q", url)
    server.bodies["/x.zip"] = bodies["old"]
    with Downloads(OPTIONS) as downloads:
        downloads.fetch(Wanted((url,), pinned.sha256))
        downloads.forget(url)
    server.bodies["/x.zip"] = bodies["new"]
    with Downloads(OPTIONS) as downloads:
        (member,) = expand([free], downloads.fetch)
        assert isinstance(member, Row)
        downloads.forget(url)
        server.bodies.clear()
        assert downloads.fetch(Wanted((member.url,))).path.read_text() == "new"
    server.bodies["/x.zip"] = bodies["new"]
    with Downloads(OPTIONS) as downloads:
        rows = [pinned, free] if first == "pinned" else [free, pinned]
        for member in list(expand(rows, downloads.fetch)):
            assert isinstance(member, Row)
            assert downloads.fetch(Wanted((member.url,))).path.read_text() == "old"


@pytest.mark.parametrize("look", ["iterdir", "is_dir", "exists"])
def test_a_folder_that_may_not_be_read_costs_its_own_row(
    project: Path, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    touch("ann/a.jpg", "bob/a.jpg")
    real = getattr(Path, look)

    def forbidden(path: Path) -> Any:
        if "ann" in path.parts:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(Path, look, forbidden)
    rows = [Row("ann", "p", f"data/photos/ann{'/*.jpg' if look == 'exists' else ''}"), Row("b", "q", "data/photos/bob")]
    found, problems = both(*rows, fetch=lambda wanted: pytest.fail("nothing is to be fetched"))
    assert found.pop("b-a") == "data/photos/bob/a.jpg"
    if look == "iterdir":
        assert [(one.id, one.what) for one in problems] == [("ann", "failed")]
        (problem,) = problems
        assert problem.reason == "data/photos/ann: it cannot be read: Permission denied"
    else:  # it may be a file: whoever fetches it says why it is none
        assert list(found) == ["ann"]


def test_a_full_disk_is_no_fault_of_the_row(project: Path) -> None:
    def full(_: Wanted) -> Fetched:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        list(expand([Row("x", "p", "http://h/x.zip")], full))


def test_a_chained_url_and_a_remote_file_are_themselves(project: Path) -> None:
    rows = [
        Row("a", "p", "zip://in.jpg::http://h/x.zip"),
        Row("b", "p", "http://h/*.jpg"),
        Row("c", "p", "s3://b/c.jpg"),
    ]
    assert list(expand(rows, here)) == rows


def test_five_thousand_members(project: Path) -> None:
    Path("data/photos").mkdir()
    with zipfile.ZipFile("data/photos/x.zip", "w") as archive:
        for k in range(5000):
            archive.writestr(f"{k:04d}.jpg", b"x")
    found, problems = both(Row("x", "p", "data/photos/x.zip"))
    assert len(found) == 5000
    assert problems == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row("a", "p", "data/photos"), "holds no photo"),
        (Row("a", "p", "data/photos/*.jpg"), "holds no photo"),
        (Row("a", "p", "data/photos", sha256="0" * 64), "has no sha256"),
        (Row("a", "p", "data/photos/*.jpg", sketch_url="x"), "has no sketch_url"),
        (Row("a", "p", "data/photos/bad.zip", sketch_url="x"), "has no sketch_url"),
        (Row("a", "p", "data/photos/bad.zip"), "no archive that can be read"),
    ],
)
def test_what_cannot_be_expanded_is_named_and_the_next_comes_through(project: Path, row: Row, words: str) -> None:
    touch("bad.zip")
    good = Row("good", "p", "http://h/a.jpg")
    *problems, last = expand([row, good], here)
    assert last == good
    assert any(words in problem.reason and problem.what == "failed" for problem in problems)


def test_what_dvc_does_not_watch_is_noted(project: Path) -> None:
    touch("a.jpg")
    Path("data/b.jpg").write_bytes(b"x")
    rows = [
        Row("a", "p", "data/photos/a.jpg"),
        Row("b", "p", "data/b.jpg"),
        Row("c", "q", "data/b.jpg", sha256="0" * 64),
    ]
    _, problems = both(*rows)
    assert [(one.id, one.what) for one in problems] == [("b", "noted")]


def test_an_id_stays_a_file_name_however_long_the_names_are(project: Path) -> None:
    touch(*(f"{'n' * 80}{k}.jpg" for k in range(3)), "\u65e5\u672c.jpg", "???.jpg")
    found, _ = both(Row("r" * 90, "p", "data/photos"))
    assert len(found) == 5
