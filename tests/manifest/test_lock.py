"""`limner manifest lock`: what is not pinned yet is pinned; what is pinned stays so."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limner.fetch.downloads import Downloads, Wanted
from limner.manifest import lock
from limner.params import load
from limner.scrape import decoders
from limner.scrape.collect import collect
from limner.scrape.shots import Taken
from tests.scrape.test_decoders import hostile
from tests.scrape.test_video import film
from tests.sites import OPTIONS, Run, Server, digest, manifest, scene, table, touch

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


def test_a_video_that_ends_early_is_noted_and_not_pinned(run: Run, server: Server) -> None:
    whole = film(Path("data/film.avi"), [np.asarray(scene(k)) for k in range(20)]).read_bytes()
    row = {"id": "f", "person": "p", "kind": "video", "url": f"{server.url}/f", "license": "x", "sha256": "0" * 64}
    server.bodies["/f"] = half = whole[: len(whole) // 2]
    for pin in ("", "0" * 64):
        manifest("Ann.csv", [row | {"sha256": pin}])
        done = run("lock", MINE, "--again", "--update")
        assert done.exit_code == 0
        assert f"f: noted: {server.url}/f: it ends early: " in done.output
        assert [row["sha256"] for row in table(MINE)] == [pin]
    Path("data/half.avi").write_bytes(half)
    manifest("Ann.csv", [row | {"url": "data/half.avi", "sha256": ""}])  # of which no more will come
    assert "f: noted: data/half.avi: it ends early: " in run("lock", MINE).output
    assert [row["sha256"] for row in table(MINE)] == [digest(half)]
    manifest("Ann.csv", [row | {"sha256": ""}])
    server.bodies["/f"] = whole
    collect([MINE.as_posix()], load().scrape, workers=1)  # which does not take the half for the whole either
    assert len(list(Path("data/raw").iterdir())) == 20
    assert run("lock", MINE).exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [digest(whole)]
    server.bodies["/f"] = half
    manifest("Ann.csv", [row | {"sha256": digest(half)}])  # as somebody who knows better may do
    assert "noted" not in run("lock", MINE, "--again").output


def far(server: Server, *names: str) -> None:
    """A manifest of photos on a server."""
    server.bodies |= {f"/{name}": photo(k) for k, name in enumerate(names)}
    manifest("Ann.csv", [{"id": k, "person": "p", "url": f"{server.url}/{k}", "license": "x"} for k in names])


def test_what_others_write_meanwhile_stays_and_what_they_change_is_not_pinned(run: Run, server: Server) -> None:
    far(server, "a", "b", "c", "d")
    body = server.bodies["/a"]

    def meanwhile(handler: Any) -> None:
        rows = {"e": ("e", ""), "d": ("d", "0" * 64), "a": ("a", ""), "b": ("new", ""), "C": ("c", "")}
        lines = [f"{server.url}/{path},{id_},p,{pin}" for id_, (path, pin) in rows.items()]
        MINE.write_text("\n".join(["url,id,person,sha256", *lines]))
        handler.give(body)

    server.answers["/a"] = [meanwhile]
    done = run("lock", MINE)
    assert done.exit_code == 1
    assert "1 sha256 written" in done.output
    changed = {line.split(":")[0] for line in done.output.splitlines() if "was changed while" in line}
    assert changed == {"b", "c", "d"}
    hashes = {row["id"]: row["sha256"] for row in table(MINE)}
    assert hashes == {"e": "", "d": "0" * 64, "a": digest(body), "b": "", "C": ""}


def test_what_was_pinned_before_an_interrupt_is_written(
    run: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    far(server, "a", "b", "c")
    real, written = lock.decode, []

    def interrupted(*words: Any) -> Iterator[Taken]:
        taken = real(*words)
        for _ in range(2):
            yield next(taken)
            written.append([bool(row.get("sha256")) for row in table(MINE)])
        raise KeyboardInterrupt

    monkeypatch.setattr(lock, "decode", interrupted)
    assert run("lock", MINE).exit_code == 130
    assert written == [[False] * 3] * 2
    assert [row["sha256"] for row in table(MINE)] == [digest(photo(0)), digest(photo(1)), ""]
    manifest("Ann.csv", [row | {"sha256": ""} for row in table(MINE)])
    monkeypatch.setattr(lock, "EVERY", 0.0)
    run("lock", MINE)
    assert written[2:] == [[True, False, False], [True, True, False]]


def test_what_failed_before_an_interrupt_is_told(run: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    far(server, "a", "b")
    real = lock.decode

    def interrupted(*words: Any) -> Iterator[Taken]:
        taken = real(*words)
        yield next(taken)
        yield next(taken)
        raise KeyboardInterrupt

    del server.bodies["/a"]
    monkeypatch.setattr(lock, "decode", interrupted)
    done = run("lock", MINE)
    assert done.exit_code == 130
    assert "404" in done.output
    assert "1 sha256 written" in done.output


def test_all_manifests_are_there_before_anybody_is_asked(run: Run, server: Server) -> None:
    far(server, "a")
    done = run("lock", MINE, MINE.with_stem("Amn"))
    assert done.exit_code == 1
    assert "Amn.csv does not exist" in done.output
    assert server.asked == []


def test_a_file_that_crashes_its_decoder_costs_its_row(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoders, "_take", hostile)
    touch("data/photos/crash")
    Path("data/photos/a.png").write_bytes(A)
    rows = [{"id": k, "person": "p", "url": f"data/photos/{k}"} for k in ("crash", "a.png")]
    rows[1]["id"] = "a"
    manifest("Ann.csv", rows)
    done = run("lock", MINE)
    assert done.exit_code == 1
    assert "crash: failed: data/photos/crash: its decoder crashed on it" in done.output
    assert [row["sha256"] for row in table(MINE)] == ["", digest(A)]


def test_what_lock_decoded_a_build_does_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    film(Path("data/film.avi"), [np.asarray(scene(k)) for k in range(5)])
    Path("data/a.png").write_bytes(photo(9))
    common = {"person": "p", "license": "x"}
    rows = [{"id": "f", "kind": "video", "url": "data/film.avi", "every": 2}, {"id": "a", "url": "data/a.png"}]
    manifest("Ann.csv", [row | common for row in rows])
    assert run("lock", MINE).exit_code == 0
    monkeypatch.setattr(decoders.Decoders, "submit", None)
    collect([MINE.as_posix()], load().scrape, workers=1)
    assert len(list(Path("data/raw").iterdir())) == 4


def test_what_is_pinned_is_what_its_server_gives_now(run: Run, server: Server) -> None:
    far(server, "a", "b")
    for name in "ab":
        server.headers[f"/{name}"] = {"ETag": '"1"'}
        with Downloads(OPTIONS) as downloads:
            downloads.fetch(Wanted((f"{server.url}/{name}",)))
    server.bodies["/b"], server.headers["/b"] = S, {"ETag": '"2"'}
    assert run("lock", MINE).exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [digest(photo(0)), digest(S)]
    assert server.requests[2]["If-None-Match"] == '"1"'


def test_a_member_is_pinned_once_its_archive_no_longer_comes_spoilt(run: Run, server: Server) -> None:
    """A tar has no sums of its own, and the server calls both of them the same version."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.png")
        info.size = len(A)
        archive.addfile(info, io.BytesIO(A))
    whole, at = stream.getvalue(), stream.getvalue().index(A) + 500
    server.bodies["/x.tar"], server.headers["/x.tar"] = whole[:at] + bytes(200) + whole[at + 200 :], {"ETag": '"1"'}
    manifest("Ann.csv", [{"id": "a", "person": "p", "url": f"tar://a.png::{server.url}/x.tar", "license": "x"}])
    assert "damaged picture" in run("lock", MINE).output
    server.bodies["/x.tar"] = whole
    assert run("lock", MINE).exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [digest(A)]


def test_a_photo_of_two_people_is_fetched_once(run: Run, server: Server) -> None:
    server.bodies["/both"] = A
    rows = [{"id": k, "person": k, "url": f"{server.url}/both", "license": "x"} for k in ("ann", "bob")]
    manifest("Ann.csv", rows)
    assert "2 sha256 written" in run("lock", MINE).output
    assert [row["sha256"] for row in table(MINE)] == [digest(A)] * 2
    assert server.asked == ["/both"]


def test_lock_refuses_a_manifest_that_has_no_room_before_it_asks(run: Run, server: Server) -> None:
    MINE.write_text(f"id,person,url\na,p,{server.url}/a\nb,p,u,x\n")
    done = run("lock", MINE)
    assert done.exit_code == 1
    assert "Ann.csv, line 3: it goes on behind the last column with 'x'" in done.output
    assert server.asked == []
