"""A report of probes for the terminal: what leaked and who was cut off first, and how the rest came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from groundstop.documents.gateway import Probed, ProbeOutcome, ProbeReport
from groundstop.reports.gateway_words import counts_words
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType

_MOST_SHOWN = 20
_SHOWN = {
    ProbeOutcome.LEAK: ("Leaks", "bold red"),
    ProbeOutcome.CUT_OFF: ("Lawful users cut off", "bold red"),
    ProbeOutcome.UNREACHABLE: ("No answer", "yellow"),
    ProbeOutcome.UNPROVED: ("Not proved", "yellow"),
    ProbeOutcome.NOT_APPLICABLE: ("Not applicable", "dim"),
}


def probes_text(report: ProbeReport) -> RenderableType:
    """Return a report of probes for the terminal.

    Args:
        report: It.

    Returns:
        Something that a rich console prints.
    """
    from rich.console import Group
    from rich.text import Text

    counts = report.counts
    bad = counts.leaks or counts.cut_off
    style = "bold red" if bad else "bold green" if counts.as_expected == counts.asked else "bold"
    callers = ", ".join(sorted(report.callers))
    return Group(
        Text(f"{plain(report.gateway)}: {counts_words(counts)}", style=style),
        Text(f"{plain(report.order)}, asked as {callers} at {plain(report.url)}", style="dim"),
        *(line for outcome in _SHOWN for line in _of(report, outcome)),
    )


def _of(report: ProbeReport, outcome: ProbeOutcome) -> Iterator[RenderableType]:
    from rich.text import Text

    lines = Counter(_line(one) for one in report.probes if one.outcome is outcome)
    if not lines:
        return
    title, style = _SHOWN[outcome]
    yield Text()
    yield Text(f"{title} ({lines.total():,})", style=style)
    for line, count in lines.most_common(_MOST_SHOWN):
        yield Text(f"  {line}" + (f" ({count} times)" if count > 1 else ""))
    if len(lines) > _MOST_SHOWN:
        yield Text(f"  and {len(lines) - _MOST_SHOWN} more kinds", style="dim")


def _line(one: Probed) -> str:
    probe = one.probe
    how = [] if probe.way == "plain" else [probe.way]
    how += ["stream"] if probe.stream else []
    how += [] if probe.fallback else ["no other model"]
    written = f" ({', '.join(how)})" if how else ""
    why = f": {plain(one.why)}" if one.why else ""
    return f"{plain(probe.model)} on {probe.route}{written} as {probe.caller.value}{why}"
