"""Which measurements of a case count, and the reason of each that does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundstop.cases.severity import facts_of, severity_of
from groundstop.cases.severity.counting import (
    columns_of,
    latest_verified,
    newest_comparators,
    verifications,
    verified,
    why_not,
)
from groundstop.cases.standing import as_of
from groundstop.cases.state import Entry, Evidence
from groundstop.documents import FixVerdict, PartyRef, ReproductionOutcome
from groundstop.documents.cases import InterestKind
from tests.case_parts import AUTHORITY, COORDINATOR, DEVELOPER, EVALUATOR, FINDING, REPORTER, hours
from tests.clock_parts import declares, interest
from tests.severity_parts import (
    ASKED_ONE,
    OTHER_MODEL,
    a_comparison,
    a_rerun,
    a_verification,
    case,
    given,
    score,
    scored,
)
from tests.verification_parts import interval

NEVER = "sha256:" + "00" * 32
MITIGATED, BLOCKED = FixVerdict.CLASS_MITIGATED, FixVerdict.TECHNIQUE_BLOCKED
RESIDUAL = FixVerdict.RESIDUAL
ELSEWHERE = a_comparison((OTHER_MODEL, interval(30, 40), interval(9, 40)), reported=False)


def reason(*said: Entry | tuple[Entry, Evidence], at: float = 10) -> str | None:
    """Return why the last verification that was given does not count."""
    return verifications(case(*said), now=hours(at))[-1].problem


def test_a_verification_by_a_free_party_counts_with_its_statement_and_its_evidence() -> None:
    statement, evidence = given(EVALUATOR, a_verification(), 2)
    (only,) = verified(case((statement, evidence)), now=hours(10))
    assert (only.entry, only.evidence, only.document) == (statement, evidence, evidence.document)


@pytest.mark.parametrize(
    ("by", "changes", "why"),
    [
        (EVALUATOR, {"own_run": True}, "it is the fixer's own run"),
        (EVALUATOR, {"fixer": PartyRef(name=EVALUATOR)}, "it is the fixer's own run"),
        (
            DEVELOPER,
            {"by": DEVELOPER},
            "a developer's verification is its own word, and no independent one",
        ),
        (EVALUATOR, {"created": hours(3)}, "it is dated after the statement that gave it"),
        (EVALUATOR, {"expires": hours(2)}, "it had expired when it was given"),
        (EVALUATOR, {"expires": hours(10)}, "it expired on 2026-07-06"),
        (AUTHORITY, {"by": AUTHORITY}, "it has declared nothing of its interests"),
    ],
)
def test_each_reason_not_to_count_a_verification_is_told(by: str, changes: dict[str, Any], why: str) -> None:
    told = given(by, a_verification(**changes), 2)
    assert reason(told) == why
    assert verified(case(told), now=hours(10)) == ()


def test_what_was_taken_back_replaced_or_has_a_problem_or_no_signer_of_the_case_does_not_count() -> None:
    statement, evidence = given(EVALUATOR, a_verification(), 2)
    assert reason((replace(statement, withdrawn_by=NEVER), evidence)) == (
        "the statement that put it in was taken back"
    )
    assert reason((replace(statement, amended_by=NEVER), evidence)) == (
        "the statement that put it in was replaced"
    )
    assert reason((statement, replace(evidence, problem="it hides something"))) == "it hides something"
    assert reason((statement, replace(evidence, signer=None))) == "it is signed by no party of the case"
    before = as_of(case((statement, evidence)), hours(1))
    assert why_not(before, evidence, now=hours(1)) == "its statement is not yet made"


def test_a_verification_by_a_party_with_an_interest_is_shown_and_does_not_count() -> None:
    held = declares(EVALUATOR, interest(InterestKind.CUSTOMER), at=0.5)
    assert reason(held, given(EVALUATOR, a_verification(), 2)) == "it has a conflict of interest"


def test_an_interest_that_begins_after_a_verification_was_made_leaves_it_counting() -> None:
    later = declares(EVALUATOR, interest(InterestKind.CUSTOMER, since=hours(5)), at=5)
    assert reason(given(EVALUATOR, a_verification(), 2), later) is None


@pytest.mark.parametrize("verdict", list(FixVerdict))
def test_only_what_speaks_for_a_fix_ceases_to_hold(verdict: FixVerdict) -> None:
    found = verified(case(given(EVALUATOR, a_verification(verdict), 2)), now=hours(24 * 31))
    assert bool(found) is (verdict not in (MITIGATED, BLOCKED))


def test_the_last_made_is_the_latest_in_whatever_order_they_were_given() -> None:
    early = given(EVALUATOR, a_verification(RESIDUAL, created=hours(1)), 4)
    state = case(given(EVALUATOR, a_verification(created=hours(2)), 3), early)
    assert [one.document.verdict for one in verified(state, now=hours(9))] == [RESIDUAL, MITIGATED]
    latest = latest_verified(state, FINDING.content)
    assert latest is not None
    assert latest.verification.verdict is MITIGATED


def test_a_verification_of_a_party_with_an_interest_is_no_fact_and_not_called_the_fixers_own() -> None:
    held = declares(EVALUATOR, interest(InterestKind.CUSTOMER), at=0.5)
    state = case(held, given(EVALUATOR, a_verification(), 2))
    assert latest_verified(state, FINDING.content) is None


def test_a_comparator_run_without_the_reported_model_counts_for_nothing_and_says_so() -> None:
    statement, evidence = given(DEVELOPER, ELSEWHERE, 3)
    state = case((statement, evidence))
    assert why_not(state, evidence, now=None) == "the reported model is not among its targets"
    assert newest_comparators(state) is None
    assert columns_of(state) == ()
    told = {one.code: one.value for one in facts_of(state, ASKED_ONE)}
    assert {told[code] for code in ("F2", "F4", "F5", "F6")} == {None}


def test_a_comparator_run_without_the_reported_model_makes_no_score_stale() -> None:
    run = a_comparison((OTHER_MODEL, interval(0, 40), None))
    by_run = score((4, 2, 2, 2), comparators=run.content_id)
    state = case(given(REPORTER, run, 1), scored(COORDINATOR, by_run, 2), given(DEVELOPER, ELSEWHERE, 3))
    assert [one.stale for one in severity_of(state, (), ASKED_ONE).scores] == [None]


def test_where_a_reported_model_is_not_known_every_comparator_run_counts() -> None:
    state = case(given(DEVELOPER, ELSEWHERE, 3))
    unknown = state.findings[0].ref.model_copy(update={"model": None})
    state = replace(state, findings=(replace(state.findings[0], ref=unknown),))
    assert [one.model for one in columns_of(state)] == [OTHER_MODEL]


def test_a_rerun_that_somebody_in_the_case_signed_counts_as_a_measurement() -> None:
    statement, evidence = given(EVALUATOR, a_rerun(EVALUATOR, ReproductionOutcome.REPRODUCED), 2)
    assert why_not(case((statement, evidence)), evidence, now=hours(9)) is None
    foreign = replace(evidence, signer=None)
    assert why_not(case((statement, foreign)), foreign, now=None) == "it is signed by no party of the case"
