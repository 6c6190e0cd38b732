"""`limner manifest lock`: what is not pinned yet is pinned; what is pinned stays so."""

from pathlib import Path

from tests.sites import Run, Server, digest, manifest, table, touch

MINE = Path("data/manifests/Ann.csv")


def test_lock_fills_in_what_lacks_and_nothing_else(run: Run, server: Server) -> None:
    server.bodies |= {"/a": b"a", "/b": b"b", "/s": b"s"}
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
    lines[1] += f",{digest(b'a')},{digest(b's')}"
    lines[2] += ",,"
    lines[3] += ",,"
    lines[4] += f",,,{digest(b'b')},"
    assert MINE.read_text().splitlines() == lines
    server.asked.clear()
    run("lock", MINE)
    assert server.asked == ["/gone"]


def test_lock_again_tells_what_changed_and_replaces_it_only_when_told(run: Run, server: Server) -> None:
    server.bodies |= {"/a": b"a", "/b": b"b"}
    manifest("Ann.csv", [{"id": k, "person": "p", "url": f"{server.url}/{k}", "license": "x"} for k in "ab"])
    run("lock", MINE)
    before = MINE.read_bytes()
    server.bodies["/b"] = b"new"
    assert "0 sha256 written" in run("lock", MINE).output
    done = run("lock", MINE, "--again")
    assert done.exit_code == 1
    assert "/b has changed" in done.output
    assert "/a" not in done.output
    assert MINE.read_bytes() == before
    assert run("lock", MINE, "--again", "--update").exit_code == 0
    assert [row["sha256"] for row in table(MINE)] == [digest(b"a"), digest(b"new")]
    del server.bodies["/b"]
    gone = run("lock", MINE, "--again")
    assert "what was fetched before is used" in gone.output
    assert [row["sha256"] for row in table(MINE)] == [digest(b"a"), digest(b"new")]


def test_lock_of_a_folder_says_what_to_do_instead(run: Run) -> None:
    touch("data/photos/a.jpg")
    manifest("Ann.csv", [{"id": "a", "person": "p", "url": "data/photos"}])
    assert "`limner manifest add` gives each a row" in run("lock", MINE).output


def test_update_alone_is_refused(run: Run) -> None:
    assert "--update is for" in run("lock", "--update").output
