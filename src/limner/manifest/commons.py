"""The photos and videos of a Wikimedia Commons category (or of any MediaWiki), with licence, author and attribution."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import PurePosixPath
from time import sleep
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from selectolax.lexbor import LexborHTMLParser

from limner.errors import MOST_NAME, SourceError, tellable
from limner.fetch import manners, tars
from limner.fetch.manners import Budget
from limner.fetch.web import Web
from limner.manifest import kinds
from limner.manifest.found import Found
from limner.tables import Problem

API = "https://commons.wikimedia.org/w/api.php"
NAMESPACES = {6: "File", 14: "Category"}
"""By their numbers, what every wiki understands besides the names of its own language."""
LEADS = re.compile(r"Special:(?:FilePath|Redirect/file)/", re.IGNORECASE)
"""How the name of a page begins that is nothing but the way to a file."""
QUERY = {"action": "query", "format": "json", "formatversion": "2"}
DETAILS = {
    "prop": "imageinfo",
    "iiprop": "url|size|mime|extmetadata",
    "iiextmetadatafilter": "LicenseShortName|LicenseUrl|UsageTerms|Artist|Credit|Attribution",
    "iiextmetadatalanguage": "en",
}
OGG = "application/ogg"
"""The media type of what may be a film or sound alone, which only its name tells."""
ODD = (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)
"""What reading an answer ends in that is not a wiki's; the first of numbers that are none for a computer."""
BUSY = re.compile(r"ratelimited|maxlag|internal_api_error_\w*")
"""The codes of errors that pass, which come with status 200."""
AT_ONCE = 500
"""Pages that one answer may name. So many subcategories are asked for at a time, and fewer files."""
MOST_BATCHES = 10_000
"""Of answers to one question: a server that never ends is left."""

LONGEST = 10_000
"""Characters of HTML of which a line of text is made: of more that is nested, the reader would not be done in hours."""
HIDDEN = re.compile(r"(?ais)<!(?=--).*?(?:--!?>|\Z)|<(style|script)(?=[\s/>]).*?(?:</\1(?=[\s/>])[^>]*>?|\Z)")
"""Comments, style sheets and scripts, to the end of the HTML if they have none: so no character is looked at twice."""
UNSEEN = '[hidden], [style*="display:none" i], [style*="display: none" i]'
"""What a page shows to nobody, such as what a wiki's templates tell other programs."""


def title_of(source: str) -> str:
    """The title of the page that a source names on Commons, or by the path of its url on another wiki, or nothing."""
    title = source.removeprefix("commons:") if source.startswith("commons:") else ""
    if source.startswith(("http://", "https://")):
        parts = urlsplit(source)
        path = unquote(parts.path)
        title = path.partition("/wiki/")[2]
        if path.endswith("/index.php") and (named := re.search(r"(?:^|&)title=([^&]+)", parts.query)):
            title = unquote_plus(named[1])
    return title.replace("_", " ").strip()


def resolve(web: Web, title: str, api: str = API) -> str:
    """`Category:...` or `File:...`, whatever a wiki's own language calls them; nothing if a title names neither.

    Pages that only lead to a file (Special:FilePath) are that file.

    Raises:
        SourceError: the wiki, which is asked about any other name than these, does not say.
    """
    title = LEADS.sub("File:", title)
    space, _, name = title.partition(":")
    if not (space and name.strip()):
        return ""
    if space.title() in NAMESPACES.values():
        return title
    with _told_by(api):
        for page in _pages(next(_ask(web, api, QUERY | {"titles": title}))):
            if known := NAMESPACES.get(page.get("ns", 0)):
                return f"{known}:{name}"
    return ""


def photos(web: Web, title: str, api: str = API, width: int = 0, depth: int = 0) -> Iterator[Found | Problem]:
    """The photos and videos of a category, each once, in the order of the wiki; or of one file.

    Args:
        web: asks the wiki.
        title: `Category:...` or `File:...`.
        api: the address of the wiki's api.php.
        width: pixels across to which larger photos are scaled by the wiki; 0: as they were uploaded.
        depth: how many levels of subcategories are looked into.

    Raises:
        SourceError: the wiki cannot be asked, or refuses.
    """
    with _told_by(api):
        yield from _photos(web, title, api, width, depth)


@contextmanager
def _told_by(api: str) -> Iterator[None]:
    """Have what does not look like a wiki's answer, when it is read, be an error of its source."""
    try:
        yield
    except ODD as error:
        raise SourceError(f"{api} does not answer as a MediaWiki's api.php does: {error!r}") from error


def _photos(web: Web, title: str, api: str, width: int, depth: int) -> Iterator[Found | Problem]:
    seen_files: set[str] = set()
    seen_categories = {title}
    level = [title]
    for further in range(depth, -1, -1):
        below: list[str] = []
        for category in level:
            for one in _files(web, category, api, width):
                key = one.url if isinstance(one, Found) else one.id
                if key not in seen_files:
                    seen_files.add(key)
                    yield one
            if further and not _is_file(title):
                below += [name for name in _subcategories(web, category, api) if name not in seen_categories]
                seen_categories.update(below)
                if len(seen_categories) > tars.MOST_MEMBERS:
                    raise SourceError(f"{title} holds more than {tars.MOST_MEMBERS} categories")
        level = below


def _files(web: Web, title: str, api: str, width: int) -> Iterator[Found | Problem]:
    asked = QUERY | DETAILS
    if _is_file(title):
        asked["titles"] = title
    else:
        asked |= {"generator": "categorymembers", "gcmtitle": title, "gcmtype": "file", "gcmlimit": "50"}
    if width:
        asked["iiurlwidth"] = str(width)
    waiting: dict[str, None] = {}
    done: set[str] = set()
    pages = (page for answer in _ask(web, api, asked) for page in _pages(answer))
    for page in tars.counted(pages):
        name = _text(page.get("title"))[: MOST_NAME + 1]  # of a longer one it is enough to know that
        # A batch may name a file first and tell of it in the next.
        if page.get("imageinfo") and name not in done:
            done.add(name)
            waiting.pop(name, None)
            try:
                yield _found(name, page["imageinfo"][0], width, api)
            except ODD as error:  # in a category of thousands one page may be spoilt
                yield _skipped(name, f": what {api} tells of it cannot be read: {error!r}")
        elif name not in done:
            waiting[name] = None
    for name in waiting:
        yield _skipped(name, f": {api} tells nothing of it: it is missing or hidden")


def _skipped(title: str, why: str) -> Problem:
    return Problem(title, "skipped", f"{title}{why}")


def _text(value: object) -> str:
    """What a wiki tells, if that is anything to be read: a null is not."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _fits(name: str) -> bool:
    return len(name) <= MOST_NAME and tellable(name)


def _is_file(title: str) -> bool:
    return title.lower().startswith("file:")


def _subcategories(web: Web, title: str, api: str) -> Iterator[str]:
    asked = {"list": "categorymembers", "cmtitle": title, "cmtype": "subcat", "cmlimit": str(AT_ONCE)}
    pages = (page for answer in _ask(web, api, QUERY | asked) for page in _members(answer))
    titles = (_text(page["title"]) for page in tars.counted(pages))
    yield from (title for title in titles if title and _fits(title))


def _ask(web: Web, api: str, asked: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """All batches of one answer: the wiki says with each what to ask for the next."""
    onward: dict[str, str] = {}
    for _ in range(MOST_BATCHES):
        answer = _answer(web, api, {**asked, **onward})
        if (many := max(len(_pages(answer)), len(_members(answer)))) > AT_ONCE:
            raise SourceError(f"{api} names {many} pages at once, and at most {AT_ONCE} are asked for")
        yield answer
        before, onward = onward, {str(key): str(value) for key, value in answer.get("continue", {}).items()}
        if not onward:
            return
        if onward == before:
            raise SourceError(f"{api} gives the same batch again and again")
    raise SourceError(f"{api} does not end after {MOST_BATCHES} batches")


def _answer(web: Web, api: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """One batch, asked for again while the wiki is busy, as any file is.

    Raises:
        SourceError: the wiki refuses, or stays busy.
    """
    budget = Budget(web.manners.max_seconds)
    for tries in count(1):
        with budget:
            page = web.read(api, params=asked)
        answer: dict[str, Any] = json.loads(page.text)
        if "error" not in answer:
            break
        told = answer["error"] if isinstance(answer["error"], dict) else {"info": answer["error"]}
        wait = manners.pause(tries, manners.retry_after(page.headers.get("Retry-After")))
        if not BUSY.fullmatch(str(told.get("code"))) or tries >= web.manners.tries or wait > budget.left:
            raise SourceError(f"{api} refuses: {told.get('info') or told.get('code')}")
        with budget:
            sleep(wait)
    return answer


def _pages(answer: dict[str, Any]) -> list[dict[str, Any]]:
    pages = answer.get("query", {}).get("pages", [])
    return list(pages.values() if isinstance(pages, dict) else pages)  # by id in the API's first format


def _members(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return list(answer.get("query", {}).get("categorymembers", ()))


def _found(title: str, info: dict[str, Any], width: int, api: str) -> Found | Problem:
    mime, description = _text(info.get("mime")), _text(info.get("descriptionurl"))
    kind = kinds.by_name(title) if mime == OGG else kinds.by_type(mime)
    if not kind:
        return _skipped(title, f" is {mime or 'of an unknown kind'}, no photo and no video that limner reads")
    # Of a film the wiki scales but a single frame.
    smaller = kind == "photo" and width and width < int(info.get("width", 0)) and info.get("thumburl")
    url = _text(info["thumburl"] if smaller else info.get("url"))
    if not url.startswith(("http://", "https://")):
        return _skipped(title, f": {api} gives no http url for it")
    if not all(map(_fits, (title, url, description))):
        many = f"with more than {MOST_NAME} characters, or with such as no table can hold"
        return _skipped(title, f": {api} names it, its url or its page {many}")
    told = {
        name: plain_text(_text(entry.get("value")))
        for name, entry in (info.get("extmetadata") or {}).items()
        if isinstance(entry, dict)
    }
    name, there = told.get("LicenseShortName") or told.get("UsageTerms", ""), told.get("LicenseUrl", "")
    author = told.get("Artist", "")
    attribution = told.get("Attribution") or ", ".join(filter(None, (author, told.get("Credit"))))
    return Found(
        url,
        PurePosixPath(title.partition(":")[2]).stem,
        kind,
        license=f"{name} ({there})" if name and there else name or there,
        author=author,
        credit=", ".join(filter(None, (attribution, description))),
    )


def plain_text(html: str) -> str:
    """HTML as one line of text; of more than can be read, that of its first `LONGEST` characters and an ellipsis."""
    shown = html if len(html) <= LONGEST else HIDDEN.sub("", html)
    spaced = re.sub(r"<(?:br|/p|/div|/li|/td|/th)\b[^<>]*>", " ", _beginning(shown), flags=re.IGNORECASE)
    tree = LexborHTMLParser(spaced)
    tree.strip_tags(["script", "style"])
    while unseen := tree.css_first(UNSEEN):  # one by one, since there may be others within
        unseen.decompose()
    text = re.sub(r"[\s\x00-\x1f\x7f]+", " ", tree.body.text() if tree.body else "").strip()
    return f"{text} ..." if text and len(shown) > LONGEST else text


def _beginning(html: str) -> str:
    """The first `LONGEST` characters, without a tag that is cut there."""
    first = html[:LONGEST]
    tag = first.rfind("<")
    return first[:tag] if len(html) > LONGEST and tag > first.rfind(">") else first
