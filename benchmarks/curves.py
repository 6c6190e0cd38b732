"""Several curves over one another as an SVG that needs nothing else."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from limner.report.charts import Point, ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 420, 60, 190, 20, 46
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Told apart by the colour-blind too (Okabe and Ito, 2008)."""


@dataclass(frozen=True)
class Curve:
    """Points in order of x, which is above 0."""

    name: str
    points: Sequence[Point]


def drawn(curves: Sequence[Curve], x_name: str, y_name: str) -> str:
    """The SVG; x is logarithmic, since what is compared takes times of other orders."""
    xs, ys = zip(*(point for curve in curves for point in curve.points), strict=True)
    low, high, bottom, top = math.log10(min(xs)), math.log10(max(xs)), min(ys), max(ys)
    high, top = (end if end > begin else begin + 1 for begin, end in ((low, high), (bottom, top)))

    def across(x: float) -> float:
        return LEFT + (math.log10(x) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def down(y: float) -> float:
        return TOP + (top - y) / (top - bottom) * (HEIGHT - TOP - BOTTOM)

    decades = [factor * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for factor in (1, 2, 5)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
    ]
    for value in ticks(bottom, top):
        parts.append(f'<path d="M{LEFT} {down(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{down(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in decades:
        if low <= math.log10(value) <= high:
            parts.append(f'<path d="M{across(value):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
            parts.append(f'<text x="{across(value):.1f}" y="{HEIGHT - 28}" text-anchor="middle">{value:g}</text>')
    for place, curve in enumerate(curves):
        colour, points = COLOURS[place % len(COLOURS)], [(across(x), down(y)) for x, y in curve.points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in points]
        y = TOP + 14 + 18 * place
        parts.append(f'<text x="{WIDTH - RIGHT + 12}" y="{y}" fill="{colour}">{escape(curve.name)}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_name)}</text>'
    )
    parts.append(f'<text x="{LEFT}" y="{TOP - 6}">{escape(y_name)}</text></svg>')
    return "\n".join(parts) + "\n"
