"""Charts as inline SVG: no script, no font, colours from the page's style sheet.

The numbers are also in the tables or in the chart's label, so a reader without the picture misses nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

Point = tuple[float, float]
Interval = tuple[float, float]

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 26
WIDE, TALL, DEEP = 640, 310, 44
"""Of a chart of several curves: width, height, and what its bottom takes."""
KINDS = 8
"""Colours that tell curves apart."""
STOP, STRIP_HEIGHT = 108, 84
"""Width of a picture over a chart, and the height of that chart."""
MOST_POINTS = 240
"""A curve of more points is averaged in bins: the page stays light and no screen could show more."""
SMOOTHING = 40
"""A curve is smoothed over this share of its points (one of so many), once it has that many."""


def thin(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """At most `most` points: the means of equal bins, in order."""
    if len(points) <= most:
        return list(points)
    edges = [round(index * len(points) / most) for index in range(most + 1)]
    bins = [points[start:end] for start, end in pairwise(edges)]
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in bins]


def smooth(points: Sequence[Point]) -> list[Point]:
    """The centred moving mean over one fortieth of the points; short curves stay as they are."""
    reach = len(points) // SMOOTHING
    windows = [points[max(0, index - reach) : index + reach + 1] for index in range(len(points))]
    means = [sum(y for _, y in window) / len(window) for window in windows]
    return [(x, mean) for (x, _), mean in zip(points, means, strict=True)]


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten apart) within [low, high]."""
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def line_chart(points: Sequence[Point], label: str, x_name: str) -> Markup:
    """A curve over steps: the raw values light, their running mean strong. Not-finite values are left out.

    `points` are (step, value) in order of steps; the y axis starts at 0 unless values are negative.
    """
    raw = thin([(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)])
    if not raw:
        return Markup("")
    low, high = min(0.0, *(y for _, y in raw)), max(y for _, y in raw)
    high = high if high > low else low + 1.0
    start, end = raw[0][0], raw[-1][0]

    def place(point: Point) -> tuple[float, float]:
        across = (point[0] - start) / (end - start) if end > start else 0.5
        up = (point[1] - low) / (high - low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">',
        *(_level(place((start, value))[1], value) for value in ticks(low, high)),
        *(_moment(place((value, low))[0], value) for value in ticks(start, end, 5)),
        f'<text class="axis" x="1" y="{HEIGHT - 8}">{escape(x_name)}</text>',
    ]
    mean = smooth(raw)
    if mean != raw:
        parts.append(f'<polyline class="raw" points="{_coordinates(map(place, raw))}"/>')
    parts.append(f'<polyline class="mean" points="{_coordinates(map(place, mean))}"/>')
    x, y = place(mean[-1])
    parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>')
    return Markup("".join(parts))


def strip(value: float, interval: Interval, floors: Sequence[float], ceiling: float, higher: bool) -> Markup:
    """Where a figure (dot) stands with its interval (bar) among its floors (strokes) and its ceiling (a ring).

    The line's right end is the better one. What is not known (nan) is left out.
    """
    strokes, rings = ([x for x in some if math.isfinite(x)] for some in (floors, [ceiling]))
    bar = [x for x in interval if math.isfinite(x)]
    marks = [value, *strokes, *rings]
    low, high = min([*marks, *bar]), max([*marks, *bar])
    if len(marks) < 2 or not high > low:
        return Markup("")

    def place(number: float) -> str:
        share = (number - low) / (high - low)
        return f"{6 + (share if higher else 1 - share) * 88:.1f}"

    parts = [
        '<svg class="strip" viewBox="0 0 100 14" aria-hidden="true"><path class="rule" d="M4 7h92"/>',
        *(f'<path class="floor" d="M{place(floor)} 2v10"/>' for floor in strokes),
        *(f'<circle class="ceiling" cx="{place(ring)}" cy="7" r="3.2"/>' for ring in rings),
        f'<path class="interval" d="M{place(bar[0])} 7H{place(bar[1])}"/>' if len(bar) == 2 else "",
        f'<circle class="dot" cx="{place(value)}" cy="7" r="3.6"/></svg>',
    ]
    return Markup("".join(parts))


def loss_chart(points: Sequence[Point], stops: Sequence[int], label: str) -> Markup:
    """A curve over epochs that stands under a row of pictures, one of each of the epochs `stops`.

    Each picture takes `STOP` units of the width, and its epoch is at its middle; between two the axis is even.
    """
    raw = thin([(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)])
    if not raw or not stops:
        return Markup("")
    width = STOP * len(stops)
    low, high = min(0.0, *(y for _, y in raw)), max(y for _, y in raw)
    high = high if high > low else low + 1.0
    # Before the first picture and after the last one the axis goes on to the edges.
    known = [(float(epoch), (place + 0.5) * STOP) for place, epoch in enumerate(stops)]
    edges = [(raw[0][0], 0.0)] * (raw[0][0] < stops[0]) + known + [(raw[-1][0], width)] * (raw[-1][0] > stops[-1])

    def place(point: Point) -> Point:
        up = (point[1] - low) / (high - low)
        return _between(edges, point[0]), STRIP_HEIGHT - 4 - up * (STRIP_HEIGHT - 16)

    levels = ticks(low, high, 2)
    parts = [
        f'<svg class="chart under" viewBox="0 0 {width} {STRIP_HEIGHT}" role="img" aria-label="{escape(label)}">',
        *(f'<path class="grid" d="M{x:.1f} 0V{STRIP_HEIGHT}"/>' for _, x in known),
        *(f'<path class="grid" d="M0 {place((0, level))[1]:.1f}H{width}"/>' for level in levels),
        *(
            f'<text class="axis" x="2" y="{place((0, level))[1] - 3:.1f}">{level:g}</text>'
            for level in levels
            if level != 0
        ),
    ]
    mean = smooth(raw)
    if mean != raw:
        parts.append(f'<polyline class="raw" points="{_coordinates(map(place, raw))}"/>')
    parts.append(f'<polyline class="mean" points="{_coordinates(map(place, mean))}"/></svg>')
    return Markup("".join(parts))


@dataclass(frozen=True)
class Series:
    """One curve among others."""

    label: str
    points: tuple[tuple[float, float, float, float], ...]
    """(x, y, low, high) in order of x; low and high are nan where there is no interval."""


def curves(series: Sequence[Series], label: str, x_name: str, log: bool = False) -> Markup:
    """Several curves over one axis, each point with its interval; told apart by colour and by the shape of their marks.

    The y axis spans the values, and intervals as far as once that span beyond them: few pictures make intervals that
    would flatten everything else. `log`: of x, which must then be positive.
    """
    shown = [
        (which, [point for point in one.points if math.isfinite(point[0] + point[1]) and (point[0] > 0 or not log)])
        for which, one in enumerate(series)
    ]
    every = [point for _, points in shown for point in points]
    if not every:
        return Markup("")
    low, high = min(y for _, y, _, _ in every), max(y for _, y, _, _ in every)
    span = high - low or abs(high) or 1.0
    ends = [end for _, _, *both in every for end in both if math.isfinite(end)]
    low, high = max(min([low, *ends]), low - span), min(max([high, *ends]), high + span)
    if low == high:  # one value everywhere
        low, high = low - span / 2, high + span / 2
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
    xs = sorted({x for x, *_ in every})
    start, end = (math.log(x) if log else x for x in (xs[0], xs[-1]))

    def place(x: float, y: float) -> Point:
        across = ((math.log(x) if log else x) - start) / (end - start) if end > start else 0.5
        up = (min(max(y, low), high) - low) / (high - low)
        return LEFT + 8 + across * (WIDE - LEFT - RIGHT - 16), TALL - DEEP - up * (TALL - TOP - DEEP)

    marks = (
        _apart([(place(x, low)[0], x) for x in xs])
        if log or len(xs) <= 8
        else [(place(x, low)[0], x) for x in ticks(start, end, 6)]
    )
    parts = [
        f'<svg class="chart curves" viewBox="0 0 {WIDE} {TALL}" role="img" aria-label="{escape(label)}">',
        *(_level(place(xs[0], value)[1], value, WIDE) for value in ticks(low, high, 5)),
        *(_moment(x, value, TALL - DEEP + BOTTOM) for x, value in marks),
        f'<text class="axis" x="{(LEFT + WIDE) / 2:g}" y="{TALL - 5}" text-anchor="middle">{escape(x_name)}</text>',
    ]
    for which, points in shown:
        parts.append(f'<g class="s{which % KINDS}">')
        for x, _, *both in points:
            if all(map(math.isfinite, both)):
                (across, bottom), (_, top) = place(x, both[0]), place(x, both[1])
                parts.append(f'<path class="whisker" d="M{across:.1f} {bottom:.1f}V{top:.1f}"/>')
        parts.append(f'<polyline points="{_coordinates(place(x, y) for x, y, *_ in points)}"/>')
        parts += [_mark(which, *place(x, y)) for x, y, *_ in points]
        parts.append("</g>")
    return Markup("".join([*parts, "</svg>"]))


def key(which: int) -> Markup:
    """The mark of the series at place `which`, for a legend."""
    return Markup(
        f'<svg class="key s{which % KINDS}" viewBox="0 0 28 12" aria-hidden="true"><polyline points="0,6 28,6"/>'
        f"{_mark(which, 14, 6)}</svg>"
    )


def _mark(which: int, x: float, y: float) -> str:
    """Circle, square, triangle, diamond, in turn."""
    corners = {1: "-4,-4 4,-4 4,4 -4,4", 2: "0,-5 5,4 -5,4", 3: "0,-5.5 5.5,0 0,5.5 -5.5,0"}.get(which % 4)
    if corners is None:
        return f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    moved = (tuple(map(float, corner.split(","))) for corner in corners.split())
    return f'<polygon class="mark" points="{_coordinates((x + right, y + down) for right, down in moved)}"/>'


def _apart(marks: Sequence[Point], least: float = 26) -> list[Point]:
    """Those of `marks` (position, value) that do not overlap the one before."""
    kept: list[Point] = []
    for mark in marks:
        if not kept or mark[0] - kept[-1][0] >= least:
            kept.append(mark)
    return kept


def _between(edges: Sequence[Point], x: float) -> float:
    """The piecewise linear function through `edges`, constant beyond them."""
    for (left, start), (right, end) in pairwise(edges):
        if x <= right:
            return start + (end - start) * max(0.0, x - left) / (right - left)
    return edges[-1][1]


def _coordinates(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _level(y: float, value: float, width: int = WIDTH) -> str:
    return (
        f'<path class="grid" d="M{LEFT} {y:.1f}H{width - RIGHT}"/>'
        f'<text class="axis" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:g}</text>'
    )


def _moment(x: float, value: float, height: int = HEIGHT) -> str:
    # Where every value is marked, and none chosen for being round: three figures of it, but no whole number is rounded.
    told = value if value == round(value) else float(f"{value:.3g}")
    return f'<text class="axis" x="{x:.1f}" y="{height - 8}" text-anchor="middle">{told:g}</text>'
