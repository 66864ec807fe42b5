"""The fix clock: which verification meets it, from which claim on, and what a withdrawal does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundstop.cases.state import Entry, Evidence
from groundstop.cases.views import Clock, ClockState
from groundstop.documents import FixVerdict, PartyRef
from groundstop.documents.cases import (
    ClockName,
    FixClaimed,
    Interest,
    InterestKind,
    Role,
    StandingKind,
    VoluntaryWithdrawal,
)
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    MODEL,
    REPORTER,
    entry,
    hours,
)
from tests.clock_parts import a_case, clock, declares, interest, is_defect, keyed, party, standing
from tests.severity_parts import FREE, a_verification, given
from tests.verification_parts import the_model

FIX = ClockName.FIX
DAY = 24.0
BUILD = FixClaimed(build="v2", evidence="0 of 500")


def verified(
    at: float, verdict: FixVerdict = FixVerdict.CLASS_MITIGATED, **changes: Any
) -> tuple[Entry, Evidence]:
    """Return that the evaluator gives a verification which it made then, and which holds for thirty days."""
    made = {"created": hours(at), "expires": hours(at + 30 * DAY), **changes}
    return given(EVALUATOR, a_verification(verdict, **made), at)


def fixed(*said: Entry | tuple[Entry, Evidence], at: float) -> Clock:
    """Return the fix clock of a case in which the evaluator has no interest."""
    entries = [one if isinstance(one, Entry) else one[0] for one in said]
    evidence = tuple(one[1] for one in said if not isinstance(one, Entry))
    return clock(a_case(FREE, *entries, evidence=evidence), FIX, at)


def test_a_fix_clock_starts_when_the_case_became_one_about_a_defect() -> None:
    state = a_case(
        is_defect(1),
        standing(StandingKind.POLICY, 20, COORDINATOR),
        is_defect(48, COORDINATOR),
        is_defect(60, AUTHORITY),
        defect=False,
    )
    assert clock(state, FIX, 100).started == hours(48)


def test_a_claim_alone_meets_no_fix_clock_and_once_verified_counts_from_the_claim() -> None:
    claim = entry(DEVELOPER, BUILD, 70 * DAY)
    claimed = clock(a_case(claim), FIX, 95 * DAY)
    assert claimed.state is ClockState.MISSED
    assert "a claim alone does not meet it" in claimed.rule
    shown, evidence = verified(96 * DAY)
    met = clock(a_case(FREE, claim, shown, evidence=(evidence,)), FIX, 97 * DAY)
    assert (met.state, met.met, met.by) == (ClockState.MET, hours(70 * DAY), shown.digest)


@pytest.mark.parametrize("verdict", [one for one in FixVerdict if one is not FixVerdict.CLASS_MITIGATED])
def test_no_other_verdict_meets_the_fix_clock(verdict: FixVerdict) -> None:
    assert fixed(verified(3, verdict), at=10).met is None


def test_the_latest_verification_decides() -> None:
    good, bad = verified(3), verified(5, FixVerdict.RESIDUAL)
    assert fixed(good, bad, at=4).state is ClockState.MET
    assert fixed(good, bad, at=6).state is ClockState.RUNNING


def test_an_old_verification_that_is_given_again_does_not_undo_a_later_one() -> None:
    good, bad = verified(5, created=hours(1)), verified(6, FixVerdict.RESIDUAL, created=hours(2))
    again = verified(7, created=hours(1))
    assert fixed(good, bad, again, at=8).state is ClockState.RUNNING


@pytest.mark.parametrize("verdict", [one for one in FixVerdict if one is not FixVerdict.CLASS_MITIGATED])
def test_a_claim_before_a_verification_that_refuted_it_gives_no_date(verdict: FixVerdict) -> None:
    claim, refuted = entry(DEVELOPER, BUILD, 10 * DAY), verified(20 * DAY, verdict)
    window = the_model().model_copy(update={"window_start": hours(119 * DAY)})
    late = verified(120 * DAY, model=window)
    met = fixed(claim, refuted, late, at=121 * DAY)
    assert met.state is ClockState.MET_LATE
    assert "it counts from when it was measured" in met.rule
    again = entry(DEVELOPER, FixClaimed(build="v3", evidence="0 of 500"), 80 * DAY)
    met = fixed(claim, refuted, again, late, at=121 * DAY)
    assert (met.state, met.met) == (ClockState.MET, hours(80 * DAY))


def test_a_fix_that_nobody_claimed_counts_from_no_earlier_than_what_refuted_it() -> None:
    window = the_model().model_copy(update={"window_start": hours(1)})
    found = fixed(verified(20 * DAY, FixVerdict.RESIDUAL), verified(30 * DAY, model=window), at=31 * DAY)
    assert found.met == hours(20 * DAY)


@pytest.mark.parametrize(
    ("changed", "at"),
    [
        (FixClaimed(build="v2", evidence="0 of 900"), 10),
        (FixClaimed(build="v3", evidence="0 of 500"), 50),
        (FixClaimed(build="v2", evidence="0 of 500", model=MODEL), 50),
    ],
    ids=["other words", "another build", "another model"],
)
def test_a_claim_that_was_changed_to_another_build_counts_from_the_change(
    changed: FixClaimed, at: float
) -> None:
    first = entry(DEVELOPER, BUILD, 10 * DAY)
    later = entry(DEVELOPER, changed, 50 * DAY, amends=first.digest)
    met = fixed(replace(first, amended_by=later.digest), later, verified(60 * DAY), at=61 * DAY)
    assert met.met == hours(at * DAY)


def test_a_fix_that_was_shown_in_time_stays_so_when_the_verification_has_expired() -> None:
    met = fixed(entry(DEVELOPER, BUILD, 10 * DAY), verified(20 * DAY), at=200 * DAY)
    assert (met.state, met.met) == (ClockState.MET, hours(10 * DAY))
    assert "expired on 2026-08-25: whether the class is mitigated now, it does not show." in met.rule


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"created": hours(4)}, "it is dated after the statement that gave it"),
        ({"created": hours(1), "expires": hours(2)}, "it had expired when it was given"),
        ({"own_run": True}, "it is the fixer's own run"),
    ],
)
def test_a_verification_that_does_not_count_meets_nothing_and_the_clock_says_why(
    changes: dict[str, Any], why: str
) -> None:
    running = fixed(verified(3, **changes), at=10)
    assert running.state is ClockState.RUNNING
    assert (
        f"The verification by county-evaluator, given on 2026-07-06, does not count: {why}." in running.rule
    )


@pytest.mark.parametrize("said", [(), (interest(InterestKind.RESELLER),)], ids=["nothing", "an interest"])
def test_a_verification_by_a_party_that_is_not_free_of_interests_meets_nothing(
    said: tuple[Interest, ...],
) -> None:
    shown, evidence = verified(3)
    declared = (declares(EVALUATOR, *said),) if said else ()
    running = clock(a_case(*declared, shown, evidence=(evidence,)), FIX, 10)
    assert running.state is ClockState.RUNNING
    assert "does not count: it has" in running.rule


def test_the_fixers_own_run_and_one_that_does_not_count_meet_nothing() -> None:
    own, of_own = given(DEVELOPER, a_verification(by=DEVELOPER, own_run=True), 3)
    posing, of_posing = given(DEVELOPER, a_verification(by=DEVELOPER, own_run=False), 3)
    aside, of_aside = given(EVALUATOR, a_verification(), 3, problem="it is of another finding")
    foreign, of_foreign = given(EVALUATOR, a_verification(), 3, signer=None)
    for shown, evidence in ((own, of_own), (posing, of_posing), (aside, of_aside), (foreign, of_foreign)):
        assert fixed((shown, evidence), at=10).met is None


def test_with_two_developers_a_verification_is_for_the_fixer_that_it_names() -> None:
    other = "birch-models"
    parties = (*keyed().parties, party(other, Role.DEVELOPER))
    opened = keyed(parties=parties)
    named, evidence = given(EVALUATOR, a_verification(fixer=PartyRef(name=other)), 3)
    state = a_case(FREE, named, opened=opened, evidence=(evidence,))
    assert clock(state, FIX, 10, of=other).state is ClockState.MET
    assert clock(state, FIX, 10).state is ClockState.RUNNING
    unnamed, evidence = given(EVALUATOR, a_verification(fixer=None), 3)
    state = a_case(FREE, unnamed, opened=opened, evidence=(evidence,))
    assert clock(state, FIX, 10, of=other).state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("models", "state"),
    [
        (("desk-helper",), ClockState.MET),
        (("another", "alder-desk-helper-v1"), ClockState.MET),
        (("another",), ClockState.RUNNING),
    ],
)
def test_a_withdrawal_meets_the_fix_clock_when_it_names_the_model(
    models: tuple[str, ...], state: ClockState
) -> None:
    withdrawn = entry(DEVELOPER, VoluntaryWithdrawal(models=models, effective=hours(30)), 5)
    assert clock(a_case(withdrawn), FIX, 29).state is ClockState.RUNNING
    assert clock(a_case(withdrawn), FIX, 31).state is state


def test_a_withdrawal_counts_from_when_it_was_said_and_not_from_an_earlier_date_that_it_names() -> None:
    withdrawn = entry(DEVELOPER, VoluntaryWithdrawal(models=("desk-helper",), effective=hours(2)), 5)
    assert clock(a_case(withdrawn), FIX, 10).met == hours(5)


@pytest.mark.parametrize(("effective", "at"), [(30, 30), (20, 25)], ids=["the same date", "an earlier one"])
def test_a_withdrawal_that_was_changed_to_an_earlier_date_counts_from_the_change(
    effective: float, at: float
) -> None:
    first = entry(DEVELOPER, VoluntaryWithdrawal(models=("desk-helper",), effective=hours(30)), 5)
    said = VoluntaryWithdrawal(models=("desk-helper",), effective=hours(effective), text="It is off.")
    later = entry(DEVELOPER, said, 25, amends=first.digest)
    assert clock(a_case(replace(first, amended_by=later.digest), later), FIX, 40).met == hours(at)


def test_a_dispute_that_was_changed_to_a_defect_is_one_from_the_change() -> None:
    first = standing(StandingKind.POLICY, 1)
    later = entry(REPORTER, is_defect().said, 40, amends=first.digest)
    state = a_case(replace(first, amended_by=later.digest), later, defect=False)
    assert clock(state, FIX, 50).started == hours(40)
