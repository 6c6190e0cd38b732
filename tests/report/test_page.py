"""The page as a reader and as a browser sees it: whole, offline, escaped, light, and the same each time."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path
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
from limner.report.page import figure, write_report
from tests.report import made

Attributes = dict[str, str | None]


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def of(self, tag: str) -> list[Attributes]:
        return [attributes for name, attributes in self.tags if name == tag]


def links(elements: Elements) -> Iterator[str]:
    for _, attributes in elements.tags:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            if attributes.get(name):
                yield str(attributes[name])


def test_every_link_leads_somewhere(page: Path) -> None:
    elements = Elements(page.read_text())
    ids = {attributes["id"] for _, attributes in elements.tags if "id" in attributes}
    found = list(links(elements))
    assert sum(link.startswith("pictures/") for link in found) > 50
    for link in found:
        parts = urlsplit(link)
        if link == "data:,":
            continue
        assert not parts.scheme, link
        assert not parts.netloc, link
        assert not link.startswith("/"), link
        if parts.path:
            assert (page.parent / unquote(parts.path)).is_file(), link
        else:
            assert parts.fragment in ids, link


def test_ids_are_unique(page: Path) -> None:
    ids = [attributes["id"] for _, attributes in Elements(page.read_text()).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_comes_from_the_network(page: Path) -> None:
    text = page.read_text()
    assert "http://" not in text
    assert "https://" not in text
    assert not re.search(r"url\(|@import|@font-face", text)
    assert not Elements(text).of("script")


def test_a_credit_may_lead_to_the_network(project: Path, settings: Params) -> None:
    table = tables.read(project / "data/raw.csv")
    table.loc[table["person"] == "ben", "source"] = 'https://example.org/?a="<b>&c=1'
    tables.write(project / "data/raw.csv", table)
    write_report(project, settings)
    anchors = Elements((project / "reports/index.html").read_text()).of("a")
    (away,) = [a for a in anchors if urlsplit(str(a["href"])).scheme]
    assert away["href"] == 'https://example.org/?a="<b>&c=1'


def test_no_place_of_this_machine_is_told(page: Path, root: Path) -> None:
    text = page.read_text()
    for place in (page.parents[1], root, Path.home()):
        assert str(place) not in text


def test_what_data_says_is_escaped(page: Path) -> None:
    elements = Elements(page.read_text())
    assert made.HOSTILE in elements.words
    assert any("<b>3</b>" in word for word in elements.words)
    assert not any("onerror" in attributes for _, attributes in elements.tags)
    alts = [str(image["alt"]) for image in elements.of("img")]
    assert any(made.ODD in alt for alt in alts)


def test_each_picture_says_what_it_is_and_how_large(page: Path) -> None:
    pictures = Elements(page.read_text()).of("img")
    assert len(pictures) > 50
    for picture in pictures:
        assert picture["alt"]
        with Image.open(page.parent / str(picture["src"])) as file:
            assert file.size == (int(str(picture["width"])), int(str(picture["height"])))
    assert sum(picture.get("loading") != "lazy" for picture in pictures) == 1


def test_no_picture_lies_about_unused(page: Path) -> None:
    used = {str(picture["src"]) for picture in Elements(page.read_text()).of("img")}
    there = {f"pictures/{path.name}" for path in (page.parent / "pictures").iterdir()}
    assert used - {"portraits.png"} == there


def test_a_second_run_leaves_nothing_of_the_first(project: Path, settings: Params) -> None:
    (project / "reports/pictures").mkdir()
    (project / "reports/pictures/old.webp").write_bytes(b"old")
    write_report(project, settings)
    assert not (project / "reports/pictures/old.webp").exists()


def test_nothing_is_large(page: Path) -> None:
    assert page.stat().st_size < 1_000_000
    assert (page.parent / "portraits.png").stat().st_size < 800_000
    assert max(path.stat().st_size for path in (page.parent / "pictures").iterdir()) < 50_000


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_bytes_twice(page: Path, project: Path, settings: Params) -> None:
    write_report(project, settings)
    assert digest(project / "reports") == digest(page.parent)


def test_the_figures_are_there(page: Path) -> None:
    text = " ".join(" ".join(Elements(page.read_text()).words).split())
    table = tables.read(page.parents[1] / "runs/painter/evaluation/pictures.csv")
    own = table[(table["suite"] == "unseen") & (table["method"] == "model")]
    means = own.assign(ssim=own["ssim"].astype(float)).groupby("style")["ssim"].mean()
    for style in ("stamp", "pencil", "learned"):
        assert f"{means[style]:.3f}" in text
    assert f"{(means['stamp'] + means['pencil']) / 2:.3f}" in text


def test_the_worst_picture_of_each_style_is_shown(page: Path, settings: Params) -> None:
    text = page.read_text()
    table = tables.read(page.parents[1] / "runs/painter/evaluation/pictures.csv")
    own = table[(table["suite"] == "unseen") & (table["method"] == "model")]
    own = own.assign(ssim=own["ssim"].astype(float))
    for style, rows in own.groupby("style"):
        worst = escape(str(rows.sort_values("ssim")["id"].iloc[0]))
        assert f'alt="output: {worst}, {style}"' in text
    suites = [suite for model in settings.models.values() for suite in model.suites.values()]
    assert text.count("worst of") == sum(len(suite.styles) for suite in suites)


def test_all_settings_are_on_the_page(page: Path, settings: Params) -> None:
    block = re.search(r"<pre><code>(.*?)</code></pre>", page.read_text(), re.DOTALL)
    assert block is not None
    assert yaml.safe_load(unescape(block[1])) == json.loads(json.dumps(asdict(settings)))


def test_a_model_without_training_logs_and_a_quiet_scrape(project: Path, settings: Params) -> None:
    shutil.rmtree(project / "runs/sketcher/training")
    write_report(project, settings)
    assert (project / "reports/index.html").read_text().count("How it learned") == 1


def test_a_missing_output_is_named_and_leaves_no_page(project: Path, settings: Params) -> None:
    write_report(project, settings)
    for path in (project / "runs/painter/pictures/stamp").iterdir():
        path.unlink()
    with pytest.raises(LimnerError, match="runs/painter/pictures/stamp"):
        write_report(project, settings)
    assert not (project / "reports/index.html").exists()


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
        columns = 5  # five test faces of anna, fewer than would fit
        assert sheet.size == (
            portraits.LABELS + columns * step - portraits.GAP,
            portraits.HEADER + 3 * step,
        )
        opaque = np.asarray(sheet.getchannel("A"))
        assert opaque[portraits.HEADER + step // 2, portraits.LABELS + step // 2] == 255
        assert opaque[-1, 0] == 0


def test_a_sheet_that_would_be_large_gets_smaller_tiles(
    project: Path, settings: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portraits, "LARGEST", 1)
    write_report(project, settings)
    with Image.open(project / "reports/portraits.png") as sheet:
        assert sheet.height == portraits.HEADER + 3 * (portraits.CELLS[-1] + portraits.GAP)


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(0.12345, 3, "0.123"), (-1.5, 1, "−1.5"), (float("nan"), 3, "–")]
)
def test_numbers_are_written_alike(value: float, decimals: int, text: str) -> None:
    assert figure(value, decimals) == text


def test_the_report_starts_without_torch(root: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, 'stages'); import report; "
        "print(sorted({'torch', 'torchvision', 'mediapipe', 'piq', 'dvc'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


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
