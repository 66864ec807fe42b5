"""A case for the terminal: its state section by section, and its timeline, readable without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundstop.cases.views import CaseView
from groundstop.reports.case_events import CLOCK_KINDS, Event, EventKind, timeline_events
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone
from groundstop.reports.case_sections import case_sections
from groundstop.reports.case_words import model_words, moment
from groundstop.reports.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.text import Text

_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.OPEN: "yellow",
    Tone.SOFT: "dim",
}
_MOST_COLUMNS = 4
_LOUD = frozenset({EventKind.NO_RESPONSE, EventKind.DATE_MISSED, EventKind.SET_ASIDE, EventKind.UNREACHABLE})


def case_state_text(view: CaseView) -> RenderableType:
    """Return the state of a case for the terminal; technical tier.

    Args:
        view: The case at a moment.

    Returns:
        Something that a rich console prints. It holds parties' own words, and no recipe or transcript.
    """
    from rich.console import Group

    return Group(*_head(view), *(part for section in case_sections(view) for part in _section(section)))


def timeline_text(view: CaseView) -> RenderableType:
    """Return the timeline of a case for the terminal; technical tier.

    Args:
        view: The case at a moment.

    Returns:
        Something that a rich console prints: every event with its log proof.
    """
    from rich.console import Group

    events = timeline_events(view)
    return Group(*_head(view), *(part for event in events for part in _event(event, view)))


def _head(view: CaseView) -> Iterator[Text]:
    from rich.text import Text

    state = view.state
    yield Text(f"{state.id}: {plain(state.opening.title)}", style="bold")
    models = ", ".join(dict.fromkeys(model_words(one.ref.model) for one in state.findings))
    yield Text(f"About {models}. Opened by {plain(state.opener)}, {moment(state.opened)}.")
    yield Text(f"As of {moment(view.now)}. Technical tier: for the parties of the case.", style="dim")


def _section(section: Section) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text()
    yield Text(section.title, style="bold underline")
    for line in section.lines:
        yield from _line(line)
    for grid in section.grids:
        yield from _grid(grid)


def _line(line: Line) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    yield Text(f"{line.text.removesuffix('.')}{':' if line.quote else '.'}", style=_STYLES[line.tone])
    if line.quote:
        yield Padding(Text(f"“{line.quote}”"), (0, 0, 0, 4))


def _grid(grid: Grid) -> Iterator[RenderableType]:
    """Yield a table; one of many columns as a line for each row, as a terminal is narrow."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    yield Text(f"{grid.caption}:", style="dim")
    if len(grid.heads) > _MOST_COLUMNS:
        for row in grid.rows:
            yield Padding(_in_a_line(grid.heads, row), (0, 0, 0, 2))
        return
    table = Table(box=None, pad_edge=False)
    for head in grid.heads:
        table.add_column(head, overflow="fold")
    for row in grid.rows:
        table.add_row(*(Text(cell.text, style=_STYLES[cell.tone]) for cell in row))
    yield Padding(table, (0, 0, 0, 2))


def _in_a_line(heads: tuple[str, ...], row: tuple[Cell, ...]) -> Text:
    from rich.text import Text

    told = Text(row[0].text, style="bold")
    for number, (head, cell) in enumerate(zip(heads[1:], row[1:], strict=True)):
        told.append("; " if number else ": ", style="not bold")
        told.append(f"{head.lower()} ", style="not bold dim")
        told.append(cell.text, style=_STYLES[cell.tone] or "not bold")
    return told


def _event(event: Event, view: CaseView) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    at = f"{event.at:%Y-%m-%d %H:%M:%S}" if event.at else "without a time     "
    later = " (to come)" if event.at is not None and event.at > view.now else ""
    mark = f"{event.number:>3}." if event.number else "  --" if event.kind in CLOCK_KINDS else "   !"
    who = f"{plain(event.party)}: " if event.party and event.kind not in CLOCK_KINDS else ""
    style = "bold red" if event.kind in _LOUD else "dim" if event.gone or event.kind in CLOCK_KINDS else ""
    yield Text(f"{mark} {at}{later}  {who}{event.what}", style=style)
    below = [f"“{event.words}”"] if event.words else []
    below += [event.gone.upper()] if event.gone else []
    below.append(event.proved_by)
    yield Padding(Text("\n".join(below), style="dim"), (0, 0, 0, 5))
