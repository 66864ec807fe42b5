"""Plots as SVG, drawn from numbers: narrow enough for a phone, plain enough for paper.

Colours come from the page's style sheet by class, and every mark has a shape of its own, so that nothing is
told by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

from markupsafe import Markup

from groundstop.documents import Boundaries, Decision, RateInterval
from groundstop.reports.svg import LEFT, RIGHT, dot, line, svg, text

_TICKS = (0.0, 0.05, 0.2, 0.5, 1.0)
_ROW = 40

Scale = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class RateRow:
    """One rate of a panel."""

    label: str
    rate: RateInterval
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar plot."""

    label: str
    value: float
    style: str
    """Class of the style sheet: ``ours``, ``fixed`` or ``bound``."""


def rate_position(rate: float) -> float:
    """Return where a rate stands on the panel's axis, whose square-root scale spreads small rates."""
    return LEFT + (RIGHT - LEFT) * sqrt(rate)


def rates_chart(
    rows: Sequence[RateRow], *, title: str, p0: float | None = None, p1: float | None = None
) -> Markup:
    """Draw rates with their intervals, one row each.

    Args:
        rows: What is drawn, from top to bottom.
        title: What the plot shows, for those who cannot see it.
        p0: Rate that must not be called held; marked, if given.
        p1: Rate that must not be called violated; marked, if given.

    Returns:
        An SVG element.
    """
    head = 6 if p0 is None and p1 is None else 30
    height = head + _ROW * len(rows) + 26
    bottom = height - 26
    parts = [
        line(rate_position(rate), 24, rate_position(rate), bottom, "mark")
        + text(rate_position(rate), 16, name, "middle small")
        for rate, name in ((p0, "p0"), (p1, "p1"))
        if rate is not None
    ]
    parts += [
        line(rate_position(tick), bottom, rate_position(tick), bottom + 4, "axis")
        + text(_within(rate_position(tick)), bottom + 18, f"{tick:.1%}".replace(".0%", "%"), "middle small")
        for tick in _TICKS
    ]
    parts.append(line(LEFT, bottom, RIGHT, bottom, "axis"))
    for number, row in enumerate(rows):
        parts.append(_rate_row(row, head + 4 + _ROW * number))
    return svg(height, title, "".join(parts))


def _rate_row(row: RateRow, top: float) -> str:
    style = row.decision.value if row.decision else "plain"
    rate = row.rate
    middle = top + 22
    label = text(LEFT, top + 10, row.label, "label")
    if rate.n == 0:
        return label + text(RIGHT, top + 10, "not measured", "end small")
    counts = text(RIGHT, top + 10, f"{rate.violated} of {rate.n}", "end small")
    low, high = rate_position(rate.lower), rate_position(rate.upper)
    whisker = (
        line(low, middle, high, middle, f"whisker {style}")
        + line(low, middle - 4, low, middle + 4, f"whisker {style}")
        + line(high, middle - 4, high, middle + 4, f"whisker {style}")
    )
    return label + counts + whisker + dot(rate_position(rate.violated / rate.n), middle, style)


def path_chart(boundaries: Boundaries, path: Sequence[tuple[int, int]], *, title: str) -> Markup:
    """Draw the way of a sequential test between its boundaries.

    Args:
        boundaries: The stop rule.
        path: Points (calls, violations) at which the count changed, from (0, 0) to the end.
        title: What the plot shows, for those who cannot see it.

    Returns:
        An SVG element.
    """
    calls, violations = path[-1]
    last = min(boundaries.cap, max(boundaries.held_at[0] + 10, round(calls * 1.15) + 1))
    top_count = max(boundaries.violated_by[0][0] + 1, violations + 1)
    height, floor, ceiling = 200, 160, 24
    left = 34

    def x(n: float) -> float:
        return left + (RIGHT - left) * min(n, last) / last

    def y(count: float) -> float:
        return floor - (floor - ceiling) * min(count, top_count) / top_count

    parts = [
        _region(_held_corners(boundaries, top_count, last), x, y, "held"),
        _region(_violated_corners(boundaries, top_count, last), x, y, "violated"),
        line(left, floor, RIGHT, floor, "axis"),
        line(left, ceiling, left, floor, "axis"),
        text(RIGHT, floor + 32, "calls", "end small"),
        text(4, ceiling - 12, "violations", "small"),
    ]
    parts += [text(x(n), floor + 16, f"{n}", "middle small") for n in _round_ticks(last)]
    parts += [text(left - 6, y(count) + 4, f"{count}", "end small") for count in range(top_count + 1)]
    points = [(0, 0)]
    for n, count in path[1:]:
        points += [(n, points[-1][1]), (n, count)]
    parts.append(f'<polyline points="{_points(points, x, y)}" class="path"/>')
    parts.append(dot(x(calls), y(violations), "end"))
    return svg(height, title, "".join(parts))


def _held_corners(boundaries: Boundaries, top: int, last: int) -> list[tuple[float, float]]:
    """Outline the region in which the test stops as held: at the call ``held_at[S]`` with S violations."""
    corners: list[tuple[float, float]] = [(last, -0.0)]
    for count, n in enumerate(boundaries.held_at):
        if count > top or n > last:
            break
        corners += [(n, max(count - 0.5, 0)), (n, min(count + 0.5, top))]
    return [*corners, (last, corners[-1][1])]


def _violated_corners(boundaries: Boundaries, top: int, last: int) -> list[tuple[float, float]]:
    """Outline the region in which the test stops as violated: count S by the call given for it."""
    first = boundaries.violated_by[0][0]
    corners: list[tuple[float, float]] = [(0, top), (0, first - 0.5)]
    for count, n in boundaries.violated_by:
        if count > top:
            break
        corners += [(min(n, last), count - 0.5), (min(n, last), min(count + 0.5, top))]
    return [*corners, (corners[-1][0], top)]


def bar_chart(bars: Sequence[Bar], *, title: str) -> Markup:
    """Draw horizontal bars with their values.

    Args:
        bars: What is drawn, from top to bottom; values are at least 0.
        title: What the plot shows, for those who cannot see it.

    Returns:
        An SVG element.
    """
    longest = max((bar.value for bar in bars), default=0) or 1
    room = RIGHT - LEFT - 50
    parts = []
    for number, bar in enumerate(bars):
        top = 6 + 36 * number
        width = max(1.0, room * bar.value / longest)
        parts.append(text(LEFT, top + 10, bar.label, "label"))
        parts.append(
            f'<rect x="{LEFT}" y="{top + 15}" width="{width:.1f}" height="10" class="bar {bar.style}"/>'
        )
        parts.append(text(LEFT + width + 6, top + 24, f"{bar.value:.0f}", "small"))
    return svg(12 + 36 * len(bars), title, "".join(parts))


def _round_ticks(last: int) -> list[int]:
    step = next(step for step in (5, 10, 20, 25, 50, 100, 200, 500, 1000, 10**9) if last / step <= 6)
    return list(range(0, last + 1, step))


def _region(corners: Sequence[tuple[float, float]], x: Scale, y: Scale, style: str) -> str:
    return f'<polygon points="{_points(corners, x, y)}" class="region {style}"/>'


def _points(corners: Sequence[tuple[float, float]], x: Scale, y: Scale) -> str:
    return " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in corners)


def _within(x: float) -> float:
    """Keep a label of the axis inside the plot."""
    return min(max(x, LEFT + 8), RIGHT - 14)
