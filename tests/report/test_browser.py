"""The pages in a real browser, from disk: they work, by mouse and by keyboard, and ask nobody for anything."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
LOCAL = ("file:", "data:")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Open]:
    """Open a file with a browser's settings; afterwards nothing may have been complained about or asked of others."""
    said: list[str] = []
    opened = []

    def visit(path: Path, **settings: Any) -> Any:
        context = browser.new_context(reduced_motion="reduce", **settings)
        opened.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
        tab.on("request", lambda request: request.url.startswith(LOCAL) or said.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield visit
    for context in opened:
        context.close()
    assert said == []


@pytest.fixture
def painter(visit: Open, page: Path) -> Any:
    """The page of the painter, in a wide window."""
    return visit(page.parent / "pages/painter.html")


def gallery(tab: Any) -> Any:
    """The rows of the first suite: fifteen in three styles, two of them without an identity."""
    return tab.locator(".gallery").first


def shown(tab: Any, figure: str = "") -> list[Any]:
    """What the visible rows say of one figure (a dash is None), or their styles."""
    rows = gallery(tab).locator(".row:visible")
    if not figure:
        return rows.evaluate_all("rows => rows.map(row => row.dataset.style)")
    told = [re.search(rf"{figure} (\S+)", text) for text in rows.locator(".scores").all_text_contents()]
    return [None if found[1] == "–" else float(found[1]) for found in told if found]


def test_every_picture_appears(painter: Any) -> None:
    painter.evaluate("for (const row of document.querySelectorAll('.row')) row.hidden = false")
    painter.evaluate("for (const image of document.images) image.loading = 'eager'")
    # A promise, since polling for a condition is evaluating text, which the page forbids.
    painter.evaluate("() => Promise.allSettled([...document.images].filter(i => i.src).map(i => i.decode()))")
    assert painter.evaluate("[...document.querySelectorAll('img[src]')].filter(i => !i.naturalWidth).length") == 0


def test_nothing_moves_under_the_pointer(painter: Any) -> None:
    """A part whose height is known only once it is seen pushes away the button that is just being pressed."""
    height = "document.documentElement.scrollHeight"
    scroll = "top => new Promise(seen => { scrollTo(0, top); requestAnimationFrame(() => setTimeout(seen)) })"
    before = painter.evaluate(height)
    for top in range(0, before, 400):
        painter.evaluate(scroll, top)
        assert painter.evaluate(height) == before, f"at {top} px"


@pytest.mark.parametrize("script", [True, False])
def test_no_page_scrolls_sideways_on_a_phone(visit: Open, pages: list[Path], script: bool) -> None:
    for page in pages:
        tab = visit(page, java_script_enabled=script, **PHONE)
        tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, page.name


def test_worst_first_is_one_click(painter: Any) -> None:
    assert shown(painter, "LPIPS") != sorted(shown(painter, "LPIPS"), reverse=True)
    gallery(painter).get_by_role("button", name="Worst first").click()
    assert shown(painter, "LPIPS") == sorted(shown(painter, "LPIPS"), reverse=True)
    assert len(shown(painter, "LPIPS")) == 15
    assert "worst LPIPS first" in gallery(painter).get_by_role("status").inner_text()


def test_best_first_follows_the_direction_of_the_figure(painter: Any) -> None:
    gallery(painter).get_by_label("Sort by").select_option(label="SSIM")
    assert shown(painter, "SSIM") == sorted(shown(painter, "SSIM"))  # a figure was chosen: its worst come first
    gallery(painter).get_by_role("button", name="Best first").click()
    assert shown(painter, "SSIM") == sorted(shown(painter, "SSIM"), reverse=True)


def test_what_could_not_be_measured_is_worst(painter: Any) -> None:
    gallery(painter).get_by_label("Sort by").select_option(label="Identity")
    worst = shown(painter, "Identity")
    assert worst[:3] == [None] * 3
    assert worst[3:] == sorted(worst[3:], reverse=True)
    gallery(painter).get_by_role("button", name="Best first").click()
    assert shown(painter, "Identity") == [*sorted(worst[3:]), *[None] * 3]


def test_time_is_the_order_to_begin_and_to_end_with(painter: Any) -> None:
    first = shown(painter, "LPIPS")
    gallery(painter).get_by_role("button", name="Worst first").click()
    gallery(painter).get_by_role("button", name="By time").click()
    assert shown(painter, "LPIPS") == first


def test_the_figure_that_orders_the_rows_is_told_in_them(painter: Any) -> None:
    assert shown(painter, "PSNR") == []
    gallery(painter).get_by_label("Sort by").select_option(label="PSNR")
    assert shown(painter, "PSNR") == sorted(shown(painter, "PSNR"))
    assert len(shown(painter, "PSNR")) == 15
    gallery(painter).get_by_role("button", name="By time").click()
    assert shown(painter, "PSNR") == []


def test_a_figure_of_whole_sets_sorts_nothing(painter: Any) -> None:
    options = gallery(painter).get_by_label("Sort by").locator("option").all_inner_texts()
    assert "PSNR" in options
    assert "KID" not in options


def test_one_style_alone(painter: Any) -> None:
    assert set(shown(painter)) == {"stamp", "pencil", "learned"}
    gallery(painter).get_by_label("Style").select_option("pencil")
    assert shown(painter) == ["pencil"] * 5
    gallery(painter).get_by_role("button", name="Worst first").click()
    assert shown(painter) == ["pencil"] * 5
    gallery(painter).get_by_label("Style").select_option(label="all")
    assert len(shown(painter)) == 15


def test_a_long_suite_is_shown_by_and_by(visit: Open, page: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(page.parent, tmp_path / "reports") / "pages/painter.html"
    text = copy.read_text()
    assert "const PAGE = 24;" in text
    copy.write_text(text.replace("const PAGE = 24;", "const PAGE = 6;"))
    tab = visit(copy, bypass_csp=True)  # the policy knows the script by its hash
    everything = gallery(tab).locator(".row").count()
    more = gallery(tab).locator(".more")
    assert (len(shown(tab)), more.inner_text()) == (6, f"Show 6 more of {everything}")
    more.click()
    assert (len(shown(tab)), more.inner_text()) == (12, f"Show 3 more of {everything}")
    more.click()
    assert len(shown(tab)) == everything == 15
    assert not more.is_visible()
    gallery(tab).get_by_role("button", name="Worst first").click()
    assert len(shown(tab)) == 6


def test_the_policy_stops_what_was_slipped_in(browser: Any, page: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(page.parent, tmp_path / "reports") / "index.html"
    slipped = "<script>document.title = 'taken'</script><img src='http://127.0.0.1:9/spy.png' alt='spy'>"
    copy.write_text(copy.read_text().replace("</body>", slipped + "</body>"))
    context = browser.new_context()
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(copy.as_uri())
    assert tab.title() == "limner: the report"
    assert sum("Content Security Policy" in words for words in said) == 2
    context.close()


def open_viewer(tab: Any) -> Any:
    gallery(tab).get_by_role("button", name=re.compile("^Compare")).first.focus()
    tab.keyboard.press("Enter")
    return tab.get_by_role("dialog")


def test_the_viewer_by_keyboard(painter: Any) -> None:
    viewer = open_viewer(painter)
    title = viewer.get_by_role("heading")
    assert title.inner_text() == "anna # 100% & co, stamp, 0.3 s"
    assert viewer.locator(".place").inner_text() == "1 of 15"
    painter.keyboard.press("ArrowLeft")
    assert viewer.locator(".place").inner_text() == "1 of 15"  # there is none before the first
    painter.keyboard.press("ArrowRight")
    assert viewer.locator(".place").inner_text() == "2 of 15"
    assert title.inner_text() == "anna # 100% & co, pencil, 0.3 s"
    viewer.get_by_role("button", name="Previous").click()
    assert viewer.locator(".place").inner_text() == "1 of 15"
    painter.keyboard.press("Escape")
    assert not viewer.is_visible()
    assert painter.evaluate("document.activeElement.className") == "open"  # one is back where one came from


def test_the_viewer_shows_the_pictures_and_figures_of_its_row(painter: Any) -> None:
    gallery(painter).get_by_role("button", name="Worst first").click()
    row = gallery(painter).locator(".row:visible").first
    viewer = open_viewer(painter)
    pictures = row.locator(".quad img").evaluate_all("images => images.map(image => image.src)")
    assert viewer.locator(".over").evaluate("image => image.src") == pictures[1]
    assert viewer.locator(".under").evaluate("image => image.src") == pictures[2]
    assert viewer.locator(".over").get_attribute("alt").startswith("output: anna")
    told = dict(zip(viewer.locator("dt").all_inner_texts(), viewer.locator("dd").all_inner_texts(), strict=True))
    assert float(told["LPIPS"]) == max(shown(painter, "LPIPS"))
    assert list(told)[:3] == ["L1", "PSNR", "SSIM"]


def test_the_slider_by_keyboard_and_by_touch(visit: Open, page: Path) -> None:
    tab = visit(page.parent / "pages/painter.html", **PHONE)
    viewer = open_viewer(tab)

    def edge() -> float:
        clip = viewer.locator(".over").evaluate("image => getComputedStyle(image).clipPath")
        found = re.search(r"100% - ([\d.]+)%|([\d.]+)%", clip)
        assert found is not None
        return float(found[1]) if found[1] else 100 - float(found[2])

    assert edge() == 50
    viewer.get_by_role("slider").focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    assert edge() == 55
    assert viewer.locator(".place").inner_text() == "1 of 15"  # there the arrows move the slider
    box = viewer.locator(".stage").bounding_box()
    tab.touchscreen.tap(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    assert edge() == pytest.approx(20, abs=1)
    assert float(viewer.get_by_role("slider").input_value()) == pytest.approx(20, abs=1)


def test_the_training_epoch_by_epoch(painter: Any) -> None:
    training = painter.locator(".epochs")
    middle = training.locator(".player .trio").first.locator("img").nth(1)
    assert training.get_by_role("status").inner_text().startswith("epoch 40 of 40")
    assert middle.get_attribute("alt") == "epoch 40: stamp~anna-000"
    training.get_by_role("button", name="One snapshot back").click()
    assert middle.get_attribute("alt") == "epoch 20: stamp~anna-000"
    training.get_by_role("slider").focus()
    painter.keyboard.press("Home")
    assert middle.get_attribute("alt") == "epoch 5: stamp~anna-000"
    column = training.locator("th.now")
    mark = training.locator("path.now").first
    assert column.inner_text() == "5"
    head, line = column.bounding_box(), mark.bounding_box()
    # The losses stand under the pictures: the mark lies at the middle of its column.
    assert line["x"] + line["width"] / 2 == pytest.approx(head["x"] + head["width"] / 2, abs=2)


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour[3] > 0.99) return colour;
    }
    return [255, 255, 255, 1];
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const words = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    const skipped = node.closest("script, noscript, .stage, dialog:not([open])") || !node.getClientRects().length;
    if (!words || skipped) continue;
    const paint = node.namespaceURI.endsWith("svg") ? "fill" : "color";
    const [x, y] = [light(rgba(getComputedStyle(node)[paint])), light(ground(node))];
    const contrast = (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
    if (contrast < 4.5) low.push(`${node.className}: ${node.textContent.trim().slice(0, 30)} ${contrast.toFixed(2)}`);
  }
  return low;
}"""


@pytest.mark.parametrize(("scheme", "paper"), [("light", "rgb(251, 250, 247)"), ("dark", "rgb(21, 23, 27)")])
def test_words_stand_out_by_day_and_by_night(visit: Open, pages: list[Path], scheme: str, paper: str) -> None:
    for page in pages:
        tab = visit(page, color_scheme=scheme)
        tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        assert tab.evaluate(CONTRAST) == []


def test_without_the_script_everything_is_there_by_time(visit: Open, page: Path) -> None:
    tab = visit(page.parent / "pages/painter.html", java_script_enabled=False)
    rows = gallery(tab).locator(".row")
    assert rows.count() == 15
    assert rows.locator("img:visible").count() == 60
    assert tab.locator("button:visible, select:visible, input:visible").count() == 0
    assert "PSNR 2" in rows.first.text_content()
    times = [float(found[1]) for text in rows.all_text_contents() if (found := re.search(r"([\d.]+) s\n", text))]
    assert len(times) == 15
    assert times == sorted(times)


def test_one_can_read_on_by_keyboard(visit: Open, page: Path) -> None:
    tab = visit(page)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="painter").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "painter"
    tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Report").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "What a neural model of a face paints"
