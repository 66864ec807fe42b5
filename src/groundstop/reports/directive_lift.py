"""Which lifting criteria of an order are met, for the terminal and as plain JSON types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from groundstop.directives.lifting import LiftReport, Weighed
from groundstop.documents.directives import Directive
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text


def lift_text(
    directive: Directive, report: LiftReport, left_out: Sequence[str], *, rescinded: str | None = None
) -> RenderableType:
    """Return which criteria are met, and what speaks against each proof that does not count.

    Args:
        directive: The order.
        report: What was weighed.
        left_out: Sentences on what could not be believed.
        rescinded: Why the order is taken back without its criteria; none when it is not.
    """
    from rich.console import Group
    from rich.text import Text

    lines = [Text(_head(directive, report, rescinded), style="bold")]
    for one in report.criteria:
        style = "green" if one.met else "bold red"
        lines.append(
            Text(f"{'met' if one.met else 'NOT MET'}: {one.what} by {plain(one.wanted)}", style=style)
        )
        lines.append(Text(f"  there is: {plain(one.found)}"))
    lines += [_weighed(one) for one in (*report.verifications, *report.countersignatures)]
    lines += [Text(f"Left out: {plain(sentence)}.", style="yellow") for sentence in left_out]
    return Group(*lines)


def lift_record(directive: Directive, report: LiftReport, left_out: Sequence[str]) -> dict[str, Any]:
    """Return which criteria are met as plain JSON types."""
    return {
        "directive": directive.id,
        "content": directive.content_id,
        "met": report.met,
        "criteria": [
            {"what": one.what, "wanted": one.wanted, "found": one.found, "met": one.met}
            for one in report.criteria
        ],
        "verifications": [_record(one) for one in report.verifications],
        "countersignatures": [_record(one) for one in report.countersignatures],
        "left_out": list(left_out),
    }


def _head(directive: Directive, report: LiftReport, rescinded: str | None) -> str:
    if rescinded is not None:
        return f"{directive.id} is taken back, and nothing was verified: {plain(rescinded)}"
    state = "every lifting criterion is met" if report.met else "its lifting criteria are not met"
    return f"{directive.id}: {state}"


def _weighed(one: Weighed) -> Text:
    from rich.text import Text

    told = f"{one.what} by {plain(one.by)} ({one.envelope[:19]}…)"
    if one.counts:
        return Text(f"Counts: {told}", style="green")
    return Text(f"Does not count: {told}: {'; '.join(map(plain, one.problems))}", style="yellow")


def _record(one: Weighed) -> dict[str, Any]:
    return {
        "envelope": one.envelope,
        "by": one.by,
        "what": one.what,
        "counts": one.counts,
        "problems": list(one.problems),
    }
