"""A category, from a small wiki on this machine that answers in batches as a MediaWiki does."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from limner.errors import SourceError
from limner.fetch import tars
from limner.fetch.downloads import Downloads
from limner.manifest import commons
from limner.manifest.found import Found
from limner.tables import Problem
from tests.manifest.wiki import PEOPLE, Wiki
from tests.sites import Run, table


def read(downloads: Downloads, wiki: Wiki, title: str = PEOPLE, **how: int) -> tuple[list[Found], list[Problem]]:
    found = list(commons.photos(downloads.web, title, wiki.api, **how))
    return [one for one in found if isinstance(one, Found)], [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_all_batches_are_followed_whatever_they_bring(downloads: Downloads, wiki: Wiki, late: bool, old: bool) -> None:
    wiki.late, wiki.old = late, old
    found, problems = read(downloads, wiki)
    assert [one.name for one in found] == ["Ann", "Bob", "Cy", "Di", "Eve"]
    assert found[0].url == "http://files/Ann.jpg"
    assert problems == []
    assert len(wiki.asked) == (6 if late else 3)


@pytest.mark.parametrize("late", [False, True])
def test_files_whose_names_differ_in_their_ending_alone(downloads: Downloads, wiki: Wiki, late: bool) -> None:
    names = ["Ann.jpg", "Ann.png", "Ann.JPG", "Ann.jpeg", "Bob.jpg"]
    wiki.members[PEOPLE], wiki.late = [wiki.file(name) for name in names], late
    found, problems = read(downloads, wiki)
    assert [one.url for one in found] == [f"http://files/{name}" for name in names]
    assert problems == []


def test_licence_author_and_attribution_without_their_html(downloads: Downloads, wiki: Wiki) -> None:
    told = {
        "LicenseShortName": "CC BY-SA 4.0",
        "LicenseUrl": "https://creativecommons.org/licenses/by-sa/4.0",
        "Artist": "<a href='//x' title='User'>Jane &amp; <b>Doe</b></a><br>of X<script>alert(1)</script>",
        "Credit": "<span class='int-own-work'>Own work</span>",
    }
    wiki.members["Category:A"] = [wiki.file("a.jpg", **told), wiki.file("b.jpg", **told, Attribution="<i>By J.</i>")]
    first, second = read(downloads, wiki, "Category:A")[0]
    assert first.license == "CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0)"
    assert first.author == "Jane & Doe of X"
    assert first.credit == "Jane & Doe of X, Own work, http://wiki/File:a.jpg"
    assert second.credit == "By J., http://wiki/File:b.jpg"


def test_a_width_is_the_wikis_to_scale_but_never_up(downloads: Downloads, wiki: Wiki) -> None:
    wiki.files["File:Bob.jpg"]["width"] = 500
    found, _ = read(downloads, wiki, width=800)
    assert [one.url for one in found[:2]] == ["http://files/Ann.jpg?800", "http://files/Bob.jpg"]


def test_videos_are_found_as_they_were_uploaded(downloads: Downloads, wiki: Wiki) -> None:
    films = {"Talk.webm": "video/webm", "Old.ogv": "application/ogg"}
    wiki.members[PEOPLE] += [wiki.file(name, mime, LicenseShortName="CC0") for name, mime in films.items()]
    found, problems = read(downloads, wiki, width=800)
    assert [(one.name, one.kind, one.url) for one in found[4:]] == [
        ("Eve", "photo", "http://files/Eve.jpg?800"),
        ("Talk", "video", "http://files/Talk.webm"),
        ("Old", "video", "http://files/Old.ogv"),
    ]
    assert (found[-1].license, problems) == ("CC0", [])


def test_what_is_neither_photo_nor_video_is_named(downloads: Downloads, wiki: Wiki) -> None:
    kinds = {
        "a.svg": "image/svg+xml",
        "b.pdf": "application/pdf",
        "c.ogg": "application/ogg",
        "d.djvu": "image/vnd.djvu",
    }
    wiki.members[PEOPLE] += [wiki.file(name, mime) for name, mime in kinds.items()] + ["File:Gone.jpg"]
    found, problems = read(downloads, wiki)
    assert len(found) == 5
    reasons = {one.id: one.reason for one in problems}
    assert reasons.keys() == {*(f"File:{name}" for name in kinds), "File:Gone.jpg"}
    assert all(mime in reasons[f"File:{name}"] for name, mime in kinds.items())
    assert "missing or hidden" in reasons["File:Gone.jpg"]


def test_subcategories_as_deep_as_asked_for_and_each_once(downloads: Downloads, wiki: Wiki) -> None:
    wiki.subcategories = {PEOPLE: ["Category:B"], "Category:B": ["Category:C", PEOPLE]}
    wiki.members |= {"Category:B": ["File:Ann.jpg", wiki.file("b.jpg")], "Category:C": [wiki.file("c.jpg")]}
    assert [len(read(downloads, wiki, depth=depth)[0]) for depth in range(4)] == [5, 6, 7, 7]


def test_a_subcategory_whose_name_cannot_be_asked_for_costs_no_other(downloads: Downloads, wiki: Wiki) -> None:
    wiki.subcategories = {PEOPLE: ["Category:\ud800", "Category:B"]}
    wiki.members |= {"Category:B": [wiki.file("b.jpg")]}
    assert len(read(downloads, wiki, depth=1)[0]) == 6


def test_one_file(downloads: Downloads, wiki: Wiki) -> None:
    found, _ = read(downloads, wiki, "File:Ann.jpg")
    assert [one.name for one in found] == ["Ann"]


def test_what_the_wiki_refuses_is_told(downloads: Downloads, wiki: Wiki) -> None:
    wiki.error = "the category name is invalid"
    with pytest.raises(SourceError, match="refuses: the category name is invalid"):
        read(downloads, wiki)


@pytest.mark.parametrize("info", [None, 1, "x", {"mime": "image/jpeg", "extmetadata": [1]}])
def test_a_file_of_which_the_wiki_tells_odd_things_is_passed_over(
    downloads: Downloads, wiki: Wiki, info: object
) -> None:
    def answer(asked: dict[str, str]) -> dict[str, object]:
        batch = Wiki.answer(wiki, asked)
        for page in batch["query"]["pages"]:
            page["imageinfo"] = [info] if page["title"] == "File:Bob.jpg" else page["imageinfo"]
        return batch

    wiki.answer = answer  # type: ignore[method-assign]
    found, problems = read(downloads, wiki)
    assert [one.name for one in found] == ["Ann", "Cy", "Di", "Eve"]
    assert [(one.id, one.what) for one in problems] == [("File:Bob.jpg", "skipped")]


def test_a_width_that_no_number_holds_costs_no_other_file(downloads: Downloads, wiki: Wiki) -> None:
    wiki.files["File:Bob.jpg"]["width"] = float("inf")
    found, problems = read(downloads, wiki, width=800)
    assert [one.name for one in found] == ["Ann", "Cy", "Di", "Eve"]
    assert [(one.id, one.what) for one in problems] == [("File:Bob.jpg", "skipped")]


@pytest.mark.parametrize(
    "told",
    [
        {"title": "File:\ud800.jpg"},
        {"title": "File:B\nob.jpg"},
        {"url": "http://files/\ud800.jpg"},
        {"url": "http://files/B\nob.jpg"},
        {"descriptionurl": "http://wiki/\ud800"},
        {"mime": "text/\ud800"},
        {"title": f"File:{'B' * 5000}.jpg"},
        {"url": f"http://files/Bob.jpg?{'a' * 140_000}"},
        {"descriptionurl": f"http://wiki/{'a' * 5000}"},
    ],
)
def test_a_file_whose_name_no_table_can_hold_costs_no_other(run: Run, wiki: Wiki, told: dict[str, str]) -> None:
    wiki.files["File:Bob.jpg"] |= told
    page = wiki._page
    renamed = {"title": told.get("title", "File:Bob.jpg")}
    wiki._page = lambda title, *of: page(title, *of) | (renamed if "Bob" in title else {})  # type: ignore[method-assign]
    done = run("add", f"commons:{PEOPLE}", "--api", wiki.api, "--person", "Ann", "--license", "x")
    assert (done.exit_code, done.exception) == (0, None)
    assert ": skipped: " in done.output
    assert [row["id"] for row in table(Path("data/manifests/Ann.csv"))] == ["Ann-Ann", "Ann-Cy", "Ann-Di", "Ann-Eve"]


def test_what_a_wiki_leaves_out_is_no_text(downloads: Downloads, wiki: Wiki) -> None:
    told: dict[str, Any] = {"LicenseShortName": None, "LicenseUrl": ["x"], "Artist": {"en": "Ann"}, "Credit": 7}
    wiki.files[wiki.file("Ann.jpg", **told)]["descriptionurl"] = None
    found, _ = read(downloads, wiki, "File:Ann.jpg")
    assert [(one.license, one.author, one.credit) for one in found] == [("", "", "7")]


@pytest.mark.parametrize("code", ["ratelimited", "maxlag", "internal_api_error_DBQueryError"])
def test_a_wiki_that_is_busy_is_asked_again(downloads: Downloads, wiki: Wiki, code: str) -> None:
    wiki.busy = [code] * 2
    assert len(read(downloads, wiki)[0]) == 5
    wiki.busy = [code] * 9
    with pytest.raises(SourceError, match="refuses: wait a moment"):
        read(downloads, wiki)
    assert len(wiki.busy) == 6  # three tries


def test_a_wiki_that_goes_round_is_left(downloads: Downloads, wiki: Wiki) -> None:
    wiki.endless = True
    with pytest.raises(SourceError, match="again and again"):
        read(downloads, wiki)
    assert len(wiki.asked) == 2


def test_a_wiki_that_sends_more_than_was_asked_for_is_left(downloads: Downloads, wiki: Wiki) -> None:
    wiki.body = json.dumps({"query": {"pages": [{"title": f"File:{k}.jpg"} for k in range(501)]}}).encode()
    with pytest.raises(SourceError, match=r"names 501 pages at once, and at most 500 are asked for"):
        read(downloads, wiki)
    wiki.body = json.dumps({"query": {"categorymembers": [{"title": f"Category:{k}"} for k in range(501)]}}).encode()
    with pytest.raises(SourceError, match=r"names 501 pages at once, and at most 500 are asked for"):
        read(downloads, wiki)


def test_a_wiki_that_names_ever_more_is_left(downloads: Downloads, wiki: Wiki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MOST_MEMBERS", 4)
    with pytest.raises(SourceError, match="holds more than 4 members"):
        read(downloads, wiki)
    wiki.subcategories = {"Category:A": [f"Category:{k}" for k in range(3)], "Category:0": ["Category:3", "Category:4"]}
    with pytest.raises(SourceError, match="Category:A holds more than 4 categories"):
        read(downloads, wiki, "Category:A", depth=2)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"",
        b"<html>",
        b"[]",
        b"null",
        b'{"query": 1}',
        b'{"query": {"pages": [null]}}',
    ],
)
def test_what_is_no_wiki_is_told(downloads: Downloads, wiki: Wiki, body: bytes) -> None:
    wiki.body = body
    with pytest.raises(SourceError, match="does not answer as a MediaWiki"):
        read(downloads, wiki)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("commons:Category:Ann_Example", "Category:Ann Example"),
        ("https://commons.wikimedia.org/wiki/Category:Ann_Example", "Category:Ann Example"),
        ("https://commons.wikimedia.org/wiki/Category:%C3%89mile", "Category:\u00c9mile"),
        ("https://commons.wikimedia.org/w/index.php?title=Category:A%20B&action=view", "Category:A B"),
        ("https://commons.wikimedia.org/w/index.php?action=view&title=Category:A+B%2B", "Category:A B+"),
        ("commons:File:Ann.jpg", "File:Ann.jpg"),
        ("https://example.org/Category:Ann", ""),
        ("https://de.wikipedia.org/wiki/Datei:Ann.jpg#x", "Datei:Ann.jpg"),
        ("data/photos/wiki/Category:Ann", ""),
        ("commons:", ""),
    ],
)
def test_which_sources_name_a_title(source: str, title: str) -> None:
    assert commons.title_of(source) == title


@pytest.mark.parametrize(
    ("title", "meant", "asked"),
    [
        ("Category:Ann", "Category:Ann", 0),
        ("file:Ann.jpg", "file:Ann.jpg", 0),
        ("Special:FilePath/Ann: one.jpg", "File:Ann: one.jpg", 0),
        ("special:redirect/file/Ann.jpg", "File:Ann.jpg", 0),
        ("Ann", "", 0),
        ("Category:", "", 0),
        ("Datei:Ann: one.jpg", "File:Ann: one.jpg", 1),
        ("Kategorie:Ann", "Category:Ann", 1),
        ("Ann: a film", "", 1),
        ("Spezial:Suche", "", 1),
    ],
)
def test_titles_in_a_wikis_own_language(downloads: Downloads, wiki: Wiki, title: str, meant: str, asked: int) -> None:
    wiki.spaces = {"Datei": 6, "Kategorie": 14, "Spezial": -1}
    assert commons.resolve(downloads.web, title, wiki.api) == meant
    assert len(wiki.asked) == asked


def test_subcategories_in_a_wikis_own_language(downloads: Downloads, wiki: Wiki) -> None:
    wiki.subcategories = {PEOPLE: ["Kategorie:B"], "Kategorie:B": ["Kategorie:C"]}
    wiki.members |= {"Kategorie:B": [wiki.file("b.jpg")], "Kategorie:C": [wiki.file("c.jpg")]}
    assert len(read(downloads, wiki, depth=2)[0]) == 7


def test_what_a_template_tells_programs_alone_is_no_text() -> None:
    shown = "Jane<span style='display: none;'>Unknown <i hidden>author</i></span>"
    assert commons.plain_text(f"{shown}<b HIDDEN>x</b><i STYLE='color:red;DISPLAY:NONE'>y</i> Doe") == "Jane Doe"


def test_html_that_is_nested_to_exhaust_its_reader() -> None:
    assert commons.plain_text("Jane <b>Doe</b>" + "<i>" * 1_000_000 + "late") == "Jane Doe ..."


def test_html_that_is_too_long_is_cut_where_it_shows_something() -> None:
    unseen = f"<STYLE>{'a' * 10_000}</style ><!-- <style> {'b' * 10_000} --><script src=x>'<b>{'c' * 10_000}'</script>"
    assert commons.plain_text(f"{unseen}Jane Doe") == "Jane Doe"
    assert commons.plain_text(f"Jane <b>Doe</b><!--> of X<styles>{unseen}Y") == "Jane Doe of XY"
    assert commons.plain_text("<b title='<style>'>Jane</b>") == "Jane"
    assert commons.plain_text("<p>Jane</p>" * 1_000) == "Jane " * (commons.LONGEST // 11) + "..."
    assert commons.plain_text("<style>" + "a" * 10_000) == ""


# What takes the square of its length would take hours here.
@pytest.mark.parametrize(
    "unit", ["<style", "<style ", "<style>", "<style></style", "</style ", "<style></style>", "<!--", "<!---->", "<br"]
)
def test_long_html_that_is_made_to_be_looked_at_again_and_again(unit: str) -> None:
    start = time.monotonic()
    assert commons.plain_text("Jane" + unit * 1_000_000) in ("Jane", "Jane ...")
    assert time.monotonic() - start < 10
