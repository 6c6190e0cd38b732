"""Archives: the honest members are listed, the others named, and nothing is written anywhere."""

import bz2
import errno
import gzip
import io
import itertools
import lzma
import os
import random
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from limner.errors import MOST_NAME, SourceError
from limner.fetch import archives, tars
from limner.fetch.archives import members


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def tar(path: Path, entries: list[tarfile.TarInfo], pack: Callable[[bytes], bytes] = bytes) -> Path:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for info in entries:
            body = b"x" if info.isreg() else b""
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    path.write_bytes(pack(stream.getvalue()))
    return path


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"x")
    return path


def sized(size: int, kind: bytes = tarfile.REGTYPE, said: dict[str, str] | None = None) -> bytes:
    """The header of a loop.jpg, without what it says that follows."""
    info = entry("loop.jpg", kind)
    info.size, info.pax_headers = size, said or {}
    return info.tobuf(tarfile.PAX_FORMAT if said else tarfile.GNU_FORMAT) + bytes(1024)


LEADING_BACK = {
    "to itself": sized(-512),
    "before itself": sized(-1024),
    "by less than a header": sized(-1),
    "as what is unknown": sized(-512, b"Z"),
    "as words before a header": sized(-512, tarfile.XHDTYPE),
    "as a long name": sized(-512, tarfile.GNUTYPE_LONGNAME),
    "with holes": sized(-512, tarfile.GNUTYPE_SPARSE),
    "by words before it": sized(0, said={"size": "-512"}),
    "far, by words before it": sized(0, said={"size": "-1536"}),
    "by words before all": tarfile.TarInfo.create_pax_global_header({"size": "-512"}) + sized(0),
}
"""Tars whose header names the place of the next at itself or before."""


HOSTILE = {
    "../a.jpg": "leads out",
    "in/../../a.jpg": "leads out",
    "..\\a.jpg": "leads out",
    "/etc/a.jpg": "absolute path",
    "\\\\host\\a.jpg": "absolute path",
    "C:\\a.jpg": "absolute path",
    "ab::c.jpg": "no url can hold",
    "a::b.jpg": "no url can hold",
    "a\\n.jpg": "no url can hold",
    "in.zip": "archive in an archive",
    "in.TAR.GZ": "archive in an archive",
}


def faults(path: Path) -> dict[str, str]:
    return {one.name: one.fault for one in members(path)}


@pytest.mark.parametrize("make", [zipped, lambda path, names: tar(path, [entry(name) for name in names])])
def test_members_that_lead_elsewhere_are_named_and_the_others_listed(
    tmp_path: Path, make: Callable[[Path, list[str]], Path]
) -> None:
    litter = ["__MACOSX/._a.jpg", ".DS_Store", "in/.hidden/b.jpg", "Thumbs.db"]
    found = faults(
        make(tmp_path / "x", [*(name.replace("\\n", "\n") for name in HOSTILE), *litter, "good.jpg", "in/good.jpg"])
    )
    assert [name for name, fault in found.items() if not fault] == ["good.jpg", "in/good.jpg"]
    assert {name for name, fault in found.items() if fault} == set(HOSTILE)
    for name, words in HOSTILE.items():
        assert words in found[name]
    assert [path.name for path in tmp_path.rglob("*")] == ["x"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_links_and_devices_of_a_tar_however_it_is_packed(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    entries = [
        entry("folder", tarfile.DIRTYPE),
        entry("soft.jpg", tarfile.SYMTYPE, "/etc/passwd"),
        entry("hard.jpg", tarfile.LNKTYPE, "good.jpg"),
        entry("pipe.jpg", tarfile.FIFOTYPE),
        entry("disk.jpg", tarfile.BLKTYPE),
        entry("good.jpg"),
    ]
    found = {one.name: one for one in members(tar(tmp_path / "x", entries, pack))}
    assert found.pop("good.jpg") == archives.Member("good.jpg", "tar://good.jpg")
    assert {name: one.fault.split(":")[0] for name, one in found.items()} == {
        "soft.jpg": "is a link",
        "hard.jpg": "is a link",
        "pipe.jpg": "is a device, not a file",
        "disk.jpg": "is a device, not a file",
    }
    assert all(one.refused for one in found.values())


def test_links_and_encrypted_members_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("secret.jpg", b"x")
        archive.writestr("good.jpg", b"x")
    body = bytearray(path.read_bytes())
    for start in (body.find(b"PK\x01\x02"), body.find(b"PK\x01\x02", body.find(b"PK\x01\x02") + 1)):
        if body[start + 46 : start + 56] == b"secret.jpg":
            body[start + 8] |= 1
    path.write_bytes(bytes(body))
    found = faults(path)
    assert found["link.jpg"].startswith("is a link")
    assert found["secret.jpg"].startswith("is encrypted")
    assert found["good.jpg"] == ""


def test_a_list_of_a_zip_that_is_too_long_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "x.zip", [f"{k}.jpg" for k in range(5)])
    lying = path.read_bytes().replace(b"\5\0\5\0", b"\1\0\1\0")
    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
        large = zipped(tmp_path / "large.zip", [f"{k}.jpg" for k in range(5)]).read_bytes()
    assert zipfile.stringEndArchive64 in large
    monkeypatch.setattr(zipfile, "ZipFile", lambda _: pytest.fail("its list was made"))
    monkeypatch.setattr(tars, "MOST_MEMBERS", 4)
    for body in (path.read_bytes(), large, lying, lying[:-2] + b"\4\0note"):
        path.write_bytes(body)
        with pytest.raises(SourceError, match="more than 4 members"):
            list(members(path))
    monkeypatch.setattr(archives, "MOST_DIRECTORY", 200)
    with pytest.raises(SourceError, match="its list of members takes more than"):
        list(members(path))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_the_methods_that_a_zip_may_be_packed_by(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as archive:
        archive.writestr("a.jpg", b"x")
    good = method in archives.METHODS
    assert faults(tmp_path / "x.zip") == {"a.jpg": "" if good else archives.ODDLY_PACKED}


@pytest.mark.parametrize("end", [b"\n", bytes(600), b"\0\0words behind zeros", gzip.compress(b"", mtime=0)])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_what_stands_behind_the_end_of_a_packed_tar(tmp_path: Path, pack: Callable[[bytes], bytes], end: bytes) -> None:
    packed = tar(tmp_path / "x", [entry("a.jpg")]).read_bytes()
    (tmp_path / "x").write_bytes(pack(packed[:700]) + bytes(8) + pack(packed[700:]) + end)
    with tars.unpacked(tmp_path / "x") as stream:
        assert stream.read() == packed
    assert faults(tmp_path / "x") == {"a.jpg": ""}


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_packed_tar_is_read_by_pieces_and_by_leaps(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    body = random.Random(1).randbytes(70_000) + bytes(3 * tars.PIECE) + b"end"
    (tmp_path / "x").write_bytes(pack(body))
    with tars.unpacked(tmp_path / "x") as stream:
        assert stream.seek(2 * tars.PIECE) == stream.tell() == 2 * tars.PIECE
        assert stream.read() == body[2 * tars.PIECE :]
    (tmp_path / "x").write_bytes(pack(body)[:-9])
    with tars.unpacked(tmp_path / "x") as stream, pytest.raises(EOFError):
        stream.read()


def xz(memory: int) -> bytes:
    return lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": memory}])


def test_a_dictionary_of_xz_that_takes_all_memory(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(xz(1 << 26))  # as `xz -9` has it
    assert tars.unpacked(tmp_path / "x").read() == b"x"
    huge = bytearray(xz(1 << 26))
    place = huge.index(bytes([0x21, 1])) + 2  # what follows filter and length is the dictionary's size
    assert huge[place] == 28
    huge[place] = 40  # 4 GB
    head = 12, 12 + (huge[12] + 1) * 4 - 4
    huge[head[1] : head[1] + 4] = zlib.crc32(bytes(huge[slice(*head)])).to_bytes(4, "little")
    for body in (bytes(huge), xz(1 << 16) + huge):
        (tmp_path / "x").write_bytes(body)
        with pytest.raises(SourceError, match="more than 200 MB of memory") as caught:
            list(members(tmp_path / "x"))
        assert not isinstance(caught.value, archives.Damaged)


def test_an_archive_that_takes_all_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise MemoryError

    path = zipped(tmp_path / "x.zip", ["a.jpg"])
    monkeypatch.setattr(zipfile, "ZipFile", full)
    with pytest.raises(SourceError, match="more memory than there is"):
        list(members(path))


LATER = "stands in the archive again later, and that one counts"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", [zipped, lambda path, names: tar(path, [entry(name) for name in names])])
@pytest.mark.parametrize("names", [["a.jpg", "a.jpg"], ["a.jpg", "./a.jpg"], ["./a.jpg", "a.jpg"]])
def test_of_a_name_that_stands_twice_the_last_counts(
    tmp_path: Path, make: Callable[[Path, list[str]], Path], names: list[str]
) -> None:
    found = list(members(make(tmp_path / "x", names)))
    assert [(one.name, one.fault, one.refused) for one in found] == [(names[0], LATER, False), (names[1], "", False)]


@pytest.mark.parametrize(
    ("kinds", "faults"),
    [
        ([tarfile.DIRTYPE, tarfile.REGTYPE], [""]),
        ([tarfile.REGTYPE, tarfile.DIRTYPE], [LATER]),
        ([tarfile.SYMTYPE, tarfile.REGTYPE], [LATER, ""]),
        ([tarfile.REGTYPE, tarfile.SYMTYPE], [LATER, "is a link: put the file itself into the archive"]),
    ],
)
def test_a_file_under_the_name_of_a_folder_or_a_link(tmp_path: Path, kinds: list[bytes], faults: list[str]) -> None:
    found = members(tar(tmp_path / "x.tar", [entry("a.jpg", kinds[0]), entry("b.jpg"), entry("a.jpg", kinds[1])]))
    assert [one.fault for one in found if one.name == "a.jpg"] == faults


def test_a_zip_of_a_file_and_a_folder_of_one_name(tmp_path: Path) -> None:
    assert faults(zipped(tmp_path / "x.zip", ["a.jpg/", "a.jpg"])) == {"a.jpg": ""}
    assert faults(zipped(tmp_path / "x.zip", ["a.jpg", "a.jpg/"])) == {"a.jpg": LATER}


@pytest.mark.parametrize("name", ["PK\x03\x04.jpg", "PK.jpg", "BZh9.jpg"])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_is_one_whatever_its_first_member_is_named(tmp_path: Path, name: str, form: int) -> None:
    (tmp_path / "x.tar").write_bytes(entry(name).tobuf(form) + bytes(1024))
    (found,) = members(tmp_path / "x.tar")
    assert found.url.startswith("tar://")


def test_a_tar_from_before_it_said_so(tmp_path: Path) -> None:
    head = bytearray(entry("PKs.jpg").tobuf())
    head[257:] = bytes(len(head) - 257)
    head[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(head))[0]
    (tmp_path / "x.tar").write_bytes(bytes(head) + bytes(1024))
    assert faults(tmp_path / "x.tar") == {"PKs.jpg": ""}


@pytest.mark.parametrize("body", [b"", b"no archive", b"PK\x03\x04", b"\x1f\x8b\x08" + bytes(40)])
def test_what_is_no_archive(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(body)
    with pytest.raises(SourceError, match="no archive that can be read"):
        list(members(tmp_path / "x.zip"))


def test_a_tar_with_a_zip_at_its_end_is_a_tar(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "in.zip", ["c.jpg"]).read_bytes()
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, body in (("a.jpg", b"x"), ("in.zip", inner)):
            info = entry(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    (tmp_path / "x.tar").write_bytes(stream.getvalue())
    assert faults(tmp_path / "x.tar") == {"a.jpg": "", "in.zip": "is an archive in an archive: unpack it yourself"}


def test_a_zip_behind_something_else_is_a_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.exe", ["a.jpg"])
    path.write_bytes(b"MZ" + bytes(1000) + path.read_bytes())
    assert faults(path) == {"a.jpg": ""}


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_spoilt_bytes_are_named(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    names = [entry(f"{k * 7919 % 1009}.jpg") for k in range(500)]
    whole = bytearray(tar(tmp_path / "x.tgz", names, pack).read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 20] = bytes(20)
    (tmp_path / "x.tgz").write_bytes(bytes(whole))
    with pytest.raises(SourceError, match="read to its end"):
        list(members(tmp_path / "x.tgz"))


def test_names_that_cannot_be_are_named(tmp_path: Path) -> None:
    body = zipped(tmp_path / "x.zip", ["abc.jpg"]).read_bytes()
    place = body.index(b"PK\x01\x02")
    nameless = body[: place + 28] + bytes(2) + body[place + 30 :].replace(b"abc.jpg", b"", 1)
    (tmp_path / "x.zip").write_bytes(nameless)
    with pytest.raises(SourceError, match="read to its end"):
        list(members(tmp_path / "x.zip"))


def test_what_stands_before_the_damage_is_listed(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tgz", [entry(f"{k}.jpg") for k in range(500)], gzip.compress)
    path.write_bytes(path.read_bytes()[:-200])
    found = []
    with pytest.raises(SourceError, match="read to its end"):
        found.extend(members(path))
    assert 0 < len(found) < 500


def test_an_endless_list_and_an_endless_header_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 3)
    found = []
    with pytest.raises(SourceError, match="more than 3 members") as caught:
        found.extend(members(zipped(tmp_path / "x.zip", [f"{k}.jpg" for k in range(5)])))
    assert found == []  # all of a zip's list is made at once
    assert not isinstance(caught.value, archives.Damaged)
    long = entry("a.jpg")
    long.pax_headers = {"comment": "x" * 2_000_000}
    with pytest.raises(SourceError, match="a header of"):
        list(members(tar(tmp_path / "x.tgz", [long], gzip.compress)))


@pytest.mark.parametrize("pack", [bytes, lzma.compress])
def test_endless_folders_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 3)
    folders = [entry("in", tarfile.DIRTYPE)] * 5
    found = []
    with pytest.raises(SourceError, match="more than 3 members"):
        found.extend(members(tar(tmp_path / "x.tar", [entry("a.jpg"), *folders, entry("b.jpg")], pack)))
    assert [one.name for one in found] == ["a.jpg"]


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
def test_of_a_name_without_end_its_beginning_is_told(tmp_path: Path, kind: bytes) -> None:
    names = ["n" * MOST_NAME, "m" * 900_000, "a.jpg"]
    exact, long, good = members(tar(tmp_path / "x.tar", [entry(names[0]), entry(names[1], kind), entry(names[2])]))
    assert (exact.name, exact.fault, good.name, good.fault) == (names[0], "", "a.jpg", "")
    assert (long.name, long.url) == (f"{'m' * 100}…", f"tar://{'m' * 100}…")
    assert long.fault == "has a name of 900000 characters, and at most 4000 are read"
    assert long.refused


def test_headers_that_are_too_much_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tar(tmp_path / "x.tar", [entry(f"{k}.jpg") for k in range(5)])
    monkeypatch.setattr(tars, "MOST_HEADERS", 4 * tarfile.BLOCKSIZE)
    found = []
    with pytest.raises(SourceError, match="its headers take more than"):
        found.extend(members(path))
    assert 0 < len(found) < 5
    sparse = tarfile.TarInfo("a.jpg")
    sparse.type = tarfile.GNUTYPE_SPARSE
    head = bytearray(sparse.tobuf())
    head[482] = 1  # others follow that tell where its holes are
    head[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(head))[0]
    path.write_bytes(lzma.compress(bytes(head) + b"1".rjust(tarfile.BLOCKSIZE, b"0") * 4000))
    monkeypatch.undo()
    with pytest.raises(SourceError, match="a header of"):
        list(members(path))


def test_what_is_told_of_all_members_is_looked_at_for_each(tmp_path: Path) -> None:
    body = tar(tmp_path / "x.tar", [entry(f"{k}.jpg") for k in range(5)]).read_bytes()
    for count in (tars.MOST_SHARED, tars.MOST_SHARED + 1):
        shared = tarfile.TarInfo.create_pax_global_header({f"key{k}": "x" for k in range(count)})
        (tmp_path / f"{count}.tar").write_bytes(shared + body)
    assert len(faults(tmp_path / f"{tars.MOST_SHARED}.tar")) == 5
    with pytest.raises(SourceError, match="things of all its members"):
        list(members(tmp_path / f"{tars.MOST_SHARED + 1}.tar"))


@pytest.mark.parametrize("body", LEADING_BACK.values(), ids=LEADING_BACK)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("names", [[], ["good.jpg"]])
def test_a_tar_that_leads_back_ends(
    tmp_path: Path, body: bytes, pack: Callable[[bytes], bytes], names: list[str]
) -> None:
    before = tar(tmp_path / "x.tar", [entry(name) for name in names]).read_bytes()[: 1024 * len(names)]
    (tmp_path / "x.tar").write_bytes(pack(before + body))
    found = []
    with pytest.raises(SourceError, match="read to its end: a header in it"):
        found.extend(members(tmp_path / "x.tar"))
    assert [one.name for one in found] == names


def pax(payload: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A tar of good.jpg, of which a pax header says `payload`."""
    head = entry("x", kind)
    head.size = len(payload)
    padded = payload.ljust(-(-len(payload) // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE, b"\0")
    return head.tobuf() + padded + entry("good.jpg").tobuf() + bytes(1024)


ODD = {
    "a number without end": b"1" * 990_000,
    "a number without end, well said": b"990015 comment=" + b"1" * 989_999 + b"\n",
    "a key for each byte": b"2 " * 490_000 + b"=",
    "a length of nothing": b"4 a\n",
    "nothing before the sign": b"5 =x\n",
    "no line's end": b"6 a=xy",
    "a length past the end": b"2000 a=x\n",
    "words": b"only words",
}


@pytest.mark.parametrize("said", ODD.values(), ids=ODD)
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE])
def test_a_pax_header_is_looked_at_before_the_parser_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, kind: bytes
) -> None:
    monkeypatch.setattr(tarfile.TarInfo, "_proc_pax", lambda *_: pytest.fail("the parser saw it"))
    before = tar(tmp_path / "x.tar", [entry("before.jpg")]).read_bytes()[:1024]
    (tmp_path / "x.tar").write_bytes(before + pax(said, kind))
    found = []
    with pytest.raises(archives.Damaged, match="read to its end: a header in it"):
        found.extend(members(tmp_path / "x.tar"))
    assert [one.name for one in found] == ["before.jpg"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (b"21 path=in/other.jpg\n", "in/other.jpg"),
        (b"21 path=in/other.jpg\n6 a=b\n5 c=\n", "in/other.jpg"),
        (b"30 mtime=1700000000.123456789\n" + b"\0" * 9, "good.jpg"),
        (b"265 path=%b.jpg\n" % (b"1" * 251), "1" * 251 + ".jpg"),
        (b"", "good.jpg"),
    ],
)
def test_what_a_pax_header_may_say(tmp_path: Path, said: bytes, name: str) -> None:
    (tmp_path / "x.tar").write_bytes(pax(said))
    assert faults(tmp_path / "x.tar") == {name: ""}


def test_a_tar_that_unpacks_to_more_than_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MOST_BYTES", 2)
    with pytest.raises(SourceError, match="unpacks to more than"):
        list(members(tar(tmp_path / "x.tar", [entry(f"{k}.jpg") for k in range(5)])))


def test_a_packed_tar_is_listed_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = entry("b.jpg")
    huge.size = tars.MOST_UNPACKED + 1
    body = tar(tmp_path / "x.tar", [entry("a.jpg")]).read_bytes()[:1024] + huge.tobuf()
    monkeypatch.setattr(tars._Unpacked, "seek", lambda *_: pytest.fail("it was unpacked"))
    (tmp_path / "x.tar").write_bytes(bz2.compress(body))
    found = []
    with pytest.raises(SourceError, match="unpacks to more than 25 GB"):
        found.extend(members(tmp_path / "x.tar"))
    assert [one.name for one in found] == ["a.jpg"]
    (tmp_path / "x.tar").write_bytes(body)  # is not unpacked to be listed, and ends too soon
    with pytest.raises(SourceError, match="read to its end"):
        list(members(tmp_path / "x.tar"))


def test_to_skip_what_unpacks_slowly_takes_so_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = itertools.count()
    monkeypatch.setattr(tars, "monotonic", lambda: next(clock))  # a second for each look
    monkeypatch.setattr(tars, "STEP", 1000)
    long = entry("a.jpg")
    long.size = 1_000_000
    (tmp_path / "x.tar").write_bytes(gzip.compress(long.tobuf() + bytes(long.size + 1024)))
    with pytest.raises(SourceError, match="takes more than 600 s") as caught:
        list(members(tmp_path / "x.tar"))
    assert not isinstance(caught.value, archives.Damaged)
    assert next(clock) < 700


def test_names_are_counted_by_their_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MOST_NAMES", 8000)
    letters, emoji = (tar(tmp_path / end, [entry(f"{k}{'n' * 900}{end}") for k in range(5)]) for end in "e\U0001f642")
    assert len(faults(letters)) == 5
    with pytest.raises(SourceError, match="names take more than"):
        list(members(emoji))


def sparse() -> bytes:
    """A tar whose a.jpg has a hole, which is left out."""
    info = entry("a.jpg", tarfile.GNUTYPE_SPARSE)
    head = bytearray(info.tobuf())
    head[386:410], head[483:495] = b"%011o\0" % 0 + b"%011o\0" % 0, b"%011o\0" % 9000
    head[148:156] = b"%06o\0 " % tarfile.calc_chksums(bytes(head))[0]
    return bytes(head) + bytes(1024)


def test_a_sparse_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(sparse())
    assert faults(tmp_path / "x.tar") == {"a.jpg": archives.SPARSE}


@pytest.mark.parametrize(
    ("url", "is_one"),
    [("a.zip", True), ("A.TGZ", True), ("http://h/a.tar.xz?x=1", True), ("http://h/a?x=.zip", False), ("a.jpg", False)],
)
def test_archives_by_name(url: str, is_one: bool) -> None:
    assert archives.is_archive(url) is is_one


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_that_no_more_files_can_be_opened_is_no_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    path = zipped(tmp_path / "a.zip", ["a.jpg"])

    def refuse(_: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(archives, "opened_zip", refuse)
    with pytest.raises(OSError, match=os.strerror(number)):
        list(members(path))


def two_tars(path: Path) -> bytes:
    return b"".join(tar(path, [entry(name)]).read_bytes() for name in ("a.jpg", "b.jpg"))


def two_packed(path: Path) -> bytes:
    return b"".join(tar(path, [entry(name)], gzip.compress).read_bytes() for name in ("a.jpg", "b.jpg"))


def a_hole(path: Path) -> bytes:
    whole = tar(path, [entry("a.jpg"), entry("b.jpg"), entry("c.jpg")]).read_bytes()
    return whole[:1024] + bytes(512) + whole[1536:]


def two_zips(path: Path) -> bytes:
    return b"".join(zipped(path, [name]).read_bytes() for name in ("b.jpg", "a.jpg"))


@pytest.mark.parametrize("make", [two_tars, two_packed, a_hole, two_zips])
def test_what_lies_behind_an_end_is_not_passed_over_in_silence(tmp_path: Path, make: Callable[[Path], bytes]) -> None:
    path = tmp_path / "x"
    path.write_bytes(make(path))
    listed = members(path)
    assert next(listed).name == "a.jpg"
    with pytest.raises(archives.Damaged, match="join"):
        next(listed)


def test_zeros_behind_the_end_and_words_before_a_zip_are_nothing_missing(tmp_path: Path) -> None:
    path = tar(tmp_path / "x", [entry("a.jpg")])
    with path.open("r+b") as stream:  # old bytes of a buffer, as POSIX allows
        stream.seek(-3000, 2)
        stream.write(bytes(range(1, 256)) * 10)
    assert faults(path) == {"a.jpg": ""}
    path.write_bytes(path.read_bytes() + bytes(700_000))
    assert faults(path) == {"a.jpg": ""}
    path = zipped(tmp_path / "y", ["a.jpg"])
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert faults(path) == {"a.jpg": ""}
