"""LIMNER_MIRRORS: the mirrors that a machine has."""

from pathlib import Path

import pytest

from limner.errors import ParamsError
from limner.fetch.downloads import Downloads, Wanted
from limner.fetch.mirrors import VARIABLE, mirrors
from tests.sites import OPTIONS, digest

FAR = "https://far.example/faces/"


def test_none_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert mirrors({FAR: "near"}) == {FAR: "near"}


def test_a_pinned_file_comes_from_a_folder_beside_the_named_file(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = tmp_path / "elsewhere" / "near"
    near.mkdir(parents=True)
    (near / "a b.jpg").write_bytes(b"a")
    file = near.parent / "mirrors.yaml"
    file.write_text(f"{FAR}: near\nhttps://x/: http://y/\n/data/: {tmp_path}\n")
    monkeypatch.setenv(VARIABLE, str(file))
    assert mirrors({FAR: "other", "p": "q"}) == {
        FAR: str(near),
        "p": "q",
        "https://x/": "http://y/",
        "/data/": str(tmp_path),
    }
    with Downloads(OPTIONS) as downloads:
        assert downloads.fetch(Wanted((f"{FAR}a%20b.jpg",), digest(b"a"))).path.read_bytes() == b"a"


def test_a_file_in_the_project_s_folder_is_found_from_a_stage_s(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mirrors.yaml").write_text(f"{FAR}: near\n")
    monkeypatch.setenv(VARIABLE, "mirrors.yaml")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    assert mirrors({}) == {FAR: str(tmp_path / "near")}
    Path("mirrors.yaml").write_text(f"{FAR}: nearer\n")
    assert mirrors({}) == {FAR: str(project / "nearer")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "does not exist"),
        ("- a", "must map"),
        ("", "must map"),
        ("a: 1", "must map"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_what_cannot_be_used_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, words: str
) -> None:
    if text is not None:
        Path("mirrors.yaml").write_text(text)
    monkeypatch.setenv(VARIABLE, "mirrors.yaml")
    with pytest.raises(ParamsError, match=rf"^(LIMNER_MIRRORS names )?mirrors\.yaml.*{words}"), Downloads(OPTIONS):
        pass
