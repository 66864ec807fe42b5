from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise

import pytest

from groundstop.cases.views import CaseView
from groundstop.reports.case_events import EventKind, timeline_events
from groundstop.reports.case_marks import legend, small_mark
from groundstop.reports.case_timeline_chart import NARROW, WIDE, time_scale, timeline_chart
from tests.case_parts import START, hours
from tests.case_stories import a_minute, a_story, busy, troubled
from tests.unit.reports.test_pages import HOSTILE

VIEWS = {"months": a_story, "minute": a_minute, "busy": busy, "troubled": troubled}
MARK = re.compile(r'<g transform="translate\(([\d.]+) ([\d.]+)\)" class="event([^"]*)"')


def marks(view: CaseView, width: int = WIDE) -> list[tuple[float, float, str]]:
    return [(float(x), float(y), classes) for x, y, classes in MARK.findall(timeline_chart(view, width))]


def test_no_two_kinds_of_events_have_the_same_shape() -> None:
    shapes = [re.sub(r' class="[^"]*"', "", str(small_mark(kind))) for kind in EventKind]
    assert len(set(shapes)) == len(EventKind)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("name", VIEWS)
def test_every_mark_is_inside_the_drawing_and_no_two_lie_on_each_other(name: str, width: int) -> None:
    view = VIEWS[name]()
    drawn = marks(view, width)
    height = float(re.findall(r'viewBox="0 0 \d+ (\d+)"', timeline_chart(view, width))[0])
    assert len(drawn) >= len(view.state.entries)
    for x, y, _ in drawn:
        assert 6 <= x <= width - 6
        assert 6 <= y <= height - 6
    for (x1, y1, _), (x2, y2, _) in combinations(drawn, 2):
        assert abs(x1 - x2) >= 11 or abs(y1 - y2) >= 11


@pytest.mark.parametrize("name", VIEWS)
def test_every_statement_has_its_number_in_the_picture(name: str) -> None:
    view = VIEWS[name]()
    numbers = [int(one) for one in re.findall(r'class="number">(\d+)<', timeline_chart(view))]
    assert sorted(numbers) == list(range(1, len(view.state.entries) + 1))


def test_every_party_has_a_lane_even_one_that_said_nothing() -> None:
    view = a_story()
    chart = timeline_chart(view)
    assert chart.count('class="lane"') == len(view.state.parties)
    for party in view.state.parties:
        assert f"{party.name} · {party.role.value}</text>" in chart


def test_a_missed_date_looks_like_no_statement() -> None:
    chart = timeline_chart(a_story())
    assert "no response; a response from lighthouse-cloud was due</title>" in chart
    silent = [classes for _, _, classes in marks(a_story()) if classes == " bad fact"]
    assert len(silent) == 2, "in the party's lane, and on the clock"
    assert "broken" in chart
    assert "no response" not in timeline_chart(a_minute()).split("</desc>")[1]


def test_clocks_are_bars_with_their_state_in_a_word() -> None:
    view = a_story()
    chart = timeline_chart(view)
    started = [clock for clock in view.clocks if clock.started is not None]
    assert chart.count('class="clock planned"') == len(started)
    assert 'class="clock run late"' in chart
    assert 'class="clock run paused"' in chart
    for clock in started:
        assert f">{clock.state.value}</text>" in chart


def test_a_statement_that_was_replaced_is_drawn_hollow() -> None:
    assert sum(" gone" in classes for _, _, classes in marks(a_story())) == 1


def test_later_is_further_right_and_a_longer_wait_has_more_room() -> None:
    moments = [START, hours(1), hours(1.01), hours(100)]
    x = time_scale(moments, WIDE)
    places = [x(moment) for moment in moments]
    assert places == sorted(places)
    assert places[3] - places[2] > places[1] - places[0] > places[2] - places[1] > 10


def test_a_single_moment_can_be_drawn() -> None:
    view = a_story()
    alone = replace(
        view, now=view.state.opened, clocks=(), state=replace(view.state, entries=view.state.entries[:1])
    )
    assert len(marks(alone)) == 1


def test_dates_of_the_axis_do_not_touch() -> None:
    for view in (a_story(), a_minute(), busy()):
        for width in (NARROW, WIDE):
            dates = re.findall(r'<text x="([\d.]+)"[^>]*>\d{4}-\d\d-\d\d</text>', timeline_chart(view, width))
            places = [float(date) for date in dates]
            assert len(places) >= 2
            assert all(after - before >= 66 for before, after in pairwise(places))


def test_seconds_are_shown_where_minutes_would_not_tell_dates_apart() -> None:
    assert re.search(r">\d\d:\d\d:\d\d</text>", timeline_chart(a_minute()))
    assert not re.search(r">\d\d:\d\d:\d\d</text>", timeline_chart(a_story()))


def test_the_picture_is_described_for_those_who_cannot_see_it() -> None:
    chart = timeline_chart(a_story())
    assert 'role="img"' in chart
    assert "<title>Timeline of the case: The help desk tells its password</title>" in chart
    assert (
        "<desc>6 parties, each in a lane, with 20 statements; 4 clocks as bars. No response at a date: 1."
        in chart
    )


def test_the_legend_names_the_marks_that_are_in_use_and_no_others() -> None:
    named = [name for _, name in legend(timeline_events(a_story()))]
    assert EventKind.REFUSAL.value in named
    assert EventKind.SET_ASIDE.value not in named
    assert EventKind.SET_ASIDE.value in [name for _, name in legend(timeline_events(troubled()))]


def test_hostile_words_are_text_in_the_picture() -> None:
    view = a_story()
    first = view.state.entries[0]
    said = view.state.opening.model_copy(update={"title": HOSTILE})
    opened = replace(first, statement=first.statement.model_copy(update={"said": said}))
    chart = timeline_chart(
        replace(view, state=replace(view.state, entries=(opened, *view.state.entries[1:])))
    )
    assert "<script" not in chart
    assert "\x1b" not in chart
    assert chart.count("<g ") == chart.count("</g>")
    assert view.now - START == timedelta(days=60)
