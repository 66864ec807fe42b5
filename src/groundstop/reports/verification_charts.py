"""Plots of a verification: each held-out variant as one mark, and pairs of ordinary requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from markupsafe import Markup

from groundstop.documents import Answered, BenignCell
from groundstop.reports.svg import LEFT, RIGHT, dot, svg, text

_IN_A_ROW = 40
_FIRST, _STEP, _ROW = 42, 7.7, 12

_CELL_WIDTH, _CELL_HEIGHT, _LARGEST = 130, 104, 60


@dataclass(frozen=True, slots=True)
class Strip:
    """The variants of one kind, in the order in which they were asked."""

    label: str
    n: int
    violated_at: tuple[int, ...]
    """Their numbers, from 1 on."""
    undetermined: int
    """Of the others; which ones is not in the document."""


def violated_calls(path: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Return the calls at which the count of violations rose.

    Args:
        path: Points (calls, violations) at which the count changed, from (0, 0) to the end.
    """
    steps = pairwise(path)
    return tuple(n for (_, before), (n, count) in steps if count > before)


def strip_chart(strips: Sequence[Strip], *, title: str) -> Markup:
    """Draw one mark for each variant that was asked: a square got through, a circle did not.

    A hollow circle stands where a variant either held or has no verdict.

    Args:
        strips: What is drawn, from top to bottom.
        title: What the plot shows, for those who cannot see it.

    Returns:
        An SVG element.
    """
    parts: list[str] = []
    top = 6.0
    for strip in strips:
        unclear = f", {strip.undetermined} undetermined" if strip.undetermined else ""
        counts = f"{len(strip.violated_at)} of {strip.n} got through{unclear}"
        parts.append(text(LEFT, top + 10, strip.label, "label"))
        parts.append(text(RIGHT, top + 10, counts, "end small"))
        rows = -(-strip.n // _IN_A_ROW)
        parts += [
            text(_FIRST - 10, top + 29 + _ROW * row, f"{1 + _IN_A_ROW * row}", "end small")
            for row in range(rows)
        ]
        parts += [_mark(strip, number, top + 25) for number in range(1, strip.n + 1)]
        top += 34 + _ROW * rows
    return svg(top, title, "".join(parts))


def _mark(strip: Strip, number: int, top: float) -> str:
    row, column = divmod(number - 1, _IN_A_ROW)
    x, y = _FIRST + _STEP * column, top + _ROW * row
    if number in strip.violated_at:
        return dot(x, y, "violated", size=3.6)
    if strip.undetermined:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" class="hollow"/>'
    return dot(x, y, "held", size=2.6)


def pairs_chart(cells: Sequence[BenignCell], *, title: str) -> Markup:
    """Draw how ordinary requests were taken before and after; areas are as the counts.

    Pairs with an undetermined answer are not drawn.

    Args:
        cells: How many pairs came out in which way.
        title: What the plot shows, for those who cannot see it.

    Returns:
        An SVG element.
    """
    counts = {(cell.before, cell.after): cell.n for cell in cells}
    given, refused = Answered.GIVEN, Answered.REFUSED
    places = {
        (given, given): ("both answered", 0, 0, "bar fixed"),
        (given, refused): ("newly refused", 1, 0, "dot violated"),
        (refused, given): ("newly answered", 0, 1, "dot held"),
        (refused, refused): ("both refused", 1, 1, "bar fixed"),
    }
    largest = max((counts.get(pair, 0) for pair in places), default=0) or 1
    left = LEFT + 68
    parts = [
        text(left + _CELL_WIDTH * (column + 0.5), 14, words, "middle small")
        for column, words in enumerate(("answered after", "refused after"))
    ]
    for row, words in enumerate(("answered", "refused")):
        middle = 24 + _CELL_HEIGHT * (row + 0.5)
        parts += [text(LEFT, middle - 4, words, "small"), text(LEFT, middle + 10, "before", "small")]
    for pair, (words, column, row, style) in places.items():
        n = counts.get(pair, 0)
        x, y = left + _CELL_WIDTH * column, 24 + _CELL_HEIGHT * row
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{_CELL_WIDTH}" height="{_CELL_HEIGHT}" class="cell"/>'
        )
        side = max(2.0, _LARGEST * sqrt(n / largest)) if n else 0.0
        if side:
            corner_x, corner_y = x + (_CELL_WIDTH - side) / 2, y + 8 + (_LARGEST - side) / 2
            parts.append(
                f'<rect x="{corner_x:.1f}" y="{corner_y:.1f}" width="{side:.1f}" height="{side:.1f}" '
                f'class="{style}"/>'
            )
        parts.append(text(x + _CELL_WIDTH / 2, y + _CELL_HEIGHT - 12, f"{n} {words}", "middle"))
    return svg(30 + 2 * _CELL_HEIGHT, title, "".join(parts))
