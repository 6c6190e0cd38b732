"""`limner manifest add`: whatever a person points at becomes rows, once."""

import gzip
import io
import os
import re
import signal
import time
import zipfile
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import fsspec
import numpy as np
import pytest

from limner.errors import SourceError
from limner.fetch import tars
from limner.manifest import kinds, listing
from limner.manifest.found import name_of
from limner.params import load
from limner.scrape import pictures
from limner.scrape.collect import collect
from limner.scrape.video import Sampler
from tests.manifest.wiki import Wiki
from tests.sites import Run, Server, digest, manifest, scene, table, touch

MINE = Path("data/manifests/Ann.csv")


def test_a_folder_and_only_what_is_new_of_it_the_second_time(run: Run) -> None:
    touch("data/photos/ann/b.jpg", "data/photos/ann/a.png", "data/photos/ann/talk.mp4", "data/photos/ann/x.txt")
    done = run("add", Path.cwd() / "data/photos/ann", "--person", "Ann", "--license", "mine", "--every", 5)
    assert done.exit_code == 0, done.output
    assert "3 rows added" in done.output
    assert "  - data/manifests/Ann.csv" in done.output
    assert "x.txt is no photo" in done.output
    assert [(row["id"], row["kind"], row["url"], row["every"]) for row in table(MINE)] == [
        ("Ann-a", "photo", "data/photos/ann/a.png", ""),
        ("Ann-b", "photo", "data/photos/ann/b.jpg", ""),
        ("Ann-talk", "video", "data/photos/ann/talk.mp4", "5"),
    ]
    before = MINE.read_bytes()
    assert "0 rows added, 3 there already" in run("add", "data/photos/ann", "--person", "Ann").output
    assert MINE.read_bytes() == before
    touch("data/photos/ann/c.jpg")
    run("add", "data/photos/ann/*.jpg", "--person", "Ann")
    assert [row["id"] for row in table(MINE)] == ["Ann-a", "Ann-b", "Ann-talk", "Ann-c"]


def test_what_a_manifest_holds_besides_stays(run: Run) -> None:
    text = '\ufeffid,person,url,license,"age, years"\r\nx,Bob,http://h/x.jpg,CC0,"1,5"\r\n'
    MINE.write_bytes(text.encode())
    touch("data/photos/a.jpg")
    run("add", "data/photos/a.jpg", "--person", "Ann", "--credit", "Bob, himself", "--reference")
    expected = (
        '\ufeffid,person,url,license,"age, years",kind,credit,reference\r\nx,Bob,http://h/x.jpg,CC0,"1,5",,,\r\n'
        'Ann-a,Ann,data/photos/a.jpg,,,photo,"Bob, himself",yes\r\n'
    )
    assert MINE.read_bytes().decode() == expected


def test_ids_are_new_in_all_manifests(run: Run) -> None:
    manifest("other.csv", [{"id": "ann-A", "person": "p", "url": "u"}])
    touch("data/photos/a.jpg", "data/photos/b/a.jpg")
    run("add", "data/photos/**/*.jpg", "--person", "Ann")
    ids = [row["id"] for row in table(MINE)]
    assert len({*(id_.lower() for id_ in ids), "ann-a"}) == 3
    assert all(re.fullmatch(r"Ann-[\w-]+", id_) for id_ in ids)


def test_an_archive_here_and_on_a_server(run: Run, server: Server) -> None:
    Path("data/photos").mkdir()
    with zipfile.ZipFile("data/photos/x.zip", "w") as archive:
        for k, name in enumerate(("a.jpg", "../b.jpg", "in/c.jpg")):
            archive.writestr(name, pixels(k))
    done = run("add", "data/photos/x.zip", "--person", "Ann")
    assert done.exit_code == 1
    assert "leads out of the archive" in done.output
    assert [row["url"] for row in table(MINE)] == [f"zip://{name}::data/photos/x.zip" for name in ("a.jpg", "in/c.jpg")]
    server.bodies["/x.zip"] = Path("data/photos/x.zip").read_bytes()
    run("add", f"{server.url}/x.zip", "--person", "Ann")
    assert table(MINE)[2]["url"] == f"zip://a.jpg::{server.url}/x.zip"
    run("lock", MINE)
    assert [row["sha256"] for row in table(MINE)] == [digest(pixels(0)), digest(pixels(2))] * 2
    assert server.asked == ["/x.zip"] * 2  # once by each


@pytest.mark.parametrize("name", ["notes.txt", "x.7z", "x.rar", "x.tar.zst", "a.jpg.gz", "noname"])
def test_a_file_that_is_neither_photo_nor_video_is_refused(run: Run, name: str) -> None:
    Path(name).write_bytes(gzip.compress(pixels(1)) if name.endswith(".gz") else b"7z\xbc\xaf'\x1c")
    done = run("add", name, "--person", "Ann")
    assert done.exit_code == 1
    assert f"{name} is no photo, no video and no archive that limner reads (.jpg, " in done.output
    assert not MINE.exists()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM", "HEIF"])
def test_a_photo_whose_name_tells_nothing_is_known_by_its_beginning(run: Run, format: str) -> None:
    assert format in pictures.FORMATS
    scene(1).save("x", format=format)
    run("add", "x", "--person", "Ann")
    assert [row["kind"] for row in table(MINE)] == ["photo"]


@pytest.mark.parametrize(
    ("ending", "codec"),
    [
        ("mp4", "mp4v"),
        ("avi", "MJPG"),
        ("mts", "mp4v"),
        ("m2ts", "mp4v"),
        ("wmv", "WMV2"),
        ("mkv", "mp4v"),
        ("ogv", "VP80"),
        ("mpg", "MPG1"),
        ("mov", "mp4v"),
        ("webm", "VP80"),
    ],
)
def test_a_video_is_known_by_its_name_and_by_its_beginning(run: Run, ending: str, codec: str) -> None:
    writer = cv2.VideoWriter(f"x.{ending}", cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), 25, (96, 64))
    for k in range(3):
        writer.write(np.asarray(scene(k)))
    writer.release()
    assert kinds.by_name(f"x.{ending}") == "video"
    assert len(list(Sampler(Path(f"x.{ending}"), 1, 0))) == 3
    Path(f"x.{ending}").rename("x")
    run("add", "x", "--person", "Ann")
    assert [row["kind"] for row in table(MINE)] == ["video"]


def test_an_archive_on_a_server_is_asked_about_each_time(run: Run, server: Server) -> None:
    server.bodies["/x.zip"], server.headers["/x.zip"] = zipped("a.jpg"), {"ETag": '"1"'}
    for body, etag, added in ((None, "1", 1), (None, "1", 0), (zipped("a.jpg", "b.jpg"), "2", 1)):
        server.bodies["/x.zip"] = body or server.bodies["/x.zip"]
        server.headers["/x.zip"] = {"ETag": f'"{etag}"'}
        assert f"{added} row" in run("add", f"{server.url}/x.zip", "--person", "Ann").output
    assert [asked["If-None-Match"] for asked in server.requests] == [None, '"1"', '"1"']
    del server.bodies["/x.zip"]
    done = run("add", f"{server.url}/x.zip", "--person", "Ann")
    assert "2 there already" in done.output
    assert "404 Not Found: what was fetched before is used" in done.output


@pytest.mark.parametrize("bad", [b"busy", gzip.compress(b"no tar", mtime=0)])
def test_an_archive_of_which_nothing_can_be_read_is_forgotten(run: Run, server: Server, bad: bytes) -> None:
    server.bodies["/x.zip"] = bad
    done = run("add", f"{server.url}/x.zip", "--person", "Ann")
    assert f"{server.url}/x.zip: failed: {server.url}/x.zip: it is no archive" in done.output
    del server.bodies["/x.zip"]
    assert "what was fetched before" not in run("add", f"{server.url}/x.zip", "--person", "Ann").output
    server.bodies["/x.zip"] = zipped("a.jpg")
    assert "1 row added" in run("add", f"{server.url}/x.zip", "--person", "Ann").output


def test_a_page_a_picture_without_a_suffix_and_a_direct_url(run: Run, server: Server) -> None:
    server.bodies |= {
        "/g": b"<img class=p src=1.jpg srcset='big/1.jpg 2x'><img src=logo.png><a id=n href=/g2>next</a>",
        "/g2": b"<img class=p src=2.jpg>",
        "/picture?id=1": b"x",
    }
    server.headers["/picture?id=1"] = {"Content-Type": "image/jpeg"}
    done = run("add", f"{server.url}/g", "--person", "Ann", "--selector", ".p", "--next", "#n", "--depth", 3)
    assert done.exit_code == 0, done.output
    run("add", f"{server.url}/picture?id=1", "--person", "Ann")
    run("add", f"{server.url}/film.mp4", "--person", "Ann")
    assert [(row["url"].removeprefix(server.url), row["kind"], row["credit"]) for row in table(MINE)] == [
        ("/big/1.jpg", "photo", f"{server.url}/g"),
        ("/2.jpg", "photo", f"{server.url}/g2"),
        ("/picture?id=1", "photo", ""),
        ("/film.mp4", "video", ""),
    ]


@pytest.mark.parametrize(
    ("media", "named", "url", "kind"),
    [
        ("video/mp4", "", "{}/dl?id=7", "video"),
        ("application/octet-stream", 'attachment; filename="talk.MP4"', "{}/dl?id=7", "video"),
        ("application/octet-stream", "attachment; filename*=UTF-8''ann%20one.jpg", "{}/dl?id=7", "photo"),
        ("application/octet-stream", "attachment; filename=x.zip", "zip://a.jpg::{}/dl?id=7", "photo"),
        ("application/zip", "", "zip://a.jpg::{}/dl?id=7", "photo"),
    ],
)
def test_a_url_that_does_not_tell_what_it_is_is_what_its_server_says(
    run: Run, server: Server, media: str, named: str, url: str, kind: str
) -> None:
    server.headers["/dl?id=7"] = {"Content-Type": media, "Content-Disposition": named}
    server.bodies["/dl?id=7"] = zipped("a.jpg") if "zip" in media + named else bytes(25_000_000)
    done = run("add", f"{server.url}/dl?id=7", "--person", "Ann")
    assert done.exit_code == 0, done.output
    assert [(row["url"], row["kind"]) for row in table(MINE)] == [(url.format(server.url), kind)]


@pytest.mark.parametrize("named", ["", "attachment", "attachment; filename=a.exe", "attachment; filename*=x'y"])
def test_a_url_whose_server_does_not_tell_either_is_refused(run: Run, server: Server, named: str) -> None:
    server.headers["/dl"] = {"Content-Type": "application/octet-stream", "Content-Disposition": named}
    server.bodies["/dl"] = bytes(25_000_000)
    assert "is no web page but application/octet-stream" in run("add", f"{server.url}/dl", "--person", "Ann").output


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return stream.getvalue()


def pixels(seed: int) -> bytes:
    scene(seed).save("scene.png")
    return Path("scene.png").read_bytes()


def test_a_category_pinned_and_built(run: Run, server: Server, wiki: Wiki) -> None:
    for k, name in enumerate(("Ann", "Bob")):
        title = wiki.file(f"{name} (1).jpg", Artist="Jane", LicenseShortName="CC0")
        server.bodies[f"/{name}"] = pixels(k)
        wiki.files[title]["url"] = f"{server.url}/{name}"
        wiki.members.setdefault("Category:Two", []).append(title)
    done = run("add", "commons:Category:Two", "--person", "Ann", "--api", wiki.api, "--license", "not asked for")
    assert done.exit_code == 0, done.output
    assert [(row["license"], row["author"], row["url"][-3:]) for row in table(MINE)] == [
        ("CC0", "Jane", "Ann"),
        ("CC0", "Jane", "Bob"),
    ]
    assert run("lock", MINE).exit_code == 0
    assert run("check", MINE).exit_code == 0
    server.asked.clear()
    collect([MINE.as_posix()], load().scrape, workers=1)
    assert server.asked == []
    assert len(list(Path("data/raw").iterdir())) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.jpg"], "nothing.jpg is not there"),
        (["data/photos/*.jpg"], "leads to no picture"),
        ([" "], "the source is empty"),
        (["zip://a.jpg::nothing.zip"], "the archive nothing.zip is not there"),
        (["s3://bucket/ann/"], "pip install s3fs"),
        (["nosuch://x/a.jpg"], "nothing can open nosuch://"),
        (["data", "--depth", "2"], "is no web page"),
        (["data", "--width", "2"], "is no wiki's category"),
        (["http://127.0.0.1:9/", "--depth", "2"], "give its CSS selector too"),
        (["commons:Category:A", "--next", "a"], "are not for it"),
        (["data", "--split", "tests"], "allowed: train, test, other"),
        (["data", "--to", "elsewhere.csv"], "must lie in data/manifests"),
        (["data", "--to", "data/manifests/"], "is a folder: name a CSV in it"),
        (["http://127.0.0.1:9/gallery"], "127.0.0.1"),
        (["http://[bad/a.jpg"], "it is no url of a server"),
        (["commons:Ann"], "names no category and no file"),
        ([os.fsdecode(b"caf\xe9.jpg")], "caf\\udce9.jpg has characters in its name that no table can hold"),
    ],
)
def test_a_source_that_leads_nowhere(run: Run, words: list[str], said: str) -> None:
    done = run("add", *words, "--person", "Ann")
    assert done.exit_code == 1
    assert said in done.output
    assert not MINE.exists()


def test_a_reference_is_one_photo(run: Run) -> None:
    touch("data/photos/a.jpg", "data/photos/b.jpg")
    done = run("add", "data/photos", "--person", "Ann", "--reference")
    assert done.exit_code == 1
    assert "these are 2 files" in done.output


def test_a_photo_that_is_there_already_becomes_the_reference(run: Run) -> None:
    touch("data/photos/a.jpg", "data/photos/b.jpg")
    run("add", "data/photos", "--person", "Ann")
    run("add", "data/photos/b.jpg", "--person", "Ann", "--reference")
    assert [(row["id"], row["reference"]) for row in table(MINE)] == [("Ann-a", ""), ("Ann-b", "yes")]


def test_what_is_said_of_photos_that_are_there_already_fills_what_is_empty(run: Run) -> None:
    touch("data/photos/a.jpg", "data/photos/b.jpg")
    rows = [{"id": k, "person": "Ann", "url": f"data/photos/{k}.jpg", "license": "CC0" * (k == "a")} for k in "ab"]
    manifest("Ann.csv", rows)
    before = MINE.read_bytes()
    run("add", "data/photos", "--person", "Ann")
    assert MINE.read_bytes() == before
    words = ("--license", "CC BY", "--author", "me")
    assert "0 rows added, 2 there already" in run("add", "data/photos", "--person", "Ann", *words).output
    assert [(row["license"], row["author"]) for row in table(MINE)] == [("CC0", "me"), ("CC BY", "me")]


def test_blank_lines_lack_no_licence(run: Run) -> None:
    touch("data/photos/a.jpg", "data/photos/b.jpg")
    MINE.write_text("id,person,url,license\na,Ann,data/photos/a.jpg,\n,,,\n,,,\n")
    done = run("add", "data/photos/b.jpg", "--person", "Ann", "--license", "CC0")
    assert "1 of its rows have no licence" in done.output


def test_a_split_and_every_fill_what_is_empty_too(run: Run) -> None:
    touch("data/photos/a.jpg", "data/photos/b.jpg", "data/photos/c.mp4", "data/photos/d.mp4")
    run("add", "data/photos/a.jpg", "--person", "Ann", "--split", "train")
    run("add", "data/photos/d.mp4", "--person", "Ann", "--every", 5)
    run("add", "data/photos", "--person", "Ann")
    words = ("--split", "test", "--every", 10)
    assert "0 rows added, 4 there already" in run("add", "data/photos", "--person", "Ann", *words).output
    assert {row["id"]: (row["split"], row["every"]) for row in table(MINE)} == {
        "Ann-a": ("train", ""),
        "Ann-b": ("test", ""),
        "Ann-c": ("test", "10"),
        "Ann-d": ("test", "5"),
    }


@pytest.mark.parametrize("words", [(), ("--reference",)])
def test_what_was_found_before_an_interrupt_is_written(run: Run, server: Server, words: tuple[str, ...]) -> None:
    """But no reference: there may have been others behind it."""

    def interrupt(handler: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.5)
        handler.close_connection = True

    server.bodies["/1"] = b"<img src=a.jpg><a class=n href=/2>"
    server.answers["/2"] = [interrupt]
    done = run("add", f"{server.url}/1", "--person", "Ann", "--next", ".n", "--depth", 5, *words)
    assert done.exit_code == 130
    assert "interrupted; the next run goes on from what is done" in done.output
    assert ("1 row added" in done.output, MINE.exists()) == (not words, not words)


def test_a_photo_of_two_people_is_a_row_for_each(run: Run) -> None:
    touch("data/photos/both.jpg")
    for person, words in {"Ann": (), "Bob": ("--reference",)}.items():
        assert "1 row added" in run("add", "data/photos/both.jpg", "--person", person, "--to", MINE, *words).output
    rows = [(row["id"], row["url"], row["reference"]) for row in table(MINE)]
    assert rows == [("Ann-both", "data/photos/both.jpg", ""), ("Bob-both", "data/photos/both.jpg", "yes")]
    assert "0 rows added" in run("add", "data/photos/both.jpg", "--person", "Ann", "--to", MINE, "--reference").output
    assert [row["reference"] for row in table(MINE)] == ["yes", "yes"]


def test_a_name_is_the_same_however_its_accents_are_written(run: Run) -> None:
    touch("data/photos/a.jpg")
    nfc, nfd = "Jos\u00e9", "Jose\u0301"
    run("add", "data/photos/a.jpg", "--person", nfd, "--to", MINE)
    assert table(MINE)[0]["person"] == nfc
    MINE.write_text(MINE.read_text(encoding="utf-8").replace(nfc, nfd), encoding="utf-8")
    assert "1 there already" in run("add", "data/photos/a.jpg", "--person", nfc, "--to", MINE).output


def test_a_url_is_the_same_whatever_the_case_of_its_scheme(run: Run) -> None:
    manifest("Ann.csv", [{"id": "a", "person": "Ann", "url": "HTTPS://x.org/a.jpg"}])
    assert "0 rows added" in run("add", "https://x.org/a.jpg", "--person", "Ann").output


@pytest.mark.parametrize("page", [b"<p>soon", b"<img src=logo.svg>", b"<img src=''>"])
def test_a_page_without_a_picture_is_a_failure(run: Run, server: Server, page: bytes) -> None:
    server.bodies["/soon"] = page
    done = run("add", f"{server.url}/soon", "--person", "Ann")
    assert done.exit_code == 1
    assert "leads to no picture" in done.output
    assert not MINE.exists()


def test_rows_that_others_add_meanwhile_stay(run: Run, server: Server) -> None:
    touch("data/photos/a.jpg")
    run("add", "data/photos/a.jpg", "--person", "Ann")
    before = MINE.read_text()

    def meanwhile(handler: Any) -> None:
        MINE.write_text(f"{before}Ann-b,Ann,photo,data/photos/b.jpg,,,,,,,\n")
        handler.give(b"<img src=b.jpg>")

    server.answers["/g"] = [meanwhile]
    run("add", f"{server.url}/g", "--person", "Ann")
    rows = table(MINE)
    assert [row["url"].rpartition("/")[2] for row in rows] == ["a.jpg", "b.jpg", "b.jpg"]
    assert len({row["id"] for row in rows}) == 3


def test_a_broken_manifest_beside_is_named_and_half_of_one_passed_over(run: Run) -> None:
    for name in ("other", ".part-x"):
        Path(f"data/manifests/{name}.csv").write_text('id,person,url\na,"p\n')
    touch("data/photos/a.jpg")
    done = run("add", "data/photos/a.jpg", "--person", "Ann")
    assert (done.exit_code, len(table(MINE))) == (0, 1)
    assert "other.csv: noted: data/manifests/other.csv is not a readable CSV from line 2 on" in done.output
    assert ".part" not in done.output


def test_what_could_not_be_written_is_told_before_anybody_is_asked(run: Run, server: Server) -> None:
    MINE.write_text("id,person,url\na,Ann,u,a comma, too many\n")
    done = run("add", f"{server.url}/g", "--person", "Ann")
    assert done.exit_code == 1
    assert "Ann.csv, line 2: it goes on behind the last column" in done.output
    assert server.asked == []


def test_a_manifest_of_the_project_around_is_for_that_to_add_to(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = project / "inner"
    inner.mkdir()
    Path("params.yaml").rename(inner / "params.yaml")
    monkeypatch.chdir(inner)
    touch("data/photos/a.jpg")
    manifest_ = Path("../data/manifests/Ann.csv")
    done = run("add", "data/photos/a.jpg", "--person", "Ann", "--to", manifest_)
    assert done.exit_code == 1
    assert f"belongs to {project.resolve()}" in done.output
    assert not manifest_.exists()
    manifest_.write_text("id,person,url\nann-A,Ann,u\n")
    assert run("add", "data/photos/a.jpg", "--person", "Ann").exit_code == 0
    assert table(MINE)[0]["id"] not in ("Ann-a", "ann-A")  # ids are new in both


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("zip://a.jpg::data/x.zip", "a"),
        ("tar://in/a.b.jpg::https://h/x.tar.gz", "a.b"),
        ("https://h/in/a%20b.jpg?c=d.png", "a b"),
        ("https://h/", "h"),
        ("data/photos/a.jpg", "a"),
    ],
)
def test_the_name_of_a_file(url: str, name: str) -> None:
    assert name_of(url) == name


def test_a_wikis_page_is_never_taken_for_a_file(run: Run, wiki: Wiki, server: Server) -> None:
    wiki.spaces, wiki.members = {"Datei": 6}, {}
    server.bodies["/wiki/Film:Ann.jpg"] = b"<img src=/b.jpg>"
    run("add", f"{server.url}/wiki/Datei:Ann.jpg", "--person", "Ann", "--api", wiki.api)
    assert [row["url"] for row in table(MINE)] == ["http://files/Ann.jpg"]
    done = run("add", f"{server.url}/wiki/Film:Ann.jpg", "--person", "Ann", "--api", wiki.api)
    assert "is no wiki's category" in done.output
    assert len(table(MINE)) == 1


def test_an_article_that_is_named_as_a_file_is(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.manifest.add.WIKIS", ("127.0.0.1",))
    server.bodies["/wiki/Ann.jpg"] = b"<img src=/b.jpg>"
    run("add", f"{server.url}/wiki/Ann.jpg", "--person", "Ann")
    assert [row["url"] for row in table(MINE)] == [f"{server.url}/b.jpg"]


def test_what_a_server_says_is_shown_and_not_obeyed(run: Run, server: Server, wiki: Wiki) -> None:
    escape = "\x1b[2J\x1b[31mAll is well"

    def refuse(handler: Any) -> None:
        handler.wfile.write(f"HTTP/1.1 404 {escape}\r\nContent-Length: 0\r\n\r\n".encode())

    server.bodies["/type"], server.headers["/type"] = b"", {"Content-Type": escape}
    server.answers["/reason"] = [refuse]
    wiki.error = escape
    told = [run("add", f"{server.url}/{name}", "--person", "Ann").output for name in ("reason", "type")]
    told.append(run("add", "commons:Category:A", "--person", "Ann", "--api", wiki.api).output)
    assert all("\x1b" not in text and "\\x1b[2" in text and "ll is well" in text for text in told), told


HELD = {"/": ["/c.jpg", "/dir"], "/dir": ["/dir/a.jpg", "/dir/b.txt", "/dir/x\x1b.jpg"]}


class Far(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """As fsspec's ftp is: its names lack the host."""

    protocol = "far"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return f"/{path.partition('://')[2].partition('/')[2].strip('/')}" if "://" in path else path

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": 1, "type": "directory" if path.rstrip("/") in ("", "/dir") else "file"}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        names = HELD[path.rstrip("/") or "/"]
        return [self.info(name) for name in names] if detail else names


@pytest.mark.parametrize(
    ("path", "found"),
    [("/dir", "/dir/a.jpg"), ("/dir/", "/dir/a.jpg"), ("/dir/[a]*.jpg", "/dir/a.jpg"), ("", "/c.jpg"), ("/", "/c.jpg")],
)
def test_the_host_of_another_file_system_stays(run: Run, path: str, found: str) -> None:
    fsspec.register_implementation("far", Far, clobber=True)
    done = run("add", f"far://me@host{path}", "--person", "Ann")
    assert [row["url"] for row in table(MINE)] == [f"far://me@host{found}"]
    assert ("no table can hold" in done.output) == (path in ("/dir", "/dir/"))


class Endless(Far):
    """As a server is whose list of files does not end."""

    protocol = "endless"
    heavy = False
    ended = Event()

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        held: list[bytes] = []
        while not self.ended.wait(0.01):
            held += [b"x" * 10**6] * self.heavy
        return held


def test_a_list_of_files_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.register_implementation("endless", Endless, clobber=True)
    with pytest.raises(SourceError, match=r"endless://host/dir: to list it takes more than 0\.5 s"):
        listing.files("endless://host/dir", 0.5)
    monkeypatch.setattr(listing, "MEMORY", 10**7)
    monkeypatch.setattr(Endless, "heavy", True)
    with pytest.raises(SourceError, match=r"endless://host/dir: to list it takes more than 0\.01 GB"):
        listing.files("endless://host/dir", 30)
    Endless.ended.set()


def test_no_more_is_taken_than_an_archive_may_hold(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 3)
    server.bodies["/"] = b"".join(b"<img src=%d.jpg>" % k for k in range(9))
    done = run("add", f"{server.url}/", "--person", "Ann")
    assert done.exit_code == 1
    assert "failed: it holds more than 3 members, and the rest is not looked at" in done.output
    assert len(table(MINE)) == 3


def test_names_of_a_folder_may_hold_colons(run: Run) -> None:
    touch("data/photos/ann/at 10::30.jpg", "data/photos/ann/b::c.png")
    assert "2 rows added" in run("add", "data/photos/ann", "--person", "Ann").output
    assert [row["url"] for row in table(MINE)] == ["data/photos/ann/at 10::30.jpg", "data/photos/ann/b::c.png"]


def test_a_folder_of_another_file_system(run: Run, tmp_path: Path) -> None:
    touch("far/a.jpg", "far/b.txt", "far/in/c.jpg")
    run("add", f"local://{Path.cwd()}/far", "--person", "Ann")
    run("add", f"local://{Path.cwd()}/far/**/*.jpg", "--person", "Ann")
    assert [row["url"].rpartition("/far/")[2] for row in table(MINE)] == ["a.jpg", "in/c.jpg"]
