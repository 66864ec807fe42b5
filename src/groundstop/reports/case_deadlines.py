"""What is due in a case and from whom, and what happens next."""

from __future__ import annotations

from groundstop.cases.views import (
    CaseView,
    Clock,
    ClockState,
)
from groundstop.reports.case_events import clock_words
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone
from groundstop.reports.case_words import (
    listed,
    moment,
    moment_or,
    numbers,
    plain_lines,
    statement_words,
)
from groundstop.reports.verification_words import capital
from groundstop.reports.words import plain

CLOCKS = "Clocks"
"""Title of the section of the clocks."""

_CLOCK_TONES = {
    ClockState.RUNNING: Tone.PLAIN,
    ClockState.PAUSED: Tone.OPEN,
    ClockState.MET: Tone.GOOD,
    ClockState.MET_LATE: Tone.OPEN,
    ClockState.MISSED: Tone.BAD,
    ClockState.OFF: Tone.SOFT,
}


def due_section(view: CaseView) -> Section:
    """Return the section of what is due next, from whom, and what is recommended.

    Args:
        view: The case at a moment.
    """
    rows = tuple(
        (
            Cell(plain(one.party)),
            Cell(plain_lines(one.what)),
            Cell(moment_or(one.by, "no date")),
            Cell("late", Tone.BAD) if one.late else Cell("not yet"),
        )
        for one in view.due
    )
    step = view.severity.next_step
    lines = [
        Line(
            f"Recommended next step, by our own table {plain(step.table)}: {plain_lines(step.step)}",
            Tone.OPEN,
        ),
        Line(f"Why: {plain_lines(step.why)}"),
        *(Line(told) for told in _next(view)),
    ]
    grids = (Grid("Due", ("From", "What", "By", "Late"), rows),) if rows else ()
    if not rows:
        lines.insert(0, Line("Nothing is due from anybody"))
    return Section("What is due, and what happens next", tuple(lines), grids)


def _next(view: CaseView) -> list[str]:
    """Return the dates that are ahead, the nearest first."""
    ahead = [
        (clock.due, f"{clock_words(clock)} is due")
        for clock in view.clocks
        if clock.state is ClockState.RUNNING and clock.due is not None and clock.due > view.now
    ]
    if view.embargo is not None and view.embargo.active:
        ahead.append((view.embargo.until, "the embargo ends"))
    return [f"{moment(at)}: {plain(what)}" for at, what in sorted(ahead)]


def clocks_section(view: CaseView) -> Section:
    """Return the section of the clocks.

    Args:
        view: The case at a moment.
    """
    if not view.clocks:
        return Section(CLOCKS, (Line("No clock runs"),))
    numbered = numbers(view.state.entries)
    rows = tuple(
        (
            Cell(capital(plain(clock_words(one)))),
            Cell(one.state.value, _CLOCK_TONES[one.state]),
            Cell(moment_or(one.started, "not started")),
            Cell(moment_or(one.due, "no date")),
            Cell(_met(one, numbered)),
            Cell(plain_lines(one.rule) + _moved(one, numbered)),
        )
        for one in view.clocks
    )
    heads = ("Waits for", "State", "Started", "Due", "Met", "Rule")
    missed = "A date that is missed is a fact of the clock: nobody said it"
    return Section(CLOCKS, (Line(missed, Tone.SOFT),), (Grid("Clocks, in UTC", heads, rows),))


def _met(clock: Clock, numbered: dict[str, int]) -> str:
    if clock.met is None:
        return "no"
    return moment(clock.met) + (f", by {statement_words(clock.by, numbered)}" if clock.by else "")


def _moved(clock: Clock, numbered: dict[str, int]) -> str:
    if not clock.moved:
        return ""
    return f". Changed by {listed(tuple(statement_words(one, numbered) for one in clock.moved))}"
