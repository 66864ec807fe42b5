"""How many independent reruns are asked for, and which of those there are count."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from groundstop.cases.corroborations import corroborations_of
from groundstop.cases.interests import interests_of
from groundstop.cases.state import CaseFinding, CaseState, Entry, Evidence
from groundstop.cases.views import Corroborations
from groundstop.documents import ReproductionOutcome, Shared
from groundstop.documents.cases import ChallengeUpheld, InterestKind, InterestsChallenged
from tests.case_parts import (
    AUTHORITY,
    COORDINATOR,
    DEVELOPER,
    EVALUATOR,
    FINDING,
    REPORTER,
    RESELLER,
    entry,
    hours,
)
from tests.clock_parts import a_case, declares, interest
from tests.severity_parts import a_finding, a_rerun, given

REPRODUCED = ReproductionOutcome.REPRODUCED
OPEN = tuple(declares(name, at=0.7) for name in (REPORTER, EVALUATOR, AUTHORITY, COORDINATOR, RESELLER))


def asked(state: CaseState) -> Corroborations:
    return corroborations_of(state, interests_of(state, hours(100)))


def with_reruns(*reruns: tuple[Entry, Evidence], declared: tuple[Entry, ...] = OPEN) -> CaseState:
    return a_case(*declared, *(one[0] for one in reruns), evidence=tuple(one[1] for one in reruns))


def rerun(
    by: str, at: float = 2, outcome: ReproductionOutcome = REPRODUCED, **changes: Any
) -> tuple[Entry, Evidence]:
    document = a_rerun(by, outcome).model_copy(update={"created": hours(at), **changes})
    return given(by, document, at)


def test_a_case_asks_for_one_rerun_when_its_reporter_has_no_interest() -> None:
    found = asked(with_reruns())
    assert (found.wanted, found.counted, found.why) == (1, (), ("Every case asks for 1.",))


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ((), "has declared nothing"),
        ((declares(REPORTER, interest(InterestKind.RESELLER)),), "declares an interest"),
    ],
)
def test_a_reporters_conflict_raises_the_number_and_says_why(
    declared: tuple[Entry, ...], reason: str
) -> None:
    found = asked(with_reruns(declared=declared))
    assert found.wanted == 2
    assert found.why[1] == f"One more: harbour-red-team, a reporter, {reason}."


def test_an_upheld_challenge_of_the_reporter_raises_the_number_once() -> None:
    challenged = entry(
        DEVELOPER, InterestsChallenged(party=REPORTER, interest=InterestKind.EQUITY, text="So."), 2
    )
    judged = entry(COORDINATOR, ChallengeUpheld(challenge=challenged.digest, text="Yes."), 3)
    found = asked(a_case(*OPEN, challenged, judged))
    assert found.wanted == 2
    assert "left out, by an upheld challenge" in found.why[1]
    assert asked(a_case(*OPEN, challenged)).wanted == 1


def test_whoever_sealed_the_finding_is_a_reporter_too() -> None:
    state = with_reruns(rerun(RESELLER))
    sealed = a_finding(reporter=RESELLER)
    state = replace(state, findings=(CaseFinding(FINDING, sealed),))
    assert asked(state).not_counted == ((RESELLER, "a reporter does not corroborate its own report"),)


def test_a_rerun_of_an_independent_party_counts() -> None:
    assert asked(with_reruns(rerun(EVALUATOR), rerun(AUTHORITY))).counted == (EVALUATOR, AUTHORITY)


@pytest.mark.parametrize(
    ("by", "outcome", "reason"),
    [
        (REPORTER, REPRODUCED, "a reporter does not corroborate its own report"),
        (DEVELOPER, REPRODUCED, "a developer's rerun is its own word, and no independent one"),
        (EVALUATOR, ReproductionOutcome.NOT_NOW, "its rerun is not reproducible now"),
        (EVALUATOR, ReproductionOutcome.INCONCLUSIVE, "its rerun is inconclusive"),
    ],
)
def test_a_rerun_that_does_not_count_is_shown_with_the_reason(
    by: str, outcome: ReproductionOutcome, reason: str
) -> None:
    found = asked(with_reruns(rerun(by, outcome=outcome)))
    assert (found.counted, found.not_counted) == ((), ((by, reason),))


def test_a_corroborator_with_a_conflict_or_without_a_declaration_does_not_count() -> None:
    conflict = declares(EVALUATOR, interest(InterestKind.CUSTOMER))
    found = asked(with_reruns(rerun(EVALUATOR), rerun(AUTHORITY), declared=(conflict,)))
    assert found.not_counted == (
        (EVALUATOR, "it has a conflict of interest"),
        (AUTHORITY, "it has declared nothing of its interests"),
    )


def test_the_latest_rerun_of_a_party_counts_and_counts_once() -> None:
    failed = rerun(EVALUATOR, 5, ReproductionOutcome.NOT_NOW)
    assert asked(with_reruns(rerun(EVALUATOR, 2), failed)).counted == ()
    assert asked(with_reruns(failed, rerun(EVALUATOR, 9), rerun(EVALUATOR, 10))).counted == (EVALUATOR,)
    # It was put into the case late, and made before.
    late = (failed[0], failed[1])
    assert asked(with_reruns(rerun(EVALUATOR, 9), late)).counted == (EVALUATOR,)


@pytest.mark.parametrize("shared", [(Shared.ACCOUNT,), (Shared.FUNDER,), (Shared.CACHE,), None])
def test_reruns_that_share_or_do_not_say_count_once_together(shared: tuple[Shared, ...] | None) -> None:
    found = asked(
        with_reruns(rerun(EVALUATOR, shared=shared), rerun(AUTHORITY, shared=shared), rerun(RESELLER))
    )
    assert found.counted == (EVALUATOR, RESELLER)
    name, reason = found.not_counted[0]
    assert name == AUTHORITY
    assert reason.startswith("it counts once together with county-evaluator: ")


def test_a_shared_judge_alone_does_not_join_reruns() -> None:
    both = (rerun(EVALUATOR, shared=(Shared.JUDGE,)), rerun(AUTHORITY, shared=(Shared.JUDGE,)))
    assert len(asked(with_reruns(*both)).counted) == 2


def test_evidence_of_nobody_in_the_case_does_not_count_and_is_shown() -> None:
    statement, evidence = given(EVALUATOR, a_rerun("somebody-else", REPRODUCED))
    nobody = replace(evidence, signer=None)
    found = asked(with_reruns((statement, nobody)))
    assert found.not_counted == (("somebody-else", "it is signed by no party of the case"),)
    changed = replace(evidence, problem="it is of a finding that the case is not about")
    found = asked(with_reruns((statement, changed)))
    assert found.not_counted == (("somebody-else", "it is of a finding that the case is not about"),)


def test_evidence_whose_statement_was_taken_back_is_gone() -> None:
    statement, evidence = rerun(EVALUATOR)
    taken = replace(statement, withdrawn_by="sha256:" + "00" * 32)
    found = asked(with_reruns((taken, evidence)))
    assert (found.counted, found.not_counted) == ((), ())


def test_of_several_findings_the_one_with_the_fewest_counts_is_shown() -> None:
    state = with_reruns(rerun(EVALUATOR))
    second = FINDING.model_copy(update={"content": "sha256:" + "cd" * 32})
    found = asked(replace(state, findings=(*state.findings, CaseFinding(second, None))))
    assert found.counted == ()
    assert found.why[-1] == "The case is about several findings: the one with the fewest counts is shown."
