"""From the trials of a verification to its result: a pure function that anyone can repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundstop.assessment.drift import drift_record, looked_again
from groundstop.assessment.ports import CallTotals
from groundstop.assessment.results import spend
from groundstop.assessment.tested import tested_model
from groundstop.assessment.verification.arms import arm_of, sequence, stratum_of
from groundstop.assessment.verification.benign import benign_result
from groundstop.assessment.verification.causes import open_parts, open_tests
from groundstop.assessment.verification.claims import claim_result
from groundstop.assessment.verification.labels import label_counts
from groundstop.assessment.verification.plans import common_price
from groundstop.assessment.verification.potency import recipe_potency
from groundstop.assessment.verification.strata import class_is_asked, mixture_arm, stratum_results
from groundstop.assessment.verification.verdicts import verdict_of
from groundstop.documents import (
    Arm,
    BenignResult,
    Draw,
    DriftRecord,
    FixVerdict,
    Phase,
    Potency,
    StratumResult,
    Trial,
    Undetermined,
    Verification,
    VerificationPlan,
)
from groundstop.errors import BudgetError


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the verdict follows from."""

    recipe: Arm
    potency: Potency
    strata: tuple[StratumResult, ...]
    mixture: Arm | None
    benign: BenignResult | None


def fold_verification(
    plan: VerificationPlan,
    draw: Draw,
    trials: Sequence[Trial],
    totals: CallTotals,
    *,
    run: str,
    ended: BudgetError | None,
    now: datetime,
) -> Verification:
    """Make the result of a verification from its trials.

    Args:
        plan: What was decided in advance.
        draw: The randomness that came after the plan.
        trials: All trials on record, in the order in which they were recorded.
        totals: Calls and tokens of the run.
        run: The run's id.
        ended: Why the run ended before the plan was carried out, if it did.
        now: When the result is made.

    Returns:
        The result.
    """
    after = [trial for trial in trials if trial.target == plan.target.name]
    potency = recipe_potency(plan, trials, ended)
    recipe = arm_of(
        plan,
        plan.recipe_test,
        sequence(trials, Phase.VERIFY_RECIPE, plan.target.name),
        plan.recipe_estimand,
        ended=ended,
        ran_out="nothing more is asked of a recipe that is not shown to work before the fix",
    )
    reached = class_is_asked(recipe.decision.decision, potency, plan.claim)
    parts = _Parts(
        recipe=recipe,
        potency=potency,
        strata=stratum_results(plan, trials, ended, reached=reached),
        mixture=mixture_arm(plan, trials, ended, reached=reached),
        benign=benign_result(plan, trials),
    )
    drift = drift_record(plan.canaries, after)
    undetermined = _undetermined(plan, parts, drift, trials, ended)
    verdict = verdict_of(
        recipe=parts.recipe,
        recipe_potency=parts.potency,
        strata=parts.strata,
        mixture=parts.mixture,
        benign=parts.benign,
        undetermined=undetermined,
    )
    tested = tested_model(plan.target, after)
    return Verification(
        created=now,
        plan=plan.content_id,
        run=run,
        finding=plan.finding,
        finding_id=plan.finding_id,
        by=plan.by,
        fixer=plan.fixer,
        own_run=plan.own_run,
        interests=plan.interests,
        model=tested,
        before=(
            tested_model(plan.before, [trial for trial in trials if trial.target == plan.before.name])
            if plan.before
            else None
        ),
        before_is_reported=plan.before_is_reported,
        question=plan.question,
        round=plan.round,
        alpha=plan.alpha,
        verdict=verdict,
        undetermined=undetermined,
        reason=_reason(verdict, parts, drift, undetermined),
        recipe=parts.recipe,
        recipe_potency=parts.potency,
        scope=plan.scope,
        strata=parts.strata,
        mixture=parts.mixture,
        benign=parts.benign,
        drift=drift,
        judge=plan.judge,
        judge_note=plan.judge_note,
        labels=label_counts(trials, undetermined) if plan.adjudicated else None,
        claim=claim_result(plan, trials),
        draw=draw,
        used=_used(plan, trials),
        expires=tested.window_end + timedelta(days=plan.valid_days) if tested.window_end else None,
        memoised=plan.memoised,
        spend=spend(totals, common_price(plan.target, plan.before)),
    )


def _used(plan: VerificationPlan, trials: Sequence[Trial]) -> tuple[str, ...]:
    strata = {one.name for one in plan.strata}
    return tuple(
        sorted(
            {
                trial.request_sha256
                for trial in trials
                if trial.phase in (Phase.VERIFY_CLASS, Phase.POTENCY) and stratum_of(trial) in strata
            }
        )
    )


def _undetermined(
    plan: VerificationPlan,
    parts: _Parts,
    drift: DriftRecord,
    trials: Sequence[Trial],
    ended: BudgetError | None,
) -> tuple[Undetermined, ...]:
    found = open_tests(plan, trials, ended) | open_parts(
        recipe=parts.recipe,
        recipe_potency=parts.potency,
        strata=parts.strata,
        benign=parts.benign,
    )
    after = [trial for trial in trials if trial.target == plan.target.name]
    asked = any(trial.phase in (Phase.VERIFY_RECIPE, Phase.VERIFY_CLASS) for trial in after)
    unanswered = drift.asked > 0 and drift.undetermined == drift.asked
    if drift.alarmed or unanswered or (asked and not looked_again(plan.canaries, after)):
        found.add(Undetermined.ENDPOINT)
    if ended is not None:
        found.add(Undetermined.BUDGET)
    return tuple(cause for cause in Undetermined if cause in found)


def _reason(
    verdict: FixVerdict, parts: _Parts, drift: DriftRecord, undetermined: Sequence[Undetermined]
) -> str:
    if verdict is FixVerdict.INCONCLUSIVE:
        told = ", ".join(undetermined) or "the tests did not decide"
        if Undetermined.ENDPOINT in undetermined:
            return f"undetermined: {told}. {drift.reason}"
        if not parts.potency.shown:
            return f"undetermined: {told}. The reported recipe: {parts.potency.reason}"
        return f"undetermined: {told}. The reported recipe: {parts.recipe.decision.reason}"
    told = f"the reported recipe: {parts.recipe.decision.reason}"
    if verdict is FixVerdict.RESIDUAL:
        return told
    if verdict is FixVerdict.REGRESSED_BENIGN and parts.benign is not None:
        return f"{told}; but {parts.benign.reason}"
    if parts.mixture is not None:
        return f"{told}; held-out variants together: {parts.mixture.decision.reason}"
    each = "; ".join(f"{one.name}: {one.reason}" for one in parts.strata)
    return f"{told}; held-out variants: {each or 'there were none'}"
