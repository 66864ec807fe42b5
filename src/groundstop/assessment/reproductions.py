"""From the trials of a reproduction to its result: a pure function that anyone can repeat."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.assessment.drift import drift_record
from groundstop.assessment.lanes import OUTCOME
from groundstop.assessment.ports import CallTotals
from groundstop.assessment.rates import e_value_of, rate_of
from groundstop.assessment.reasons import decision_reason
from groundstop.assessment.results import path_of, running_test, spend
from groundstop.assessment.tested import tested_model
from groundstop.documents import (
    Decision,
    DecisionRecord,
    DriftRecord,
    Phase,
    Reproduction,
    ReproductionOutcome,
    ReproductionPlan,
    Trial,
    Verdict,
)
from groundstop.errors import BudgetError
from groundstop.statistics import IndexedTest, log_reproduction_e

_MEANS = {
    Decision.VIOLATED: ReproductionOutcome.REPRODUCED,
    Decision.HELD: ReproductionOutcome.NOT_NOW,
    Decision.INCONCLUSIVE: ReproductionOutcome.INCONCLUSIVE,
}
"""What a decision of the test means for the finding."""


def outcome_of(test: IndexedTest) -> ReproductionOutcome:
    """Return what a reproduction test says so far; inconclusive while it goes on."""
    return _MEANS[_decision(test)]


def fold_reproduction(
    plan: ReproductionPlan,
    trials: Sequence[Trial],
    totals: CallTotals,
    *,
    run: str,
    ended: BudgetError | None,
) -> Reproduction:
    """Make the result of a reproduction from its trials.

    Args:
        plan: What was decided in advance.
        trials: All trials on record, in any order.
        totals: Calls and tokens of the run.
        run: The run's id.
        ended: Why the run ended before the plan was carried out, if it did.

    Returns:
        The result. It is inconclusive when the endpoint is taken to have changed, or was not looked at
        again as planned, whatever the test decided.
    """
    asked = sorted(
        (trial for trial in trials if trial.phase is Phase.REPRODUCE), key=lambda trial: trial.index
    )
    test = None if plan.boundaries is None else running_test(plan.hypotheses, plan.boundaries)
    if test is not None:
        for trial in asked:
            test.offer(trial.index, OUTCOME[trial.verdict])
    consumed = [trial.verdict for trial in asked[: test.consumed]] if test else []
    decision = Decision.INCONCLUSIVE if test is None else _decision(test)
    reason = _decision_reason(plan, decision, consumed, ended)
    drift = drift_record(plan.canaries, trials)
    outcome, why = _outcome(plan, decision, reason, drift)
    violated = consumed.count(Verdict.VIOLATED)
    rates = plan.hypotheses
    return Reproduction(
        plan=plan.content_id,
        run=run,
        finding=plan.finding,
        finding_id=plan.finding_id,
        model=tested_model(plan.target, trials),
        outcome=outcome,
        reason=why,
        decision=DecisionRecord(
            decision=decision,
            reason=reason,
            hypotheses=None if plan.boundaries is None else rates,
            boundaries=plan.boundaries,
            path=path_of(consumed),
        ),
        violated=violated,
        n=len(consumed),
        undetermined=consumed.count(Verdict.UNDETERMINED),
        e_value=e_value_of(log_reproduction_e(violated, len(consumed), r0=rates.p1, r1=rates.p0)),
        rate=rate_of(trial for trial in asked if trial.index < plan.estimate_calls),
        drift=drift,
        judge=plan.judge,
        spend=spend(totals, plan.target.price),
    )


def _decision(test: IndexedTest) -> Decision:
    return Decision(test.decision.value) if test.decision else Decision.INCONCLUSIVE


def _decision_reason(
    plan: ReproductionPlan, decision: Decision, consumed: Sequence[Verdict], ended: BudgetError | None
) -> str:
    if plan.boundaries is None:
        return plan.judge.note or "undetermined: judge"
    return decision_reason(
        decision,
        consumed,
        plan.hypotheses,
        ended=ended,
        ran_out="the variants of the recipe are used up",
    )


def _outcome(
    plan: ReproductionPlan, decision: Decision, reason: str, drift: DriftRecord
) -> tuple[ReproductionOutcome, str]:
    if plan.boundaries is None:
        return ReproductionOutcome.INCONCLUSIVE, reason
    if drift.alarmed:
        return ReproductionOutcome.INCONCLUSIVE, f"undetermined: endpoint changed. {drift.reason}"
    if decision is not Decision.INCONCLUSIVE and drift.asked < plan.canaries:
        # Whether to look again would otherwise be left to whoever sets the budget.
        return (
            ReproductionOutcome.INCONCLUSIVE,
            f"{reason}; but the run ended before it looked again whether the endpoint had changed",
        )
    return _MEANS[decision], reason
