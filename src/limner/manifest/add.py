"""A source as rows of a manifest: what a person points at, made into explicit rows that a build can pin."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from limner import tables
from limner.errors import SourceError, tellable
from limner.fetch import answers, archives
from limner.fetch.archives import Member
from limner.fetch.downloads import Fetched, Wanted
from limner.fetch.sources import chained, local
from limner.fetch.tars import counted
from limner.fetch.web import Web
from limner.manifest import check, commons, kinds, listing, page
from limner.manifest.found import Found, kept, name_of
from limner.manifest.sheet import Sheet
from limner.scrape import beginnings, expand
from limner.scrape.homes import FOLDER, homes
from limner.scrape.ids import Ids, plain
from limner.scrape.manifests import Row, address, named
from limner.tables import Problem

STATED = ("license", "author", "credit")
"""Columns of which a picture's source may tell, or else whoever adds it."""
WIKIS = (".wikimedia.org", ".wikipedia.org")


@dataclass(frozen=True)
class Source:
    """What a person points at, and how it is to be read."""

    url: str
    selector: str = ""
    """Of a page's pictures."""
    onward: str = ""
    """Selector of the link to a page's next."""
    depth: int = 0
    """How many further pages, or levels of subcategories."""
    width: int = 0
    """Pixels across of a wiki's pictures; 0: as they were uploaded."""
    api: str = ""
    """Of the wiki, if it is not Commons."""


def find(source: Source, web: Web, fetch: Callable[[Wanted], Fetched]) -> Iterator[Found | Problem]:
    """The pictures and videos that a source leads to.

    Args:
        source: a folder, a pattern of paths, a file, an archive, any url, a web page, or a wiki's category.
        web: asks for pages, and a wiki.
        fetch: gets an archive, to list it.

    Raises:
        SourceError: the source cannot be read at all, or leads to more than any archive may hold (`counted`).
    """
    url = source.url
    if not url.strip():
        raise SourceError("the source is empty: name a folder, a file, an archive or a url")
    if not tellable(url):
        raise SourceError(f"{ascii(url)[1:-1]} {expand.UNTELLABLE}")
    http = url.startswith(("http://", "https://"))
    if http:
        answers.address(url)  # refuses what is none
    title = commons.title_of(url)
    api = _api(source) if title else ""
    if api and (named := commons.resolve(web, title, api)):
        if source.selector or source.onward:
            raise SourceError(f"{url} is no web page to limner but a wiki's: --selector and --next are not for it")
        return counted(commons.photos(web, named, api, source.width, source.depth))
    if source.width or source.api:
        raise SourceError(f"{url} is no wiki's category: --width and --api are of such")
    if api and not http:
        raise SourceError(f"{url} names no category and no file: write commons:Category:... or commons:File:...")
    # A wiki's page may be named as the file is that it tells of.
    is_file = not api and (kinds.by_name(url) or archives.is_archive(url))
    if http and (source.selector or source.onward or not is_file):
        if source.depth and not source.onward:
            raise SourceError(f"{url}: --depth counts the pages that --next leads to: give its CSS selector too")
        return counted(_page(source, web, fetch))
    if source.selector or source.onward or source.depth:
        raise SourceError(f"{url} is no web page: --selector, --next and --depth are of such")
    path = local(url)
    if path is not None:
        url = _short(path)
        try:
            there = path.exists()
        except OSError as error:
            raise SourceError(f"{url} cannot be read: {error.strerror or error}") from error
        if not (there or expand.is_pattern(path)):
            raise SourceError(f"{url} is not there")
    else:
        check.verify_address(url)
    if link := chained(url):
        try:
            check.verify_member(url, *link, check.members_of)
        except OSError as error:
            raise SourceError(f"{url} cannot be read: {error.strerror or error}") from error
    many = expand.inside(Row(id="", person="", url=url), fetch)
    if many is not None:
        return _files(many)
    if path is None and not http and chained(url) is None and ("*" in url or not kinds.by_name(url)):
        return counted(_files(listing.files(url, web.manners.max_seconds)))
    return iter([Found(url, name_of(url), kinds.by_name(url) or (_looked_at(url, path) if path else "photo"))])


def _looked_at(url: str, path: Path) -> str:
    """photo or video, of a file here whose name tells neither.

    Raises:
        SourceError: its first bytes do not tell either.
    """
    try:
        kind = beginnings.kind(beginnings.first(path))
    except OSError as error:
        raise SourceError(f"{url} cannot be read: {error.strerror or error}") from error
    if not kind:
        read = ", ".join(expand.FILES)
        raise SourceError(f"{url} is no photo, no video and no archive that limner reads ({read}), nor begins as one")
    return kind


def append(sheet: Sheet, found: Iterable[Found], common: Row, taken: Iterable[str] = ()) -> list[str]:
    """Add a row for each picture that the manifest has not of that person. Of the others what is said of them all fills
    in what is empty, and they may become the reference.

    Args:
        sheet: is changed, and not yet written.
        found: in the order in which they shall stand.
        common: person, split, every, license, author, credit and reference of all of them; what a picture's source
            says of it comes first.
        taken: further ids that none of them may get.

    Returns:
        the ids of the new rows.
    """
    ids = Ids([*taken, *sheet.cells("id")])
    there = zip(map(address, sheet.cells("url")), map(named, sheet.cells("person")), strict=True)
    rows = {key: row for row, key in enumerate(there)}
    added = []
    for one in found:
        key = (address(one.url), common.person)
        film = one.kind == "video"
        said = {
            "every": str(common.every) if film and common.every > 1 else "",
            "split": common.split,
            **{name: getattr(one, name) or getattr(common, name) for name in STATED},
        }
        if key in rows:
            if common.reference:
                sheet.fill(rows[key], "reference", common.reference)
            for name, cell in said.items():
                if cell and getattr(common, name) and not sheet.cell(rows[key], name):
                    sheet.fill(rows[key], name, cell)
            continue
        row = {
            "id": ids.give(plain(common.person), one.name, one.url),
            "person": common.person,
            "kind": one.kind,
            "url": one.url,
            **said,
            "reference": "" if film else common.reference,
        }
        rows[key] = sheet.append(row)
        added.append(row["id"])
    return added


def ids_beside(path: Path) -> tuple[list[str], list[Problem]]:
    """The ids of the manifests beside one, since they are unique over all that a build reads; and what is wrong there.

    What cannot be read is of no concern here, but that its ids are not known.
    """
    ids: list[str] = []
    problems = []
    for other in sorted(other for home in homes() for other in Path(home / FOLDER).glob("*.csv")):
        if other.name.startswith(".") or other.resolve() == path.resolve():  # the former is half written
            continue
        try:
            columns, lines = tables.rows(other)
            if "id" in columns:  # that of the model files has none
                ids += [line["id"].strip() for line in lines]
        except SourceError as error:
            problems.append(Problem(other.as_posix(), "noted", f"{error}: new rows may get ids that it has"))
    return ids, problems


def _api(source: Source) -> str:
    if source.api or source.url.startswith("commons:"):
        return source.api or commons.API
    host = (urlsplit(source.url).hostname or "").replace(".m.", ".")  # the wikis' pages for telephones
    return f"https://{host}/w/api.php" if host.endswith(WIKIS) else ""


def _page(source: Source, web: Web, fetch: Callable[[Wanted], Fetched]) -> Iterator[Found | Problem]:
    try:
        yield from page.gallery(web, source.url, source.selector or "img", source.onward, source.depth)
    except page.NoPage as error:
        if error.media in kinds.ARCHIVES or archives.is_archive(error.name):
            row = Row(id="", person="", url=source.url)
            yield from _files(expand.members(row, fetch(Wanted((source.url,)))))
            return
        kind = kinds.by_type(error.media) or kinds.by_name(error.name)
        if not kind:
            raise
        yield Found(source.url, PurePosixPath(error.name).stem or name_of(source.url), kind)


def _files(many: Iterable[Member]) -> Iterator[Found | Problem]:
    for one in many:
        kind = kinds.by_name(one.name)
        if one.fault:
            what = expand.Damage if one.damaged else Problem
            yield what(one.name or one.url, "failed" if one.refused else "skipped", one.complaint)
        elif not kind:
            yield Problem(one.name, "skipped", f"{one.url} is no photo and no video that limner reads, by its name")
        else:
            yield kept(Found(one.url, str(PurePosixPath(one.name).with_suffix("")), kind))


def _short(path: Path) -> str:
    """A path as the project's folder sees it: a manifest is read on other machines too."""
    here = Path.cwd()
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def refuse_reference(found: Sequence[Found]) -> None:
    """Make sure that these can be a person's reference.

    Raises:
        SourceError: they are not just one photo.
    """
    if len(found) != 1 or found[0].kind != "photo":
        raise SourceError(f"--reference is for one photo, and these are {len(found)} files: name one of them")
