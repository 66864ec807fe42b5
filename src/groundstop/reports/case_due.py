"""What is due in a case, from whom, and what happens next: for the terminal and as data."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from groundstop.cases.views import CaseView, Due
from groundstop.reports.case_sections import standing_words
from groundstop.reports.case_words import moment
from groundstop.reports.words import plain


def due_text(view: CaseView) -> RenderableType:
    """Return what is due, the late first, and the recommended next step."""
    sentence, _ = standing_words(view)
    step = view.severity.next_step
    parts: list[RenderableType] = [
        Text(f"{view.state.id}: {plain(view.state.opening.title)}", style="bold"),
        Text(f"{sentence}."),
    ]
    if view.closed is not None:
        parts.append(Text(f"Closed by {view.closed.by} on {moment(view.closed.at)}."))
    if view.due:
        table = Table(box=None, pad_edge=False)
        for head in ("Due", "From", "What"):
            table.add_column(head, overflow="fold")
        for one in view.due:
            style = "bold red" if one.late else ""
            table.add_row(Text(_when(one), style=style), Text(plain(one.party)), Text(plain(one.what)))
        parts.append(table)
    else:
        parts.append(Text("Nothing is due."))
    parts.append(Text(f"Next, by our own table {step.table}: {step.step}. {step.why.removesuffix('.')}."))
    return Group(*parts)


def due_record(view: CaseView) -> dict[str, Any]:
    """Return the same as plain JSON types."""
    step = view.severity.next_step
    return {
        "case": view.state.id,
        "as_of": moment(view.now),
        "defect": view.is_defect,
        "emergency": view.emergency,
        "closed": view.closed is not None,
        "due": [
            {
                "party": one.party,
                "what": one.what,
                "by": one.by.isoformat() if one.by else None,
                "late": one.late,
            }
            for one in view.due
        ],
        "next_step": {"step": step.step, "why": step.why, "table": step.table},
    }


def _when(one: Due) -> str:
    when = moment(one.by) if one.by else "no date"
    return f"{when} (late)" if one.late else when
