"""What an archive holds. It is only ever listed: no path that it names is written to."""

import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from limner.errors import MOST_NAME, SourceError, tellable
from limner.fetch import limits, tars
from limner.fetch.tars import CarefulTar, counted

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What systems put into archives unasked, beside files that begin with a dot."""
DAMAGES = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, NotImplementedError),
    *(ValueError, IndexError, RuntimeError, MemoryError),
)
"""What reading a damaged archive ends in, names that cannot be decoded among it."""
MOST_DIRECTORY = 50 * 10**6
"""Bytes of a zip's list of its members: in memory, its names may take four times as many."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How a zip's members may be packed: Python unpacks the others without a limit, and photos gain nothing by them."""
LINK = "is a link: put the file itself into the archive"
DEVICE = "is a device, not a file"
ODDLY_PACKED = "is packed by a method that limner does not unpack: pack it anew as an ordinary zip"
SPARSE = "is a sparse file, of which the archive leaves out the holes: pack it anew, without tar's -S"
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
"""How a zip begins: with a member, with its end if it holds none, or as a part of many."""


@dataclass(frozen=True)
class Member:
    """One of many files: in an archive, a folder, or what a pattern matches."""

    name: str
    """Relative to where it lies."""
    url: str
    """In an archive `zip://NAME` or `tar://NAME`; the archive's own url comes behind it, after `::`."""
    fault: str = ""
    """Why it cannot be used."""
    refused: bool = False
    """Whether the fault is that it could do harm, or cannot be read, rather than that it is of no use."""
    damaged: bool = False
    """Whether it stands for all that lies behind the damage of an archive."""
    archive: str = ""
    """The hash of the archive that it was listed in."""

    @property
    def complaint(self) -> str:
        """Its fault as a sentence; without a name it is the archive's own."""
        return f"{self.url} {self.fault}" if self.name else f"{self.url}: {self.fault}"


class Damaged(SourceError):
    """An archive that cannot be read to its end, as one is that came in part; what is too large is whole."""


def is_archive(url: str) -> bool:
    """Whether a url or a path ends as an archive does."""
    bare = re.sub(r"[?#].*", "", url) if "://" in url else url
    return bare.lower().endswith(SUFFIXES)


def members(path: Path) -> Iterator[Member]:
    """The files in a zip or tar, whatever its name, in its order; folders and litter are left out.

    Of a name that stands twice the last is taken, as unpacking does: `tar rf` appends a newer version. What has an
    unsafe name takes nobody's place.

    Raises:
        Damaged: it is neither, or damaged; the members before are yielded.
        SourceError: it is too large to be listed; likewise.
    """
    protocol, entries = ("zip", _zip(path)) if _is_zip(path) else ("tar", _tar(path))
    found: list[tuple[str, str | None]] = []
    end: SourceError | None = None
    try:
        for name, fault in counted(entries):
            long = f"has a name of {len(name)} characters, and at most {MOST_NAME} are read"
            found.append((name, fault) if len(name) <= MOST_NAME else (f"{name[:100]}…", long))
    except SourceError as error:
        end = error
    except DAMAGES as error:
        limits.pass_on(error)
        end = Damaged(f"it is no archive that can be read to its end: {reason(error)}")
    last = {plain(name): number for number, (name, _) in enumerate(found) if not unsafe(name)}
    for number, (name, fault) in enumerate(found):
        harm = unsafe(name)
        litter = any(part in LITTER or part.startswith(".") for part in PurePosixPath(name).parts)
        if fault is None or (litter and not harm):
            continue
        told = name if tellable(name) else ascii(name)[1:-1]
        url, why = f"{protocol}://{told}", harm or fault
        if not harm and last[plain(name)] != number:
            yield Member(told, url, "stands in the archive again later, and that one counts")
        elif not why and is_archive(name):
            yield Member(told, url, "is an archive in an archive: unpack it yourself")
        else:
            yield Member(told, url, why, bool(why))
    if end:
        raise end


def reason(error: Exception) -> str:
    """Of one of `DAMAGES`, in words: some have none of their own."""
    if isinstance(error, MemoryError):
        return "it takes more memory than there is"
    return str(error) or ("its end is missing" if isinstance(error, EOFError) else type(error).__name__)


def plain(name: str) -> str:
    """By what a member is known, as `tar czf x.tgz .` writes ./name: of two that are known by one, the last counts."""
    return name.removeprefix("./").strip("/")


def _is_zip(path: Path) -> bool:
    """By its beginning, as a tar may end in a zip that it holds; a zip, though, may have something else before it."""
    first = _beginning(path)
    if _is_tar(first):  # whatever its first member is named
        return False
    return first.startswith(ZIPS) or (not first.startswith(tuple(tars.PACKERS)) and zipfile.is_zipfile(path))


def is_packed(path: Path) -> bool:
    """Whether a tar is compressed."""
    first = _beginning(path)
    return not _is_tar(first) and first.startswith(tuple(tars.PACKERS))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(tarfile.BLOCKSIZE)


def _is_tar(first: bytes) -> bool:
    """Whether a file that begins so says that it is a tar; those of before 1988 do not."""
    return first[257:262] == b"ustar"


def unsafe(name: str) -> str:
    """Why a member's name cannot be trusted, or nothing."""
    slashed = name.replace("\\", "/")  # which separates folders on Windows
    if slashed.startswith("/") or re.match(r"[A-Za-z]:(?!:)", name):
        return "has an absolute path: members lie below the archive's top"
    if ".." in slashed.split("/"):
        return "leads out of the archive by `..`"
    if "::" in name or not tellable(name):
        return "has characters in its name that no url can hold"
    return ""


def opened_zip(path: Path) -> tuple[zipfile.ZipFile, Damaged | None]:
    """A zip, whose list of members is looked at before Python makes something large of each; and why they may not be
    all, if another zip is before it: two were joined, or one that holds it came without its end.

    Raises:
        SourceError: it is too large.
    """
    damage = None
    with path.open("rb") as stream:
        if end := zipfile._EndRecData(stream):  # type: ignore[attr-defined]  # as `ZipFile` itself begins
            signature, *_, size, offset, _, _, place = end
            if size > MOST_DIRECTORY:
                raise SourceError(f"its list of members takes more than {MOST_DIRECTORY / 1e6:g} MB")
            if signature == zipfile.stringEndArchive64:  # type: ignore[attr-defined]
                place -= zipfile.sizeEndCentDir64 + zipfile.sizeEndCentDir64Locator  # type: ignore[attr-defined]
            stream.seek(max(place - size, 0))
            # Not how many it says: Python goes by how many there are.
            if stream.read(size).count(b"PK\x01\x02") > tars.MOST_MEMBERS:
                raise SourceError(f"it holds more than {tars.MOST_MEMBERS} members")
            stream.seek(0)
            if place - size > offset and stream.read(4) == ZIPS[0]:
                damage = Damaged("only its last part is read, as another zip is before it: join or pack them anew")
    return zipfile.ZipFile(path), damage


def _zip(path: Path) -> Iterator[tuple[str, str | None]]:
    archive, damage = opened_zip(path)
    with archive:
        yield from ((entry.filename, fault_in_zip(entry)) for entry in archive.infolist())
    if damage:
        raise damage


def _tar(path: Path) -> Iterator[tuple[str, str | None]]:
    packed = is_packed(path)
    with tars.unpacked(path) if packed else path.open("rb") as stream, CarefulTar(stream, packed) as archive:
        yield from ((entry.name, fault_in_tar(entry)) for entry in archive)


def fault_in_zip(entry: zipfile.ZipInfo) -> str | None:
    """Why an entry is no file for us, as the end of a sentence: an empty text if it is one, None for a folder."""
    mode = entry.external_attr >> 16 if entry.create_system == 3 else 0  # those of other systems mean something else
    if stat.S_ISLNK(mode):
        return LINK
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return DEVICE
    if entry.is_dir():
        return None
    if entry.flag_bits & 1:
        return "is encrypted: unpack the archive yourself, with its password"
    return "" if entry.compress_type in METHODS else ODDLY_PACKED


def fault_in_tar(entry: tarfile.TarInfo) -> str | None:
    """As `fault_in_zip`."""
    if entry.issym() or entry.islnk():
        return LINK
    if entry.isdir():
        return None
    if not entry.isreg():
        return DEVICE
    return SPARSE if entry.issparse() else ""
