"""The page as a reader and as a browser sees it: whole, offline, escaped, light, and the same each time."""

import hashlib
import json
import re
import shutil
from base64 import b64encode
from dataclasses import asdict
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from limner import tables
from limner.errors import LimnerError
from limner.params import Params
from limner.report import portraits
from limner.report.page import write_report
from tests.report import made
from tests.report.parsed import Attributes, Elements, links


def test_every_link_leads_somewhere(pages: list[Path]) -> None:
    parsed = {page.resolve(): Elements(page.read_text()) for page in pages}
    ids = {page: {found["id"] for _, found in elements.tags if "id" in found} for page, elements in parsed.items()}
    for page, elements in parsed.items():
        found = list(links(elements))
        assert sum("pictures/" in link for link in found) > 3
        for link in found:
            parts = urlsplit(link)
            if link == "data:,":
                continue
            assert not parts.scheme, link
            assert not parts.netloc, link
            assert not link.startswith("/"), link
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert target.is_file(), link
            assert not parts.fragment or parts.fragment in ids[target], link


def test_pages_lead_to_one_another(pages: list[Path]) -> None:
    for page in pages:
        ways = {(page.parent / link).resolve() for link in links(Elements(page.read_text()))}
        assert {other.resolve() for other in pages} <= ways


def test_ids_are_unique(pages: list[Path]) -> None:
    for page in pages:
        ids = [found["id"] for _, found in Elements(page.read_text()).tags if "id" in found]
        assert len(ids) == len(set(ids))


def test_nothing_comes_from_the_network(pages: list[Path]) -> None:
    for page in pages:
        text = page.read_text()
        assert "https://" not in text
        assert re.findall(r"http://[^\s\"]+", text) == ["http://www.w3.org/2000/svg"]  # the name of a language
        assert not re.search(r"url\(|@import|@font-face|fetch\(|XMLHttp", text)


def test_a_policy_forbids_what_is_not_on_the_page(pages: list[Path]) -> None:
    for page in pages:
        text = page.read_text()
        elements = Elements(text)
        (policy,) = [str(meta["content"]) for meta in elements.of("meta") if meta.get("http-equiv")]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["img-src"] == "'self' file: data:"
        for tag in ("style", "script"):
            (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
            assert rules[f"{tag}-src"] == f"'sha256-{b64encode(hashlib.sha256(inside.encode()).digest()).decode()}'"
        assert not any(name == "style" or name.startswith("on") for _, found in elements.tags for name in found)


def test_a_credit_may_lead_to_the_network(project: Path, settings: Params) -> None:
    table = tables.read(project / "data/raw.csv")
    table.loc[table["person"] == "ben", "source"] = 'https://example.org/?a="<b>&c=1'
    tables.write(project / "data/raw.csv", table)
    write_report(project, settings)
    anchors = Elements((project / "reports/index.html").read_text()).of("a")
    (away,) = [a for a in anchors if urlsplit(str(a["href"])).scheme]
    assert away["href"] == 'https://example.org/?a="<b>&c=1'


def test_no_place_of_this_machine_is_told(pages: list[Path], root: Path) -> None:
    for page in pages:
        for place in (pages[0].parents[1], root, Path.home()):
            assert str(place) not in page.read_text()


def test_what_data_says_is_escaped(page: Path, pages: list[Path]) -> None:
    elements = Elements(page.read_text())
    assert made.HOSTILE in elements.words
    assert any("<b>3</b>" in word for word in elements.words)
    for each in pages:
        elements = Elements(each.read_text())
        assert not any("onerror" in attributes for _, attributes in elements.tags)
        if each != page:
            assert any(made.ODD in str(image["alt"]) for image in elements.of("img"))


def pictures(page: Path) -> list[Attributes]:
    """Those of a page that are there before its script runs."""
    return [image for image in Elements(page.read_text()).of("img") if image.get("src")]


def test_each_picture_says_what_it_is_and_how_large(pages: list[Path]) -> None:
    for page in pages:
        assert len(pictures(page)) > 3
        for picture in pictures(page):
            assert picture["alt"]
            with Image.open(page.parent / str(picture["src"])) as file:
                assert file.size == (int(str(picture["width"])), int(str(picture["height"])))
        assert sum(picture.get("loading") != "lazy" for picture in pictures(page)) == (page.name == "index.html")


def test_no_picture_lies_about_unused(pages: list[Path]) -> None:
    used = {Path(str(picture["src"])).name for page in pages for picture in pictures(page)}
    assert used - {"portraits.png"} == {path.name for path in (pages[0].parent / "pictures").iterdir()}


def test_a_second_run_leaves_nothing_of_the_first(project: Path, settings: Params) -> None:
    old = [project / "reports/pictures/old.webp", project / "reports/pages/old.html"]
    for path in old:
        path.parent.mkdir()
        path.write_bytes(b"old")
    write_report(project, settings)
    assert not any(path.exists() for path in old)


def test_nothing_is_large(pages: list[Path]) -> None:
    folder = pages[0].parent
    assert max(page.stat().st_size for page in pages) < 500_000
    assert (folder / "portraits.png").stat().st_size < 800_000
    assert max(path.stat().st_size for path in (folder / "pictures").iterdir()) < 50_000


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_bytes_twice(page: Path, project: Path, settings: Params) -> None:
    write_report(project, settings)
    assert digest(project / "reports") == digest(page.parent)


def test_all_settings_are_on_the_page(page: Path, settings: Params) -> None:
    block = re.search(r"<pre><code>(.*?)</code></pre>", page.read_text(), re.DOTALL)
    assert block is not None
    assert yaml.safe_load(unescape(block[1])) == json.loads(json.dumps(asdict(settings)))


def test_a_model_without_training_logs_and_a_quiet_scrape(project: Path, settings: Params) -> None:
    shutil.rmtree(project / "runs/sketcher/training")
    write_report(project, settings)
    told = {name: "How it learned" in (project / f"reports/pages/{name}.html").read_text() for name in settings.models}
    assert told == {"sketcher": False, "painter": True}


def test_a_missing_output_is_named_and_leaves_no_page(project: Path, settings: Params) -> None:
    write_report(project, settings)
    for path in (project / "runs/painter/pictures/stamp").iterdir():
        path.unlink()
    with pytest.raises(LimnerError, match="runs/painter/pictures/stamp"):
        write_report(project, settings)
    assert not (project / "reports/index.html").exists()
    assert not any((project / "reports/pages").iterdir())


def test_long_lists_are_cut(project: Path, settings: Params) -> None:
    rows = [{"id": f"p{n}", "what": "failed", "reason": "no such file " * 10} for n in range(5000)]
    tables.write(project / "data/raw_problems.csv", pd.DataFrame(rows))
    write_report(project, settings)
    text = (project / "reports/index.html").read_text()
    assert "and 4800 more in" in text
    assert len(text) < 1_000_000


def test_the_sheet_shows_the_model_that_paints(page: Path) -> None:
    with Image.open(page.parent / "portraits.png") as sheet:
        assert sheet.mode == "RGBA"
        step = portraits.CELLS[0] + portraits.GAP
        columns = portraits.COLUMNS  # of the five test faces of anna, one in two styles
        assert sheet.size == (
            portraits.LABELS + columns * step - portraits.GAP,
            portraits.HEADER + 3 * step,
        )
        opaque = np.asarray(sheet.getchannel("A"))
        assert opaque[portraits.HEADER + step // 2, portraits.LABELS + step // 2] == 255
        assert opaque[-1, 0] == 0


@pytest.mark.parametrize(("styles", "faces", "columns"), [(6, 1, 6), (2, 1, 2), (1, 3, 3), (2, 2, 4), (3, 40, 6)])
def test_few_faces_are_shown_in_several_styles_but_no_picture_twice(styles: int, faces: int, columns: int) -> None:
    pictures = {f"s{s}": [SimpleNamespace(id=f"f{f:02d}", style=f"s{s}") for f in range(faces)] for s in range(styles)}
    suite: Any = SimpleNamespace(pictures=pictures)
    shown = [(picture.style, picture.id) for picture in portraits.columns(suite, {})]
    assert len(shown) == len(set(shown)) == columns
    assert len({style for style, _ in shown}) == min(styles, columns)
    assert len({id for _, id in shown}) == min(faces, columns)


def test_a_sheet_that_would_be_large_gets_smaller_tiles(
    project: Path, settings: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portraits, "LARGEST", 1)
    write_report(project, settings)
    with Image.open(project / "reports/portraits.png") as sheet:
        assert sheet.height == portraits.HEADER + 3 * (portraits.CELLS[-1] + portraits.GAP)


def test_pictures_without_a_licence_are_said_to_have_none(project: Path, settings: Params) -> None:
    table = tables.read(project / "data/raw.csv").assign(author="Ann <b>Lee</b>")
    write_report(project, settings)
    before = " ".join(Elements((project / "reports/index.html").read_text()).words)
    table.loc[:2, "license"] = ""
    tables.write(project / "data/raw.csv", table)
    write_report(project, settings)
    after = " ".join(Elements((project / "reports/index.html").read_text()).words)
    assert "without a licence" not in before
    assert "3 pictures came without a licence" in after
    assert "Ann <b>Lee</b>" in after
