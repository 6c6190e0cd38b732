"""Curves as SVG: places computed by hand, nothing unescaped, no empty picture."""

import math
import re
from xml.etree import ElementTree

import pytest

from limner.report import charts


def curve(svg: str, name: str) -> list[tuple[float, float]]:
    points = re.search(rf'class="{name}" points="([^"]*)"', svg)
    assert points is not None
    return [tuple(map(float, pair.split(","))) for pair in points[1].split()]  # type: ignore[misc]


def test_a_curve_spans_the_frame() -> None:
    svg = charts.line_chart([(0, 2.0), (5, 1.0), (10, 0.0)], "loss", "epoch")
    left, right = charts.LEFT, charts.WIDTH - charts.RIGHT
    top, bottom = charts.TOP, charts.HEIGHT - charts.BOTTOM
    assert curve(svg, "mean") == [(left, top), ((left + right) / 2, (top + bottom) / 2), (right, bottom)]
    assert 'class="raw"' not in svg


def test_a_long_noisy_curve_is_smoothed_and_thinned() -> None:
    points = [(float(step), 1.0 + (-1) ** step) for step in range(10_000)]
    svg = charts.line_chart(points, "loss", "step")
    assert len(curve(svg, "raw")) == len(curve(svg, "mean")) == charts.MOST_POINTS
    assert len(svg) < 20_000


def test_smoothing_keeps_a_straight_line_and_calms_noise() -> None:
    line = [(float(x), 2.0 * x) for x in range(200)]
    reach = 200 // charts.SMOOTHING
    calm = [y for _, y in charts.smooth(line)]
    assert calm[reach:-reach] == pytest.approx([y for _, y in line][reach:-reach])
    noise = charts.smooth([(float(x), float((-1) ** x)) for x in range(200)])
    assert max(abs(y) for _, y in noise) < 0.2


def test_thinning_keeps_the_mean() -> None:
    points = [(float(x), float(x * x % 17)) for x in range(960)]
    thin = charts.thin(points, 240)
    assert len(thin) == 240
    assert sum(y for _, y in thin) / 240 == pytest.approx(sum(y for _, y in points) / 960)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.5, 1]),
        (0, 0.04, [0, 0.01, 0.02, 0.03, 0.04]),
        (0, 20, [0, 5, 10, 15, 20]),
        (-3, 7, [0, 5]),
        (1, 1, [1]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert charts.ticks(low, high) == expected


def test_a_chart_is_well_formed_whatever_its_name() -> None:
    svg = charts.line_chart([(0, 1), (1, math.nan), (2, 3)], 'a<b>"&', "x<y")
    tree = ElementTree.fromstring(svg)
    assert tree.get("aria-label") == 'a<b>"&'
    assert len(curve(svg, "mean")) == 2


def test_nothing_to_draw_draws_nothing() -> None:
    assert charts.line_chart([(0, math.nan), (1, math.inf)], "loss", "step") == ""
    assert charts.loss_chart([(0, math.nan)], [1], "loss") == charts.loss_chart([(0, 1)], [], "loss") == ""
    assert charts.strip(0.5, (0.4, 0.6), [math.nan], math.nan, True) == ""


def test_a_strip_has_the_better_end_at_the_right() -> None:
    dot = re.compile(r'class="dot" cx="([\d.]+)"')
    for higher, value in ((True, 0.9), (False, 0.1)):
        found = dot.search(charts.strip(value, (math.nan, math.nan), [0.2, 0.5], math.nan, higher))
        assert found is not None
        assert float(found[1]) == 94


def test_a_strip_draws_interval_floors_and_ceiling_where_they_are() -> None:
    svg = charts.strip(0.5, (0.4, 0.6), [0.0, 0.25], 1.0, True)
    tree = ElementTree.fromstring(svg)
    places = {(part.get("class"), part.get("d") or part.get("cx")) for part in tree}
    assert places == {
        ("rule", "M4 7h92"),
        ("floor", "M6.0 2v10"),
        ("floor", "M28.0 2v10"),
        ("ceiling", "94.0"),
        ("interval", "M41.2 7H58.8"),
        ("dot", "50.0"),
    }


def test_a_loss_stands_under_the_pictures_of_its_epochs() -> None:
    stop = charts.STOP
    points = [(1, 4.0), (2, 3.0), (4, 2.0), (8, 1.0)]
    line = curve(charts.loss_chart(points, [2, 4, 8], "loss"), "mean")
    assert [x for x, _ in line] == [0, 0.5 * stop, 1.5 * stop, 2.5 * stop]
    between = curve(charts.loss_chart([(2, 1.0), (3, 1.0), (9, 1.0)], [2, 4, 8], "loss"), "mean")
    assert [x for x, _ in between] == [0.5 * stop, stop, 3 * stop]
    ys = [y for _, y in line]
    assert ys == sorted(ys)


def line(*points: tuple[float, float]) -> charts.Series:
    return charts.Series("one", tuple((x, y, y - 0.1, y + 0.1) for x, y in points))


def test_curves_have_marks_whiskers_and_their_own_colours() -> None:
    drawn = charts.curves([line((5, 0.3), (21, 0.2)), line((5, 0.4))], "said", "pairs", log=True)
    assert drawn.count('class="mark"') == drawn.count('class="whisker"') == 3
    assert 'class="s0"' in drawn
    assert 'class="s1"' in drawn
    assert ">21</text>" in drawn


def test_marked_values_are_told_in_three_figures_and_whole_numbers_whole() -> None:
    drawn = charts.curves([line((0.022196, 0.3), (0.487144, 0.3), (21.3504, 0.3), (1872, 0.2))], "said", "MB", log=True)
    assert re.findall(r'text-anchor="middle">([\d.]+)<', drawn) == ["0.0222", "0.487", "21.4", "1872"]


def test_on_a_logarithmic_axis_doublings_are_even() -> None:
    drawn = charts.curves([line((5, 0.3), (10, 0.3), (20, 0.3))], "said", "pairs", log=True)
    first, middle, last = (float(x) for x in re.findall(r'<circle class="mark" cx="([\d.]+)"', drawn))
    assert middle - first == pytest.approx(last - middle, abs=0.11)


def test_an_endless_interval_does_not_flatten_the_curve() -> None:
    wide = charts.Series("one", ((1, 0.2, -100.0, 100.0), (2, 0.4, math.nan, math.nan)))
    heights = [float(y) for y in re.findall(r'<circle class="mark" [^>]*cy="([\d.]+)"', charts.curves([wide], "", "x"))]
    assert abs(heights[0] - heights[1]) > 50


@pytest.mark.parametrize("y", [0.0, 0.3])
def test_one_value_everywhere_is_drawn_half_way_up(y: float) -> None:
    flat = charts.Series("one", ((1, y, y, y), (2, y, math.nan, math.nan)))
    drawn = charts.curves([flat], "", "x")
    bottom, *_, top = (float(y) for y in re.findall(r'class="grid" d="M[\d.]+ ([\d.]+)H', drawn))
    (height,) = set(re.findall(r'<circle class="mark" [^>]*cy="([\d.]+)"', drawn))
    assert top < float(height) < bottom


def test_no_curves_no_chart() -> None:
    assert charts.curves([charts.Series("one", ())], "", "x") == ""
