"""What is due, from whom, in which order; and reminders of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from groundstop.cases.asking import answer_to, answers_of, requests_of
from groundstop.cases.clocks import clocks_of
from groundstop.cases.corroborations import corroborations_of
from groundstop.cases.due import Worked, due_of
from groundstop.cases.interests import interests_of
from groundstop.cases.notices import embargo_of, notices_of
from groundstop.cases.reminders import reminders
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import Due
from groundstop.documents import ReproductionOutcome
from groundstop.documents.cases import (
    AcceptedFixPlanned,
    Acknowledged,
    CaseClosed,
    ClockName,
    Demand,
    Embargo,
    Exposure,
    FixClaimed,
    InterestKind,
    InterestsChallenged,
    LeakReported,
    MitigatedTemporarily,
    Refused,
    Remark,
    Requested,
    Tier,
    VoluntaryWithdrawal,
    Withdrawn,
)
from tests.case_parts import (
    AUTHORITY,
    CASE,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    REPORTER,
    RESELLER,
    ROLES,
    entry,
    hours,
)
from tests.clock_parts import a_case, declares, exposed, extended, keyed, paused
from tests.severity_parts import a_rerun, given
from tests.unit.cases.test_notices import disclosed, received, unreachable

DAY = 24.0
MARK = "qwertzuiop"


def due(state: CaseState, at: float = 2) -> tuple[Due, ...]:
    now = hours(at)
    interests = interests_of(state, now)
    worked = Worked(
        clocks=clocks_of(state, (), now),
        interests=interests,
        corroborations=corroborations_of(state, interests),
        notices=notices_of(state, now),
        embargo=embargo_of(state, now),
    )
    return due_of(state, worked, now)


def from_party(state: CaseState, party: str, at: float = 2) -> list[str]:
    return [one.what for one in due(state, at) if one.party == party]


def test_what_is_late_comes_first_then_by_date_then_what_has_none() -> None:
    found = due(a_case(), 4 * DAY)
    assert (found[0].party, found[0].late) == (DEVELOPER, True)
    assert found[0].what.startswith("no response: the report is not acknowledged")
    dated = [one.by for one in found[1:] if one.by is not None]
    assert dated == sorted(dated)
    assert [one.by is None for one in found] == sorted(one.by is None for one in found)


def test_a_running_clock_says_what_happens_next() -> None:
    assert "acknowledge the report; without a word by then the clock shows no response" in from_party(
        a_case(), DEVELOPER
    )
    answered = a_case(entry(DEVELOPER, Acknowledged(), 1))
    assert not [one for one in from_party(answered, DEVELOPER) if one.startswith("acknowledge the report")]


def test_a_closed_case_has_nothing_due() -> None:
    assert due(a_case(entry(COORDINATOR, CaseClosed(text="Done."), 1)), 5000) == ()


def test_who_leads_is_asked_to_tell_a_developer_that_nobody_told() -> None:
    state = a_case(opened=keyed(without=(DEVELOPER,)))
    assert any(one.startswith("tell alder-street-desk") for one in from_party(state, COORDINATOR))
    assert from_party(state, DEVELOPER) == []


def test_a_clock_that_stands_still_is_the_leaders_to_resume_above_all_in_an_emergency() -> None:
    state = a_case(paused(ClockName.FIX, 1))
    assert "resume the clock to fix of alder-street-desk, which stands still" in from_party(
        state, COORDINATOR
    )
    urgent = a_case(paused(ClockName.FIX, 1), exposed(Exposure.EXPLOITED, 1.5))
    assert any("though it is an emergency" in one for one in from_party(urgent, COORDINATOR))


def test_without_a_stated_requirement_that_is_the_leaders_next_step() -> None:
    wanted = "state which requirement is broken, or that none is; until then no fix clock runs"
    assert wanted in from_party(a_case(defect=False), COORDINATOR)
    assert wanted not in from_party(a_case(), COORDINATOR)


def test_reruns_that_are_lacking_are_asked_for() -> None:
    assert "find 2 more independent reruns" in from_party(a_case(), COORDINATOR)
    told = (declares(REPORTER), declares(EVALUATOR))
    assert "find 1 more independent rerun" in from_party(a_case(*told), COORDINATOR)
    statement, evidence = given(EVALUATOR, a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED), 1)
    state = a_case(*told, statement, evidence=(evidence,))
    assert not [one for one in from_party(state, COORDINATOR) if one.startswith("find")]


def test_who_has_declared_nothing_is_asked_to_if_it_can_answer() -> None:
    wanted = "declare its interests, or that it has none"
    state = a_case(declares(REPORTER), opened=keyed(without=(RESELLER,)))
    assert wanted in from_party(state, EVALUATOR)
    assert wanted not in from_party(state, REPORTER)
    assert wanted not in from_party(state, RESELLER)


def test_a_challenge_waits_for_somebody_else_who_leads() -> None:
    said = InterestsChallenged(party=COORDINATOR, interest=InterestKind.EQUITY, text="So.")
    state = a_case(declares(COORDINATOR), entry(DEVELOPER, said, 1))
    assert "uphold or leave the challenge of quay-coordination: equity" in from_party(state, AUTHORITY)


def test_a_planned_fix_and_a_temporary_mitigation_are_due_when_they_were_promised() -> None:
    planned = a_case(entry(DEVELOPER, AcceptedFixPlanned(by=hours(50)), 1))
    assert ("claim the fix that it planned", hours(50), False) in [
        (one.what, one.by, one.late) for one in due(planned)
    ]
    assert ("claim the fix that it planned", True) in [(one.what, one.late) for one in due(planned, 51)]
    held = a_case(entry(DEVELOPER, MitigatedTemporarily(text="A filter.", until=hours(60)), 1))
    assert "replace its temporary mitigation" in from_party(held, DEVELOPER)
    forever = a_case(entry(DEVELOPER, MitigatedTemporarily(text="A filter."), 1))
    assert "replace its temporary mitigation" not in from_party(forever, DEVELOPER)


def test_a_claimed_fix_is_somebody_elses_to_verify() -> None:
    state = a_case(
        entry(DEVELOPER, AcceptedFixPlanned(by=hours(50)), 1),
        entry(DEVELOPER, FixClaimed(build="v2", evidence="0 of 500"), 1.5),
    )
    assert "verify the fix that alder-street-desk claims since 2026-07-06" in from_party(state, EVALUATOR)
    assert "claim the fix that it planned" not in from_party(state, DEVELOPER)


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        (Demand.FIX, FixClaimed(build="v2", evidence="0 of 500")),
        (Demand.FIX, Refused(text="No.")),
        (Demand.WITHDRAW, VoluntaryWithdrawal(models=("desk-helper",), effective=hours(9))),
        (Demand.INFORMATION, Remark(text="It is so.")),
    ],
)
def test_a_request_is_due_until_it_is_answered_and_a_refusal_is_an_answer(
    what: Demand, answer: FixClaimed | Refused | VoluntaryWithdrawal | Remark
) -> None:
    request = entry(COORDINATOR, Requested(of=DEVELOPER, what=what, by=hours(10), text="Please."), 1)
    open_one = a_case(request)
    (asked,) = [one for one in due(open_one) if "quay-coordination asks" in one.what]
    assert (asked.party, asked.by, asked.late) == (DEVELOPER, hours(10), False)
    assert [one.late for one in due(open_one, 11) if "quay-coordination asks" in one.what] == [True]
    said = entry(DEVELOPER, answer, 2)
    answered = a_case(request, said)
    assert [one for one, _ in requests_of(answered)] == [request]
    assert answer_to(answered, request) == said
    assert not [one for one in due(answered) if "quay-coordination asks" in one.what]


def test_what_was_said_before_a_request_or_by_another_does_not_answer_it() -> None:
    request = entry(
        COORDINATOR, Requested(of=DEVELOPER, what=Demand.INFORMATION, by=hours(10), text="Please."), 1
    )
    before, another = entry(DEVELOPER, Remark(text="Yes."), 0.9), entry(REPORTER, Remark(text="Yes."), 2)
    acknowledged = entry(DEVELOPER, Acknowledged(), 2)
    assert answer_to(a_case(before, request, another, acknowledged), request) is None
    taken = replace(entry(DEVELOPER, Remark(text="Yes."), 2), withdrawn_by="sha256:" + "00" * 32)
    assert answer_to(a_case(request, taken), request) is None


def asked(what: Demand, at: float, by: str = COORDINATOR, **changes: Any) -> Entry:
    said = Requested(of=DEVELOPER, what=what, by=hours(90), text="Please.")
    return entry(by, said, at, **changes)


def test_one_refusal_answers_the_latest_request_and_no_other() -> None:
    fix, withdraw = asked(Demand.FIX, 1), asked(Demand.WITHDRAW, 2, REPORTER)
    no, again = entry(DEVELOPER, Refused(text="No."), 3), entry(DEVELOPER, Refused(text="Nor that."), 4)
    assert answers_of(a_case(fix, withdraw, no)) == {withdraw.digest: no}
    assert answers_of(a_case(fix, withdraw, no, again)) == {withdraw.digest: no, fix.digest: again}
    assert len([one for one in due(a_case(fix, withdraw, no), 5) if "asks" in one.what]) == 1


def test_a_statement_answers_the_latest_request_that_it_can_be_about() -> None:
    fix, withdraw = asked(Demand.FIX, 1), asked(Demand.WITHDRAW, 2)
    claim = entry(DEVELOPER, FixClaimed(build="v2", evidence="0 of 500"), 3)
    assert answers_of(a_case(fix, withdraw, claim)) == {fix.digest: claim}


def test_an_answer_that_was_reworded_answers_what_it_answered() -> None:
    fix, withdraw = asked(Demand.FIX, 1), asked(Demand.WITHDRAW, 2)
    no = entry(DEVELOPER, Refused(text="No."), 3)
    later = entry(DEVELOPER, Refused(text="No, not now."), 9, amends=no.digest)
    state = a_case(fix, withdraw, replace(no, amended_by=later.digest), later)
    assert answers_of(state) == {withdraw.digest: later}


def test_a_request_that_was_changed_after_its_answer_is_open_again_and_no_older_one_is_answered() -> None:
    fix, withdraw = asked(Demand.FIX, 1), asked(Demand.WITHDRAW, 2)
    no = entry(DEVELOPER, Refused(text="No."), 3)
    changed = asked(Demand.WITHDRAW, 4, amends=withdraw.digest, summary="Sooner.")
    state = a_case(fix, replace(withdraw, amended_by=changed.digest), no, changed)
    assert answer_to(state, fix) is None
    assert answer_to(state, changed) is None


def test_a_request_that_was_taken_back_first_is_not_answered_in_place_of_another() -> None:
    fix, withdraw = asked(Demand.FIX, 1), asked(Demand.WITHDRAW, 2)
    back = entry(COORDINATOR, Withdrawn(statement=withdraw.digest, reason="Too early."), 3)
    no = entry(DEVELOPER, Refused(text="No."), 4)
    state = a_case(fix, replace(withdraw, withdrawn_by=back.digest), back, no)
    assert answer_to(state, fix) == no


def test_recipients_who_have_not_answered_are_asked_and_unreachable_ones_are_the_disclosers() -> None:
    notice = disclosed(DEVELOPER, RESELLER, "harbour-cloud", "pier-hosting", "dock-hosting")
    state = a_case(notice, received(notice, DEVELOPER, 1.5), unreachable(notice, "harbour-cloud", 1.5))
    given_on = "the technical notice of 2026-07-06"
    assert f"acknowledge {given_on}" in from_party(state, RESELLER)
    assert f"acknowledge {given_on}" not in from_party(state, DEVELOPER)
    assert f"reach harbour-cloud another way with {given_on}" in from_party(state, COORDINATOR)
    assert any("hear from pier-hosting and 1 more" in one for one in from_party(state, COORDINATOR))


def test_the_end_of_an_embargo_is_due_while_it_holds() -> None:
    state = a_case(entry(COORDINATOR, Embargo(until=hours(50)), 1))
    assert ("the embargo ends; then publish", hours(50)) in [(one.what, one.by) for one in due(state)]
    assert "the embargo ends; then publish" not in from_party(state, COORDINATOR, 51)


def test_after_a_leak_of_the_recipe_the_exposure_is_to_be_stated() -> None:
    leak = entry(REPORTER, LeakReported(tier=Tier.FULL, text="It is on a board."), 1)
    wanted = "state the exposure: a leak of the recipe was reported"
    assert wanted in from_party(a_case(leak), COORDINATOR)
    assert wanted not in from_party(a_case(leak, exposed(Exposure.RECIPE_PUBLIC, 1.5)), COORDINATOR)


def test_a_reminder_names_case_party_date_and_what_is_due() -> None:
    one = Due(DEVELOPER, "acknowledge the report", hours(50), late=False)
    (made,) = reminders([one], hours(40), timedelta(hours=12), case=CASE)
    assert made.text == (
        "GSC-20260706-0123456789: due by 2026-07-08 11:00 UTC, from alder-street-desk: acknowledge the report"
    )


def test_what_is_far_off_or_has_no_date_is_not_reminded_of() -> None:
    far, undated = Due(DEVELOPER, "a", hours(53), late=False), Due(DEVELOPER, "b", None, late=False)
    assert reminders([far, undated], hours(40), timedelta(hours=12), case=CASE) == ()


def test_a_reminder_is_sent_once_again_when_it_is_late_and_anew_when_the_date_moves() -> None:
    def keys(*dues: Due, sent: frozenset[str] = frozenset()) -> set[str]:
        made = reminders(dues, hours(40), timedelta(hours=12), case=CASE, sent=sent)
        return {one.key for one in made}

    one = Due(DEVELOPER, "acknowledge the report", hours(50), late=False)
    first = keys(one, one)
    assert len(first) == 1
    assert keys(one, sent=frozenset(first)) == set()
    for changed in (replace(one, late=True), replace(one, by=hours(51)), replace(one, party=REPORTER)):
        assert keys(changed, sent=frozenset(first)).isdisjoint(first)
        assert keys(changed)


def test_no_word_of_a_party_is_in_what_is_due_in_clocks_in_reasons_or_in_reminders() -> None:
    notice = disclosed(DEVELOPER, "harbour-cloud")
    challenged = InterestsChallenged(party=REPORTER, interest=InterestKind.EQUITY, text=MARK)
    ask = Requested(of=DEVELOPER, what=Demand.FIX, by=hours(90), text=MARK)
    state = a_case(
        paused(ClockName.FIX, 1, summary=MARK, public=MARK),
        extended(ClockName.RESPOND, 900, 1),
        entry(COORDINATOR, ask, 1),
        declares(REPORTER),
        entry(DEVELOPER, challenged, 1),
        entry(DEVELOPER, FixClaimed(build=MARK, evidence=MARK), 1),
        entry(REPORTER, LeakReported(tier=Tier.FULL, text=MARK), 1),
        notice,
        entry(COORDINATOR, Embargo(until=hours(400), text=MARK), 1),
    )
    found = due(state, 100)
    sent = reminders(found, hours(100), timedelta(days=120), case=CASE)
    clocks = clocks_of(state, (), hours(100))
    told = json.dumps(
        [
            [one.what for one in found],
            [one.text for one in sent],
            [one.rule for one in clocks],
            [one.why for one in interests_of(state, hours(100))],
        ]
    )
    assert MARK not in told
    assert len(sent) > 1
    assert all(one.party in ROLES for one in found)
