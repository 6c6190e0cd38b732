"""Charts as inline SVG: no script, no font, colours from the page's style sheet.

The numbers are also in the tables or in the chart's label, so a reader without the picture misses nothing.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

Point = tuple[float, float]

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 26
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


def strip(value: float, floors: Sequence[float], higher: bool) -> Markup:
    """Where a figure (dot) stands among its floors (strokes), on a line whose right end is the better one."""
    known = [floor for floor in floors if math.isfinite(floor)]
    low, high = min([value, *known]), max([value, *known])
    if not high > low:
        return Markup("")

    def place(number: float) -> float:
        share = (number - low) / (high - low)
        return 6 + (share if higher else 1 - share) * 88

    strokes = "".join(f'<path class="floor" d="M{place(floor):.1f} 3v8"/>' for floor in known)
    return Markup(
        '<svg class="strip" viewBox="0 0 100 14" aria-hidden="true"><path class="rule" d="M4 7h92"/>'
        f'{strokes}<circle class="dot" cx="{place(value):.1f}" cy="7" r="4"/></svg>'
    )


def _coordinates(points: Iterable[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _level(y: float, value: float) -> str:
    return (
        f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        f'<text class="axis" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:g}</text>'
    )


def _moment(x: float, value: float) -> str:
    return f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{value:g}</text>'
