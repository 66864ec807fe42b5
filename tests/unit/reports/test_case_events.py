from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from groundstop.cases.views import CaseView, Clock, ClockState
from groundstop.documents.cases import (
    Acknowledged,
    BaselineDispute,
    CaseClosed,
    ClockName,
    Disputed,
    InterestKind,
    InterestsChallenged,
    Refused,
    Remark,
    Said,
    SeverityDispute,
)
from groundstop.reports.case_events import (
    CLOCK_KINDS,
    Event,
    EventKind,
    clock_events,
    event_kind,
    timeline_events,
)
from tests.case_parts import DEVELOPER, RESELLER, START, digest_for, entry, hours
from tests.case_stories import a_story, troubled
from tests.severity_parts import case, score

ONE = digest_for("one")


def of_kind(view: CaseView, kind: EventKind) -> list[Event]:
    return [event for event in timeline_events(view) if event.kind is kind]


def a_clock(state: ClockState, name: ClockName = ClockName.RESPOND, **changes: object) -> Clock:
    base = Clock(name, DEVELOPER, state, START, hours(24), None, None, (), "a rule")
    return replace(base, **changes)  # type: ignore[arg-type]


def kinds_of(clock: Clock) -> list[EventKind]:
    return [event.kind for event in clock_events(clock, {})]


def test_every_statement_is_an_event_with_its_number_and_they_are_in_time() -> None:
    view = a_story()
    events = timeline_events(view)
    numbers = [event.number for event in events if event.number is not None]
    assert sorted(numbers) == list(range(1, len(view.state.entries) + 1))
    times = [event.at for event in events if event.at is not None]
    assert times == sorted(times)


def test_an_events_proof_names_each_log_its_place_and_its_time_or_says_there_is_none() -> None:
    opened, *_, last = [event for event in timeline_events(a_story()) if event.number]
    assert opened.proved_by == (
        "logged by harbour-red-team (entry 0, 2026-07-06 09:00 UTC) and "
        "alder-street-desk (entry 2, 2026-07-06 09:10 UTC)"
    )
    assert last.proved_by == "in no log"


def test_silence_is_a_clocks_fact_and_no_statement() -> None:
    (silent,) = of_kind(a_story(), EventKind.NO_RESPONSE)
    assert silent.kind in CLOCK_KINDS
    assert silent.party == RESELLER
    assert silent.number is None
    assert silent.digest is None
    assert silent.what == "no response; a response from lighthouse-cloud was due"
    assert silent.proved_by.startswith("follows from the rule: groundstop-2026")


@pytest.mark.parametrize(
    ("clock", "kinds"),
    [
        (a_clock(ClockState.RUNNING), [EventKind.CLOCK_STARTED, EventKind.CLOCK_DUE]),
        (a_clock(ClockState.PAUSED), [EventKind.CLOCK_STARTED, EventKind.CLOCK_DUE]),
        (a_clock(ClockState.MISSED), [EventKind.CLOCK_STARTED, EventKind.NO_RESPONSE]),
        (a_clock(ClockState.MISSED, ClockName.FIX), [EventKind.CLOCK_STARTED, EventKind.DATE_MISSED]),
        (a_clock(ClockState.MET, met=hours(2), by=ONE), [EventKind.CLOCK_STARTED, EventKind.CLOCK_MET]),
        (
            a_clock(ClockState.MET_LATE, met=hours(48), by=ONE),
            [EventKind.CLOCK_STARTED, EventKind.NO_RESPONSE, EventKind.CLOCK_MET],
        ),
        (a_clock(ClockState.OFF, started=None, due=None), []),
    ],
)
def test_a_clock_gives_the_facts_of_its_state(clock: Clock, kinds: list[EventKind]) -> None:
    assert kinds_of(clock) == kinds


def test_a_date_that_was_met_names_the_statement_and_says_when_it_was_late() -> None:
    *_, met = clock_events(a_clock(ClockState.MET_LATE, met=hours(48), by=ONE), {ONE: 4})
    assert met.what == "a response from alder-street-desk: the date is met by statement 4, late"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Refused(text="x"), EventKind.REFUSAL),
        (Disputed(statement=ONE, text="x"), EventKind.DISPUTE),
        (BaselineDispute(text="x"), EventKind.DISPUTE),
        (SeverityDispute(score=score((1,)), text="x"), EventKind.DISPUTE),
        (InterestsChallenged(party=DEVELOPER, interest=InterestKind.BOARD, text="x"), EventKind.DISPUTE),
        (Acknowledged(), EventKind.RESPONSE),
        (CaseClosed(text="x"), EventKind.CASE),
        (Remark(text="x"), EventKind.STATEMENT),
    ],
)
def test_a_refusal_is_no_dispute_and_a_dispute_no_other_response(said: Said, kind: EventKind) -> None:
    assert event_kind(said) is kind


def test_disclosures_receipts_and_measurements_are_events_of_their_own() -> None:
    view = a_story()
    for kind in (EventKind.DISCLOSURE, EventKind.RECEIPT, EventKind.UNREACHABLE, EventKind.MEASUREMENT):
        assert len(of_kind(view, kind)) == 1
    (verified,) = of_kind(view, EventKind.VERIFICATION)
    assert verified.what == "evidence given: verification (technique blocked)"


def test_a_verification_that_does_not_count_says_so() -> None:
    view = a_story()
    evidence = tuple(replace(one, problem="another finding") for one in view.state.evidence)
    (verified,) = of_kind(replace(view, state=replace(view.state, evidence=evidence)), EventKind.VERIFICATION)
    assert verified.what.endswith("(technique blocked, does not count)")


def test_what_was_replaced_or_taken_back_stays_and_says_by_what() -> None:
    events = timeline_events(a_story())
    (planned,) = [event for event in events if event.what.startswith("accepted, fix planned")]
    assert planned.gone == "replaced by statement 17"
    state = case(replace(entry(DEVELOPER, Acknowledged()), withdrawn_by=ONE))
    gone = timeline_events(replace(a_story(), state=state, clocks=()))[-1].gone
    assert gone is not None
    assert gone.startswith("taken back by a statement that is not here")


def test_what_is_set_aside_comes_last_and_has_no_time() -> None:
    *_, last = timeline_events(troubled())
    assert last.kind is EventKind.SET_ASIDE
    assert last.at is None
    assert "signed by a key that is not the party's" in last.what
    assert last.proved_by == "not looked up: it does not count"


def test_statements_come_before_clocks_of_the_same_moment() -> None:
    view = a_story()
    at = view.state.entries[5].at
    same = [event for event in timeline_events(view) if event.at == at]
    assert same[0].number == 6
    assert {event.kind for event in same[1:]} == {EventKind.CLOCK_STARTED}
    assert view.now - at > timedelta(days=50)
