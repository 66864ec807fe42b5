"""The picture of a preview: for each sort of people one bar, in which each outcome has its share.

Every outcome has a hatching of its own, so that nothing is told by colour alone.
"""

from __future__ import annotations

from markupsafe import Markup

from groundstop.directives.previewing import Cell, Membership, Outcome, Preview
from groundstop.reports.directive_preview_words import MEMBERSHIP_WORDS
from groundstop.reports.svg import LEFT, RIGHT, svg, text
from groundstop.reports.words import counted_large

STYLES = {
    Outcome.NEWLY_DENIED: "cut",
    Outcome.ALREADY_DENIED: "was-cut",
    Outcome.LICENSED: "licensed",
    Outcome.SERVED: "served",
    Outcome.GUARDED: "guarded",
    Outcome.UNJUDGED: "unjudged",
}
"""The class of each outcome in the style sheet."""

_BAR = 18
_LINE = 15
_GAP = 14
_IN_A_LINE = 2
_LEAST = 3.0
"""Width of what is there, however little it is."""


def preview_chart(preview: Preview, *, title: str) -> Markup:
    """Draw what an order would do to whom.

    Args:
        preview: What it would do.
        title: What the picture shows, for those who cannot see it.

    Returns:
        An SVG element. The hatchings that it is drawn with stand on the page once: see :func:`patterns`.
    """
    parts: list[str] = []
    top = 4.0
    for membership in Membership:
        cells = [one for one in preview.cells if one.membership is membership]
        total = sum(one.count.requests for one in cells)
        parts.append(text(LEFT, top + 11, MEMBERSHIP_WORDS[membership], "label"))
        parts.append(text(RIGHT, top + 11, counted_large(total, "request"), "end small"))
        top += 18
        parts += _bar(cells, total, top)
        top += _BAR + 2
        words = [f"{one.count.requests:,} {one.outcome.value}" for one in cells] or ["nobody"]
        for first in range(0, len(words), _IN_A_LINE):
            parts.append(text(LEFT, top + 11, " · ".join(words[first : first + _IN_A_LINE]), "small"))
            top += _LINE
        top += _GAP
    return svg(top - _GAP + 4, title, "".join(parts))


def swatch(outcome: Outcome) -> Markup:
    """Return the mark of an outcome, for a legend."""
    return Markup('<svg class="icon" viewBox="0 0 16 12" aria-hidden="true">{}</svg>').format(
        Markup(_rect(0.5, 0.5, 15, 11, STYLES[outcome]))  # noqa: S704 - numbers and a name of our own
    )


def _bar(cells: list[Cell], total: int, top: float) -> list[str]:
    """Draw the outcomes of one sort of people beside each other."""
    room = RIGHT - LEFT
    frame = _rect(LEFT, top, room, _BAR, "frame")
    shown = [one for one in cells if one.count.requests]
    if not shown:
        return [frame]
    # What is very little is drawn a little wider, and the rest shares what remains.
    shares = [max(_LEAST, room * one.count.requests / total) for one in shown]
    scale = room / sum(shares)
    parts, left = [frame], float(LEFT)
    for one, share in zip(shown, shares, strict=True):
        parts.append(_rect(left, top, share * scale, _BAR, STYLES[one.outcome]))
        left += share * scale
    return parts


def _rect(x: float, y: float, width: float, height: float, style: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {size} class="share {style}"/>'


def patterns() -> Markup:
    """Return the hatchings, once for a page; lines of one colour on another, both from the style sheet."""
    return Markup(
        '<svg class="patterns" aria-hidden="true" width="0" height="0"><defs>'
        '<pattern id="hatch-licensed" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" class="ground"/>'
        '<line x1="0" y1="0" x2="0" y2="6" class="stroke"/></pattern>'
        '<pattern id="hatch-was-cut" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(-45)"><rect width="6" height="6" class="ground"/>'
        '<line x1="0" y1="0" x2="0" y2="6" class="stroke"/></pattern>'
        '<pattern id="hatch-unjudged" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect width="5" height="5" class="ground"/>'
        '<circle cx="2.5" cy="2.5" r="1.1" class="spot"/></pattern>'
        "</defs></svg>"
    )
