"""How far notices of a case reached, and until when nothing is published."""

from __future__ import annotations

from groundstop.cases.views import CaseView, Notice, RecipientAnswer
from groundstop.reports.case_parts import Cell, Grid, Line, Section, Tone
from groundstop.reports.case_words import counted, listed, moment, plain_lines
from groundstop.reports.words import plain


def notices_section(view: CaseView) -> Section:
    """Return the section of notices: for each, how many it was given to, and what came back.

    Args:
        view: The case at a moment.
    """
    if not view.notices:
        return Section("Notices", (Line("No notice was given"),))
    lines = [line for notice in view.notices for line in _without_answer(notice)]
    heads = ("Notice", "Recipients", "Acknowledged", "No answer", "Unreachable")
    grid = Grid("How far each notice reached", heads, tuple(_row(one) for one in view.notices))
    return Section("Notices", tuple(lines), (grid,))


def notice_name(notice: Notice) -> str:
    """Return how a notice is called: its tier, who gave it, and when."""
    return f"{notice.tier.value} notice by {plain(notice.entry.by)}, {moment(notice.entry.at)}"


def _row(notice: Notice) -> tuple[Cell, ...]:
    silent, unreachable = notice.count(RecipientAnswer.SILENT), notice.count(RecipientAnswer.UNREACHABLE)
    return (
        Cell(notice_name(notice)),
        Cell(str(len(notice.recipients))),
        Cell(str(notice.count(RecipientAnswer.ACKNOWLEDGED))),
        Cell(str(silent), Tone.OPEN if silent else Tone.PLAIN),
        Cell(str(unreachable), Tone.BAD if unreachable else Tone.PLAIN),
    )


def _without_answer(notice: Notice) -> list[Line]:
    lines = []
    for answer, tone in ((RecipientAnswer.UNREACHABLE, Tone.BAD), (RecipientAnswer.SILENT, Tone.OPEN)):
        names = tuple(plain(one.name) for one in notice.recipients if one.answer is answer)
        if names:
            told = f"{answer.value.capitalize()}, {counted(len(names), 'recipient')}: {listed(names)}"
            lines.append(Line(f"{told} ({notice_name(notice)})", tone))
    return lines


def embargo_section(view: CaseView) -> Section:
    """Return the section of the embargo.

    Args:
        view: The case at a moment.
    """
    one = view.embargo
    if one is None:
        return Section("Embargo", (Line("None was set"),))
    if one.active:
        return Section("Embargo", (Line(f"Nothing is to be published until {moment(one.until)}", Tone.OPEN),))
    if one.ended is not None:
        told = f"Ended before its time ({moment(one.until)}): {plain_lines(one.ended)}"
        return Section("Embargo", (Line(told, Tone.BAD),))
    return Section("Embargo", (Line(f"Over since {moment(one.until)}"),))
