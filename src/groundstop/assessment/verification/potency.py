"""Whether what is asked is shown to work on the model before the fix: otherwise "held" would mean nothing."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.assessment.verification.arms import arm_of, first_index, sequence
from groundstop.assessment.verification.plans import R0
from groundstop.documents import (
    Decision,
    Estimand,
    Phase,
    Potency,
    PotencyBasis,
    Trial,
    VerificationPlan,
)
from groundstop.errors import BudgetError


def recipe_potency(
    plan: VerificationPlan, trials: Sequence[Trial], ended: BudgetError | None = None
) -> Potency:
    """Return whether the reported recipe is shown to work.

    Args:
        plan: The plan.
        trials: All trials on record.
        ended: Why the run ended early, if it did.
    """
    if plan.recipe_potency is PotencyBasis.RECORD:
        return _by_record(plan)
    return _on_before(plan, trials, 0, Estimand.ATTEMPTS, ended)


def stratum_potency(
    plan: VerificationPlan, place: int, trials: Sequence[Trial], ended: BudgetError | None = None
) -> Potency:
    """Return whether the variants of a stratum are shown to work.

    Args:
        plan: The plan.
        place: The stratum's place in it.
        trials: All trials on record.
        ended: Why the run ended early, if it did.
    """
    stratum = plan.strata[place]
    match stratum.potency:
        case PotencyBasis.RECORD:
            return _by_record(plan)
        case PotencyBasis.BEFORE:
            return _on_before(plan, trials, first_index(place), Estimand.VARIANTS, ended)
    reason = (
        "there are too few variants to set some aside for the model before the fix"
        if stratum.test is None
        else "the model before the fix is gone, and the sealed record tells nothing of such variants"
    )
    return Potency(basis=PotencyBasis.NONE, shown=False, reason=reason)


def _on_before(
    plan: VerificationPlan, trials: Sequence[Trial], first: int, estimand: Estimand, ended: BudgetError | None
) -> Potency:
    if plan.potency is None or plan.before is None:
        raise ValueError("a plan without a model before the fix rests no potency on it")
    asked = sequence(trials, Phase.POTENCY, plan.before.name, first=first)
    arm = arm_of(plan, plan.potency, asked, estimand, ended=ended)
    return Potency(
        basis=PotencyBasis.BEFORE,
        shown=arm.decision.decision is Decision.VIOLATED,
        reason=arm.decision.reason,
        decision=arm.decision,
        rate=arm.rate,
    )


def _by_record(plan: VerificationPlan) -> Potency:
    record = plan.record
    if record is None:
        raise ValueError("a plan that rests potency on the finding's record states its rate")
    shown = record.lower > R0
    above = "above" if shown else "not surely above"
    of_what = "reported variants" if plan.record_estimand is Estimand.VARIANTS else "attempts"
    return Potency(
        basis=PotencyBasis.RECORD,
        shown=shown,
        reason=(
            f"the sealed record says {record.violated} of {record.n} {of_what}, {above} {R0:.0%}; "
            "the model before the fix was not asked"
        ),
        rate=record,
    )
