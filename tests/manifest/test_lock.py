"""`limner manifest lock`: what is not pinned yet is pinned; what is pinned stays so."""

import io
import zipfile
from pathlib import Path

import numpy as np

from tests.scrape.test_video import film
from tests.sites import Run, Server, digest, manifest, scene, table, touch

MINE = Path("data/manifests/Ann.csv")


def photo(seed: int) -> bytes:
    stream = io.BytesIO()
    scene(seed).save(stream, "PNG")
    return stream.getvalue()


A, B, S = map(photo, range(3))


def test_lock_fills_in_what_lacks_and_nothing_else(run: Run, server: Server) -> None:
    server.bodies |= {"/a": A, "/b": B, "/s": S}
    lines = [
        "id,url,person,sketch_url,extra",
        f'a,{server.url}/a,p,{server.url}/s,"x, y"',
        f"bad,{server.url}/gone,p,,",
        "odd/id,u,p,,",
        f"b,{server.url}/b,p",
    ]
    MINE.write_text("\n".join(lines) + "\n")
    done = run("lock", MINE)
    assert done.exit_code == 1
    assert "404" in done.output
    assert "SOLIDUS" in done.output
    lines[0] += ",sha256,sketch_sha256"
    lines[1] += f",{digest(A)},{digest(S)}"
    lines[2] += ",,"
    lines[3] += ",,"
    lines[4] += f",,,{digest(B)},"
    assert MINE.read_text().splitlines() == lines
    server.asked.clear()
    run("lock", MINE)
    assert server.asked == ["/gone"]


def test_lock_again_tells_what_changed_and_replaces_it_only_when_told(run: Run, server: Server) -> None:
    server.bodies |= {"/a": A, "/b": B}
    manifest("Ann.csv", [{"id": k, "person": "p", "url": f"{server.url}/{k}", "license": "x"} for k in "ab"])
    run("lock", MINE)
    before = MINE.read_bytes()
    server.bodies["/b"] = S
    assert "0 sha256 written" in run("lock", MINE).output
    done = run("lock", MINE, "--again")
    assert done.exit_code == 1
    assert "/b has changed" in done.output
    assert "/a" not in done.output
    assert MINE.read_bytes() == before
    assert run("lock", MINE, "--again", "--update").exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [digest(A), digest(S)]
    del server.bodies["/b"]
    gone = run("lock", MINE, "--again")
    assert "what was fetched before is used" in gone.output
    assert [row["sha256"] for row in table(MINE)] == [digest(A), digest(S)]


def test_lock_of_a_folder_says_what_to_do_instead(run: Run) -> None:
    touch("data/photos/a.jpg")
    manifest("Ann.csv", [{"id": "a", "person": "p", "url": "data/photos"}])
    assert "`limner manifest add` gives each a row" in run("lock", MINE).output


def test_update_alone_is_refused(run: Run) -> None:
    assert "--update is for" in run("lock", "--update").output


def test_what_is_not_what_its_row_says_is_not_pinned_and_asked_for_again(run: Run, server: Server) -> None:
    rows = {"page": "photo", "empty": "photo", "film": "video", "zip": "photo", "drawing": "photo"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", A)
    film(Path("data/film.avi"), [np.asarray(scene(k)) for k in range(5)])
    right = {"page": A, "empty": B, "film": Path("data/film.avi").read_bytes(), "zip": stream.getvalue()}
    urls = {name: f"{server.url}/{'x.zip' if name == 'zip' else name}" for name in rows}
    server.bodies |= {url.removeprefix(server.url): b"<html>please wait</html>" for url in urls.values()} | {
        "/empty": b"",
        "/drawn": b"no",
    }
    server.bodies["/drawing"] = S
    common = {"person": "p", "license": "x"}
    table_ = [{"id": name, "kind": kind, "url": urls[name], **common} for name, kind in rows.items()]
    table_[-1]["sketch_url"] = f"{server.url}/drawn"
    manifest("Ann.csv", table_)
    done = run("lock", MINE)
    assert done.exit_code == 1
    assert [name for name in rows if f"{name}: failed: {server.url}/" not in done.output] == [], done.output
    assert "HTML" in done.output
    assert [row.get("sha256") for row in table(MINE)] == ["", "", "", "", digest(S)]
    server.bodies |= {urls[name].removeprefix(server.url): body for name, body in right.items()} | {"/drawn": B}
    assert run("lock", MINE).exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [*map(digest, right.values()), digest(S)]
    assert table(MINE)[-1]["sketch_sha256"] == digest(B)
