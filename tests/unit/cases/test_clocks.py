"""Clocks: when they start, what meets them, and that silence is a fact and no statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundstop.cases.clocks import clocks_of
from groundstop.cases.state import Entry, Sighting
from groundstop.cases.views import ClockState
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    CaseClosed,
    CaseReopened,
    ClockName,
    Disclosed,
    FixClaimed,
    NotADefect,
    PartyNamed,
    Recipient,
    Refused,
    StandingKind,
    Tier,
)
from groundstop.errors import InputError
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    REPORTER,
    entry,
    hours,
    opening,
)
from tests.clock_parts import a_case, clock, keyed, party, paused, standing

ACKNOWLEDGE, RESPOND = ClockName.ACKNOWLEDGE, ClockName.RESPOND
FIX, DISCLOSE = ClockName.FIX, ClockName.DISCLOSE
DAY = 24.0
BUILD = FixClaimed(build="v2", evidence="0 of 500")


def told(by: str, to: str, at: float, tier: Tier = Tier.TECHNICAL) -> Entry:
    return entry(by, Disclosed(tier=tier, recipients=(Recipient(name=to, party=True),)), at)


def test_each_developer_has_three_clocks_and_the_case_has_one() -> None:
    found = [(one.name, one.party) for one in clocks_of(a_case(), (), hours(1))]
    assert found == [(ACKNOWLEDGE, DEVELOPER), (RESPOND, DEVELOPER), (FIX, DEVELOPER), (DISCLOSE, None)]


def test_a_clock_starts_at_the_opening_for_a_party_that_has_a_key_there() -> None:
    running = clock(a_case(), ACKNOWLEDGE)
    assert running.state is ClockState.RUNNING
    assert running.started == hours(0)
    assert running.due == datetime(2026, 7, 9, 23, 59, 59, tzinfo=UTC)
    assert "3 business days, to the end of the business day in UTC, from the opening" in running.rule
    assert "Its source stands in the policy groundstop-2026." in running.rule


def test_a_party_that_nobody_can_have_told_has_no_clock_that_runs() -> None:
    off = clock(a_case(opened=keyed(without=(DEVELOPER,))), ACKNOWLEDGE, 500)
    assert off.state is ClockState.OFF
    assert off.due is None
    assert "was not told" in off.rule


def test_a_party_without_a_key_is_told_by_naming_it_or_by_the_first_notice() -> None:
    unknown = keyed(without=(DEVELOPER,))
    named = entry(COORDINATOR, PartyNamed(party=party(DEVELOPER)), 5)
    assert clock(a_case(named, opened=unknown), ACKNOWLEDGE, 10).started == hours(5)
    both = a_case(named, told(REPORTER, DEVELOPER, 3), opened=unknown)
    assert clock(both, ACKNOWLEDGE, 10).started == hours(3)
    assert "the first notice to it" in clock(both, ACKNOWLEDGE, 10).rule


def test_a_name_without_a_key_and_a_notice_to_another_tell_nobody_anything() -> None:
    unknown = keyed(without=(DEVELOPER,))
    named = entry(COORDINATOR, PartyNamed(party=party(DEVELOPER, key=False)), 5)
    state = a_case(named, told(REPORTER, AUTHORITY, 6), opened=unknown)
    assert clock(state, ACKNOWLEDGE, 10).state is ClockState.OFF


@pytest.mark.parametrize(
    "said", [Acknowledged(), Refused(text="No."), BUILD, AcceptedFixPlanned(by=hours(200))]
)
def test_any_response_acknowledges(said: Acknowledged | Refused | FixClaimed | AcceptedFixPlanned) -> None:
    answer = entry(DEVELOPER, said, 2)
    met = clock(a_case(answer), ACKNOWLEDGE, 300)
    assert (met.state, met.met, met.by) == (ClockState.MET, hours(2), answer.digest)


def test_to_acknowledge_is_not_to_respond() -> None:
    state = a_case(entry(DEVELOPER, Acknowledged(), 2))
    assert clock(state, RESPOND, 300).met is None
    state = a_case(entry(DEVELOPER, Acknowledged(), 2), entry(DEVELOPER, Refused(text="No."), 3))
    assert clock(state, RESPOND, 300).met == hours(3)


def test_another_partys_words_meet_no_clock() -> None:
    state = a_case(entry(COORDINATOR, CaseReopened(text="Go on."), 2))
    assert clock(state, ACKNOWLEDGE, 3).state is ClockState.RUNNING


def test_silence_is_missed_and_nothing_is_written_for_the_silent() -> None:
    state = a_case()
    missed = clock(state, ACKNOWLEDGE, 5 * DAY)
    assert missed.state is ClockState.MISSED
    assert missed.by is None
    assert not [one for one in state.entries if one.by == DEVELOPER]


def test_a_clock_is_met_until_its_very_last_second() -> None:
    due = clock(a_case(), ACKNOWLEDGE).due
    assert due is not None
    late = entry(DEVELOPER, Acknowledged(), due + timedelta(seconds=1))
    on_time = entry(DEVELOPER, Acknowledged(), due)
    assert clock(a_case(on_time), ACKNOWLEDGE, 300).state is ClockState.MET
    assert clock(a_case(late), ACKNOWLEDGE, 300).state is ClockState.MET_LATE
    assert clock(a_case(), ACKNOWLEDGE, due).state is ClockState.RUNNING
    assert clock(a_case(), ACKNOWLEDGE, due + timedelta(seconds=1)).state is ClockState.MISSED


def test_a_response_that_was_reworded_counts_from_when_it_was_first_made() -> None:
    first = entry(DEVELOPER, Refused(text="No."), 2)
    later = entry(DEVELOPER, Refused(text="No, we do not."), 300, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later)
    assert clock(state, RESPOND, 400).met == hours(2)
    assert clock(state, RESPOND, 400).state is ClockState.MET


def test_a_response_that_was_taken_back_meets_nothing() -> None:
    taken = replace(entry(DEVELOPER, Refused(text="No."), 2), withdrawn_by="sha256:" + "00" * 32)
    assert clock(a_case(taken), RESPOND, 30).met is None


def test_what_is_dated_later_is_not_said_yet() -> None:
    state = a_case(entry(DEVELOPER, Acknowledged(), 50))
    assert clock(state, ACKNOWLEDGE, 49).state is ClockState.RUNNING
    assert clock(state, ACKNOWLEDGE, 50).state is ClockState.MET


def test_a_statement_that_logs_saw_only_after_the_date_says_so() -> None:
    logged = (Sighting("quay-coordination", 7, hours(200)),)
    answer = replace(entry(DEVELOPER, Acknowledged(), 2), sightings=logged)
    rule = clock(a_case(answer), ACKNOWLEDGE, 300).rule
    assert "the first log of another party that has it says 2026-07-14 17:00 UTC" in rule


def test_since_when_a_partys_own_log_has_the_case_is_shown() -> None:
    state = a_case()
    seen = replace(state.entries[1], sightings=(Sighting(DEVELOPER, 0, hours(4)),))
    state = replace(state, entries=(state.entries[0], seen))
    assert "alder-street-desk's own log has the case since 2026-07-06 13:00 UTC." in clock(state, FIX, 9).rule
    assert "own log" not in clock(a_case(), FIX, 9).rule


@pytest.mark.parametrize("kind", [StandingKind.CAPABILITY, StandingKind.POLICY])
def test_a_case_that_is_no_defect_has_no_fix_clock(kind: StandingKind) -> None:
    state = a_case(standing(kind), defect=False)
    off = clock(state, FIX, 5000)
    assert off.state is ClockState.OFF
    assert f"states that it is a {kind}" in off.rule
    assert clock(state, ACKNOWLEDGE, 5000).state is ClockState.MISSED


def test_while_nobody_states_a_requirement_there_is_no_fix_clock() -> None:
    off = clock(a_case(paused(FIX, 2), defect=False), FIX, 5000)
    assert off.state is ClockState.OFF
    assert "Nobody has stated which requirement is broken" in off.rule
    assert "A statement of quay-coordination of 2026-07-06 about this clock has no effect." in off.rule


def test_that_the_developer_disputes_the_defect_stops_no_clock() -> None:
    dispute = NotADefect(requirement="None", source="terms", requirement_version="1", text="It is none.")
    state = a_case(entry(DEVELOPER, dispute, 5))
    assert clock(state, FIX, 10).state is ClockState.RUNNING
    assert clock(state, RESPOND, 10).state is ClockState.MET


def test_a_notice_that_was_replaced_by_another_tier_or_to_others_was_given_all_the_same() -> None:
    first = told(REPORTER, DEVELOPER, 3, Tier.PUBLIC)
    said = Disclosed(tier=Tier.BRIEF, recipients=(Recipient(name=AUTHORITY, party=True),))
    later = entry(REPORTER, said, 8, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later, opened=keyed(without=(DEVELOPER,)))
    assert clock(state, DISCLOSE, 10).met == hours(3)
    assert clock(state, ACKNOWLEDGE, 10).started == hours(3)


def test_a_notice_that_becomes_public_or_goes_to_more_counts_from_then() -> None:
    first = told(REPORTER, AUTHORITY, 3, Tier.BRIEF)
    said = Disclosed(tier=Tier.PUBLIC, recipients=(Recipient(name=DEVELOPER, party=True),))
    later = entry(REPORTER, said, 8, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later, opened=keyed(without=(DEVELOPER,)))
    assert clock(state, DISCLOSE, 10).met == hours(8)
    assert clock(state, ACKNOWLEDGE, 10).started == hours(8)


def test_only_a_public_notice_meets_the_disclosure_clock() -> None:
    brief = told(COORDINATOR, AUTHORITY, 3, Tier.BRIEF)
    public = told(COORDINATOR, AUTHORITY, 8, Tier.PUBLIC)
    assert clock(a_case(brief), DISCLOSE, 10).state is ClockState.RUNNING
    met = clock(a_case(brief, public), DISCLOSE, 10)
    assert (met.state, met.by) == (ClockState.MET, public.digest)


def test_a_closed_case_has_no_clock_that_runs_and_goes_on_when_it_is_reopened() -> None:
    closed = entry(COORDINATOR, CaseClosed(text="Done."), 24)
    reopened = entry(COORDINATOR, CaseReopened(text="Not done."), 72)
    off = clock(a_case(closed), ACKNOWLEDGE, 500)
    assert (off.state, off.due) == (ClockState.OFF, None)
    assert "The case was closed on 2026-07-07 by quay-coordination." in off.rule
    on = clock(a_case(closed, reopened), ACKNOWLEDGE, 80)
    assert on.state is ClockState.RUNNING
    # Two days later than the 9th is a Saturday.
    assert on.due == datetime(2026, 7, 13, 23, 59, 59, tzinfo=UTC)


def test_a_clock_that_was_missed_before_the_case_was_closed_stays_missed() -> None:
    state = a_case(entry(COORDINATOR, CaseClosed(text="Done."), 200))
    assert clock(state, ACKNOWLEDGE, 500).state is ClockState.MISSED
    assert clock(state, RESPOND, 500).state is ClockState.OFF


def test_a_case_with_an_unknown_policy_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputError, match="no clock policy"):
        clocks_of(a_case(opened=opening(policy="of-tomorrow")), (), hours(1))
