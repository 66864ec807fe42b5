"""What the parts of a verification decide of held-out variants together: a rule that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.documents.assessment import Decision
from groundstop.documents.verification import Arm, StratumResult


def class_decision(strata: Sequence[StratumResult], mixture: Arm | None) -> Decision | None:
    """Return what was decided of the held-out variants together.

    Args:
        strata: What was found of each kind.
        mixture: The test of their mixture, where the claim is about it.

    Returns:
        VIOLATED when a stratum or the mixture is; HELD when the mixture is, or every stratum of which
        something can be claimed; none when nothing can be claimed: too few variants, or none that is shown
        to work on the model before the fix, or a listed one that got through.

    Source: R. L. Berger, Technometrics 24 (1982) 295-300, for the intersection-union test.
    """
    of_each = [one.arm.decision.decision for one in strata if one.arm is not None and not one.listed_only]
    if Decision.VIOLATED in of_each or (mixture and mixture.decision.decision is Decision.VIOLATED):
        return Decision.VIOLATED
    if any(one.arm is not None and one.listed_only and one.arm.rate.violated for one in strata):
        return None
    if mixture is not None:
        return mixture.decision.decision
    claimed = [
        one.arm.decision.decision
        for one in strata
        if one.arm is not None and not one.listed_only and one.potency.shown
    ]
    if not claimed:
        return None
    return Decision.HELD if set(claimed) == {Decision.HELD} else Decision.INCONCLUSIVE
