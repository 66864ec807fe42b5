"""What holds of every date: on business days, later for later starts, moved by exactly what stood still."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.cases.clocks import BusinessDays, Period
from groundstop.cases.clocks.timing import Change, Extended, Held, Released, Shortened, course, first_due
from groundstop.cases.views import ClockState
from groundstop.documents.cases import Calendar, ClockName, Exposure
from tests.case_parts import hours
from tests.clock_parts import a_case, clock, exposed, extended, keyed, paused, resumed

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Kolkata", "Pacific/Apia")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
FAR_END = datetime(2027, 12, 31, tzinfo=UTC)
moments = st.integers(0, 540 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
weekends = st.sets(st.integers(1, 7), max_size=6).map(lambda days: tuple(sorted(days)))
holidays = st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=30).map(
    lambda days: tuple(sorted(day.isoformat() for day in days))
)
calendars = st.builds(Calendar, zone=st.sampled_from(ZONES), weekend=weekends, holidays=holidays)
by_day = st.one_of(
    st.builds(Period, days=st.integers(1, 120)), st.builds(Period, business_days=st.integers(1, 40))
)
periods = st.one_of(by_day, st.builds(Period, hours=st.integers(1, 500)))
some = settings(max_examples=150, deadline=None)


@some
@given(calendars, moments, by_day)
def test_a_date_is_the_end_of_a_business_day_in_its_zone(
    calendar: Calendar, start: datetime, period: Period
) -> None:
    days = BusinessDays(calendar)
    due = first_due(start, period, days)
    assert days.is_business(days.day_of(due))
    assert days.day_of(due + timedelta(seconds=1)) > days.day_of(due)
    assert due > start


@some
@given(calendars, moments, moments, periods)
def test_who_starts_later_has_no_earlier_date(
    calendar: Calendar, one: datetime, other: datetime, period: Period
) -> None:
    days = BusinessDays(calendar)
    earlier, later = sorted((one, other))
    assert first_due(earlier, period, days) <= first_due(later, period, days)


@some
@given(calendars, moments, st.integers(1, 60), st.integers(1, 60))
def test_more_days_are_never_less_time(calendar: Calendar, start: datetime, one: int, other: int) -> None:
    days, (few, many) = BusinessDays(calendar), sorted((one, other))
    assert first_due(start, Period(days=few), days) <= first_due(start, Period(days=many), days)
    counted = [first_due(start, Period(business_days=number), days) for number in (few, many)]
    assert counted == sorted(counted)
    assert first_due(start, Period(business_days=few), days) >= first_due(start, Period(days=few), days)


@some
@given(calendars, moments, periods, st.lists(st.integers(1, 3000), min_size=2, max_size=8))
def test_standing_still_moves_the_date_by_just_that_time(
    calendar: Calendar, start: datetime, period: Period, minutes: list[int]
) -> None:
    days = BusinessDays(calendar)
    plain = first_due(start, period, days)
    at, stood = start, timedelta(0)
    changes: list[Change] = []
    for pause, run in zip(minutes[::2], minutes[1::2], strict=False):
        changes += [Held(at, "pause", "somebody"), Released(at + timedelta(minutes=pause), "go", "somebody")]
        stood += timedelta(minutes=pause)
        at += timedelta(minutes=pause + min(run, 1))
    moved = course(start, period, changes, days, at=FAR_END)
    expected = plain + stood
    if period.hours is not None:
        assert moved.due == expected
    else:
        assert moved.due == days.closing(expected)
        assert timedelta(0) <= moved.due - expected or not days.is_business(days.day_of(expected))
        assert days.is_business(days.day_of(moved.due))


steps = st.lists(
    st.tuples(
        st.sampled_from(["hold", "release", "extend", "shorten"]), st.integers(0, 4000), st.integers(1, 200)
    ),
    max_size=12,
)


@some
@given(calendars, moments, periods, steps)
def test_a_shorter_period_never_gives_more_time_and_an_extension_never_less(
    calendar: Calendar, start: datetime, period: Period, done: list[tuple[str, int, int]]
) -> None:
    days = BusinessDays(calendar)
    changes: list[Change] = []
    for what, after, length in sorted(done, key=lambda one: one[1]):
        at = start + timedelta(hours=after)
        before = course(start, period, changes, days, at=at)
        match what:
            case "hold":
                changes.append(Held(at, "hold", "somebody"))
            case "release":
                changes.append(Released(at, "release", "somebody"))
            case "extend":
                changes.append(Extended(at, "extend", "somebody", at + timedelta(hours=length)))
            case _:
                changes.append(Shortened(at, "shorten", Period(hours=length), "a test"))
        now = course(start, period, changes, days, at=at)
        if what == "extend":
            assert now.due == max(before.due, at + timedelta(hours=length))
        elif what == "shorten":
            assert now.due == min(before.due, at + timedelta(hours=length))
        else:
            assert now.due == before.due
        assert len(now.moved) - len(before.moved) in (0, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["paused", "resumed", "extended", "exploited", "offered"]), st.integers(1, 900)
        ),
        max_size=8,
        unique_by=lambda one: one[1],
    ),
    st.sampled_from(list(ClockName)),
    st.integers(0, 1200),
    st.randoms(use_true_random=False),
)
def test_clocks_are_the_same_in_whatever_order_the_statements_of_several_parties_came(  # type: ignore[no-untyped-def]
    said: list[tuple[str, int]], name: ClockName, now: int, random
) -> None:
    party = None if name is ClockName.DISCLOSE else "alder-street-desk"
    make = {
        "paused": lambda at: paused(name, at, party),
        "resumed": lambda at: resumed(name, at, party),
        "extended": lambda at: extended(name, at + 700, at, party),
        "exploited": lambda at: exposed(Exposure.EXPLOITED, at, "quay-coordination"),
        "offered": lambda at: exposed(Exposure.OFFERED, at, "model-safety-office"),
    }
    entries = [make[what](float(at)) for what, at in said]
    shuffled = random.sample(entries, len(entries))
    opened = keyed(calendar=Calendar(zone="Europe/Berlin"))
    first, second = (clock(a_case(*one, opened=opened), name, float(now)) for one in (entries, shuffled))
    assert first == second
    assert (first.state is ClockState.MISSED) == (
        first.due is not None and first.due < hours(now) and first.state is not ClockState.PAUSED
    )
