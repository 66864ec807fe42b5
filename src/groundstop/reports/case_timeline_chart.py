"""The picture of a case: parties as lanes, clocks as bars, time to the right.

Waits differ from seconds to months, so that a straight scale would show either nothing of a busy minute
or nothing else. Here every moment has some room, and a longer wait has more, though not in proportion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import log1p

from markupsafe import Markup

from groundstop.cases.views import CaseView, Clock, ClockState
from groundstop.reports.case_events import Event, EventKind, clock_events, clock_words, timeline_events
from groundstop.reports.case_marks import mark
from groundstop.reports.case_words import counted, numbers
from groundstop.reports.svg import line, text
from groundstop.reports.words import plain

NARROW, WIDE = 360, 920
"""Widths of the two drawings, in their own units: for a phone, and for a screen or paper."""

_LEFT, _PAD = 14, 26
_HEAD, _LABEL, _ROW, _BAR = 30, 20, 17, 30
_FOOT = 34
_DATE, _APART = 66, 74
_LETTER = 6.3
"""About the width of a letter of a label."""

Scale = Callable[[datetime], float]


@dataclass(frozen=True, slots=True)
class Lane:
    """A party's lane: its marks, each with its row, from the top."""

    name: str
    marks: tuple[tuple[Event, float, int], ...]
    """Event, place and row."""
    rows: int


def timeline_chart(view: CaseView, width: int = WIDE) -> Markup:
    """Draw a case in time.

    Args:
        view: The case at a moment.
        width: ``WIDE`` or ``NARROW``.

    Returns:
        An SVG element; what was set aside, and so has no time, is not in it.
    """
    events = [event for event in timeline_events(view) if event.at is not None]
    clocks = [clock for clock in view.clocks if clock.started is not None]
    dates = [at for clock in clocks for at in (clock.started, clock.due, clock.met)]
    dates += [event.at for event in events]
    x = time_scale([at for at in dates if at is not None] + [view.now], width)
    lanes = _lanes(view, events, x)
    body: list[str] = []
    ground: list[str] = []
    top = float(_HEAD)
    for lane in lanes:
        ground.append(_ground(top, width, lane.rows))
        body += _lane(lane, top, width)
        top += _LABEL + _ROW * lane.rows + 6
    if clocks:
        body.append(text(_LEFT, top + 14, "Clocks", "label strong"))
        top += 18
    for clock in clocks:
        body += _clock(clock, view, top, x, width)
        top += _BAR
    bottom = top + 2
    grid = _axis(events, view.now, x, bottom, width)
    return _drawing(width, bottom + _FOOT, _described(view, events, clocks), "".join([*ground, *grid, *body]))


def time_scale(moments: Iterable[datetime], width: int) -> Scale:
    """Return where each of some moments stands: each apart from the last, the further the longer it took."""
    ordered = sorted(set(moments))
    places, total = {ordered[0]: 0.0}, 0.0
    for before, after in pairwise(ordered):
        total += 2 + log1p((after - before).total_seconds() / 60)
        places[after] = total
    room = width - _LEFT - _PAD - 8

    def place(moment: datetime) -> float:
        return _LEFT + 6 + (room * places[moment] / total if total else 0.0)

    return place


def _lanes(view: CaseView, events: Sequence[Event], x: Scale) -> list[Lane]:
    lanes = []
    for party in view.state.parties:
        own = [event for event in events if event.party == party.name and _in_lane(event)]
        lanes.append(_packed(f"{plain(party.name)} · {party.role.value}", own, x))
    whole = [event for event in events if event.party is None and _in_lane(event)]
    if whole:
        lanes.append(_packed("the whole case", whole, x))
    return lanes


def _in_lane(event: Event) -> bool:
    """Whether an event is in a lane: statements are, and that nothing came; a bar shows the rest."""
    return event.number is not None or event.kind in (EventKind.NO_RESPONSE, EventKind.DATE_MISSED)


def _packed(name: str, events: Sequence[Event], x: Scale) -> Lane:
    """Put each mark into the first row where it touches none before it."""
    ends: list[float] = []
    marks = []
    for event in events:
        assert event.at is not None  # noqa: S101 - those without a time were left out
        place = x(event.at)
        row = next((number for number, end in enumerate(ends) if end <= place - 8), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = place + 8 + (6.2 * len(str(event.number)) + 2 if event.number else 0)
        marks.append((event, place, row))
    return Lane(name, tuple(marks), max(1, len(ends)))


def _ground(top: float, width: int, rows: int) -> str:
    return f'<rect x="0" y="{top:.1f}" width="{width}" height="{_LABEL + _ROW * rows}" class="lane"/>'


def _lane(lane: Lane, top: float, width: int) -> list[str]:
    parts = [text(_LEFT, top + 14, _cut(lane.name, width - 2 * _LEFT), "label strong party")]
    for event, place, row in lane.marks:
        middle = top + _LABEL + _ROW * row + 6
        parts.append(mark(event, place, middle))
        if event.number is not None:
            parts.append(text(place + 9, middle + 3.6, str(event.number), "number"))
    return parts


def _clock(clock: Clock, view: CaseView, top: float, x: Scale, width: int) -> list[str]:
    started, due = clock.started, clock.due
    assert started is not None  # noqa: S101 - the others are not drawn
    state = clock.state.value
    name = _cut(plain(clock_words(clock)), width - 2 * _LEFT - _LETTER * len(state) - 10)
    middle = top + 20
    parts = [
        text(_LEFT, top + 10, name, "label small"),
        text(width - _LEFT, top + 10, state, "end small"),
    ]
    ended = clock.met if clock.met is not None else view.now
    if due is not None and due > started:
        parts.append(_bar(x(started), x(due), middle, "clock planned"))
        ended = min(ended, due) if clock.met is None else ended
    if ended > started:
        style = {ClockState.MISSED: " late", ClockState.MET_LATE: " late", ClockState.PAUSED: " paused"}
        parts.append(_bar(x(started), x(ended), middle, "clock run" + style.get(clock.state, "")))
    facts = (
        event
        for event in clock_events(clock, numbers(view.state.entries))
        if event.kind is not EventKind.CLOCK_STARTED
    )
    return parts + [mark(event, x(event.at), middle) for event in facts if event.at is not None]


def _bar(first: float, last: float, middle: float, style: str) -> str:
    width = max(1.0, last - first)
    return f'<rect x="{first:.1f}" y="{middle - 3:.1f}" width="{width:.1f}" height="6" class="{style}"/>'


def _axis(events: Sequence[Event], now: datetime, x: Scale, bottom: float, width: int) -> list[str]:
    moments = sorted({event.at for event in events if event.at is not None} | {now})
    ticks = _ticks(moments, x, width)
    minutes = [f"{tick:%Y%m%d%H%M}" for tick in ticks]
    clock = "%H:%M:%S" if len(set(minutes)) < len(minutes) else "%H:%M"
    parts = [line(0, bottom, width, bottom, "axis")]
    for tick in ticks:
        place, utc = x(tick), tick.astimezone(UTC)
        at = _inside(place, width)
        parts.append(line(place, _HEAD - 4, place, bottom + 4, "tick"))
        parts.append(text(at, bottom + 16, f"{utc:%Y-%m-%d}", "middle small"))
        parts.append(text(at, bottom + 29, f"{utc:{clock}}", "middle small"))
    parts.append(line(x(now), _HEAD - 8, x(now), bottom, "mark"))
    parts.append(text(min(max(x(now), 16), width - 16), 16, "now", "middle small"))
    return parts


def _ticks(moments: Sequence[datetime], x: Scale, width: int) -> list[datetime]:
    """Return the moments that get a date: the first and the last, and between them those that have room."""

    def apart(first: datetime, second: datetime) -> bool:
        return _inside(x(second), width) - _inside(x(first), width) >= _APART

    last = moments[-1]
    chosen = [moments[0]]
    for moment in moments[1:-1]:
        if apart(chosen[-1], moment) and apart(moment, last):
            chosen.append(moment)
    return [*chosen, last] if apart(chosen[-1], last) else chosen


def _inside(place: float, width: int) -> float:
    """Keep a date of the axis inside the drawing."""
    return min(max(place, _DATE / 2), width - _DATE / 2)


def _cut(words: str, room: float) -> str:
    most = max(1, int(room / _LETTER))
    return words if len(words) <= most else words[: most - 1] + "…"


def _described(view: CaseView, events: Sequence[Event], clocks: Sequence[Clock]) -> tuple[str, str]:
    silent = sum(event.kind is EventKind.NO_RESPONSE for event in events)
    said = sum(event.number is not None for event in events)
    told = (
        f"{counted(len(view.state.parties), 'party', 'parties')}, each in a lane, with "
        f"{counted(said, 'statement')}; {counted(len(clocks), 'clock')} as bars. "
        f"No response at a date: {silent or 'never'}. The table of events says the same in words."
    )
    return f"Timeline of the case: {view.state.opening.title}", told


def _drawing(width: int, height: float, described: tuple[str, str], body: str) -> Markup:
    head = Markup(
        '<svg viewBox="0 0 {} {:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
        "<title>{}</title><desc>{}</desc>"
    )
    told = head.format(width, height, plain(described[0]), plain(described[1]))
    return told + Markup(body) + Markup("</svg>")  # noqa: S704 - escaped above
