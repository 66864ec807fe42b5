"""Interests: what is a conflict, what a challenge does, and that nothing is hidden or thrown away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from groundstop.cases.interests import conflict_of, interests_of
from groundstop.cases.state import CaseState, Entry
from groundstop.cases.views import DeclarationState, PartyInterests
from groundstop.documents.cases import (
    ChallengeUpheld,
    Interest,
    InterestKind,
    InterestsChallenged,
    InterestsDeclared,
)
from groundstop.documents.cases.parties import Holder
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, EVALUATOR, REPORTER, entry, for_both, hours
from tests.clock_parts import a_case, declares, interest

KINDS = [one for one in InterestKind if one is not InterestKind.NONE]


def of(party: str, state: CaseState, at: float = 100) -> PartyInterests:
    return next(one for one in interests_of(state, hours(at)) if one.party == party)


def challenge(by: str, party: str, kind: InterestKind, at: float = 2) -> Entry:
    return entry(by, InterestsChallenged(party=party, interest=kind, text="It is on its web page."), at)


def upheld(challenged: Entry, by: str = COORDINATOR, at: float = 3) -> Entry:
    return entry(by, ChallengeUpheld(challenge=challenged.digest, text="So it is."), at)


def test_every_party_is_there_and_who_has_declared_nothing_may_not_score() -> None:
    found = interests_of(a_case(), hours(1))
    assert [one.party for one in found] == [one.name for one in a_case().parties]
    assert {one.state for one in found} == {DeclarationState.UNDECLARED}
    assert not any(one.may_score for one in found)
    assert of(EVALUATOR, a_case()).why == (
        "May not score: it has declared nothing, which is treated like a conflict until it does."
    )


def test_who_declares_none_may_score() -> None:
    found = of(EVALUATOR, a_case(declares(EVALUATOR)))
    assert (found.state, found.may_score) == (DeclarationState.NONE, True)
    assert found.why == "May score: it declares no interest."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("by", [REPORTER, AUTHORITY, COORDINATOR, EVALUATOR])
def test_every_kind_of_interest_of_every_role_is_a_conflict(kind: InterestKind, by: str) -> None:
    found = of(by, a_case(declares(by, interest(kind))))
    assert (found.state, found.may_score) == (DeclarationState.CONFLICT, False)
    assert found.why == f"May not score: it declares {kind} in alder-street-desk."


def test_an_interest_of_a_person_is_one_of_the_party() -> None:
    family = Interest(kind=InterestKind.FAMILY, of=Holder.PERSON, in_party=DEVELOPER)
    none = Interest(kind=InterestKind.NONE, of=Holder.ORGANISATION)
    assert of(EVALUATOR, a_case(declares(EVALUATOR, family, none))).state is DeclarationState.CONFLICT


@pytest.mark.parametrize(
    ("since", "until", "state"),
    [
        (None, 99, DeclarationState.NONE),
        (101, None, DeclarationState.NONE),
        (99, 101, DeclarationState.CONFLICT),
        (100, None, DeclarationState.CONFLICT),
        (None, 100, DeclarationState.CONFLICT),
    ],
)
def test_an_interest_is_a_conflict_while_it_lasts(
    since: float | None, until: float | None, state: DeclarationState
) -> None:
    held = interest(
        InterestKind.BOARD,
        since=None if since is None else hours(since),
        until=None if until is None else hours(until),
    )
    found = of(EVALUATOR, a_case(declares(EVALUATOR, held)))
    assert found.state is state
    assert len(found.interests) == 2
    if state is DeclarationState.NONE:
        assert found.why == "May score: no interest that it declares lasts now."


def test_the_later_declaration_counts() -> None:
    state = a_case(declares(EVALUATOR, interest(InterestKind.SUPPLIER)), declares(EVALUATOR, at=2))
    assert of(EVALUATOR, state).state is DeclarationState.NONE
    assert of(EVALUATOR, state, at=1.5).state is DeclarationState.CONFLICT


def test_a_declaration_that_was_taken_back_gives_way_to_the_one_before() -> None:
    taken = replace(declares(EVALUATOR, at=2), withdrawn_by="sha256:" + "00" * 32)
    state = a_case(declares(EVALUATOR, interest(InterestKind.SUPPLIER)), taken)
    assert of(EVALUATOR, state).state is DeclarationState.CONFLICT


def test_a_challenge_is_shown_at_once_and_has_no_effect() -> None:
    state = a_case(declares(REPORTER), challenge(DEVELOPER, REPORTER, InterestKind.EQUITY))
    found = of(REPORTER, state)
    assert (found.state, found.challenged, found.upheld) == (
        DeclarationState.CHALLENGED,
        (InterestKind.EQUITY,),
        (),
    )
    assert found.may_score
    assert found.why == "May score: a challenge of its declaration is not upheld."


@pytest.mark.parametrize("judge", [COORDINATOR, AUTHORITY])
def test_an_upheld_challenge_is_a_conflict(judge: str) -> None:
    challenged = challenge(DEVELOPER, REPORTER, InterestKind.EQUITY)
    found = of(REPORTER, a_case(declares(REPORTER), challenged, upheld(challenged, judge)))
    assert (found.state, found.challenged, found.upheld) == (
        DeclarationState.CONFLICT,
        (),
        (InterestKind.EQUITY,),
    )
    assert found.why == f"May not score: {judge} upheld that it has equity."


@pytest.mark.parametrize(
    ("by", "party", "judge"),
    [
        (COORDINATOR, REPORTER, COORDINATOR),
        (DEVELOPER, AUTHORITY, AUTHORITY),
        (DEVELOPER, REPORTER, EVALUATOR),
    ],
    ids=["the challenger", "the challenged", "no judge"],
)
def test_a_challenge_is_not_upheld_by_whom_it_concerns_or_by_who_leads_nothing(
    by: str, party: str, judge: str
) -> None:
    challenged = challenge(by, party, InterestKind.EQUITY)
    state = a_case(declares(party), challenged, upheld(challenged, judge))
    assert of(party, state).state is DeclarationState.CHALLENGED


def test_a_later_declaration_of_that_kind_settles_a_challenge_if_the_interest_lasts() -> None:
    challenged = challenge(DEVELOPER, REPORTER, InterestKind.EQUITY)
    said = (declares(REPORTER), challenged, upheld(challenged))
    settled = of(REPORTER, a_case(*said, declares(REPORTER, interest(InterestKind.EQUITY), at=4)))
    assert (settled.state, settled.upheld) == (DeclarationState.CONFLICT, ())
    assert settled.why == "May not score: it declares equity in alder-street-desk."
    other = declares(REPORTER, interest(InterestKind.CUSTOMER), at=4)
    assert of(REPORTER, a_case(*said, other)).upheld == (InterestKind.EQUITY,)
    again = of(REPORTER, a_case(*said, declares(REPORTER, at=4)))
    assert again.state is DeclarationState.CONFLICT


@pytest.mark.parametrize(("since", "until"), [(-500, -400), (4, 5), (200, None)])
def test_an_interest_that_does_not_last_now_settles_no_upheld_challenge(
    since: float, until: float | None
) -> None:
    challenged = challenge(DEVELOPER, REPORTER, InterestKind.EQUITY)
    held = interest(InterestKind.EQUITY, since=hours(since), until=None if until is None else hours(until))
    state = a_case(declares(REPORTER), challenged, upheld(challenged), declares(REPORTER, held, at=4))
    found = of(REPORTER, state)
    assert (found.state, found.upheld) == (DeclarationState.CONFLICT, (InterestKind.EQUITY,))


def test_whoever_upheld_a_challenge_can_take_that_back() -> None:
    challenged = challenge(DEVELOPER, REPORTER, InterestKind.EQUITY)
    taken = replace(upheld(challenged), withdrawn_by="sha256:" + "00" * 32)
    assert of(REPORTER, a_case(declares(REPORTER), challenged, taken)).may_score


def test_a_partys_word_is_looked_at_as_of_when_it_measured() -> None:
    sold = interest(InterestKind.RESELLER, since=hours(10), until=hours(20))
    state = a_case(declares(EVALUATOR, sold))
    assert [conflict_of(state, EVALUATOR, at=hours(at)) for at in (9, 15, 21)] == [
        None,
        "it has a conflict of interest",
        None,
    ]
    assert conflict_of(a_case(), EVALUATOR, at=hours(9)) == "it has declared nothing of its interests"


def test_a_declaration_before_the_challenge_settles_nothing() -> None:
    past = interest(InterestKind.EQUITY, since=hours(-500), until=hours(-400))
    challenged = challenge(DEVELOPER, REPORTER, InterestKind.EQUITY)
    state = a_case(declares(REPORTER, past), challenged, upheld(challenged))
    assert of(REPORTER, state).state is DeclarationState.CONFLICT


def test_a_developers_own_score_is_a_dispute_whatever_it_declares() -> None:
    assert of(DEVELOPER, a_case(declares(DEVELOPER))).why == (
        "May not score: a developer's own score is a dispute."
    )
    assert not of(DEVELOPER, a_case(declares(DEVELOPER))).may_score


def test_none_cannot_stand_beside_an_interest_of_the_same_holder() -> None:
    none = Interest(kind=InterestKind.NONE, of=Holder.ORGANISATION)
    with pytest.raises(ValidationError, match="none stands alone"):
        InterestsDeclared(interests=for_both(none, interest(InterestKind.EQUITY)))


def test_a_declaration_is_for_the_organisation_and_for_its_people() -> None:
    with pytest.raises(ValidationError, match="for its organisation and for its people"):
        InterestsDeclared(interests=(interest(InterestKind.EQUITY),))
