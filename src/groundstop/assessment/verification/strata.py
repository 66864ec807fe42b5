"""What a verification finds of its held-out variants, kind by kind and together."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.assessment.verification.arms import (
    arm_of,
    decide,
    first_index,
    listed_arm,
    sequence,
    stratum_of,
)
from groundstop.assessment.verification.potency import stratum_potency
from groundstop.documents import (
    Arm,
    ClaimPlan,
    ClaimResult,
    ClassScope,
    Decision,
    Estimand,
    Phase,
    Potency,
    StratumPlan,
    StratumResult,
    Trial,
    VerificationPlan,
)
from groundstop.errors import BudgetError

_RAN_OUT = "the unused variants ran out"
_NOT_REACHED = "not asked, since the reported recipe is not shown to be blocked"


def class_is_asked(recipe: Decision, potency: Potency, claim: ClaimPlan | ClaimResult | None) -> bool:
    """Tell whether held-out variants are asked at all: not when the reported recipe still works.

    Args:
        recipe: What was decided of the reported recipe.
        potency: Whether it is shown to work on the model before the fix.
        claim: The claimed block rate that is checked on them in any case.
    """
    return potency.shown and (recipe is Decision.HELD or claim is not None)


def mixture_arm(
    plan: VerificationPlan, trials: Sequence[Trial], ended: BudgetError | None, *, reached: bool
) -> Arm | None:
    """Return the test of the mixture of strata.

    Args:
        plan: The plan.
        trials: All trials on record.
        ended: Why the run ended early, if it did.
        reached: See :func:`class_is_asked`.

    Returns:
        The test; none when the claim is of another scope or of no stratum, or was never reached.
    """
    if plan.mixture is None or not reached:
        return None
    if not any(
        one.test is not None and stratum_potency(plan, place, trials).shown
        for place, one in enumerate(plan.strata)
    ):
        return None
    asked = sequence(trials, Phase.VERIFY_CLASS, plan.target.name)
    return arm_of(plan, plan.mixture, asked, Estimand.VARIANTS, ended=ended, ran_out=_RAN_OUT)


def stratum_results(
    plan: VerificationPlan, trials: Sequence[Trial], ended: BudgetError | None, *, reached: bool
) -> tuple[StratumResult, ...]:
    """Return what was found of each kind of held-out variants.

    Args:
        plan: The plan.
        trials: All trials on record.
        ended: Why the run ended early, if it did.
        reached: See :func:`class_is_asked`.
    """
    return tuple(
        _result(plan, place, one, trials, ended, reached=reached) for place, one in enumerate(plan.strata)
    )


def _result(
    plan: VerificationPlan,
    place: int,
    stratum: StratumPlan,
    trials: Sequence[Trial],
    ended: BudgetError | None,
    *,
    reached: bool,
) -> StratumResult:
    potency = stratum_potency(plan, place, trials, ended)
    arm = _arm(plan, place, stratum, trials, potency, ended) if reached else None
    return StratumResult(
        name=stratum.name,
        available=stratum.available,
        unused=stratum.unused,
        asked=sum(
            trial.phase in (Phase.VERIFY_CLASS, Phase.POTENCY) and stratum_of(trial) == stratum.name
            for trial in trials
        ),
        potency=potency,
        arm=arm,
        listed_only=stratum.test is None,
        reason=_reason(potency, arm) if reached else _NOT_REACHED,
    )


def _arm(
    plan: VerificationPlan,
    place: int,
    stratum: StratumPlan,
    trials: Sequence[Trial],
    potency: Potency,
    ended: BudgetError | None,
) -> Arm | None:
    own = sequence(trials, Phase.VERIFY_CLASS, plan.target.name, first=first_index(place))
    if stratum.test is None:
        return listed_arm(own) if own else None
    if not potency.shown:
        return None
    if plan.scope is ClassScope.EACH_STRATUM:
        return arm_of(plan, stratum.test, own, Estimand.VARIANTS, ended=ended, ran_out=_RAN_OUT)
    return arm_of(
        plan,
        stratum.test,
        _share(plan, stratum, trials),
        Estimand.VARIANTS,
        ended=ended,
        ran_out="that is too few for a decision about this kind by itself",
    )


def _share(plan: VerificationPlan, stratum: StratumPlan, trials: Sequence[Trial]) -> list[Trial]:
    """Return a stratum's trials among those on which the decision about the mixture rests."""
    if plan.mixture is None:
        return []
    asked = sequence(trials, Phase.VERIFY_CLASS, plan.target.name)
    _, consumed = decide(plan.mixture, asked)
    return [trial for trial in consumed if stratum_of(trial) == stratum.name]


def _reason(potency: Potency, arm: Arm | None) -> str:
    if arm is not None:
        return arm.decision.reason
    if not potency.shown:
        return f"not asked, since it is not shown to work on the model before the fix: {potency.reason}"
    return "not asked"
