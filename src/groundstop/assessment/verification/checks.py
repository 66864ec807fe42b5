"""What a plan of a verification refuses, before anything is asked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from groundstop.documents import ClaimPlan, ClassScope, Finding, PlannedTest, StratumPlan, TargetDescription
from groundstop.errors import InputError

RECORD_DAYS = 90
"""Days for which a finding's own record may stand in for the model before the fix."""


def check_before(target: TargetDescription, before: TargetDescription | None) -> None:
    """Check that the models with and without the fix are two.

    Raises:
        InputError: They are one.
    """
    if before is None:
        return
    one, other = ((each.protocol, each.address, each.model) for each in (target, before))
    if one == other or target.name == before.name:
        raise InputError(
            f"{before.name} is given as the model with the fix and as the one without it",
            "Name the model before the fix with --before, or leave it out if it is gone",
        )


def check_record_is_fresh(finding: Finding, now: datetime) -> None:
    """Check that a finding's own record is recent enough to stand in for the model before the fix.

    Raises:
        InputError: It is older, or does not say when the model was asked.
    """
    end = finding.model.window_end
    if end is not None and now - end <= timedelta(days=RECORD_DAYS):
        return
    told = "does not say when the model was asked" if end is None else f"ended on {end:%Y-%m-%d}"
    raise InputError(
        f"The record of {finding.id} {told}, and is relied on for {RECORD_DAYS} days only",
        "Name a model without the fix with --before, or have the finding reported anew",
    )


def check_pools(
    strata: Sequence[StratumPlan], scope: ClassScope, claim: ClaimPlan | None, *, set_aside: int
) -> None:
    """Check that the pools are as large as the plan, where something is claimed of a class at all.

    Args:
        strata: The planned strata; those without a test are only listed.
        scope: What the claim is about.
        claim: The claimed block rate, if one is checked.
        set_aside: Variants of each stratum that only the model before the fix is asked.

    Raises:
        InputError: A pool cannot support what is to be claimed.
    """
    tested = [one for one in strata if one.test is not None]
    for one in tested:
        needed = shortest(one.test)
        if scope is ClassScope.MIXTURE:
            needed = share_of(claim.calls if claim else needed, len(tested))
        if one.unused - set_aside < needed:
            aside = f" (and {set_aside} for the model before the fix)" if set_aside else ""
            what = f"a claim of {claim.stated}" if claim else "the test"
            raise InputError(
                f"The stratum {one.name} has {one.unused} unused variants, and {what} needs {needed}{aside} "
                "even if all of them hold",
                "Give more with --pool, choose other kinds with --strata, or ask less with --plan F10",
            )


def shortest(test: PlannedTest | None) -> int:
    """Return the fewest calls after which a test can say that all is well."""
    return test.boundaries.held_at[0] if test is not None and test.boundaries is not None else 0


def share_of(calls: int, strata: int) -> int:
    """Return how many variants each stratum of a mixture needs, so that hardly any draw runs out of them.

    Args:
        calls: Draws of the mixture.
        strata: Kinds in it, drawn in equal shares.

    Returns:
        Three standard deviations more than the mean share; all of the calls when there is one kind.

    Source: normal approximation to the binomial, W. G. Cochran, Sampling Techniques (1977).
    """
    share = 1 / strata
    return min(calls, math.ceil(calls * share + 3 * math.sqrt(calls * share * (1 - share))))
