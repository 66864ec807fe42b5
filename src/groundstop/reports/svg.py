"""The few shapes that plots are drawn of, as SVG.

Colours come from the page's style sheet by class, and every mark has a shape of its own, so that nothing is
told by colour alone.
"""

from __future__ import annotations

from markupsafe import Markup

WIDTH = 360
"""Width of every plot, in its own units; the page scales it."""

LEFT, RIGHT = 12, 348
"""Where drawings begin and end, so that no mark is cut off."""


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """Return a line."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{style}"/>'


def text(x: float, y: float, words: str, style: str) -> str:
    """Return a text, escaped."""
    return str(Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(x, y, style, words))


def dot(x: float, y: float, style: str, *, size: float = 5) -> str:
    """Return a mark: a square for violated, a circle for held, a diamond for the rest.

    Args:
        x: Where its middle is.
        y: Where its middle is.
        style: ``violated``, ``held``, or another class of the style sheet.
        size: From its middle to its edge.
    """
    if style == "violated":
        return (
            f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:g}" height="{2 * size:g}" '
            f'class="dot {style}"/>'
        )
    if style == "held":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" class="dot {style}"/>'
    far = size + 1
    points = f"{x:.1f},{y - far:.1f} {x + far:.1f},{y:.1f} {x:.1f},{y + far:.1f} {x - far:.1f},{y:.1f}"
    return f'<polygon points="{points}" class="dot {style}"/>'


def svg(height: float, title: str, body: str) -> Markup:
    """Return a whole drawing.

    Args:
        height: Its height, in its own units.
        title: What it shows, for those who cannot see it.
        body: Its shapes.
    """
    head = Markup(
        '<svg viewBox="0 0 {} {:.0f}" role="img" xmlns="http://www.w3.org/2000/svg"><title>{}</title>'
    )
    return head.format(WIDTH, height, title) + Markup(body) + Markup("</svg>")  # noqa: S704 - escaped above
