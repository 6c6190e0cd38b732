"""pypi:// over archives built here and found by pip without any index."""

import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import fsspec
import pytest

from limner import files
from limner.errors import SourceError
from limner.fetch import pypi
from limner.fetch.downloads import Downloads, Wanted
from tests.fetch.test_tether import gone, started
from tests.sites import OPTIONS

SETUP = 'from setuptools import setup\nsetup(name="painted", version="2.0", packages=["painted"])\n'
HELD = """
import os, time
with open(os.environ["HELD"], "w") as stream:
    stream.write(f"{os.getpid()}\\n")
time.sleep(300)
"""


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel, faces 1.0 (for a Python long gone), and a source archive, painted 2.0; and the source
    archives of faces 1.0, of which nothing may be run, and of held 1.0, which tells a file who runs it, and waits."""
    folder = tmp_path_factory.mktemp("links")
    with zipfile.ZipFile(folder / "faces-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("faces/data/ann.txt", "Ann")
        wheel.writestr("faces/data/bob.txt", "Bob")
        wheel.writestr(
            "faces-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: faces\nVersion: 1.0\nRequires-Python: <3\n",
        )
        wheel.writestr("faces-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("faces-1.0.dist-info/RECORD", "")
    _source(folder, "faces-1.0", {"setup.py": "raise SystemExit('it was run')"})
    _source(folder, "held-1.0", {"setup.py": HELD})
    _source(folder, "painted-2.0", {"setup.py": SETUP, "painted/__init__.py": "", "painted/eyes.txt": "blue"})
    return folder


def _source(folder: Path, release: str, texts: dict[str, str]) -> None:
    name, _, version = release.partition("-")
    info = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    with tarfile.open(folder / f"{release}.tar.gz", "w:gz") as source:
        for path, text in {"PKG-INFO": info, **texts}.items():
            member = tarfile.TarInfo(f"{release}/{path}")
            member.size = len(text)
            source.addfile(member, io.BytesIO(text.encode()))


@pytest.fixture(autouse=True)
def published(links: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is all that pip finds."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    fsspec.get_filesystem_class("pypi").clear_instance_cache()


@pytest.fixture
def downloaded(links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip takes seconds: what it does with an archive that is here is copying it."""

    def copy(release: str, folder: Path, _: float) -> None:
        file = min(links.glob(f"{release.replace('==', '-')}*"))  # the wheel
        folder.mkdir()
        shutil.copy(file, folder)

    monkeypatch.setattr(pypi, "_pip_download", copy)


def test_a_file_of_a_wheel_and_of_a_source_archive() -> None:
    with fsspec.open("pypi://faces==1.0/faces/data/ann.txt") as stream:
        assert stream.read() == b"Ann"
    with fsspec.open("pypi://painted==2.0/painted/eyes.txt") as stream:
        assert stream.read() == b"blue"


def test_pip_has_so_much_time_and_is_ended_then(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(SourceError, match=r"pip could not download faces==1.0: it was not done within 0.05 s"):
        pypi.download("faces==1.0", work, 0.05)
    assert list(work.iterdir()) == list(files.cache_dir("pypi").iterdir()) == []


def test_what_a_source_archive_runs_does_not_outlive_who_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELD", str(tmp_path / "held"))
    told = "from limner.fetch import pypi; pypi.download('held==1.0')"
    with subprocess.Popen([sys.executable, "-c", told]) as starter:
        held = started(tmp_path / "held")
        starter.kill()
    assert gone(held)


def test_what_is_half_there_goes_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run cleans up what one that was killed had in its folder."""
    said = []

    def half(_: str, folder: Path, max_seconds: float) -> None:
        said.append((folder, max_seconds))
        raise SourceError("it is not there")

    monkeypatch.setattr(pypi, "_pip_download", half)
    with Downloads(OPTIONS) as downloads:
        with pytest.raises(SourceError, match="it is not there"):
            downloads.fetch(Wanted(("pypi://faces==1.0/a",)))
        ((folder, max_seconds),) = said
        assert downloads._unfinished.folder in folder.parents
        assert max_seconds == OPTIONS.max_seconds
        folder.mkdir(parents=True)  # as if it were still under way
    assert list((files.cache_dir("downloads") / "unfinished").iterdir()) == []


@pytest.mark.usefixtures("downloaded")
def test_it_is_a_filesystem() -> None:
    filesystem = fsspec.filesystem("pypi")
    assert filesystem.ls("pypi://Faces==1.0/faces/data", detail=False) == [
        "faces==1.0/faces/data/ann.txt",
        "faces==1.0/faces/data/bob.txt",
    ]
    assert filesystem.info("faces==1.0/faces/data/ann.txt")["size"] == 3
    assert filesystem.isdir("painted==2.0/painted")
    assert not filesystem.exists("faces==1.0/faces/data/eve.txt")
    assert filesystem.glob("painted==2.0/painted/*.txt") == ["painted==2.0/painted/eyes.txt"]


@pytest.mark.usefixtures("downloaded")
def test_an_archive_is_downloaded_once(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [Wanted((f"pypi://faces==1.0/faces/data/{name}.txt",)) for name in ("ann", "bob")]
    asked = []
    real = pypi._pip_download
    monkeypatch.setattr(pypi, "_pip_download", lambda *a: (asked.append(a[0]), real(*a)))
    fetched = list(downloads.stream(wanted, len(wanted)))
    assert [file.path.read_text() for file in fetched if not isinstance(file, SourceError)] == ["Ann", "Bob"]
    assert asked == ["faces==1.0"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("pypi://faces==1.0/faces/data/an.txt", "allowed: .*did you mean 'faces/data/ann.txt'"),
        ("pypi://faces==1.0/wrong/place/bob.txt", "allowed: faces/data/bob.txt"),
        ("pypi://faces/faces/data/ann.txt", "is not pypi://PROJECT==VERSION/path"),
        ("pypi://--index-url==1/a", "is not pypi://PROJECT==VERSION/path"),
        ("pypi://faces==1.0/../links/faces", "leads out of the archive"),
    ],
)
@pytest.mark.usefixtures("downloaded")
def test_what_is_missing_is_named(downloads: Downloads, url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        downloads.fetch(Wanted((url,)))


@pytest.mark.parametrize(
    ("release", "words"),
    [("faces==3.0", r"faces==3.0.*from versions: 1.0"), ("nobody-has-this==1.0", "No matching distribution")],
)
def test_what_pip_does_not_find_is_told_in_its_words(downloads: Downloads, release: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        downloads.fetch(Wanted((f"pypi://{release}/a",)))
