"""The first gate: what is stated last, who disputes it, and how far the weakness reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundstop.cases.standing import (
    as_of,
    closed_of,
    exposure_of,
    exposure_steps,
    first_said,
    is_emergency,
    leader_of,
    standing_disputes,
    standing_of,
    standings_of,
)
from groundstop.documents.cases import (
    CaseClosed,
    CaseReopened,
    Disputed,
    Exposure,
    NotADefect,
    Remark,
    StandingKind,
)
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, EVALUATOR, REPORTER, entry, hours, state_of
from tests.clock_parts import a_case, exposed, is_defect, keyed, standing

NOT = NotADefect(requirement="None", source="terms", requirement_version="1", text="It is none.")


def test_nothing_stated_is_nothing() -> None:
    assert standing_of(a_case(defect=False)) is None


def test_what_was_stated_last_counts_and_the_words_of_others_stay() -> None:
    mine, theirs = is_defect(1), standing(StandingKind.POLICY, 2, COORDINATOR)
    state = a_case(mine, theirs, defect=False)
    assert [one.by for one, _ in standings_of(state)] == [REPORTER, COORDINATOR]
    latest = standing_of(state)
    assert latest is not None
    assert latest[0] == theirs


def test_a_party_that_says_it_again_is_the_latest() -> None:
    state = a_case(is_defect(1), standing(StandingKind.POLICY, 2, COORDINATOR), is_defect(3), defect=False)
    assert [one.by for one, _ in standings_of(state)] == [COORDINATOR, REPORTER]


def test_a_developer_states_no_standing() -> None:
    assert standing_of(a_case(is_defect(1, DEVELOPER), defect=False)) is None


def test_disputes_of_the_standing_are_shown_beside_it() -> None:
    stated = is_defect(1)
    remark = entry(EVALUATOR, Remark(text="So."), 2)
    own = entry(DEVELOPER, NOT, 3)
    disputed = entry(EVALUATOR, Disputed(statement=stated.digest, text="No."), 4)
    another = entry(EVALUATOR, Disputed(statement=remark.digest, text="No."), 5)
    state = a_case(stated, remark, own, disputed, another, defect=False)
    assert standing_disputes(state) == (own, disputed)
    assert standing_of(state) is not None


@pytest.mark.parametrize("by", [REPORTER, DEVELOPER])
def test_a_reporter_and_a_developer_can_make_the_exposure_wider_and_never_narrower(by: str) -> None:
    wider = exposed(Exposure.EXPLOITED, 1, by)
    assert exposure_of(a_case(wider)) is Exposure.EXPLOITED
    assert exposure_of(a_case(wider, exposed(Exposure.OFFERED, 2, by))) is Exposure.EXPLOITED


@pytest.mark.parametrize("by", [COORDINATOR, AUTHORITY])
def test_who_leads_can_make_the_exposure_narrower(by: str) -> None:
    state = a_case(exposed(Exposure.EXPLOITED, 1), exposed(Exposure.RESTRICTED, 2, by))
    assert exposure_of(state) is Exposure.RESTRICTED
    assert [one.exposure for one in exposure_steps(state)] == [Exposure.EXPLOITED, Exposure.RESTRICTED]


def test_what_others_say_of_the_exposure_changes_nothing() -> None:
    assert exposure_of(a_case(exposed(Exposure.EXPLOITED, 1, EVALUATOR))) is Exposure.OFFERED


def test_the_exposure_of_the_opening_counts_until_another_is_stated() -> None:
    assert exposure_of(a_case(opened=keyed(exposure=Exposure.RESTRICTED))) is Exposure.RESTRICTED


def test_a_public_recipe_and_use_are_an_emergency_and_nothing_else() -> None:
    emergencies = [one for one in Exposure if is_emergency(one)]
    assert emergencies == [Exposure.RECIPE_PUBLIC, Exposure.EXPLOITED]


def test_a_case_is_closed_until_it_is_reopened() -> None:
    closed = entry(COORDINATOR, CaseClosed(text="Done."), 1)
    reopened = entry(COORDINATOR, CaseReopened(text="Not done."), 2)
    assert closed_of(a_case()) is None
    assert closed_of(a_case(closed)) == closed
    assert closed_of(a_case(closed, reopened)) is None


def test_the_first_coordinator_with_a_key_leads_and_else_whoever_opened_the_case() -> None:
    assert leader_of(a_case()) == COORDINATOR
    assert leader_of(state_of()) == REPORTER


def test_a_case_as_of_a_moment_has_what_was_said_by_then_as_it_stood_then() -> None:
    first = entry(EVALUATOR, Remark(text="One."), 1)
    second = entry(EVALUATOR, Remark(text="Two."), 5, amends=first.digest)
    first = replace(first, amended_by=second.digest)
    state = a_case(first, second, defect=False)
    assert as_of(state, hours(9)) is state
    assert first_said(state, second) == first
    then = as_of(state, hours(4))
    assert [one.digest for one in then.entries[1:]] == [first.digest]
    assert then.entries[1].stands
    assert as_of(state, hours(-1)).entries == state.entries[:1]
