"""A model's page says what the tables of evaluate say: figures with floors and verdicts, weak places, memory, seeds."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from limner import tables
from limner.params import Params
from limner.report import versus
from limner.report.evaluation import collect
from limner.report.page import write_report
from tests.report import evaluated, made
from tests.report.parsed import Elements

PLACES = {"psnr": 1, "landmarks_eye": 2, "landmarks_mouth": 2}
"""Decimals of figures that reach 10, or 1; the others have three."""


@pytest.fixture(scope="module")
def painter(page: Path) -> str:
    return (page.parent / "pages/painter.html").read_text()


def section(text: str, suite: str) -> str:
    """One suite of a page."""
    return text.split(f'<section id="suite.{suite}"')[1].split('<section id="', 1)[0]


def words(html: str) -> str:
    return Elements(html).text


def drawn(root: Path, suite: str, figure: str, method: str = "model") -> tables.Row:
    _, rows = tables.rows(root / "runs/painter/evaluation/figures.csv")
    keys = {"suite": suite, "style": "drawn", "figure": figure, "method": method}
    return next(row for row in rows if keys.items() <= row.items())


def test_the_figures_to_read_first_come_first(page: Path, painter: str) -> None:
    for text in (painter, page.read_text()):
        cards = re.findall(r'<div class="card">\s*<dt[^>]*>([^<]+?) <', text)
        assert cards[:5] == ["LPIPS", "Identity", "SSIM", "Landmarks, worse eye", "L1"]


def test_a_card_tells_value_interval_floor_ceiling_and_verdict(page: Path, painter: str) -> None:
    card = words(section(painter, "unseen").split('<div class="card">')[3])
    root = page.parents[1]
    own, floor, ceiling = (float(drawn(root, "unseen", "ssim", m)["value"]) for m in ("model", "nearest", "neighbour"))
    assert card.startswith("SSIM ↑ (higher is better)")
    assert f"{own:.3f} {own * 0.98:.3f} to {own * 1.02:.3f}" in card
    assert f"best floor: nearest {floor:.3f}; ceiling {ceiling:.3f}" in card
    assert "better than every floor" in card


def test_a_model_that_loses_to_a_floor_is_given_away(painter: str) -> None:
    """On other people the made-up model is 0.3 worse: about as good as copying, and worse than the rest."""
    text = words(section(painter, "other_people"))
    assert "Better than every floor in none of the 5 figures that are read first, worse than one in 5." in text
    assert re.search(r"worse than .*nearest", text)
    assert "Better than every floor in all 5 figures that are read first." in words(section(painter, "unseen"))


def test_what_was_not_measured_is_counted(page: Path, painter: str) -> None:
    lacking = drawn(page.parents[1], "unseen", "identity")
    assert f"{lacking['lacking']} of {lacking['n']} (20%) outputs not measured" in words(section(painter, "unseen"))


def test_every_figure_of_every_method_is_in_a_table(page: Path, painter: str) -> None:
    table = words(section(painter, "unseen").split('<table class="figures">')[1].split("</table>")[0])
    for name, _, label, *_ in evaluated.FIGURES:
        assert label.rpartition(", ")[2] in table
        for method in evaluated.LEVELS:
            value = float(drawn(page.parents[1], "unseen", name, method)["value"])
            assert f"{value:.{PLACES.get(name, 3)}f}" in table


def test_the_spread_over_trainings_is_told_where_there_were_several(page: Path, painter: str) -> None:
    assert "over 2 trainings" in words(painter)
    assert "trainings" not in words((page.parent / "pages/sketcher.html").read_text())


def test_an_erased_feature_is_named(painter: str) -> None:
    assert "nose erased from what the model was given" in words(section(painter, made.ERASED))
    assert "erased" not in words(section(painter, "unseen"))


def test_memory_is_told_in_words_and_beside_the_picture(painter: str) -> None:
    suite = section(painter, "unseen")
    assert "3 of 15 (20%) outputs are more like a training picture than like their own truth." in words(suite)
    assert words(suite).count("nearer to a training picture (0.030) than to its truth (0.050)") == 3
    rows = suite.split('<li class="row"')[1:]
    assert ["nearer to a training" in row for row in rows].count(True) == 3
    assert all(row.count("<img") == 4 for row in rows)


def heat_cells(html: str, caption: str) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """By line of a heat table: its figure and (class, value) by style."""
    table = html.split(f"<caption>{caption}</caption>")[1].split("</table>")[0]
    for line in table.split("<tbody>")[1].split("<tr>")[1:]:
        name = re.search(r"<th[^>]*>([^<]+?) <", line)
        assert name is not None
        cells = re.findall(r'<td class="number ?(h\d)?">([\d.–]+)', line)
        yield name[1], [(level, float(value)) for level, value in cells]


def test_styles_are_compared_figure_by_figure(painter: str) -> None:
    lines = dict(heat_cells(section(painter, "unseen"), "Styles, the figures to read first"))
    assert list(lines) == ["LPIPS", "Identity", "SSIM", "Landmarks, worse eye", "L1"]
    for name, cells in lines.items():
        best = sorted(cells, key=lambda cell: cell[1], reverse=name == "SSIM")
        assert len(cells) == 3
        assert (best[0][0], best[-1][0]) == ("h6", "h0")


def test_regions_are_compared_with_one_another(painter: str) -> None:
    lines = dict(heat_cells(section(painter, "unseen"), "Regions of the face"))
    assert list(lines) == ["nose", "mouth"]
    cells = sorted((cell for line in lines.values() for cell in line), key=lambda cell: cell[1])
    assert (cells[0][0], cells[-1][0]) == ("h6", "h0")


def test_without_regions_there_is_no_table_of_them(project: Path, settings: Params) -> None:
    path = project / "runs/painter/evaluation/metrics.csv"
    table = tables.read(path)
    tables.write(path, table[table["metric"] != "regions"])
    write_report(project, settings)
    text = (project / "reports/pages/painter.html").read_text()
    assert "Regions of the face" not in text
    assert "Styles, the figures to read first" in text


def test_rows_come_by_time(painter: str) -> None:
    times = re.findall(r"<span class=\"quiet\">\w+, ([\d.]+) s</span>", section(painter, "unseen"))
    assert len(times) == 15
    assert times == sorted(times, key=float)


def test_scores_of_a_row_are_those_of_the_picture(page: Path, painter: str) -> None:
    _, rows = tables.rows(page.parents[1] / "runs/painter/evaluation/pictures.csv")
    own = next(row for row in rows if row["method"] == "model" and row["style"] == "stamp" and row["identity"])
    for row in section(painter, "unseen").split('<li class="row"')[1:]:
        if f"<b>{own['id']}</b>" in unescape(row) and 'data-style="stamp"' in row:
            scores = re.search(r'data-scores="([^"]*)"', row)
            assert scores is not None
            told = [float(score) for score in scores[1].split()[:-1]]
            assert told == pytest.approx([float(own[name]) for name in evaluated.OF_PICTURES], rel=1e-3)
            assert scores[1].endswith(" -")  # of a whole set
            return
    pytest.fail(f"{own['id']} has no row")


@pytest.fixture
def rivals(project: Path, settings: Params) -> Params:
    """The small project with a rival of the painter whose SSIM is lower by far, whose L1 by nothing that counts."""
    folder = project / "runs/rival/evaluation"
    folder.mkdir(parents=True)
    for path in (project / "runs/painter/evaluation").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    table = tables.read(folder / "pictures.csv")
    table["ssim"] = table["ssim"].astype(float) - 0.2
    tables.write(folder / "pictures.csv", table)
    return replace(settings, models={**settings.models, "rival": settings.models["painter"]})


def test_two_models_of_one_kind_are_compared(project: Path, rivals: Params) -> None:
    matches = versus.matches(project, collect(project, rivals))
    assert [(match.a, match.b) for match in matches] == [("painter", "rival")] * 3
    duels = {duel.figure.name: duel for duel in matches[0].duels}
    assert duels["ssim"].a - duels["ssim"].b == pytest.approx(0.2)
    assert (duels["ssim"].verdict, duels["l1"].verdict) == ("a", "even")
    assert (matches[0].wins("a"), matches[0].wins("b")) == (1, 0)
    assert matches[0].pictures == 10  # two drawn styles of five faces


def test_which_is_better_is_told(project: Path, rivals: Params) -> None:
    write_report(project, rivals)
    text = words((project / "reports/index.html").read_text())
    assert "painter is better in 1 of 10 figures, rival in 0; 9 may be noise." in text
    assert "neither: it may be noise" in text
    assert (project / "reports/pages/rival.html").is_file()


def test_models_of_two_kinds_are_not(page: Path) -> None:
    assert "Which model is better" not in page.read_text()
