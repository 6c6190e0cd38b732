"""Members of archives: found by name, copied under names of our own, and never more of them than allowed."""

import bz2
import errno
import gzip
import io
import lzma
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from limner import files
from limner.errors import SourceError
from limner.fetch import archives, members, tars
from limner.fetch.downloads import Downloads, Fetched, Wanted
from tests.fetch.test_archives import LEADING_BACK, sparse
from tests.sites import OPTIONS, Server, digest

NAMES = [f"in/{k}.txt" for k in range(30)]


def zipped(names: list[str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, name)
    return stream.getvalue()


def tarred(names: list[str], top: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in names:
            info = tarfile.TarInfo(top + name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return stream.getvalue()


def member(archive: bytes, url: str) -> str:
    """The text of one member of an archive on disk."""
    Path("data/archive").write_bytes(archive)
    with Downloads(OPTIONS) as downloads:
        return downloads.fetch(Wanted((f"{url}::data/archive",))).path.read_text()


@pytest.mark.parametrize(
    ("protocol", "archive"),
    [
        ("zip", zipped(NAMES)),
        ("tar", tarred(NAMES)),
        ("tar", gzip.compress(tarred(NAMES, "./"), mtime=0)),
        ("tar", bz2.compress(tarred(NAMES))),
        ("tar", lzma.compress(tarred(NAMES))),
    ],
)
def test_an_archive_is_fetched_and_opened_once_and_its_members_are_remembered(
    project: Path, server: Server, monkeypatch: pytest.MonkeyPatch, protocol: str, archive: bytes
) -> None:
    opened = []
    real = zipfile.ZipFile, members._places
    monkeypatch.setattr(zipfile, "ZipFile", lambda path: (opened.append(path), real[0](path))[1])
    monkeypatch.setattr(members, "_places", lambda path: (opened.append(path), real[1](path))[1])
    server.bodies["/a"] = archive
    wanted = [Wanted((f"{protocol}://{name}::{server.url}/a",)) for name in reversed(NAMES)]
    for _ in range(2):
        with Downloads(OPTIONS) as downloads:
            fetched = list(downloads.stream(wanted, len(wanted)))
        texts = [file.path.read_text() for file in fetched if isinstance(file, Fetched)]
        assert texts == NAMES[::-1]
    assert server.asked == ["/a"]
    assert len(opened) == 1
    assert list((files.cache_dir("downloads") / "unfinished").iterdir()) == []


def test_an_archive_that_failed_is_asked_for_once(downloads: Downloads, server: Server) -> None:
    wanted = [Wanted((f"zip://{k}::{server.url}/gone.zip",)) for k in range(9)]
    assert all("404" in str(error) for error in downloads.stream(wanted, 9))
    assert server.asked == ["/gone.zip"]


@pytest.mark.parametrize(
    ("bad", "pins"),
    [(b"busy", True), (b"busy", False), (zipped(NAMES)[:300], True), (zipped(NAMES[:3]), False)],
    ids=["a page", "a page, no pins", "a part", "an older one"],
)
def test_an_archive_that_is_of_no_use_as_it_is_remembered_is_asked_for_once_more(
    project: Path, server: Server, bad: bytes, pins: bool
) -> None:
    """Whoever left it: another row, an earlier limner, or `manifest add`."""
    server.bodies["/a"] = bad
    url = f"{server.url}/a"
    with Downloads(OPTIONS) as downloads:
        downloads.fetch(Wanted((url,)))
    server.bodies["/a"] = zipped(NAMES)
    wanted = [Wanted((f"zip://{name}::{url}",), digest(name.encode()) if pins else "") for name in NAMES[5:]]
    for _ in range(2):
        with Downloads(OPTIONS) as downloads:
            fetched = list(downloads.stream(wanted, len(wanted)))
        assert [file.path.read_text() for file in fetched if isinstance(file, Fetched)] == NAMES[5:]
    assert server.asked == ["/a", "/a"]


def test_an_archive_without_what_is_wanted_is_asked_about_once_a_run(project: Path, server: Server) -> None:
    server.bodies["/a"], server.headers["/a"] = zipped(NAMES), {"ETag": '"1"'}
    url = f"{server.url}/a"
    wrong = [Wanted((f"zip://{name}::{url}",), digest(b"other")) for name in NAMES]
    wanted = [*wrong, Wanted((f"zip://none::{url}",)), Wanted((f"zip://{NAMES[0]}::{url}",))]
    for run in range(3):
        with Downloads(OPTIONS) as downloads:
            fetched = list(downloads.stream(wanted, len(wanted)))
        assert [isinstance(file, Fetched) for file in fetched] == [False] * 31 + [True]
        assert len(server.asked) == run + 1
    assert [asked["If-None-Match"] for asked in server.requests] == [None, None, '"1"']  # it may have come spoilt, once


def test_an_archive_that_came_spoilt_is_asked_for_by_the_next_run(project: Path, server: Server) -> None:
    wanted = Wanted((f"zip://{NAMES[0]}::{server.url}/a",))
    server.bodies["/a"] = b"busy"
    with Downloads(OPTIONS) as downloads, pytest.raises(SourceError, match="cannot be read"):
        downloads.fetch(wanted)
    assert len(server.asked) == 1
    server.statuses["/a"] = [404]
    with Downloads(OPTIONS) as downloads, pytest.raises(SourceError, match=r"(?s)cannot be read.*answers 404"):
        downloads.fetch(wanted)
    server.bodies["/a"] = zipped(NAMES)
    with Downloads(OPTIONS) as downloads:
        assert downloads.fetch(wanted).path.read_text() == NAMES[0]


def test_an_archive_of_which_a_pinned_member_came_spoilt_comes_anew(project: Path, server: Server) -> None:
    """A tar has no sums of its own, so only the pin tells; and the server calls both of them the same version."""
    whole = tarred(NAMES)
    server.headers["/a"] = {"ETag": '"1"'}
    at = whole.rindex(NAMES[0].encode())
    server.bodies["/a"] = whole[:at] + bytes(4) + whole[at + 4 :]
    wanted = Wanted((f"tar://{NAMES[0]}::{server.url}/a",), digest(NAMES[0].encode()))
    with Downloads(OPTIONS) as downloads, pytest.raises(SourceError, match="is expected"):
        downloads.fetch(wanted)
    server.bodies["/a"] = whole
    with Downloads(OPTIONS) as downloads:
        assert downloads.fetch(wanted).path.read_text() == NAMES[0]


@pytest.mark.parametrize("pins", [True, False])
def test_members_are_of_the_archive_that_they_were_listed_in_though_it_changes(project: Path, pins: bool) -> None:
    """In each run, also when the archive is again what it was."""
    first = tarred(["a.txt"])
    at = first.rindex(b"a.txt")
    second = first[:at] + b"other" + first[at + 5 :] + bytes(1024)
    for now in (second, first):
        Path("data/a.tar").write_bytes(first)
        with Downloads(OPTIONS) as downloads:
            archive = downloads.fetch(Wanted(("data/a.tar",), digest(first) if pins else ""))
            if now != first:
                Path("data/a.tar").write_bytes(now)
            wanted = Wanted(("tar://a.txt::data/a.tar",), archive=archive.sha256)
            if pins or now == first:
                assert downloads.fetch(wanted).path.read_text() == "a.txt"
            else:
                with pytest.raises(SourceError, match="changed while it was read"):
                    downloads.fetch(wanted)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
def test_of_a_damaged_tar_the_members_before_the_damage_are_had_and_it_is_unpacked_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    names = [f"{k}.txt" for k in range(3000)]
    whole = pack(tarred(names))
    Path("data/archive").write_bytes(whole[: len(whole) // 2])
    opened = []
    unpack = members.Members._opened
    monkeypatch.setattr(members.Members, "_opened", lambda self, *of: opened.append(1) or unpack(self, *of))
    with Downloads(OPTIONS) as downloads:
        found = [*downloads.stream([Wanted((f"tar://{name}::data/archive",)) for name in names], len(names))]
    had = [isinstance(one, Fetched) for one in found]
    assert 300 < sum(had) < 3000
    assert had == sorted(had, reverse=True)
    assert "cannot be read to its end" in str(found[-1])
    assert len(opened) == 1


@pytest.mark.parametrize("body", LEADING_BACK.values(), ids=LEADING_BACK)
def test_of_a_tar_that_leads_back_the_members_before_are_had(project: Path, body: bytes) -> None:
    archive = tarred(["good.jpg"])[:1024] + body
    assert member(archive, "tar://good.jpg") == "good.jpg"
    with pytest.raises(SourceError, match="cannot be read to its end: a header in it"):
        member(archive, "tar://other.jpg")


@pytest.mark.parametrize("pack", [bytes, lzma.compress])
def test_of_a_tar_without_end_the_members_before_the_limit_are_had_and_it_is_unpacked_once(
    project: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 3)
    folder = tarfile.TarInfo("in")
    folder.type = tarfile.DIRTYPE
    Path("data/archive").write_bytes(pack(tarred(["a.jpg"])[:1024] + folder.tobuf() * 5 + tarred(["b.jpg"])))
    opened = []
    unpack = members.Members._opened
    monkeypatch.setattr(members.Members, "_opened", lambda self, *of: opened.append(1) or unpack(self, *of))
    with Downloads(OPTIONS) as downloads:
        wanted = [Wanted((f"tar://{name}::data/archive",)) for name in ("a.jpg", "in", "b.jpg", "c.jpg")]
        first, *others = downloads.stream(wanted, len(wanted))
    assert isinstance(first, Fetched)
    for other, words in zip(others, ("in is a folder in the archive", *["more than 3 members"] * 2), strict=True):
        assert words in str(other)
    assert len(opened) == 1
    assert list((files.cache_dir("downloads") / "unfinished").iterdir()) == []


def of_one_name(protocol: str, first: str, second: str) -> bytes:
    """An archive of two files whose texts are "first" and "second"."""
    stream = io.BytesIO()
    if protocol == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(first, "first")
            archive.writestr(second, "second")
        return stream.getvalue()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, text in ((first, b"first"), (second, b"second")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return stream.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("protocol", members.PROTOCOLS)
@pytest.mark.parametrize("names", [("a.jpg", "a.jpg"), ("./a.jpg", "a.jpg"), ("a.jpg", "./a.jpg")])
def test_of_two_members_of_one_name_the_last_is_had_as_it_is_listed(
    project: Path, protocol: str, names: tuple[str, str]
) -> None:
    archive = of_one_name(protocol, *names)
    Path("data/listed").write_bytes(archive)
    (good,) = [one for one in archives.members(Path("data/listed")) if not one.fault]
    assert good.name == names[1]
    assert [member(archive, url) for url in (good.url, f"{protocol}://a.jpg")] == ["second", "second"]


@pytest.mark.parametrize("protocol", members.PROTOCOLS)
@pytest.mark.parametrize("name", ["/a.jpg", "../a.jpg", "C:/a.jpg", "x/../a.jpg"])
def test_what_is_refused_for_its_name_takes_nobody_s_place(project: Path, protocol: str, name: str) -> None:
    """An absolute one means the same member, once it is taken for one within the archive."""
    archive = of_one_name(protocol, "a.jpg", name)
    Path("data/listed").write_bytes(archive)
    good, refused = archives.members(Path("data/listed"))
    assert (good.name, good.fault, refused.name, refused.refused) == ("a.jpg", "", name, True)
    assert [member(archive, url) for url in (good.url, f"{protocol}://./a.jpg")] == ["first", "first"]
    assert member(archive, f"{protocol}:///a.jpg") == "first"
    if name != "/a.jpg":
        with pytest.raises(SourceError, match="holds no"):
            member(archive, f"{protocol}://{name}")


def test_what_other_systems_say_of_a_member_makes_it_no_device(project: Path) -> None:
    """The same bits mean something else where a zip was not made on Unix."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("a.jpg")
        info.create_system, info.external_attr = 0, 0o020644 << 16 | 0x20
        archive.writestr(info, "good")
    Path("data/listed").write_bytes(stream.getvalue())
    assert [one.fault for one in archives.members(Path("data/listed"))] == [""]
    assert member(stream.getvalue(), "zip://a.jpg") == "good"


def test_of_long_names_in_an_archive_little_is_told(project: Path) -> None:
    """It is kept for every row."""
    Path("data/a.zip").write_bytes(zipped([f"{k}{'x' * 3000}/a.jpg" for k in range(8)]))
    with Downloads(OPTIONS) as downloads, pytest.raises(SourceError, match=r"allowed: 0xx.*xx/a.jpg, 1xx") as told:
        downloads.fetch(Wanted(("zip://y/a.jpg::data/a.zip",)))
    assert len(str(told.value)) < 5000


def test_few_zips_are_open_at_a_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may open but a thousand files or so, and a run may name more archives."""
    monkeypatch.setattr(members, "OPEN", 3)
    for k in range(12):
        Path(f"data/{k}.zip").write_bytes(zipped([f"{k}/a", f"{k}/b"]))
    wanted = [Wanted((f"zip://{k}/{name}::data/{k}.zip",)) for k in range(12) for name in "ab"]
    wanted += [Wanted((f"zip://nothing::data/{k}.zip",)) for k in range(12)]
    with Downloads(OPTIONS) as downloads:
        fetched = list(downloads.stream(wanted, len(wanted)))
        still = [file.path for file in psutil.Process().open_files() if file.path.endswith(".zip")]
    assert len(still) <= 3
    texts = [file.path.read_text() for file in fetched if isinstance(file, Fetched)]
    assert texts == [f"{k}/{name}" for k in range(12) for name in "ab"]
    assert all("holds no 'nothing'" in str(one) for one in fetched[24:])


def test_many_threads_ask_for_zips_of_which_one_is_open_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "OPEN", 1)
    for k in range(3):
        (tmp_path / f"{k}.zip").write_bytes(zipped([f"{k}"]))
    opened = members.Members(tmp_path, 600)

    def had(number: int) -> str:
        k, out = number % 3, tmp_path / f"out{number}"
        opened.copy(f"zip://{k}", tmp_path / f"{k}.zip", f"hash{k}", out)
        return out.read_text()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(had, range(60), timeout=20)) == [f"{number % 3}" for number in range(60)]
    opened.close()


def test_a_large_zip_of_what_cannot_be_packed_is_no_bomb(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "UNPACKED", 1)
    with zipfile.ZipFile("data/archive", "w") as archive:
        for k in range(8):
            archive.writestr(f"{k}.jpg", bytes([k]) * 1_000_000)
    with Downloads(OPTIONS) as downloads:
        wanted = [Wanted((f"zip://{k}.jpg::data/archive",)) for k in range(8)]
        assert all(isinstance(one, Fetched) for one in downloads.stream(wanted, len(wanted)))


def test_of_a_file_and_a_link_of_one_name_the_last_counts(project: Path) -> None:
    assert member(linked(tarfile.SYMTYPE)[:512] + tarred(["a.jpg"]), "tar://a.jpg") == "a.jpg"
    with pytest.raises(SourceError, match=r"a\.jpg is a link"):
        member(tarred(["a.jpg"])[:1024] + linked(tarfile.SYMTYPE), "tar://a.jpg")


def test_a_tar_whose_first_member_is_named_as_packed_files_begin(project: Path) -> None:
    assert member(tarred(["BZh9.txt", "b.txt"]), "tar://b.txt") == "b.txt"


class Full(io.BytesIO):
    """A file on a disk that takes no more."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, _: object) -> int:
        raise OSError(self._number, os.strerror(self._number))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE])
@pytest.mark.parametrize("written", ["*.tar", "copy-*"])
def test_a_full_disk_is_no_damage_of_the_archive(
    project: Path, monkeypatch: pytest.MonkeyPatch, number: int, written: str
) -> None:
    real = Path.open

    def opened(path: Path, mode: str = "r", **options: Any) -> Any:
        if mode == "wb" and path.match(written):
            real(path, mode).close()
            return Full(number)
        return real(path, mode, **options)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match=os.strerror(number)):
        member(gzip.compress(tarred(["a.txt"])), "tar://a.txt")
    assert list((files.cache_dir("downloads") / "unfinished").iterdir()) == []


def test_a_zip_unpacks_to_so_much_in_all(project: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for k in range(30):
            archive.writestr(f"{k}.jpg", bytes([k]) * 4_900_000)
    Path("data/archive").write_bytes(stream.getvalue())
    with Downloads(OPTIONS) as downloads:
        wanted = [Wanted((f"zip://{k}.jpg::data/archive",)) for k in range(30)]
        found = [*downloads.stream(wanted, len(wanted))]
    refused = [str(one) for one in found if isinstance(one, SourceError)]
    assert len(refused) == 10  # 20 times 4.9 MB are less than 100 MB
    assert all("unpacks to more than 100 MB (20 times scrape.max_megabytes)" in one for one in refused)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_words_behind_a_packed_tar_are_no_damage(project: Path, pack: Callable[[bytes], bytes]) -> None:
    assert member(pack(tarred(NAMES)) + b"\n", f"tar://{NAMES[-1]}") == NAMES[-1]


def packed_tars(folder: Path, count: int) -> list[tuple[Path, str]]:
    """Each of 10 KB, and its hash."""
    found = []
    for k in range(count):
        path = folder / f"{k}.tgz"
        path.write_bytes(gzip.compress(tarred([f"{k}/{name}" for name in NAMES[:6]])))
        found.append((path, f"hash{k}"))
    return found


def test_tars_that_lie_unpacked_make_way_for_others(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    opened = members.Members(tmp_path / "unpacked", 1100)  # 22 KB for all of them: two
    tars_ = packed_tars(tmp_path, 4)

    def had(k: int) -> list[str]:
        opened.copy(f"tar://{k}/{NAMES[0]}", *tars_[k], tmp_path / "out")
        assert (tmp_path / "out").read_text() == f"{k}/{NAMES[0]}"
        return sorted(path.name[4:-4] for path in (tmp_path / "unpacked").iterdir())

    assert [had(k) for k in (0, 1, 0, 2, 3, 3, 0)] == [
        *(["0"], ["0", "1"], ["0", "1"], ["0", "2"]),
        *(["2", "3"], ["2", "3"], ["0", "3"]),
    ]
    opened.close()
    assert list((tmp_path / "unpacked").iterdir()) == []


def test_many_threads_ask_for_tars_of_which_one_lies_unpacked_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    opened = members.Members(tmp_path / "unpacked", 600)
    tars_ = packed_tars(tmp_path, 3)

    def had(number: int) -> str:
        k, out = number % 3, tmp_path / f"out{number}"
        opened.copy(f"tar://{k}/{NAMES[number % 6]}", *tars_[k], out)
        return out.read_text()

    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(had, range(60), timeout=20))
    assert texts == [f"{number % 3}/{NAMES[number % 6]}" for number in range(60)]
    assert len(list((tmp_path / "unpacked").iterdir())) == 1


def test_a_packed_tar_for_which_the_disk_has_no_room_is_refused_and_the_run_goes_on(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("data/a.tgz").write_bytes(gzip.compress(tarred(["a.txt"])))
    Path("data/b.tar").write_bytes(tarred(["b.txt"]))
    usage = type(shutil.disk_usage("."))(10**12, 10**12 - 4 * 10**9, 4 * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with Downloads(OPTIONS) as downloads:
        refused, had = downloads.stream([Wanted(("tar://a.txt::data/a.tgz",)), Wanted(("tar://b.txt::data/b.tar",))], 2)
        assert "less than 5 GB of the disk would be left" in str(refused)
        assert isinstance(had, Fetched)
        assert not list(files.cache_dir("downloads").rglob("*.tar"))


def test_a_member_that_is_pinned_outlives_its_archive(downloads: Downloads) -> None:
    Path("data/a.zip").write_bytes(zipped(NAMES))
    free = Wanted((f"zip://{NAMES[0]}::data/a.zip",))
    digest = downloads.fetch(free).sha256
    Path("data/a.zip").unlink()
    assert downloads.fetch(Wanted(free.urls, digest)).path.read_text() == NAMES[0]


def linked(kind: bytes) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.jpg")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return stream.getvalue()


def long_header() -> bytes:
    """A tar whose name for its member is said to be 90 MB long."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 90_000_000
    return gzip.compress(info.tobuf() + bytes(info.size))


def zip_link() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("a.jpg")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return stream.getvalue()


def encrypted() -> bytes:
    body = bytearray(zipped(["a.jpg"]))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(mark) + place] |= 1
    return bytes(body)


def bomb(pack: Callable[[bytes], bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("a.jpg")
        info.size = 6_000_000
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    return pack(stream.getvalue())


def zip_bomb(said: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """6 MB of zeros, of which the directory says that they are `said` bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("a.jpg", bytes(6_000_000))
    body = stream.getvalue()
    return body.replace((6_000_000).to_bytes(4, "little"), said.to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("archive", "url", "words"),
    [
        (zipped(NAMES), "zip://in/31.txt", "holds no 'in/31.txt'; allowed: .*did you mean"),
        (zipped(NAMES), "zip://../in/1.txt", "holds no"),
        (tarred(NAMES), "tar:///etc/passwd", "holds no"),
        (zipped(NAMES), "tar://in/1.txt", "cannot be read"),
        (tarred(NAMES), "zip://in/1.txt", "cannot be read"),
        (b"", "tar://in/1.txt", "cannot be read|holds no"),
        (zipped(NAMES)[:-90], "zip://in/1.txt", "cannot be read"),
        (gzip.compress(tarred(NAMES))[:-90], "tar://in/29.txt", "cannot be read to its end"),
        (gzip.compress(tarred(NAMES))[:-8] + bytes(8), "tar://in/1.txt", "cannot be unpacked: .*incorrect data check"),
        (linked(tarfile.SYMTYPE), "tar://a.jpg", "is a link: put the file itself"),
        (linked(tarfile.LNKTYPE), "tar://a.jpg", "is a link: put the file itself"),
        (linked(tarfile.CHRTYPE), "tar://a.jpg", "is a device, not a file"),
        (long_header(), "tar://a.jpg", "header of .* bytes"),
        (zip_link(), "zip://a.jpg", "is a link: put the file itself"),
        (encrypted(), "zip://a.jpg", "encrypted"),
        (zip_bomb(6_000_000), "zip://a.jpg", "unpacks to 6.0 MB, and at most 5 are taken"),
        (zip_bomb(1000), "zip://a.jpg", "cannot be read"),
        (bomb(gzip.compress), "tar://a.jpg", "unpacks to 6.0 MB"),
        (lzma.compress(bytes(101_000_000), preset=0), "tar://a.jpg", "unpacks to more than 100 MB"),
        (zip_bomb(1000, zipfile.ZIP_BZIP2), "zip://a.jpg", "packed by a method that limner does not unpack: pack it"),
        (zip_bomb(1000, zipfile.ZIP_LZMA), "zip://a.jpg", "packed by a method that limner does not unpack: pack it"),
        (sparse(), "tar://a.jpg", f"a.jpg {archives.SPARSE}"),
        (zipped(NAMES), "rar://a", "allowed: zip://name"),
        pytest.param(tarred(["n" * 5000]), f"tar://{'n' * 5000}", "… is a name of 5000 characters", id="a long name"),
    ],
)
def test_what_cannot_be_had_of_an_archive_is_named(project: Path, archive: bytes, url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        member(archive, url)
    landed = [path for path in files.cache_dir("downloads").iterdir() if len(path.name) == 64]
    assert landed == []
    assert list((files.cache_dir("downloads") / "unfinished").iterdir()) == []
