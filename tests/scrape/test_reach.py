"""Optional manifests: left out as a whole, soon, and only where nobody answers."""

import io
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner import tables
from limner.errors import LimnerError
from limner.fetch import manners
from limner.scrape.collect import collect
from tests.sites import Server, manifest, options, reset, scene, serving


def picture(seed: int) -> bytes:
    stream = io.BytesIO()
    scene(seed).save(stream, "PNG")
    return stream.getvalue()


def rows(url: str, count: int, **more: str) -> list[dict[str, object]]:
    host = url.rpartition(":")[2]
    return [{"id": f"h{host}-{k}", "person": f"p{k}", "url": f"{url}/{k}.png", **more} for k in range(count)]


def told() -> dict[str, list[str]]:
    """By kind, the ids of the problems."""
    table = tables.read(Path("data/raw_problems.csv"))
    return {str(what): part.id.tolist() for what, part in table.groupby("what")}


@pytest.fixture
def good(project: Path, server: Server) -> str:
    """A manifest whose two pictures are there."""
    server.bodies |= {f"/{k}.png": picture(k) for k in range(2)}
    return manifest("good.csv", rows(server.url, 2))


@pytest.fixture
def nobody() -> str:
    """The url of a port where nobody listens."""
    with serving() as gone:
        pass
    return gone.url


@pytest.fixture
def mute() -> Iterator[str]:
    """The url of a server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_nobody_there(good: str, nobody: str) -> None:
    names = [good, manifest("far.csv", rows(nobody, 60, sketch_url=f"{nobody}/drawn.png"))]
    collect(names, options(optional=(names[1],)), workers=1)
    assert len(tables.read(Path("data/raw.csv"))) == 2
    assert told()["left out"] == [names[1]]
    assert "failed" not in told()
    reason = tables.read(Path("data/raw_problems.csv")).query("what == 'left out'").reason.item()
    host = nobody.removeprefix("http://")
    assert reason == (
        f"not one of its 60 files could be fetched: {host} does not answer; it may be left out (scrape.optional)"
    )
    with pytest.raises(LimnerError, match="60 sources failed"):
        collect(names, options(), workers=1)


def test_a_host_that_says_nothing_is_soon_given_up(good: str, mute: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manners, "SILENCE", 0.3)
    name = manifest("far.csv", rows(mute, 100))
    start = time.monotonic()
    collect([good, name], options(optional=(name,), tries=4), workers=1)
    assert time.monotonic() - start < 10  # each of a hundred files has four tries, six at once: 20 s
    assert told()["left out"] == [name]


def test_a_host_that_others_need_has_its_whole_patience(project: Path, nobody: str) -> None:
    scene(1).save("data/a.png")
    needed = manifest("needed.csv", [{"id": "a", "person": "p", "url": "data/a.png"}, *rows(nobody, 1)])
    name = manifest("far.csv", [{**row, "id": f"{row['id']}-far"} for row in rows(nobody, 5)])
    collect([needed, name], options(optional=(name,), max_failures=1), workers=1)
    assert (len(told()["failed"]), told()["left out"]) == (1, [name])


def test_one_row_that_came_makes_the_others_failures(good: str, nobody: str, server: Server) -> None:
    server.bodies["/far.png"] = picture(9)
    here: dict[str, object] = {"id": "here", "person": "h", "url": f"{server.url}/far.png"}
    name = manifest("far.csv", [*rows(nobody, 3), here])
    with pytest.raises(LimnerError, match="3 sources failed"):
        collect([good, name], options(optional=(name,)), workers=1)
    assert "left out" not in told()


def test_a_server_that_refuses_is_no_server_that_is_not_there(good: str) -> None:
    with serving() as other:
        name = manifest("far.csv", rows(other.url, 3))  # 404
        with pytest.raises(LimnerError, match="3 sources failed"):
            collect([good, name], options(optional=(name,)), workers=1)
    assert "left out" not in told()


def test_a_server_that_stumbles_at_first_is_asked_again(good: str) -> None:
    with serving() as other:
        other.bodies |= {f"/{k}.png": picture(20 + k) for k in range(3)}
        other.answers["/0.png"] = [reset]
        name = manifest("far.csv", rows(other.url, 3))
        collect([good, name], options(optional=(name,)), workers=1)
    assert len(tables.read(Path("data/raw.csv"))) == 5


def test_an_archive_that_nobody_gives(good: str, nobody: str, server: Server) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", picture(5))
    server.bodies["/there.zip"] = stream.getvalue()
    there = manifest("there.csv", [{"id": "there", "person": "t", "url": f"{server.url}/there.zip"}])
    far = manifest("far.csv", [{"id": "far", "person": "f", "url": f"{nobody}/all.zip"}])
    collect([good, there, far], options(optional=(there, far)), workers=1)
    assert told()["left out"] == [far]
    assert "there-a" in tables.read(Path("data/raw.csv")).id.tolist()
    assert "its one file could not be fetched" in (Path("data/raw_problems.csv")).read_text()


def test_ids_that_meet_across_manifests(good: str, server: Server) -> None:
    """A file of an optional folder is named as a row of another manifest is, whose archive is not there."""
    Path("data/photos/ana").mkdir(parents=True)
    scene(7).save("data/photos/ana/x.png")
    optional = manifest("optional.csv", [{"id": "ana", "person": "a", "url": "data/photos/ana"}])
    other = manifest("other.csv", [{"id": "ana-x", "person": "a", "url": f"{server.url}/gone.zip"}])
    collect([optional, good, other], options(optional=(optional,), max_failures=1), workers=1)
    assert told()["failed"] == ["ana-x"]
    assert "left out" not in told()
    assert "ana-x" in tables.read(Path("data/raw.csv")).id.tolist()


def test_a_failure_is_not_told_as_that_of_a_manifest_that_is_left_out(good: str, nobody: str) -> None:
    """A file of a folder that is needed is named as a row is that nobody gives."""
    Path("data/photos/ana").mkdir(parents=True)
    Path("data/photos/ana/x.png").write_bytes(b"no picture")
    needed = manifest("needed.csv", [{"id": "ana", "person": "a", "url": "data/photos/ana"}])
    optional = manifest("optional.csv", [{"id": "ana-x", "person": "a", "url": f"{nobody}/x.png"}])
    collect([good, needed, optional], options(optional=(optional,), max_failures=2), workers=1)
    assert told()["left out"] == [optional]
    reasons = tables.read(Path("data/raw_problems.csv")).query("what == 'failed'").reason.tolist()
    assert any("data/photos/ana/x.png" in reason for reason in reasons)


def test_a_mirror_that_lacks_a_file_says_nothing_of_its_host(good: str, nobody: str, tmp_path: Path) -> None:
    name = manifest("far.csv", rows(nobody, 3))
    collect([good, name], options(optional=(name,), mirrors={nobody: str(tmp_path)}), workers=1)
    assert told()["left out"] == [name]
