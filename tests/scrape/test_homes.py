"""A project inside another: the manifests, model files and photos of the one around it."""

import shutil
from pathlib import Path, PurePosixPath

import pytest

from limner import tables
from limner.errors import LimnerError
from limner.scrape import homes
from limner.scrape.collect import collect
from tests.sites import OPTIONS, manifest, options, scene


@pytest.fixture
def inner(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the project as the working folder, with nothing in it."""
    folder = project / "experiments"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_project_of_its_own_has_no_other_home(project: Path) -> None:
    assert homes.homes() == (PurePosixPath(),)
    assert homes.home("data/manifests/./m.csv") == PurePosixPath()
    with pytest.raises(LimnerError, match=r"must lie in data/manifests, where"):
        homes.home("../data/manifests/m.csv")


def test_inside_another_both_are_seen(inner: Path) -> None:
    assert homes.models() == Path("../data/manifests/models.csv")
    assert homes.home("../data/manifests/m.csv") == PurePosixPath("..")
    assert homes.home("data/manifests/m.csv") == PurePosixPath()
    with pytest.raises(LimnerError, match=r"must lie in data/manifests or \.\./data/manifests, where"):
        homes.home("../m.csv")


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("data/photos/*.jpg", "../data/photos/*.jpg"),
        ("data/photos/", "../data/photos/"),
        ("file://data/a.jpg", "file://../data/a.jpg"),
        ("zip://b.jpg::data/photos/a.zip", "zip://b.jpg::../data/photos/a.zip"),
        ("zip://b.jpg::https://x.org/a.zip", "zip://b.jpg::https://x.org/a.zip"),
        *((url, url) for url in ("/a.jpg", "~/a.jpg", "file:///a.jpg", "https://x.org/a.jpg", "pypi://p==1/a.jpg", "")),
    ],
)
def test_relative_urls_are_seen_from_inside(url: str, seen: str) -> None:
    assert homes.seen_from_here(url, PurePosixPath("..")) == seen
    assert homes.seen_from_here(url, PurePosixPath()) == url


def test_the_same_rows_give_the_same_pictures(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("data/photos/ana")
    folder.mkdir(parents=True)
    for k in range(3):
        scene(k).save(folder / f"{k}.png")
    scene(7).save("data/photos/d.png")
    rows = [
        {"id": "all", "person": "ana", "url": "data/photos/ana"},
        {"id": "one", "person": "bob", "url": "data/photos/ana/0.png", "sketch_url": "data/photos/d.png"},
    ]
    collect([manifest("m.csv", rows)], OPTIONS, workers=1)
    outside = tables.read(Path("data/raw.csv"))
    noted = tables.read(Path("data/raw_problems.csv"))
    shutil.rmtree("data/raw")
    inner = project / "experiments"
    inner.mkdir()
    monkeypatch.chdir(inner)
    collect(["../data/manifests/m.csv"], OPTIONS, workers=1)
    inside = tables.read(Path("data/raw.csv"))
    assert set(inside.manifest) == {"../data/manifests/m.csv"}
    assert set(inside.source) == {"../data/photos/ana/0.png", *(f"../data/photos/ana/{k}.png" for k in range(3))}
    same = [name for name in inside if name not in ("manifest", "source")]
    assert inside[same].equals(outside[same])
    assert len(tables.read(Path("data/raw_problems.csv"))) == len(noted)
    assert not any("outside" in reason for reason in noted.reason)


def test_optional_manifests_are_named_as_params_name_them(inner: Path) -> None:
    scene(1).save("../data/a.png")
    Path("../data/manifests/a.csv").write_text("id,person,url,license\na,p,data/a.png,CC0\n")
    Path("../data/manifests/b.csv").write_text("id,person,url,license\nb,q,http://nowhere.invalid/b.png,CC0\n")
    names = ["../data/manifests/a.csv", "../data/manifests/b.csv"]
    collect(names, options(optional=(names[1],)), workers=1)
    told = tables.read(Path("data/raw_problems.csv"))
    assert told[told.what == "left out"].id.tolist() == names[1:]
