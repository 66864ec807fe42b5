"""Whether the verdict of a verification, and what it says of a claim, follow from its parts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from groundstop.documents import (
    ClaimPlan,
    ClaimResult,
    ClassScope,
    FixVerdict,
    Undetermined,
    Verification,
)
from groundstop.evidence.audit.closeness import near, same

_MOST_WORK = 1_000_000
"""Calls times violations up to which a claim is judged exactly, so that none holds the audit up."""

_SINCE = {
    Undetermined.ENDPOINT: "the endpoint changed meanwhile",
    Undetermined.VARIANTS: "there were too few",
    Undetermined.POTENCY: "not all is shown to work on the model before the fix",
    Undetermined.BENIGN: "the ordinary requests were not asked, or did not decide",
}
"""Why something must be called undetermined."""


def scope_problems(told: Verification) -> Iterator[str]:
    """Say where a test of a verification is left out, or stands where it does not belong.

    Args:
        told: The verification.
    """
    from groundstop.assessment import FEWEST_VARIANTS, class_is_asked

    shown = [one for one in told.strata if one.potency.shown and not one.listed_only]
    mixed = told.scope is ClassScope.MIXTURE
    asked = class_is_asked(told.recipe.decision.decision, told.recipe_potency, told.claim)
    if told.mixture is None and mixed and shown and asked:
        yield "its claim is about the mixture of all kinds, and the test of it is left out"
    if told.mixture is not None and not (mixed and shown):
        yield "its mixture is not the claim that it makes"
    for stratum in told.strata:
        if stratum.listed_only is not (stratum.unused < FEWEST_VARIANTS):
            yield f"stratum {stratum.name}: whether a claim can be made does not follow from its size"
    for stratum in shown:
        if stratum.arm is None and asked:
            yield f"stratum {stratum.name}: it works on the model before the fix, and its test is left out"


def claim_problems(claim: ClaimResult, told: Verification) -> Iterator[str]:
    """Judge a claimed block rate again, and say what differs.

    Args:
        claim: What is said of it.
        told: The verification.

    Raises:
        StatisticsError: A rate of the claim is none.
    """
    against = claim.violated + claim.undetermined
    if against > claim.n or claim.n > claim.planned or claim.violated < _violated_of_mixture(told, claim.n):
        yield "claim: its counts do not fit"
        return
    if not same(claim.level, 1 - 2 * told.alpha):
        yield "claim: it is held to another level than this round asks for"
    supported, at_least = _judged(claim, against)
    if not near(claim.at_least, at_least):
        yield "claim: the block rate that is supported does not follow from the counts"
    if claim.supported is not (supported and claim.n == claim.planned):
        yield "claim: whether the data support it does not follow from the counts"


def _judged(claim: ClaimResult, against: int) -> tuple[bool, float]:
    """Return whether the counts support a claim, and the block rate that they do support."""
    from groundstop.assessment import judged_claim
    from groundstop.statistics import supported_block_rate

    if (against + 1) * max(claim.n, _most_calls(claim, against)) > _MOST_WORK:
        at_least = supported_block_rate(against, claim.n, level=claim.level) if claim.n else 0.0
        return at_least > claim.block_rate, at_least
    planned = ClaimPlan(
        stated=claim.stated, block_rate=claim.block_rate, level=claim.level, calls=claim.planned
    )
    again = judged_claim(planned, violated=claim.violated, undetermined=claim.undetermined, n=claim.n)
    return again.supported, again.at_least


def _most_calls(claim: ClaimResult, against: int) -> int:
    """Return more calls than are looked at in judging a claim, those included that it would take.

    Source: H. Chernoff, Annals of Mathematical Statistics 23 (1952) 493-507, for the lower tail; twice that,
    since the calls that it would take are looked for by doubling.
    """
    error = -math.log1p(-claim.level)
    spread = error + math.sqrt(error * (error + 2 * against))
    return math.ceil(2 * (against + spread) / (1 - claim.block_rate)) + 2


def _violated_of_mixture(told: Verification, n: int) -> int:
    """Return how many of the first n held-out variants are known to have got through."""
    if told.mixture is None:
        return 0
    return max((violated for at, violated in told.mixture.decision.path if at <= n), default=0)


def verdict_problems(told: Verification) -> Iterator[str]:
    """Say where the verdict of a verification, or what it calls undetermined, does not follow from its parts.

    Args:
        told: The verification.
    """
    from groundstop.assessment import verdict_of

    yield from _cause_problems(told)
    verdict = verdict_of(
        recipe=told.recipe,
        recipe_potency=told.recipe_potency,
        strata=told.strata,
        mixture=told.mixture,
        benign=told.benign,
        undetermined=told.undetermined,
    )
    if told.verdict is not verdict:
        yield f"its verdict is {told.verdict}, and its parts lead to {verdict}"


def _cause_problems(told: Verification) -> Iterator[str]:
    """Say what must be called undetermined and is not, or the reverse, as far as the parts show it."""
    from groundstop.assessment import open_parts

    said = set(told.undetermined)
    needed = open_parts(
        recipe=told.recipe,
        recipe_potency=told.recipe_potency,
        strata=told.strata,
        benign=told.benign,
    )
    if told.drift.alarmed:
        needed.add(Undetermined.ENDPOINT)
    for cause in sorted(needed - said):
        yield f"it does not say that something is undetermined: {cause}, since {_SINCE[cause]}"
    # Of the others the parts do not tell all: variants run out, and an endpoint may not be looked at again.
    for cause in sorted((said - needed) & {Undetermined.POTENCY, Undetermined.BENIGN}):
        yield f"it calls something undetermined: {cause}, and its parts do not"
    if told.verdict is FixVerdict.INCONCLUSIVE and not said:
        yield "it is inconclusive, and calls nothing undetermined"
