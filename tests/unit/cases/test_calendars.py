"""Business days: zones, weekends, holidays, and days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from groundstop.cases.clocks import BusinessDays, Period
from groundstop.cases.clocks.calendars import FAR
from groundstop.cases.clocks.timing import first_due
from groundstop.documents.cases import Calendar
from groundstop.errors import InputError

FRIDAY = datetime(2026, 7, 10, 15, 0, tzinfo=UTC)


def days(zone: str = "UTC", **changes: object) -> BusinessDays:
    return BusinessDays(Calendar.model_validate({"zone": zone, **changes}))


def test_the_day_on_which_a_clock_starts_is_not_counted() -> None:
    monday = datetime(2026, 7, 6, 0, 0, 1, tzinfo=UTC)
    due = first_due(monday, Period(business_days=3), days())
    assert due == datetime(2026, 7, 9, 23, 59, 59, tzinfo=UTC)


def test_business_days_skip_the_weekend_and_holidays() -> None:
    due = first_due(FRIDAY, Period(business_days=3), days(holidays=["2026-07-14"]))
    assert due == datetime(2026, 7, 16, 23, 59, 59, tzinfo=UTC)


def test_a_clock_that_starts_on_a_weekend_counts_from_the_next_business_day() -> None:
    saturday = datetime(2026, 7, 11, 12, tzinfo=UTC)
    assert first_due(saturday, Period(business_days=1), days()).date() == date(2026, 7, 13)


def test_calendar_days_that_end_on_a_weekend_end_on_the_next_business_day() -> None:
    assert first_due(FRIDAY, Period(days=1), days()).date() == date(2026, 7, 13)
    assert first_due(FRIDAY, Period(days=4), days()).date() == date(2026, 7, 14)


def test_hours_run_through_a_weekend() -> None:
    assert first_due(FRIDAY, Period(hours=24), days()) == datetime(2026, 7, 11, 15, tzinfo=UTC)


def test_a_weekend_can_be_on_other_days() -> None:
    due = first_due(FRIDAY, Period(business_days=1), days(weekend=[5, 6]))
    assert due.date() == date(2026, 7, 12)


def test_a_day_ends_in_the_calendars_zone() -> None:
    # It is the 11th already in Auckland, a Saturday, and still the 10th in Honolulu.
    late = datetime(2026, 7, 10, 13, tzinfo=UTC)
    auckland = first_due(late, Period(business_days=1), days("Pacific/Auckland"))
    honolulu = first_due(late, Period(business_days=1), days("Pacific/Honolulu"))
    assert auckland == datetime(2026, 7, 13, 11, 59, 59, tzinfo=UTC)
    assert honolulu == datetime(2026, 7, 14, 9, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "ends"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 30, 21, 59, 59, tzinfo=UTC)),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), datetime(2026, 10, 26, 22, 59, 59, tzinfo=UTC)),
    ],
    ids=["spring", "autumn"],
)
def test_a_date_is_right_across_a_change_of_clocks(start: datetime, ends: datetime) -> None:
    assert first_due(start, Period(business_days=1), days("Europe/Berlin")) == ends


def test_a_last_second_that_comes_twice_ends_the_day_the_second_time() -> None:
    # In Santiago the clocks go back from midnight to 23:00.
    ends = days("America/Santiago").end_of(date(2026, 4, 4))
    assert ends == datetime(2026, 4, 5, 3, 59, 59, tzinfo=UTC)


def test_a_day_that_a_zone_left_out_has_an_end_all_the_same() -> None:
    left_out = days("Pacific/Apia").end_of(date(2011, 12, 30))
    assert datetime(2011, 12, 29, tzinfo=UTC) < left_out < datetime(2012, 1, 1, tzinfo=UTC)


def test_a_date_beyond_what_can_be_written_stops_there() -> None:
    far = FAR.replace(year=9999, month=11, day=29)
    assert first_due(far, Period(business_days=1000), days()).year == 9999


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "a/b/c"])
def test_an_unknown_zone_is_one_sentence(zone: str) -> None:
    with pytest.raises(InputError) as caught:
        days(zone)
    assert caught.value.message == f"There is no time zone {zone!r}"
    assert "Europe/Berlin" in caught.value.hint


@pytest.mark.parametrize("text", ["2026-02-30", "20260714", "14 July", "2026-W29-2"])
def test_a_holiday_that_is_no_date_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="is no date") as caught:
        days(holidays=[text])
    assert "YYYY-MM-DD" in caught.value.hint
