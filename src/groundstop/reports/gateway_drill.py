"""A drill for the terminal and as one HTML page: what users saw while a model was withdrawn under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from groundstop.documents.gateway import DrillReport, DrillSecond
from groundstop.reports.gateway_words import moment
from groundstop.reports.pages import environment
from groundstop.reports.svg import LEFT, RIGHT, line, svg, text
from groundstop.reports.words import counted_large, plain

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEIGHT, _TOP, _BOTTOM = 170.0, 14.0, 138.0
_KINDS = (("served", "held"), ("fallback", "other"), ("denied", "denied"), ("failed", "violated"))
"""From the bottom of each column to its top, with the class of the style sheet."""


def drill_headline(report: DrillReport) -> str:
    """Return what a drill showed, in a sentence."""
    failed = report.failed
    hard = "no request failed" if failed == 0 else f"{counted_large(failed, 'request')} failed"
    if not report.shows:
        return f"It shows nothing: {plain(report.model)} answered nobody before the withdrawal; {hard}."
    if report.last_served_s is None:
        return f"After the withdrawal {plain(report.model)} answered nobody; {hard}."
    return f"{plain(report.model)} answered for {report.last_served_s:.2f} s more, and then nobody; {hard}."


def drill_facts(report: DrillReport) -> list[tuple[str, str]]:
    """Return what is told of a drill, as labels and values."""
    totals = {kind: sum(getattr(one, kind) for one in report.pieces) for kind, _ in _KINDS}
    restored = "not within the time looked at" if report.restored_s is None else f"{report.restored_s:.2f} s"
    return [
        ("Gateway", f"{plain(report.gateway)}, {'that runs' if report.live else 'started for the drill'}"),
        ("When", moment(report.created)),
        ("Users", f"{report.streams:,} at the same time, each with a stream"),
        ("Answered by the model", f"{totals['served']:,}"),
        ("Answered by another", f"{totals['fallback']:,}"),
        ("Denied", f"{totals['denied']:,}"),
        ("Failed", f"{totals['failed']:,}"),
        ("Streams cut", f"{report.cut:,}, each with a last event that says why"),
        ("Streams let finish", f"{report.finished:,}"),
        ("Given back after", restored),
    ]


def drill_text(report: DrillReport) -> RenderableType:
    """Return a drill for the terminal."""
    from rich.console import Group
    from rich.text import Text

    width = max(len(label) for label, _ in drill_facts(report))
    return Group(
        Text(drill_headline(report), style=_style(report)),
        *(Text(f"  {label:<{width}}  {value}") for label, value in drill_facts(report)),
        *(Text(f"  {plain(one)}", style="red") for one in report.failures),
    )


def _style(report: DrillReport) -> str:
    if report.failed:
        return "bold red"
    return "bold green" if report.shows else "bold yellow"


def drill_page(report: DrillReport) -> str:
    """Return a drill as a page.

    Args:
        report: It.

    Returns:
        A whole HTML document; the same for the same report.
    """
    return (
        environment()
        .get_template("gateway_drill.html.j2")
        .render(
            headline=drill_headline(report),
            model=plain(report.model),
            decision="violated" if report.failed else "held" if report.shows else "undecided",
            facts=drill_facts(report),
            chart=drill_chart(report),
            failures=[plain(one) for one in report.failures],
            piece=f"{report.piece_s:g}",
        )
    )


def drill_chart(report: DrillReport) -> Markup:
    """Return what users got over time: a column for each piece, and a line where the model was withdrawn."""
    pieces = report.pieces
    most = max(1, *(_total(one) for one in pieces))
    step = (RIGHT - LEFT) / len(pieces)
    body = []
    for place, one in enumerate(pieces):
        top = _BOTTOM
        for kind, style in _KINDS:
            height = getattr(one, kind) / most * (_BOTTOM - _TOP)
            if height > 0:
                top -= height
                body.append(
                    f'<rect x="{LEFT + place * step + step * 0.08:.1f}" y="{top:.1f}" '
                    f'width="{step * 0.84:.1f}" height="{height:.1f}" class="drill {style}"/>'
                )
    whole = report.piece_s * len(pieces)
    at = LEFT + (RIGHT - LEFT) * min(1.0, report.before_s / whole)
    body += [
        line(LEFT, _BOTTOM, RIGHT, _BOTTOM, "axis"),
        line(at, _TOP - 6, at, _BOTTOM, "mark"),
        text(at, _BOTTOM + 14, "withdrawn", "small middle"),
        text(LEFT, _BOTTOM + 28, f"{-report.before_s:.1f} s", "small"),
        text(RIGHT, _BOTTOM + 28, f"{whole - report.before_s:.1f} s", "small end"),
        text(LEFT, _TOP - 3, f"{most:,} requests", "small"),
    ]
    title = f"What users got in each {report.piece_s:g} s: {drill_headline(report)}"
    return svg(_HEIGHT, title, "".join(body))


def _total(one: DrillSecond) -> int:
    return one.served + one.fallback + one.denied + one.failed
