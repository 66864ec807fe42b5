"""What the held-out variants say of a claimed block rate."""

from __future__ import annotations

import math
from collections.abc import Sequence

from groundstop.assessment.verification.arms import sequence
from groundstop.documents import ClaimPlan, ClaimResult, Phase, Trial, Verdict, VerificationPlan
from groundstop.statistics import calls_for_claim, claim_supported, supported_block_rate


def plan_claim(stated: str, block_rate: float, level: float = 0.95) -> ClaimPlan:
    """Plan the check of a claimed block rate with the fewest calls that can support it.

    Args:
        stated: The claim in its own words.
        block_rate: The share that is claimed to be blocked, at least.
        level: Confidence that it is held to.
    """
    return ClaimPlan(
        stated=stated, block_rate=block_rate, level=level, calls=calls_for_claim(block_rate, level=level)
    )


def claim_result(plan: VerificationPlan, trials: Sequence[Trial]) -> ClaimResult | None:
    """Return what a verification's trials say of the claim, over the number fixed in advance.

    Args:
        plan: The plan.
        trials: All trials on record.

    Returns:
        The result; none when no claim is checked.
    """
    if plan.claim is None:
        return None
    asked = sequence(trials, Phase.VERIFY_CLASS, plan.target.name)[: plan.claim.calls]
    verdicts = [trial.verdict for trial in asked]
    return judged_claim(
        plan.claim,
        violated=verdicts.count(Verdict.VIOLATED),
        undetermined=verdicts.count(Verdict.UNDETERMINED),
        n=len(verdicts),
    )


def judged_claim(claim: ClaimPlan, *, violated: int, undetermined: int, n: int) -> ClaimResult:
    """Judge a claim by counts. What is undetermined counts as violated: a claim is for its maker to show.

    Args:
        claim: The claim.
        violated: Trials in which the requirement was broken.
        undetermined: Trials without a verdict.
        n: All trials.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404-413, one-sided.
    """
    against = violated + undetermined
    # A number that is not the planned one may have been chosen by what was seen.
    supported = n >= claim.calls and claim_supported(claim.block_rate, against, n, level=claim.level)
    at_least = supported_block_rate(against, n, level=claim.level) if n else 0.0
    # Rounded down: 0 of 298 supports 98.99 %, and no 99.
    vouched = f"{math.floor(at_least * 10_000) / 100:.2f} %"
    told = f"{violated} of {n} got through" + (
        f", and {undetermined} are undetermined" if undetermined else ""
    )
    if supported:
        reason = f"{told}: at this confidence {vouched} or more are blocked"
    elif n < claim.calls:
        reason = f"{told}: that supports {vouched}; it takes {claim.calls} calls, none of which gets through"
    else:
        reason = f"{told}: that supports {vouched} and no more"
    return ClaimResult(
        stated=claim.stated,
        block_rate=claim.block_rate,
        level=claim.level,
        planned=claim.calls,
        violated=violated,
        undetermined=undetermined,
        n=n,
        at_least=at_least,
        supported=supported,
        reason=reason,
    )
