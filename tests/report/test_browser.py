"""The page in a real browser, from disk: every picture appears, nothing overflows, the console is silent."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
]
PROBE = """<script>
addEventListener("load", () => {
  const pictures = [...document.images], loaded = performance.getEntriesByType("resource");
  document.body.dataset.probe = JSON.stringify({
    pictures: pictures.length,
    broken: pictures.filter(picture => !picture.naturalWidth).map(picture => picture.src),
    far: loaded.map(entry => entry.name).filter(name => !name.startsWith("file:")),
    wide: document.documentElement.scrollWidth, window: innerWidth,
    paper: getComputedStyle(document.body).backgroundColor,
  });
});
</script>"""

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")


def visit(page: Path, profile: Path, *options: str) -> tuple[str, list[str]]:
    """The document after it was loaded, and what the console said."""
    command = [str(BROWSER), *QUIET, f"--user-data-dir={profile}", *options, "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line or "net::ERR" in line]
    return done.stdout, said


def probe(page: Path, tmp_path: Path, *options: str) -> dict[str, Any]:
    """What the page tells of itself from within."""
    copy = shutil.copytree(page.parent, tmp_path / "reports") / "index.html"
    # Without lazy loading the browser's `load` waits for every picture.
    text = page.read_text().replace(' loading="lazy"', "")
    copy.write_text(text.replace("</body>", PROBE + "</body>"))
    dom, said = visit(copy, tmp_path / "profile", *options)
    assert said == []
    found = re.search(r'data-probe="([^"]*)"', dom)
    assert found is not None
    result: dict[str, Any] = json.loads(unescape(found[1]))
    return result


def test_the_page_loads_without_complaint(page: Path, tmp_path: Path) -> None:
    dom, said = visit(page, tmp_path / "profile")
    assert said == []
    assert "What a neural model of a face paints" in dom


def test_every_picture_appears_on_a_wide_screen_in_the_dark(page: Path, tmp_path: Path) -> None:
    dark = "--blink-settings=preferredColorScheme=0"
    seen = probe(page, tmp_path, "--window-size=1200,900", dark)
    assert seen["pictures"] > 50
    assert (seen["broken"], seen["far"]) == ([], [])
    assert seen["wide"] <= seen["window"]
    assert seen["paper"] == "rgb(21, 23, 27)"


def test_nothing_overflows_on_a_phone(page: Path, tmp_path: Path) -> None:
    seen = probe(page, tmp_path, "--window-size=400,800")
    assert seen["window"] <= 500
    assert seen["wide"] <= seen["window"]
    assert seen["paper"] == "rgb(251, 250, 247)"
