from __future__ import annotations

from dataclasses import replace

import pytest

from groundstop.cases.severity import (
    FixState,
    Transfer,
    decision_table,
    fix_state,
    next_step,
    transfer_of,
)
from groundstop.documents import FixVerdict, ModelIdentity, RateInterval, Verification
from groundstop.documents.cases import Exposure, ExposureStated, FixClaimed
from tests.case_parts import DEVELOPER, EVALUATOR, MODEL, REPORTER, entry, hours
from tests.severity_parts import OTHER_MODEL, THIRD_MODEL, a_comparison, a_verification, case, given
from tests.verification_parts import interval

CLAIM = entry(DEVELOPER, FixClaimed(build="desk-2", evidence="We ran it."), 1)


def test_no_fix_is_claimed_at_first() -> None:
    assert fix_state(case()) is FixState.NONE


def test_a_claim_alone_is_not_verified() -> None:
    assert fix_state(case(CLAIM)) is FixState.CLAIMED


@pytest.mark.parametrize("verdict", list(FixVerdict))
def test_an_independent_verification_says_how_the_fix_stands(verdict: FixVerdict) -> None:
    state = case(CLAIM, given(EVALUATOR, a_verification(verdict), 2))
    assert fix_state(state) is FixState(verdict.value)


def test_the_verification_that_was_made_last_counts_in_whatever_order_they_were_given() -> None:
    earlier = a_verification(FixVerdict.RESIDUAL, created=hours(1))
    state = case(given(EVALUATOR, a_verification(created=hours(2)), 2), given(EVALUATOR, earlier, 3))
    assert fix_state(state) is FixState.CLASS_MITIGATED


@pytest.mark.parametrize(
    "verification",
    [
        a_verification(own_run=True, by=DEVELOPER),
        a_verification(own_run=False, by=DEVELOPER),
        a_verification(finding="sha256:" + "99" * 32),
    ],
    ids=["by its own word", "by its role", "of another finding"],
)
def test_the_fixers_own_run_and_what_is_of_another_finding_leave_the_claim_unverified(
    verification: Verification,
) -> None:
    assert fix_state(case(CLAIM, given(DEVELOPER, verification, 2))) is FixState.CLAIMED


def test_the_fixers_later_run_does_not_hide_an_independent_one() -> None:
    own = a_verification(own_run=True, by=DEVELOPER, created=hours(50))
    state = case(given(EVALUATOR, a_verification(FixVerdict.RESIDUAL), 2), given(DEVELOPER, own, 60))
    assert fix_state(state) is FixState.RESIDUAL


@pytest.mark.parametrize(
    "changes", [{"problem": "it is of nobody"}, {"signer": None}], ids=["a problem", "no signer"]
)
def test_a_verification_that_does_not_count_changes_nothing(changes: dict[str, str | None]) -> None:
    assert fix_state(case(CLAIM, given(EVALUATOR, a_verification(), 2, **changes))) is FixState.CLAIMED


@pytest.mark.parametrize(
    ("verdict", "then"),
    [
        (FixVerdict.CLASS_MITIGATED, FixState.CLAIMED),
        (FixVerdict.TECHNIQUE_BLOCKED, FixState.CLAIMED),
        (FixVerdict.RESIDUAL, FixState.RESIDUAL),
    ],
)
def test_a_verification_that_has_expired_makes_nothing_better(verdict: FixVerdict, then: FixState) -> None:
    state = case(given(EVALUATOR, a_verification(verdict), 2))
    assert fix_state(state, now=hours(24 * 30 - 1)) is FixState(verdict.value)
    assert fix_state(state, now=hours(24 * 30)) is then


def test_transfer_is_unknown_while_no_other_model_was_run() -> None:
    assert transfer_of(case()) is Transfer.UNKNOWN
    own = a_comparison((MODEL, interval(20, 40), None))
    assert transfer_of(case(given(REPORTER, own))) is Transfer.UNKNOWN


@pytest.mark.parametrize(
    ("rates", "transfer"),
    [
        ((interval(0, 200), interval(12, 40)), Transfer.TOO),
        ((interval(0, 200), interval(0, 200)), Transfer.NOT),
        # After two calls anything may be so.
        ((interval(0, 200), interval(0, 2)), Transfer.UNKNOWN),
        # An answer that nobody could judge may have been a violation.
        ((interval(0, 200), interval(0, 200, 1)), Transfer.UNKNOWN),
    ],
)
def test_transfer_is_what_other_models_showed(
    rates: tuple[RateInterval, RateInterval], transfer: Transfer
) -> None:
    run = a_comparison((OTHER_MODEL, rates[0], None), (THIRD_MODEL, rates[1], None))
    assert transfer_of(case(given(EVALUATOR, run))) is transfer


def test_another_snapshot_is_another_model_and_other_names_of_equal_weights_are_not() -> None:
    later = MODEL.model_copy(update={"snapshot": "v2"})
    assert transfer_of(case(given(EVALUATOR, a_comparison((later, interval(9, 40), None))))) is Transfer.TOO
    weights = ModelIdentity(provider="mirror", name="renamed", digest="sha256:" + "77" * 32)
    state = case(given(EVALUATOR, a_comparison((weights, interval(9, 40), None), reported=False)))
    reported = state.findings[0].ref.model_copy(update={"model": weights.model_copy(update={"name": "desk"})})
    known = replace(state, findings=(replace(state.findings[0], ref=reported),))
    assert transfer_of(known) is Transfer.UNKNOWN


def test_the_exposure_is_what_was_stated_last() -> None:
    assert "exposure offered" in next_step(case(), "unknown").why
    stated = entry(REPORTER, ExposureStated(exposure=Exposure.EXPLOITED, text="It is used."), 3)
    step = next_step(case(stated), "CJS-4")
    assert "exposure exploited" in step.why
    assert step.step == "restrict"


def test_a_step_says_that_the_table_is_ours_and_that_people_decide() -> None:
    step = next_step(case(CLAIM), "CJS-3")
    assert step.step == "expedite"
    assert step.table == "groundstop-next-step-2026, version 1"
    assert step.why == (
        "Ask for a fix or a temporary mitigation ahead of other work, and tell every party today. "
        "It follows from: exposure offered; severity CJS-3; fix claimed, not verified; transfer unknown. "
        "The table is our own, and recommends; people decide."
    )


def test_restrict_means_to_consider_a_directive_and_no_more() -> None:
    restrict = decision_table().steps[-1]
    assert restrict.means.startswith("Consider a directive. People decide")
