"""What moves a date: pauses, extensions, emergencies; and what is shown and moves none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundstop.cases.views import ClockState
from groundstop.documents.cases import (
    Acknowledged,
    CaseClosed,
    CaseReopened,
    ClockName,
    Exposure,
    ExposureStated,
)
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, EVALUATOR, REPORTER, entry, hours
from tests.clock_parts import a_case, clock, exposed, extended, keyed, paused, resumed

ACKNOWLEDGE, RESPOND = ClockName.ACKNOWLEDGE, ClockName.RESPOND
FIX, DISCLOSE = ClockName.FIX, ClockName.DISCLOSE
DAY = 24.0
THURSDAY = datetime(2026, 7, 9, 23, 59, 59, tzinfo=UTC)
FRIDAY, MONDAY, TUESDAY = (THURSDAY + timedelta(days=days) for days in (1, 4, 5))


def test_a_pause_moves_the_date_by_the_time_that_the_clock_stood_still() -> None:
    stop, go = paused(ACKNOWLEDGE, 10), resumed(ACKNOWLEDGE, 10 + DAY)
    moved = clock(a_case(stop, go), ACKNOWLEDGE, 50)
    assert (moved.state, moved.due) == (ClockState.RUNNING, FRIDAY)
    assert moved.moved == (stop.digest, go.digest)
    assert "Paused on 2026-07-06 by quay-coordination. Resumed on 2026-07-07" in moved.rule


def test_a_date_that_a_pause_moves_to_a_weekend_goes_on_to_the_next_business_day() -> None:
    state = a_case(paused(ACKNOWLEDGE, 10), resumed(ACKNOWLEDGE, 10 + 2 * DAY))
    assert clock(state, ACKNOWLEDGE, 70).due == MONDAY


def test_short_pauses_add_up_and_are_not_each_rounded_to_a_day() -> None:
    hours_of_pause = [one for n in range(4) for one in (paused(FIX, 10 + 4 * n), resumed(FIX, 12 + 4 * n))]
    plain, moved = clock(a_case(), FIX, 50).due, clock(a_case(*hours_of_pause), FIX, 50).due
    assert plain is not None
    assert moved == plain + timedelta(days=1)


def test_while_a_clock_stands_still_its_date_is_the_one_if_it_went_on_now() -> None:
    still = a_case(paused(ACKNOWLEDGE, 10))
    assert clock(still, ACKNOWLEDGE, 10).due == THURSDAY
    assert clock(still, ACKNOWLEDGE, 10 + DAY).due == FRIDAY


def test_a_clock_that_is_never_resumed_stands_still_for_good_and_is_never_missed() -> None:
    still = clock(a_case(paused(ACKNOWLEDGE, 10)), ACKNOWLEDGE, 10_000)
    assert still.state is ClockState.PAUSED
    assert still.due is not None
    assert still.due > hours(10_000)


def test_a_pause_of_one_clock_stops_no_other() -> None:
    state = a_case(paused(ACKNOWLEDGE, 10))
    assert clock(state, RESPOND, 20).state is ClockState.RUNNING


def test_what_names_no_party_is_about_that_clock_of_every_party() -> None:
    state = a_case(paused(RESPOND, 10, party=None), paused(DISCLOSE, 10, party=None))
    assert clock(state, RESPOND, 20).state is ClockState.PAUSED
    assert clock(state, DISCLOSE, 20).state is ClockState.PAUSED


def test_the_clock_of_the_whole_case_is_no_partys() -> None:
    assert clock(a_case(paused(DISCLOSE, 10)), DISCLOSE, 20).state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (resumed(ACKNOWLEDGE, 5), "The resumption of 2026-07-06 by quay-coordination has no effect: it did"),
        (
            extended(ACKNOWLEDGE, THURSDAY, 5),
            "The extension of 2026-07-06 by quay-coordination has no effect",
        ),
        (paused(ACKNOWLEDGE, 100), "has no effect: its date had passed"),
    ],
    ids=["resumed without a pause", "extended to no later date", "paused too late"],
)
def test_what_moves_no_date_is_shown_and_has_no_effect(said, why: str) -> None:  # type: ignore[no-untyped-def]
    shown = clock(a_case(said), ACKNOWLEDGE, 200)
    assert (shown.state, shown.due, shown.moved) == (ClockState.MISSED, THURSDAY, ())
    assert why in shown.rule


def test_a_second_pause_has_no_effect() -> None:
    state = a_case(paused(ACKNOWLEDGE, 10), paused(ACKNOWLEDGE, 12), resumed(ACKNOWLEDGE, 34))
    moved = clock(state, ACKNOWLEDGE, 50)
    assert moved.due == FRIDAY
    assert "it stood still already" in moved.rule


def test_an_extension_is_taken_to_the_minute() -> None:
    until = datetime(2026, 7, 11, 10, 30, tzinfo=UTC)
    moved = extended(ACKNOWLEDGE, until, 5)
    assert clock(a_case(moved), ACKNOWLEDGE, 10).due == until
    assert clock(a_case(moved), ACKNOWLEDGE, 10).moved == (moved.digest,)


def test_an_extension_after_the_date_says_that_the_date_had_passed() -> None:
    late = clock(a_case(extended(ACKNOWLEDGE, 500, 200)), ACKNOWLEDGE, 300)
    assert late.state is ClockState.RUNNING
    assert "to 2026-07-27 05:00 UTC; its date, 2026-07-09 23:59 UTC, had passed." in late.rule


def test_what_is_moved_after_a_clock_was_met_makes_nothing_of_it_better() -> None:
    answer = entry(DEVELOPER, Acknowledged(), 200)
    met = clock(a_case(answer, extended(ACKNOWLEDGE, 500, 250)), ACKNOWLEDGE, 300)
    assert (met.state, met.due, met.moved) == (ClockState.MET_LATE, THURSDAY, ())


def test_an_extension_that_was_reworded_counts_from_when_it_was_first_made() -> None:
    first = extended(ACKNOWLEDGE, 200, 5)
    later = extended(ACKNOWLEDGE, 200, 150, amends=first.digest, summary="In other words.")
    moved = clock(a_case(replace(first, amended_by=later.digest), later), ACKNOWLEDGE, 160)
    assert moved.due == hours(200)
    assert moved.moved == (later.digest,)
    assert "had passed" not in moved.rule


def test_an_extension_to_another_date_counts_from_when_it_was_changed() -> None:
    first = extended(ACKNOWLEDGE, 200, 5)
    later = extended(ACKNOWLEDGE, 400, 300, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later)
    moved = clock(state, ACKNOWLEDGE, 310)
    assert (moved.due, moved.moved) == (hours(400), (first.digest, later.digest))
    assert "its date, 2026-07-14 17:00 UTC, had passed" in moved.rule
    assert clock(state, ACKNOWLEDGE, 299).due == hours(200)


@pytest.mark.parametrize("until", [400, 195])
def test_an_answer_before_an_extension_was_changed_is_met_by_the_date_that_held_then(until: float) -> None:
    first, answer = extended(ACKNOWLEDGE, 200, 5), entry(DEVELOPER, Acknowledged(), 180)
    later = extended(ACKNOWLEDGE, until, 190, amends=first.digest)
    met = clock(a_case(replace(first, amended_by=later.digest), answer, later), ACKNOWLEDGE, 310)
    assert (met.state, met.due) == (ClockState.MET, hours(200))


def test_an_extension_that_was_changed_and_then_taken_back_moves_nothing() -> None:
    first = extended(ACKNOWLEDGE, 200, 5)
    later = extended(ACKNOWLEDGE, 400, 20, amends=first.digest)
    taken = replace(later, withdrawn_by="sha256:" + "00" * 32)
    state = a_case(replace(first, amended_by=later.digest), taken)
    assert clock(state, ACKNOWLEDGE, 30).due == THURSDAY


def test_an_extension_that_was_taken_back_moves_nothing() -> None:
    taken = replace(extended(ACKNOWLEDGE, 200, 5), withdrawn_by="sha256:" + "00" * 32)
    assert clock(a_case(taken), ACKNOWLEDGE, 10).due == THURSDAY


@pytest.mark.parametrize("exposure", [Exposure.EXPLOITED, Exposure.RECIPE_PUBLIC])
def test_an_emergency_gives_a_day_to_acknowledge_and_a_week_to_fix(exposure: Exposure) -> None:
    said = exposed(exposure, 20)
    state = a_case(said)
    assert clock(state, ACKNOWLEDGE, 21).due == hours(20 + 24)
    assert clock(state, RESPOND, 21).due == hours(20 + 72)
    assert clock(state, FIX, 21).due == hours(20 + 168)
    assert clock(state, DISCLOSE, 21).due == hours(20 + 168)
    assert clock(state, FIX, 21).moved == (said.digest,)


def test_an_emergency_never_gives_more_time() -> None:
    late = exposed(Exposure.EXPLOITED, 80)
    assert clock(a_case(late), ACKNOWLEDGE, 81).due == THURSDAY
    assert clock(a_case(late), ACKNOWLEDGE, 81).moved == ()


def test_an_emergency_that_is_there_at_the_opening_runs_from_the_start() -> None:
    state = a_case(opened=keyed(exposure=Exposure.EXPLOITED))
    assert clock(state, ACKNOWLEDGE, 1).due == hours(24)


def test_an_emergency_that_is_over_gives_no_time_back() -> None:
    state = a_case(exposed(Exposure.EXPLOITED, 20), exposed(Exposure.OFFERED, 40, COORDINATOR))
    assert clock(state, FIX, 50).due == hours(20 + 168)


def test_only_an_extension_makes_an_emergencys_date_later() -> None:
    state = a_case(exposed(Exposure.EXPLOITED, 20), extended(FIX, 400, 30))
    assert clock(state, FIX, 50).due == hours(400)


def test_an_emergency_after_an_extension_shortens_again() -> None:
    state = a_case(extended(FIX, 4000, 10), exposed(Exposure.EXPLOITED, 20))
    assert clock(state, FIX, 50).due == hours(20 + 168)


def test_that_an_exposure_is_narrower_shortens_no_extension() -> None:
    state = a_case(
        exposed(Exposure.EXPLOITED, 20), extended(FIX, 9000, 30), exposed(Exposure.OFFERED, 40, COORDINATOR)
    )
    assert clock(state, FIX, 50).due == hours(9000)


def test_an_exposure_that_was_changed_counts_from_the_change() -> None:
    first = exposed(Exposure.RESTRICTED, 5, COORDINATOR)
    said = ExposureStated(exposure=Exposure.EXPLOITED, text="It is used.")
    later = entry(COORDINATOR, said, 200, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later)
    assert clock(state, FIX, 210).due == hours(200 + 168)


def test_an_emergency_resumes_no_clock_and_gives_its_time_from_the_resumption() -> None:
    still = a_case(paused(FIX, 10), exposed(Exposure.EXPLOITED, 20))
    assert clock(still, FIX, 44).state is ClockState.PAUSED
    assert clock(still, FIX, 44).due == hours(44 + 168)
    gone_on = a_case(paused(FIX, 10), exposed(Exposure.EXPLOITED, 20), resumed(FIX, 50))
    assert clock(gone_on, FIX, 60).due == hours(20 + 168 + 30)


def test_an_extension_of_a_clock_that_stands_still_moves_on_with_it() -> None:
    state = a_case(paused(FIX, 10), extended(FIX, 4000, 20), resumed(FIX, 30))
    assert clock(state, FIX, 40).due == hours(4010)


@pytest.mark.parametrize("by", [REPORTER, DEVELOPER, COORDINATOR, AUTHORITY])
def test_who_reports_develops_or_leads_can_say_that_it_is_an_emergency(by: str) -> None:
    assert clock(a_case(exposed(Exposure.EXPLOITED, 20, by)), FIX, 21).due == hours(188)


def test_another_partys_word_of_an_emergency_moves_no_clock() -> None:
    assert clock(a_case(exposed(Exposure.EXPLOITED, 20, EVALUATOR)), FIX, 21).moved == ()


def test_a_pause_within_a_closed_case_ends_only_when_both_have_ended() -> None:
    closed = entry(COORDINATOR, CaseClosed(text="Done."), 20)
    reopened = entry(COORDINATOR, CaseReopened(text="Not done."), 34)
    state = a_case(paused(ACKNOWLEDGE, 10), closed, reopened)
    assert clock(state, ACKNOWLEDGE, 50).state is ClockState.PAUSED
    assert (
        clock(
            a_case(paused(ACKNOWLEDGE, 10), closed, reopened, resumed(ACKNOWLEDGE, 34 + DAY)), ACKNOWLEDGE, 60
        ).due
        == MONDAY
    )


def test_closing_twice_is_closing_once() -> None:
    closings = [
        entry(COORDINATOR, CaseClosed(text=text), at) for text, at in (("Done.", 20), ("Really.", 30))
    ]
    reopened = entry(COORDINATOR, CaseReopened(text="Not done."), 44)
    assert clock(a_case(*closings, reopened), ACKNOWLEDGE, 50).due == FRIDAY
