"""`limner manifest check`: every fault is named, and nobody is asked."""

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from limner.fetch import archives
from limner.files import cache_dir
from tests.sites import Run, Server, digest, manifest

BEGINNING = b"\xff\xd8\xff"
"""Of a JPEG: what is behind it nobody looks at."""


def photos(*names: str) -> None:
    """Files that begin as photos do, and then hold their own names."""
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(BEGINNING + name.encode())


def packed(path: Path, **members: bytes) -> None:
    """A zip, or a tar as its name says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def test_check_names_every_fault_and_asks_nobody(run: Run, server: Server) -> None:
    photos("data/photos/a.jpg", "data/photos/b.jpg")
    Path("data/empty").mkdir()
    with zipfile.ZipFile("data/x.zip", "w") as archive:
        archive.writestr("a.jpg", "x")
    cells = {
        "good": {"url": "data/photos/a.jpg", "sha256": digest(BEGINNING + b"data/photos/a.jpg")},
        "member": {"url": "zip://a.jpg::data/x.zip"},
        "far": {"url": f"{server.url}/a.jpg"},
        "changed": {"url": "data/photos/b.jpg", "sha256": "0" * 64},
        "gone": {"url": "data/photos/c.jpg"},
        "unlicensed": {"url": "data/photos/a.jpg", "license": ""},
        "empty": {"url": "data/empty"},
        "no-member": {"url": "zip://b.jpg::data/x.zip"},
        "no-archive": {"url": "zip://b.jpg::data/y.zip"},
        "scheme": {"url": "s3://b/a.jpg"},
        "host": {"url": "http:///a.jpg"},
        "drawing": {"url": "data/photos/a.jpg", "sketch_url": "data/photos/c.png"},
        "GOOD": {"url": "data/photos/a.jpg"},
    }
    name = manifest("m.csv", [{"id": k, "person": "p", "license": "CC0"} | v for k, v in cells.items()])
    done = run("check", name, "data/manifests/none.csv")
    assert done.exit_code == 1
    failed = {line.split(":")[0] for line in done.output.splitlines() if ": failed: " in line}
    assert failed == {*list(cells)[3:], "data/manifests/none.csv"}
    assert "has no sha256 (7 more like it)" in done.output
    assert server.asked == []


def test_check_counts_as_in_order_what_is(run: Run) -> None:
    photos("data/photos/a.jpg")
    good = {"person": "p", "license": "CC0", "url": "data/photos/a.jpg"}
    first = manifest("m.csv", [{"id": "a"} | good, {"id": "b"} | good | {"url": "data/photos/gone.jpg"}])
    assert f"{first}: 1 row in order; 1 failed\n" in run("check", first).output
    second = manifest("n.csv", [{"id": "c"} | good, {"id": "d"} | good | {"url": "data/gone.zip"}])
    none = "data/manifests/none.csv"
    assert f"{none}: 2 rows in order; 3 failed\n" in run("check", first, second, none).output


def test_check_looks_at_how_files_begin(run: Run) -> None:
    photos("data/photos/a.jpg", "data/photos/in/a.jpg", "data/photos/text.jpg")
    bodies = {
        "empty.jpg": b"",
        "text.jpg": b"these are only words",
        "page.jpg": b"<!DOCTYPE html><title>404</title>",
        "page.mp4": b"<html>404",
        "talk.mp4": b"\0\0\0 ftypisom\0\0",
        "in/empty.jpg": b"",
        "gray.pgm": b"P2 2 1 9 0 9",
    }
    for name, body in bodies.items():
        Path("data/photos", name).write_bytes(body)
    cells = {
        "empty": {"url": "data/photos/empty.jpg", "why": "holds nothing (0 bytes) in place of a photo"},
        "text": {"url": "data/photos/text.jpg", "why": "holds text in place of a photo"},
        "page": {"url": "data/photos/page.jpg", "why": "holds a web page (HTML) in place of a photo"},
        "film": {"url": "data/photos/talk.mp4", "why": "is a video: write video into its column kind"},
        "page-film": {"url": "data/photos/page.mp4", "kind": "video", "why": "holds a web page (HTML) in place of a v"},
        "far-film": {"url": "https://x.org/a.webm", "why": "is a video by its name: write video into"},
        "photo": {"url": "data/photos/a.jpg", "kind": "video", "why": "is a picture: leave its column kind empty"},
        "in-empty": {"url": "data/photos/in", "id": "in", "why": "holds nothing (0 bytes) in place of a photo"},
        "drawn": {"url": "data/photos/a.jpg", "sketch_url": "data/photos/talk.mp4", "why": "and a drawing is a pict"},
    }
    good = {
        "film-good": {"url": "data/photos/talk.mp4", "kind": "video"},
        "moving": {"url": "https://x.org/a.gif", "kind": "video"},
        "moving-in": {"url": "zip://in/a.gif::https://x.org/a.zip", "kind": "video"},
        "made-of-it": {"url": "https://x.org/film.webm?width=640"},
        "pgm": {"url": "data/photos/gray.pgm"},
    }
    empty = {"person": "p", "license": "CC0", "kind": "", "sketch_url": "", "why": ""}
    done = run("check", manifest("m.csv", [{"id": k} | empty | v for k, v in (cells | good).items()]))
    failed = [line for line in done.output.splitlines() if ": failed: " in line]
    assert [line.split(":")[0] for line in failed] == [*cells]
    assert all(row["why"] in line for row, line in zip(cells.values(), failed, strict=True))
    assert "5 rows in order; 9 failed" in done.output


def test_check_sees_into_archives_and_beside_photos(run: Run) -> None:
    photos("data/photos/a.jpg", "data/no.zip", "data/folder/s.png", "data/s.zip")
    for name, member in {"photo": "a.jpg", "text": "a.txt"}.items():
        with zipfile.ZipFile(f"data/{name}.zip", "w") as archive:
            archive.writestr(member, "x")
    photo = {"url": "data/photos/a.jpg"}
    cells = {
        "good": {"url": "data/photo.zip"},
        "far": {"url": "https://x.org/a.zip"},
        "no-archive": {"url": "data/no.zip"},
        "no-photo": {"url": "data/text.zip"},
        "gone": {"url": "data/gone.zip"},
        "other": {"url": "data/photo.zip", "sha256": "0" * 64},
        "drawn-archive": {"url": "data/photo.zip", "sketch_url": "data/folder/s.png"},
        "drawn-far-archive": {"url": "https://x.org/a.zip", "sketch_url": "data/folder/s.png"},
        "drawing-folder": photo | {"sketch_url": "data/folder"},
        "drawing-gone": photo | {"sketch_url": "gone[1].jpg"},
        "drawing-archive": photo | {"sketch_url": "data/s.zip"},
    }
    done = run("check", manifest("m.csv", [{"id": k, "person": "p", "license": "CC0"} | v for k, v in cells.items()]))
    failed = {line.split(":")[0] for line in done.output.splitlines() if ": failed: " in line}
    assert failed == {*list(cells)[2:]}
    assert "gone[1].jpg is not there" in done.output
    assert "data/folder is a folder" in done.output


@pytest.mark.parametrize(("protocol", "name"), [("zip", "x.zip"), ("tar", "x.tar.gz")])
def test_check_reads_what_is_pinned_within_an_archive(run: Run, protocol: str, name: str) -> None:
    settings = yaml.safe_load(Path("params.yaml").read_text())
    settings["scrape"]["max_megabytes"] = 1
    Path("params.yaml").write_text(yaml.safe_dump(settings))
    packed(Path("data", name), **{"a.jpg": b"a", "large.jpg": bytes(1_000_001)})
    url, a, b = f"{protocol}://a.jpg::data/{name}", digest(b"a"), digest(b"b")
    cells = {
        "good": {"url": url, "sha256": a, "sketch_url": url, "sketch_sha256": a},
        "other": {"url": url, "sha256": b},
        "drawing": {"url": url, "sha256": a, "sketch_url": url, "sketch_sha256": b},
        "large": {"url": f"{protocol}://large.jpg::data/{name}", "sha256": digest(bytes(1_000_001))},
    }
    none = dict.fromkeys(("sketch_url", "sketch_sha256"), "")
    rows = [{"id": k, "person": "p", "license": "CC0"} | none | v for k, v in cells.items()]
    done = run("check", manifest("m.csv", rows))
    failed = [line for line in done.output.splitlines() if ": failed: " in line]
    other = f"failed: {url} has the sha256 {a}, but {b} is expected: it is another file"
    assert failed[:2] == [f"other: {other}", f"drawing: {other}"]
    assert f"::data/{name}: large.jpg unpacks to 1.0 MB, and at most 1 are taken (scrape.max_megabytes)" in failed[2]
    assert len(failed) == 3
    assert not [path for path in cache_dir("pictures").iterdir() if path.name.startswith("tmp")]


def test_check_and_add_refuse_what_no_archive_and_no_index_can_be_asked_for(run: Run) -> None:
    packed(Path("data/x.tar"), **{"a.jpg": b"a"})
    packed(Path("data/x.zip"), **{"a.jpg": b"a"})
    bad = {
        "zip://a.jpg::data/x.tar": "the archive data/x.tar is a tar: write tar://a.jpg::data/x.tar",
        "tar://./a.jpg::data/x.zip": "the archive data/x.zip is a zip: write zip://./a.jpg::data/x.zip",
        "zip://::https://x.org/a.zip": "names no member of an archive",
        "simplecache::https://x.org/a.jpg": "names no member of an archive",
        "zip://a.jpg::tar://::https://x.org/a.tar": "names no member of an archive",
        "zip://a.jpg::https:///a.zip": "it is no url of a server",
        "pypi://numpy/a.png": "pypi://numpy is not pypi://PROJECT==VERSION/path",
    }
    good = ["pypi://numpy==2.0/a.png", "tar://a.jpg::data/x.tar", "zip://a.jpg::tar://b.zip::https://x.org/a.tar"]
    rows = [{"id": f"i{k}", "person": "p", "license": "CC0", "url": url} for k, url in enumerate([*bad, *good])]
    done = run("check", manifest("m.csv", rows))
    failed = [line for line in done.output.splitlines() if ": failed: " in line]
    assert len(failed) == len(bad)
    assert all(why in line for why, line in zip(bad.values(), failed, strict=True))
    for url, why in bad.items():
        assert why in run("add", url, "--person", "p").output


def test_check_finds_pictures_of_two_rows_that_would_bear_one_name(run: Run) -> None:
    photos(*(f"data/photos/{name}" for name in ("ana/x.jpg", "ana/b-y.jpg", "b/y.jpg", "z.jpg")))
    Path("data/photos/film.mp4").write_bytes(b"\0\0\0 ftypisom\0\0")
    rows = [
        {"id": "ana", "url": "data/photos/ana"},
        {"id": "ANA-x", "url": "data/photos/z.jpg"},
        {"id": "ana-b", "url": "data/photos/b"},
        {"id": "ana-b-y-z", "url": "data/photos/film.mp4", "kind": "video"},
    ]
    done = run("check", manifest("m.csv", [{"person": "p", "license": "CC0", "kind": ""} | row for row in rows]))
    failed = [line for line in done.output.splitlines() if ": failed: " in line]
    name = "data/manifests/m.csv"
    assert failed == [
        f"ANA-x: failed: data/photos/ana/x.jpg ({name}, line 2) and data/photos/z.jpg ({name}, line 3) are both named "
        "so: rename one of the rows",
        f"ana-b-y: failed: data/photos/ana/b-y.jpg ({name}, line 2) and data/photos/b/y.jpg ({name}, line 4) are both "
        "named so: rename one of the rows",
    ]


def test_check_counts_drawings_without_a_hash(run: Run) -> None:
    photos("data/photos/a.jpg")
    pinned = {
        "url": "data/photos/a.jpg",
        "sha256": digest(BEGINNING + b"data/photos/a.jpg"),
        "person": "p",
        "license": "CC0",
    }
    drawn = {"sketch_url": pinned["url"], "sketch_sha256": pinned["sha256"]}
    done = run("check", manifest("m.csv", [{"id": "a"} | pinned | drawn]))
    assert "sha256" not in done.output
    done = run(
        "check",
        manifest("m.csv", [{"id": "a"} | pinned | drawn, {"id": "b"} | pinned | {**drawn, "sketch_sha256": ""}]),
    )
    assert "b: noted: it, or its drawing, has no sha256: `limner manifest lock " in done.output


def test_a_damaged_archive_is_listed_once_for_all_its_members(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    photos("data/x.zip")
    listed: list[Path] = []
    real = archives.members
    monkeypatch.setattr(archives, "members", lambda path: (listed.append(path), real(path))[1])
    rows = [{"id": f"i{k}", "person": "p", "url": f"zip://{k}.jpg::data/x.zip", "license": "CC0"} for k in range(3)]
    done = run("check", manifest("m.csv", rows))
    assert done.output.count("holds no such member that may be read: it is no archive") == 3
    assert len(listed) == 1


def test_check_of_all_that_params_yaml_names(run: Run, root: Path) -> None:
    for path in (root / "data/manifests").glob("*.csv"):
        shutil.copy(path, "data/manifests")
    assert run("check").exit_code == 0
    part = Path("data/manifests/frll_train.csv")  # of frll.csv
    assert run("check", part).exit_code == 0
    assert run("check", *(set(Path("data/manifests").glob("*.csv")) - {part})).exit_code == 0
    both = run("check", part, part.with_stem("frll"))
    assert both.exit_code == 1
    assert "001-neutral" in both.output


def test_the_project_is_as_params_yaml_says(run: Run) -> None:
    settings = yaml.safe_load(Path("params.yaml").read_text())
    settings["scrape"]["allow_unlicensed"] = True
    Path("params.yaml").write_text(yaml.safe_dump(settings))
    photos("data/photos/a.jpg")
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "data/photos/a.jpg"}])
    done = run("check", name)
    assert done.exit_code == 0
    assert "have no licence and are used" in done.output
