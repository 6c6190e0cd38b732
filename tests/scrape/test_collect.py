"""The whole room on small projects: what comes out, what a bad row costs, what a second run is spared."""

import hashlib
import io
import tarfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from limner import images, tables
from limner.errors import LimnerError
from limner.fetch import tars
from limner.scrape.collect import collect
from limner.scrape.decoders import Decoders
from tests.sites import OPTIONS, Run, Server, manifest, options, scene

from .test_video import film


def body(image: Pillow.Image, name: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, name, **options)
    return stream.getvalue()


def raw() -> pd.DataFrame:
    return tables.read(Path("data/raw.csv")).set_index("id")


def problems(what: str = "failed") -> dict[str, str]:
    table = tables.read(Path("data/raw_problems.csv"))
    return {str(row.id): str(row.reason) for row in table.itertuples() if row.what == what}


def all_bytes() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(Path("data").rglob("*")) if path.is_file()}


def test_photo_drawing_and_video(project: Path, server: Server) -> None:
    photo, drawing = scene(1), scene(2).convert("L")
    server.bodies |= {"/p.jpg": body(photo, "JPEG"), "/d": body(drawing)}
    film(Path("data/film.avi"), [np.asarray(scene(10 + k)) for k in range(21)])
    name = manifest(
        "m.csv",
        [
            {
                "id": "b",
                "person": "ann",
                "url": f"{server.url}/p.jpg",
                "sha256": hashlib.sha256(server.bodies["/p.jpg"]).hexdigest(),
                "sketch_url": f"{server.url}/d",
                "license": "CC0",
                "split": "train",
                "age": "024",
            },
            {
                "id": "a",
                "person": "bob",
                "kind": "video",
                "every": 10,
                "url": "data/film.avi",
                "credit": "Bob, himself",
            },
        ],
    )
    collect([name], OPTIONS, workers=1)
    table = raw()
    assert list(table.index) == ["b", "a-00000", "a-00010", "a-00020"]
    assert Path(table.file["b"]).read_bytes() == server.bodies["/p.jpg"]
    b = table.loc["b"].to_dict()
    assert b == {
        "file": "data/raw/b.jpg",
        "person": "ann",
        "group": "ann",
        "time": "",
        "width": "96",
        "height": "64",
        "manifest": "data/manifests/m.csv",
        "source": f"{server.url}/p.jpg",
        "license": "CC0",
        "author": "",
        "credit": "",
        "reference": "",
        "split": "train",
        "sketch_file": "data/raw/b.sketch.png",
        "style": "m",
        "age": "024",
    }
    assert np.abs(images.read_gray(Path(b["sketch_file"])).astype(int) - np.asarray(drawing)).max() <= 1
    frames = table[table.person == "bob"]
    assert list(frames.group) == ["a@000", "a@000", "a@001"]
    assert all(images.read(Path(file)).shape == (64, 96, 3) for file in frames.file)
    assert set(frames.credit) == {"Bob, himself"}
    assert set(frames.sketch_file) == {""}


def test_bad_rows_are_named_and_the_others_come_through(project: Path, server: Server) -> None:
    good = body(scene(1), "JPEG", quality=95)
    server.bodies |= {
        "/good": good,
        "/words.jpg": b"only words\n",
        "/cut.jpg": good[: len(good) // 2],
        "/later": good,
    }
    server.statuses["/later"] = [500]
    urls = {"good": "/good", "hash": "/good", "gone": "/gone", "words": "/words.jpg", "cut": "/cut.jpg"}
    rows: list[dict[str, object]] = [{"id": k, "person": k, "url": server.url + url} for k, url in urls.items()]
    rows[1]["sha256"] = "0" * 64
    rows += [
        {"id": "kind", "person": "p", "url": "x", "kind": "movie"},
        {"id": "drawn", "person": "d", "url": f"{server.url}/good", "sketch_url": f"{server.url}/gone"},
        {"id": "late", "person": "l", "url": f"{server.url}/later"},
    ]
    with pytest.raises(LimnerError, match="6 sources failed and at most 0"):
        collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert list(raw().index) == ["good", "drawn", "late"]
    assert raw().sketch_file["drawn"] == raw()["style"]["drawn"] == ""
    reasons = problems()
    words = {
        "hash": "sha256",
        "gone": "404",
        "words": "text",
        "cut": "truncated",
        "kind": "video",
        "drawn": "404",
    }
    assert reasons.keys() == words.keys()
    for row, word in words.items():
        assert word in reasons[row]
    assert f"{server.url}/words.jpg" in reasons["words"]

    collect(["data/manifests/m.csv"], options(max_failures=6), workers=1)


def test_a_second_run_asks_nobody_decodes_nothing_and_writes_the_same(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.bodies |= {f"/{k}": body(scene(k).rotate(0), "WEBP") for k in range(6)}
    film(Path("data/film.avi"), [np.asarray(scene(10 + k)) for k in range(9)])
    rows: list[dict[str, object]] = [{"id": f"i{k}", "person": "p", "url": f"{server.url}/{k}"} for k in range(5)]
    rows += [{"id": "v", "person": "p", "kind": "video", "every": 4, "url": "data/film.avi"}]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    before, asked = all_bytes(), sorted(server.asked)
    assert asked == [f"/{k}" for k in range(5)]

    decoded = []
    real = Decoders.submit
    monkeypatch.setattr(Decoders, "submit", lambda pool, work: (decoded.append(work), real(pool, work))[1])
    server.asked.clear()
    collect(["data/manifests/m.csv"], OPTIONS, workers=1)
    assert (server.asked, decoded, all_bytes()) == ([], [], before)

    # One new photo costs one download and one decoding; an option of videos decodes the videos alone.
    rows.append({"id": "new", "person": "p", "url": f"{server.url}/5"})
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert (server.asked, len(decoded)) == (["/5"], 1)
    collect(["data/manifests/m.csv"], options(neighbours=0), workers=1)
    assert [job.kind for job, _ in decoded[1:]] == ["video"]


def test_what_was_no_picture_is_asked_for_again(project: Path, server: Server) -> None:
    """A busy server's page in place of a photo, a drawing or an archive must not stay in its place for ever."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", body(scene(4)))
    right = {"/p": body(scene(1)), "/q": body(scene(2)), "/d": body(scene(3)), "/z.zip": stream.getvalue()}
    server.bodies |= dict.fromkeys(right, b"<html>please wait</html>") | {"/q": right["/q"]}
    common = {"person": "ann", "license": "x"}
    rows = [
        {"id": "p", "url": f"{server.url}/p", **common},
        {"id": "q", "url": f"{server.url}/q", "sketch_url": f"{server.url}/d", **common},
        {"id": "z", "url": f"{server.url}/z.zip", **common},
    ]
    name = manifest("m.csv", rows)
    collect([name], options(max_failures=9))
    assert problems().keys() == {"p", "q", "z"}
    server.bodies |= right
    server.asked.clear()
    collect([name], options(max_failures=9))
    assert sorted(server.asked) == ["/d", "/p", "/z.zip"]
    assert problems() == {}
    assert list(raw().index) == ["p", "q", "z-a"]


def zipped(**members: bytes) -> bytes:
    """A zip of `name.png` each, and of one member that leads out of it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../x.png", b"x")
        for name, data in members.items():
            archive.writestr(f"{name}.png", data)
    return stream.getvalue()


def test_one_refused_member_costs_nothing_of_the_others(project: Path, server: Server) -> None:
    """The archive is fetched once, and outlives its source."""
    server.bodies["/a.zip"] = zipped(good=body(scene(1)))
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": f"{server.url}/a.zip"}])
    for _ in range(2):
        collect([name], options(max_failures=1), workers=1)
        assert server.asked == ["/a.zip"]
        assert list(raw().index) == ["a-good"]
        assert "leads out of the archive" in problems()["a"]
        server.bodies.clear()


def tarred(**members: bytes) -> bytes:
    """A tar of `name.png` each."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(f"{name}.png")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def test_an_archive_that_broke_off_is_asked_for_again(project: Path, server: Server) -> None:
    """It came without its length, so nobody could tell; what is before the damage is used until then."""
    whole = tarred(a=body(scene(1)), b=body(scene(2)))
    name = manifest("m.csv", [{"id": "x", "person": "p", "url": f"{server.url}/x.tar"}])
    server.bodies["/x.tar"] = whole[: whole.index(b"b.png")]
    collect([name], options(max_failures=1), workers=1)
    assert list(raw().index) == ["x-a"]
    assert "read to its end" in problems()["x"]
    server.bodies["/x.tar"] = whole
    for _ in range(2):
        collect([name], OPTIONS, workers=1)
        assert server.asked == ["/x.tar"] * 2
        assert list(raw().index) == ["x-a", "x-b"]


def test_a_video_that_ends_early_is_asked_for_again(project: Path, server: Server) -> None:
    """What came of it is used until then; one that is pinned is what it is."""
    whole = film(Path("data/film.avi"), [np.asarray(scene(k)) for k in range(20)]).read_bytes()
    url, half = f"{server.url}/film.avi", whole[: len(whole) // 2]
    rows: list[dict[str, object]] = [{"id": "x", "person": "p", "url": url, "kind": "video"}]
    server.bodies["/film.avi"] = half
    name = manifest("m.csv", rows)
    pinned = manifest("pinned.csv", [rows[0] | {"sha256": hashlib.sha256(half).hexdigest()}])
    for manifests in (name, name, pinned, pinned):
        collect([manifests], OPTIONS, workers=1)
        assert "ends early" in problems("noted")["x"]
        assert 0 < len(raw()) < 15
    assert len(server.asked) == 2
    server.bodies["/film.avi"] = whole
    for _ in range(2):
        collect([name], OPTIONS, workers=1)
        assert server.asked == ["/film.avi"] * 3
        assert len(raw()) == 20


@pytest.mark.parametrize(
    ("kind", "url", "column"),
    [
        ("zip", "{}", "url"),
        ("tar", "{}", "url"),
        ("zip", "zip://b.png::{}", "url"),
        ("tar", "tar://b.png::{}", "url"),
        ("tar", "tar://b.png::{}", "sketch_url"),
    ],
)
def test_an_archive_that_came_spoilt_comes_anew(
    project: Path, server: Server, kind: str, url: str, column: str
) -> None:
    """Its list is whole, and the server calls both of them the same version."""
    whole = (zipped if kind == "zip" else tarred)(a=body(scene(1)), b=body(scene(2)))
    at = whole.index(body(scene(2))) + 1000
    path = f"/x.{kind}"
    server.bodies |= {path: whole[:at] + bytes(200) + whole[at + 200 :], "/p.png": body(scene(3))}
    server.headers[path] = {"ETag": '"1"'}
    row = {"id": "x", "person": "p", "url": f"{server.url}/p.png"} | {column: url.format(server.url + path)}
    name = manifest("m.csv", [row, {"id": "y", "person": "p", "url": f"{server.url}/p.png"}])
    collect([name], options(max_failures=3), workers=1)
    assert [id for id, why in problems().items() if "b.png" in why] in (["x"], ["x-b"])
    server.bodies[path] = whole
    for _ in range(2):
        collect([name], options(max_failures=3), workers=1)
        assert server.asked.count(path) == 2
        assert not any("b.png" in why for why in problems().values())


def test_an_archive_that_came_in_part_outlives_its_source(project: Path, server: Server) -> None:
    """Its server is asked whether there is another version than what came twice, and that is used until there is."""
    whole = tarred(a=body(scene(1)), b=body(scene(2)))
    name = manifest("m.csv", [{"id": "x", "person": "p", "url": f"{server.url}/x.tar"}])
    server.bodies["/x.tar"] = whole[: whole.index(b"b.png")]
    server.headers["/x.tar"] = {"ETag": '"part"'}
    for run in range(5):
        if run == 3:
            server.bodies.clear()
        collect([name], options(max_failures=1), workers=1)
        assert list(raw().index) == ["x-a"]
        assert "read to its end" in problems()["x"]
        asked = [None, None, *['"part"'] * 3][: run + 1]
        assert [request["If-None-Match"] for request in server.requests] == asked
    server.bodies["/x.tar"] = whole
    server.headers["/x.tar"] = {"ETag": '"whole"'}
    for _ in range(2):
        collect([name], OPTIONS, workers=1)
        assert len(server.asked) == 6
        assert list(raw().index) == ["x-a", "x-b"]


def test_rows_of_one_archive_that_came_in_part_ask_for_it_once(project: Path, server: Server) -> None:
    whole = tarred(a=body(scene(1)), b=body(scene(2)))
    rows: list[dict[str, object]] = [{"id": id, "person": "p", "url": f"{server.url}/x.tar"} for id in ("x", "y")]
    server.bodies["/x.tar"] = whole[: whole.index(b"b.png")]
    server.headers["/x.tar"] = {"ETag": '"part"'}
    for run in range(3):
        collect([manifest("m.csv", rows)], options(max_failures=2), workers=1)
        assert problems().keys() == {"x", "y"}
        assert len(server.asked) == run + 1


def test_an_archive_that_is_too_large_to_be_listed_is_not_asked_for_again(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 1)
    server.bodies["/x.tar"] = tarred(a=body(scene(1)), b=body(scene(2)))
    name = manifest("m.csv", [{"id": "x", "person": "p", "url": f"{server.url}/x.tar"}])
    for _ in range(2):
        collect([name], options(max_failures=1), workers=1)
        assert server.asked == ["/x.tar"]
        assert "more than 1 members" in problems()["x"]


def test_each_row_of_one_archive_gets_the_bytes_that_it_pins(project: Path, server: Server) -> None:
    """Also of members that are named alike; a member named by hand comes from either."""
    url, old, new = f"{server.url}/x.zip", zipped(a=body(scene(1))), zipped(a=body(scene(2)), b=body(scene(3)))
    rows: list[dict[str, object]] = []
    for person, archive in (("ann", old), ("bob", new)):
        server.bodies["/x.zip"] = archive
        rows.append({"id": person, "person": person, "url": url, "sha256": hashlib.sha256(archive).hexdigest()})
        collect([manifest("m.csv", rows[-1:])], options(max_failures=1), workers=1)
    server.bodies.clear()
    server.bodies["/y.zip"] = zipped(a=body(scene(4)))
    rows.append({"id": "cid", "person": "cid", "url": f"zip://a.png::{url}"})
    rows.append({"id": "dan", "person": "dan", "url": f"zip://a.png::{server.url}/y.zip"})
    for some in (rows, [rows[1], rows[0], *rows[2:]]):
        collect([manifest("m.csv", some)], options(max_failures=2), workers=1)
        shown = {str(id): images.read(Path(file)).tolist() for id, file in raw().file.items()}
        right = {"ann-a": 1, "bob-a": 2, "bob-b": 3, "dan": 4}
        assert shown.pop("cid") in (shown["ann-a"], shown["bob-a"])
        assert shown == {id: np.asarray(scene(seed)).tolist() for id, seed in right.items()}


def test_an_archive_whose_second_answer_would_fail_is_asked_once(project: Path, server: Server) -> None:
    """Nor is it forgotten because another row finds nothing in it."""
    server.bodies["/a.zip"] = zipped(good=body(scene(1)))
    server.statuses["/a.zip"] = [200, *[404] * 9]
    url = f"{server.url}/a.zip"
    rows = [{"id": kind, "person": "p", "url": url, "kind": kind} for kind in ("photo", "video")]
    for _ in range(2):
        collect([manifest("m.csv", rows)], options(max_failures=9), workers=1)
        assert server.asked == ["/a.zip"]
        assert list(raw().index) == ["photo-good"]
        assert "holds no video" in Path("data/raw_problems.csv").read_text()


LONG = f"data:image/jpeg;base64,{'A' * 5000}"


@pytest.mark.parametrize("url", [LONG, "x" * 300, f"data/{'x' * 300}.jpg", f"data/{'x' * 300}*.jpg"])
@pytest.mark.parametrize("column", ["url", "sketch_url"])
def test_a_path_that_no_disk_takes_costs_its_own_row(project: Path, run: Run, url: str, column: str) -> None:
    scene(1).save("data/a.png")
    common = {"person": "p", "license": "x", "url": "data/a.png"}
    name = manifest("m.csv", [{"id": "long", **common, column: url}, {"id": "a", **common}])
    collect([name], options(max_failures=9), workers=1)
    assert len(raw()) == 1
    assert "cannot be read: File name too long" in problems()["long"]
    done = run("check", name)
    assert done.exit_code == 1
    assert "long: failed: " in done.output
    assert "File name too long" in done.output.replace("\n", " ")


def test_hosts_and_urls_that_cannot_be_do_not_end_the_run(project: Path, server: Server) -> None:
    server.bodies["/p"] = body(scene(1))
    wrong = ["http://[x/a.jpg", "http://exa\u2100mple.com/a.jpg", "http://a..b/a.jpg", "~nobody-here/a.jpg"]
    rows = [{"id": f"w{k}", "person": "ann", "url": url, "license": "x"} for k, url in enumerate(wrong)]
    rows.append({"id": "p", "person": "ann", "url": f"{server.url}/p", "license": "x"})
    collect([manifest("m.csv", rows)], options(max_failures=9))
    assert list(raw().index) == ["p"]
    assert problems().keys() == {f"w{k}" for k in range(len(wrong))}


def test_what_the_memory_lost_is_decoded_again(project: Path) -> None:
    scene(1).save("data/a.bmp")
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "data/a.bmp"}])
    collect([name], OPTIONS, workers=1)
    before = all_bytes()
    for picture in (project.parent / "cache" / "pictures").rglob("*.png"):
        picture.unlink()
    collect([name], OPTIONS, workers=1)
    assert all_bytes() == before


def test_processes_and_one_process_write_the_same(project: Path) -> None:
    for k in range(6):
        scene(k).save(f"data/{k}.bmp")
    name = manifest("m.csv", [{"id": f"i{k}", "person": "p", "url": f"data/{k}.bmp"} for k in range(6)])
    collect([name], OPTIONS, workers=2)
    before = all_bytes()
    assert len(raw()) == 6
    for kept in (project.parent / "cache" / "pictures").rglob("shots.json"):
        kept.unlink()
    collect([name], OPTIONS, workers=1)
    assert all_bytes() == before


def test_copies_are_listed_with_their_twin(project: Path) -> None:
    photo = scene(1, 480, 320, detail=4)
    photo.save("data/a.png")
    photo.resize((240, 160), Pillow.Resampling.LANCZOS).save("data/half.jpg", quality=90)
    urls = {"a": "a.png", "half": "half.jpg", "other": "a.png", "drawn": "a.png"}
    rows: list[dict[str, object]] = [{"id": k, "person": "p", "url": f"data/{url}"} for k, url in urls.items()]
    rows[2]["person"] = "q"
    rows[3]["sketch_url"] = "data/half.jpg"
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert list(raw().index) == ["a", "other", "drawn"]
    assert "the same picture as a, resized" in problems("skipped")["half"]
    assert "the same picture as a, which is said to show p, not q" in problems("noted")["other"]


def test_a_better_copy_takes_the_place_of_an_earlier_one_in_every_run_alike(project: Path) -> None:
    photo = scene(1, 480, 320, detail=4)
    photo.resize((60, 40), Pillow.Resampling.LANCZOS).save("data/thumb.jpg", quality=90)
    photo.save("data/whole.jpg", quality=95)
    scene(2).save("data/other.png")
    urls = {"thumb": "thumb.jpg", "other": "other.png", "whole": "whole.jpg"}
    rows: list[dict[str, object]] = [{"id": k, "person": "p", "url": f"data/{url}"} for k, url in urls.items()]
    name = manifest("m.csv", rows)
    collect([name], OPTIONS, workers=1)
    assert list(raw().index) == ["other", "whole"]
    assert sorted(path.name for path in Path("data/raw").iterdir()) == ["other.png", "whole.jpg"]
    assert problems("skipped")["thumb"].endswith("60x40 pixels here, 480x320 pixels there)")
    before = all_bytes()
    collect([name], OPTIONS, workers=2)
    assert all_bytes() == before


def test_of_a_reference_and_its_copy_the_reference_stays(project: Path) -> None:
    """A passport photo may lie in the folder of the others too; without it nothing would be compared with anybody."""
    photo = scene(1, 480, 320, detail=4)
    photo.save("data/in_the_folder.png")
    photo.save("data/passport.jpg", quality=92)
    rows: list[dict[str, object]] = [
        {"id": "plain", "person": "p", "url": "data/in_the_folder.png"},
        {"id": "passport", "person": "p", "url": "data/passport.jpg", "reference": "yes"},
    ]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert raw()["reference"].to_dict() == {"passport": "yes"}
    assert "the same picture as passport" in problems("skipped")["plain"]


@pytest.mark.parametrize("lacks", ["the photo", "its licence"])
def test_without_a_reference_photo_that_is_named_nobody_is_taken_for_a_person(
    project: Path, server: Server, lacks: str
) -> None:
    scene(1).save("data/group.png")
    scene(2).save("data/bob.png")
    rows: list[dict[str, object]] = [
        {"id": "group", "person": "Ren\u00e9", "url": "data/group.png"},
        {"id": "bob", "person": "bob", "url": "data/bob.png"},
        {"id": "passport", "person": "Rene\u0301", "url": f"{server.url}/passport.jpg", "reference": "yes"},
    ]
    if lacks == "its licence":
        server.bodies["/passport.jpg"] = body(scene(3))
    rows = [row | {"license": "" if "licence" in lacks and "reference" in row else "CC0"} for row in rows]
    collect([manifest("m.csv", rows)], options(max_failures=1, allow_unlicensed=False), workers=1)
    assert list(raw().index) == ["bob"]
    assert "no reference photo of Ren\u00e9 came" in problems("skipped")["group"]
    assert ("404" if lacks == "the photo" else "licence") in problems()["passport"]
    with pytest.raises(LimnerError, match="1 sources failed and at most 0 may"):
        collect(["data/manifests/m.csv"], options(max_failures=0, allow_unlicensed=False), workers=1)


def test_archives_come_at_the_same_time(project: Path, server: Server) -> None:
    together = threading.Barrier(2)
    archives = {f"/{k}.zip": zipped(a=body(scene(k))) for k in range(2)}

    def wait(handler: Any) -> None:
        together.wait(10)
        handler.give(archives[handler.path])

    server.answers = {path: [wait] for path in archives}
    urls = [*(f"{server.url}{path}" for path in archives), f"{server.url}/gone.zip"]
    rows: list[dict[str, object]] = [{"id": f"z{k}", "person": f"p{k}", "url": url} for k, url in enumerate(urls)]
    collect([manifest("m.csv", rows)], options(max_failures=3), workers=1)
    assert list(raw().index) == ["z0-a", "z1-a"]
    assert sorted(server.asked) == ["/0.zip", "/1.zip", "/gone.zip"]
    assert "404" in problems()["z2"]


def test_a_folder_becomes_a_row_a_picture(project: Path) -> None:
    folder = Path("data/photos/ann")
    (folder / "more").mkdir(parents=True)
    for k, name in enumerate(("b.png", "a.jpg", "IMG 1 (2).jpg", "été.png", ".hidden.jpg")):
        scene(k).save(folder / name)
    (folder / "notes.txt").write_bytes(b"x")
    collect([manifest("m.csv", [{"id": "ann", "person": "ann", "url": "data/photos/ann/"}])], OPTIONS, workers=1)
    table = raw()
    assert len(table) == 4
    assert list(table.index[-3:-1]) == ["ann-a", "ann-b"]
    assert table.index[0].startswith("ann-IMG_1_2-")
    assert table.index.str.fullmatch(r"[A-Za-z0-9_-]+").all()
    assert table.source["ann-a"] == "data/photos/ann/a.jpg"
    listed = tables.read(Path("data/raw_problems.csv"))
    skipped = listed.reason[listed.what == "skipped"].tolist()
    assert any("ann/more is a folder" in reason for reason in skipped)
    assert any("notes.txt is no photo that limner reads" in reason for reason in skipped)
    assert len(skipped) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"url": "data/photos"}, "holds no photo"),
        ({"url": "data/photos", "sha256": "0" * 64}, "has no sha256"),
        ({"url": "data/photos", "sketch_url": "data/photos"}, "has no sketch_url"),
    ],
)
def test_a_folder_that_cannot_be_used_is_named(project: Path, row: dict[str, object], words: str) -> None:
    Path("data/photos").mkdir()
    with pytest.raises(LimnerError, match="1 sources failed"):
        collect([manifest("m.csv", [{"id": "a", "person": "p", **row}])], OPTIONS, workers=1)
    assert words in problems()["a"]


def test_ids_that_meet_are_told_apart(project: Path) -> None:
    Path("data/photos/x").mkdir(parents=True)
    scene(1).save("data/photos/x/a.png")
    scene(2).save("data/photos/b.png")
    rows = [
        {"id": "x", "person": "p", "url": "data/photos/x"},
        {"id": "x-a", "person": "p", "url": "data/photos/b.png"},
    ]
    with pytest.raises(LimnerError, match="1 sources failed"):
        collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert raw().source["x-a"] == "data/photos/x/a.png"
    assert "rename the row 'x-a'" in problems()["x-a"]


def test_a_local_file_that_dvc_does_not_watch_is_noted(project: Path) -> None:
    scene(1).save("data/a.png")
    Path("data/photos").mkdir()
    scene(2).save("data/photos/b.png")
    digest = hashlib.sha256(Path("data/a.png").read_bytes()).hexdigest()
    rows = [
        {"id": "a", "person": "p", "url": "data/a.png"},
        {"id": "b", "person": "p", "url": "data/photos/b.png"},
        {"id": "c", "person": "q", "url": "data/a.png", "sha256": digest},
    ]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    watched = [name for name, reason in problems("noted").items() if "dvc repro" in reason]
    assert watched == ["a"]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_local_name_may_hold_colons(project: Path, scheme: str) -> None:
    """It is no member of an archive; and of one that bears such a name there may be members."""
    folder = Path("data/photos")
    folder.mkdir()
    (folder / "a::b.png").write_bytes(body(scene(1)))
    (folder / "c::d.zip").write_bytes(tarred(e=body(scene(2))))
    there = f"file://{folder.resolve()}" if scheme else str(folder)
    urls = {"a": f"{there}/a::b.png", "e": f"tar://e.png::{there}/c::d.zip", "f": f"{there}/c::d.zip"}
    rows = [{"id": id, "person": "p", "url": url, "license": "x"} for id, url in urls.items()]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert list(raw().index) == ["a", "e"]
    assert problems() == {}
    assert problems("skipped") == {"f-e": "the same picture as e"}
    assert problems("noted").keys() == set(urls if scheme else ())  # which DVC watches by their paths from here


def test_a_member_of_a_zip(project: Path) -> None:
    with zipfile.ZipFile("data/a.zip", "w") as archive:
        archive.writestr("in/../in/one.png", body(scene(1)))
        archive.writestr("in/two.png", body(scene(2)))
    rows = [{"id": k, "person": "p", "url": f"zip://in/{k}.png::data/a.zip"} for k in ("one", "two")]
    with pytest.raises(LimnerError, match="1 sources failed"):
        collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    assert images.read(Path(raw().file["two"])).tolist() == np.asarray(scene(2)).tolist()
    assert not list(Path().rglob("one.png"))


def test_a_row_that_left_the_manifest_leaves_no_file(project: Path) -> None:
    scene(1).save("data/a.png")
    scene(2).save("data/b.png")
    rows = [{"id": k, "person": "p", "url": f"data/{k}.png"} for k in ("a", "b")]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    collect([manifest("m.csv", rows[1:])], OPTIONS, workers=1)
    assert [path.name for path in Path("data/raw").iterdir()] == ["b.png"]


def test_weights_from_the_mirror_and_a_missing_one_is_an_error(project: Path, server: Server) -> None:
    server.bodies |= {"/good": b"weights", "/p": body(scene(1))}
    digest = hashlib.sha256(b"weights").hexdigest()
    models = Path("data/manifests/models.csv")
    line = f"w,w.bin,{digest},{server.url}/gone,{server.url}/good,MIT\n"
    models.write_text(f"name,file,sha256,url,mirror,license\n{line}")
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": f"{server.url}/p"}])
    collect([name], OPTIONS, workers=1)
    assert Path("data/weights/w.bin").read_bytes() == b"weights"

    models.write_text(f"name,file,sha256,url,mirror,license\n{line}v,v.bin,{'0' * 64},{server.url}/good,,MIT\n")
    with pytest.raises(LimnerError, match=r"v\.bin"):
        collect([name], options(max_failures=9), workers=1)
    assert list(raw().index) == ["a"]
    assert [path.name for path in Path("data/weights").iterdir()] == ["w.bin"]
    assert digest in problems()["v"]


@pytest.mark.parametrize(("file", "digest"), [("../w.bin", "0" * 64), ("", "0" * 64), ("w.bin", "")])
def test_a_model_file_needs_a_plain_name_and_a_hash(project: Path, file: str, digest: str) -> None:
    Path("data/manifests/models.csv").write_text(f"name,file,sha256,url,mirror\nw,{file},{digest},x,\n")
    with pytest.raises(LimnerError, match="line 2"):
        collect([manifest("m.csv", [{"id": "a", "person": "p", "url": "x"}])], OPTIONS)


def test_a_model_file_needs_a_place_to_come_from(project: Path) -> None:
    Path("data/manifests/models.csv").write_text(f"name,file,sha256,url,mirror\nw,w.bin,{'0' * 64},,\n")
    with pytest.raises(LimnerError, match=r"line 2: w\.bin needs a url or a mirror"):
        collect([manifest("m.csv", [{"id": "a", "person": "p", "url": "x"}])], OPTIONS)


@pytest.mark.parametrize("pinned", [True, False])
def test_a_photo_that_changes_between_its_hash_and_its_decoding_gives_no_wrong_picture(
    project: Path, monkeypatch: pytest.MonkeyPatch, pinned: bool
) -> None:
    """Neither then nor later, when it is again what it was."""
    path = Path("data/photos/a.webp")
    path.parent.mkdir()
    first, second = (body(scene(seed), "WEBP", lossless=True) for seed in (1, 2))
    row = {"id": "a", "person": "p", "url": str(path), "sha256": hashlib.sha256(first).hexdigest() if pinned else ""}
    name = manifest("m.csv", [row, {"id": "b", "person": "p", "url": f"{path.parent}/b.png"}])
    (path.parent / "b.png").write_bytes(body(scene(3)))
    submit = Decoders.submit

    def changing(self: Decoders, work: Any) -> Any:
        path.write_bytes(second)
        return submit(self, work)

    path.write_bytes(first)
    with monkeypatch.context() as patch:
        patch.setattr(Decoders, "submit", changing)
        collect([name], options(max_failures=1), workers=1)
    assert list(problems().values()) == [f"{path}: it was changed while it was read"] * (not pinned)
    path.write_bytes(first)
    collect([name], OPTIONS, workers=1)
    assert np.array_equal(images.read(Path(raw().file["a"])), np.asarray(scene(1)))


def test_a_pinned_photo_that_vanished_is_used_and_noted(project: Path) -> None:
    scene(1).save("data/a.png")
    digest = hashlib.sha256(Path("data/a.png").read_bytes()).hexdigest()
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "data/a.png", "sha256": digest}])
    collect([name], OPTIONS, workers=1)
    before = raw().to_dict()
    Path("data/a.png").unlink()
    collect([name], OPTIONS, workers=1)
    assert raw().to_dict() == before
    assert "data/a.png is not there: what was fetched before is used" in problems("noted")["a"]


@pytest.mark.parametrize("file", ["IMG[1].png", "what?.png", "x*.PNG", "photos[1].zip", "film [dQw4w9WgXcQ].avi"])
def test_a_pinned_file_whose_name_looks_like_a_pattern_may_vanish_too(project: Path, file: str) -> None:
    path = Path("data", file)
    if path.suffix == ".avi":
        film(Path("data/film.avi"), [np.asarray(scene(k)) for k in range(5)]).rename(path)
    else:
        path.write_bytes(zipped(a=body(scene(1))) if path.suffix == ".zip" else body(scene(1)))
    row = {"id": "a", "person": "p", "url": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    name = manifest("m.csv", [row | {"kind": "video" if path.suffix == ".avi" else "photo"}])
    collect([name], options(max_failures=1), workers=1)
    before = raw().to_dict()
    path.unlink()
    scene(2).save("data/IMG1.png")  # which the pattern would find
    collect([name], options(max_failures=1), workers=1)
    assert raw().to_dict() == before


def test_red_and_blue_that_are_swapped_in_a_film_are_put_right_as_in_a_photo(project: Path) -> None:
    blue = np.full((48, 64, 3), (0, 0, 200), np.uint8)
    film(Path("data/film.avi"), [blue])
    Pillow.fromarray(blue).save("data/photo.png")
    rows = [
        {"id": f"{kind}-{channels}", "person": f"{kind} {channels}", "url": url, "kind": kind, "channels": channels}
        for kind, url in (("photo", "data/photo.png"), ("video", "data/film.avi"))
        for channels in ("rgb", "bgr")
    ]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    table = raw()
    shown = {id: images.read(Path(file)).mean(axis=(0, 1)).argmax() for id, file in table["file"].items()}
    assert shown == {"photo-rgb": 2, "photo-bgr": 0, "video-rgb-00000": 2, "video-bgr-00000": 0}


def test_nothing_at_all_is_an_error(project: Path) -> None:
    name = manifest("m.csv", [{"id": "a", "person": "p", "url": "nothing.jpg"}])
    with pytest.raises(LimnerError, match="no picture at all"):
        collect([name], options(max_failures=9))


GITHUB = "https://raw.githubusercontent.com"
CUHK = (
    f"{GITHUB}/PatrickBuhagiar/A-Photo-Sketch-and-Sketch-Photo-Synthesis-using-Markov-Random-Fie"
    "/6358de094402eab2d3160eda63f810d9c1dea9b6"
)
RESEARCH = {
    f"{CUHK}/photos_real_images3/": "cuhk/photos",
    f"{CUHK}/real_images3/": "cuhk/sketches",
    f"{GITHUB}/richliao/SketchToFace/cf543d75b7fcab187b3a1467af79887c26923ed7/": "sketchtoface",
    f"{GITHUB}/debruine/webmorphR.stim/fa8b78fda2d659bb74ce62fcd99c4407551d2a77/": "frll",
}
"""What `scrape.mirrors` must hold to serve the research manifests from a folder."""


def test_the_research_manifests_from_a_mirror(project: Path, root: Path, shared: Path) -> None:
    """Some rows of each; of frll only those that are on this machine."""
    names = []
    for name in ("cuhk_train", "sketchtoface", "frll"):
        rows = tables.read(root / "data" / "manifests" / f"{name}.csv")
        if name == "frll":
            here = [(shared / "frll" / url.partition("77/")[2]).is_file() for url in rows.url]
            rows = rows[here]
        names.append(manifest(f"{name}.csv", rows.iloc[[0, len(rows) // 2, -1]].to_dict("records")))
    mirrors = {url: str(shared / folder) for url, folder in RESEARCH.items()}
    collect(names, options(mirrors=mirrors), workers=1)
    table = raw()
    assert len(table) == 9
    assert list(table["style"]) == ["cuhk_train"] * 3 + ["sketchtoface"] * 3 + [""] * 3
    assert set(table.source.str.partition("/")[0]) == {"https:"}
    # The 64 px photos are stored with red and blue swapped: skin is redder than it is blue.
    small = images.read(Path(table.file.iloc[3]))[24:40, 24:40].reshape(-1, 3).mean(axis=0)
    assert small[0] > small[2] + 10
