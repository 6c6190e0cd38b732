"""`limner manifest add`: whatever a person points at becomes rows, once."""

import re
import zipfile
from pathlib import Path

import pytest

from limner.params import load
from limner.scrape.collect import collect
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
    assert server.asked == ["/x.zip"]


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
        (["s3://bucket/ann/"], "pip install s3fs"),
        (["nosuch://x/a.jpg"], "nothing can open nosuch://"),
        (["data", "--depth", "2"], "is no web page"),
        (["data", "--width", "2"], "is no wiki's category"),
        (["http://127.0.0.1:9/", "--depth", "2"], "give its CSS selector too"),
        (["commons:Category:A", "--next", "a"], "are not for it"),
        (["data", "--split", "tests"], "allowed: train, test, other"),
        (["data", "--to", "elsewhere.csv"], "must lie in data/manifests"),
        (["http://127.0.0.1:9/gallery"], "127.0.0.1"),
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


def test_a_folder_of_another_file_system(run: Run, tmp_path: Path) -> None:
    touch("far/a.jpg", "far/b.txt", "far/in/c.jpg")
    run("add", f"local://{Path.cwd()}/far", "--person", "Ann")
    run("add", f"local://{Path.cwd()}/far/**/*.jpg", "--person", "Ann")
    assert [row["url"].rpartition("/far/")[2] for row in table(MINE)] == ["a.jpg", "in/c.jpg"]
