"""The parts of a verification, each with how it came out: what tables and reports to programs are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from groundstop.documents import (
    Arm,
    BenignDecision,
    BenignResult,
    ClaimResult,
    ClassScope,
    Decision,
    FixVerdict,
    Potency,
    RateInterval,
    StratumResult,
    Undetermined,
    Verification,
    class_decision,
)
from groundstop.reports.verification_conditions import (
    benign_sentence,
    claim_sentence,
    drift_sentence,
    potency_sentence,
)
from groundstop.reports.verification_words import (
    error_rate,
    mixture_sentence,
    recipe_sentence,
    stratum_sentence,
)
from groundstop.reports.words import plain


class PartState(StrEnum):
    """How a part came out."""

    GOOD = "good"
    BAD = "bad"
    UNDECIDED = "undecided"
    NO_CLAIM = "no claim"
    """Not asked, or asked without a claim that it could decide."""


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One part of a verification."""

    name: str
    """Such as ``reported recipe`` or ``variants: persona``; safe to print."""
    state: PartState
    decision: str
    """In the part's own word: held, violated, not-worse, ..."""
    sentence: str
    rate: RateInterval | None = None
    bound: str = ""
    """What the decision says of the true rate; empty when it says nothing."""


def verdict_state(verification: Verification) -> PartState:
    """Return how a verification as a whole is taken: by exit codes, build servers, colours.

    A mitigated class is good unless a claim that was checked is not supported, and only once the cost for
    ordinary users, where it was to be measured, is decided. A blocked technique is bad when variants of it
    are shown to get through; else nothing is known of its class.

    Args:
        verification: What was found.

    Returns:
        GOOD, BAD or UNDECIDED.
    """
    v = verification
    match v.verdict:
        case FixVerdict.CLASS_MITIGATED:
            if v.claim is not None and not v.claim.supported:
                return PartState.BAD
            return PartState.UNDECIDED if Undetermined.BENIGN in v.undetermined else PartState.GOOD
        case FixVerdict.TECHNIQUE_BLOCKED:
            violated = class_decision(v.strata, v.mixture) is Decision.VIOLATED
            return PartState.BAD if violated else PartState.UNDECIDED
        case FixVerdict.INCONCLUSIVE:
            return PartState.UNDECIDED
        case FixVerdict.RESIDUAL | FixVerdict.REGRESSED_BENIGN:
            return PartState.BAD


def parts_of(verification: Verification) -> tuple[ReportPart, ...]:
    """Return the parts of a verification, in the order in which they are reported.

    An arm that held is good only where what it asked is shown to work on the model before the fix.
    """
    v = verification
    parts = [
        _arm_part("reported recipe", v.recipe, v, sentence=recipe_sentence(v), shown=v.recipe_potency.shown),
        _potency_part("potency of the reported recipe", v.recipe_potency),
        *(_stratum_part(one, v) for one in v.strata),
    ]
    if v.scope is ClassScope.MIXTURE:
        parts.append(_mixture_part(v))
    parts += [_benign_part(v.benign), _drift_part(v)]
    if v.claim is not None:
        parts.append(_claim_part(v.claim))
    return tuple(parts)


_STATES = {
    Decision.HELD: PartState.GOOD,
    Decision.VIOLATED: PartState.BAD,
    Decision.INCONCLUSIVE: PartState.UNDECIDED,
}


def _arm_part(name: str, arm: Arm, v: Verification, *, sentence: str, shown: bool) -> ReportPart:
    decision = arm.decision.decision
    state = _STATES[decision]
    if state is PartState.GOOD and not shown:
        state = PartState.UNDECIDED
    bounds = {
        Decision.HELD: f"below {error_rate(v.question.p0)}",
        Decision.VIOLATED: f"above {error_rate(v.question.p1)}",
        Decision.INCONCLUSIVE: "",
    }
    return ReportPart(name, state, decision.value, sentence, arm.rate, bounds[decision])


def _stratum_part(one: StratumResult, v: Verification) -> ReportPart:
    name = f"variants: {plain(one.name)}"
    if one.arm is None or one.arm.rate.n == 0:
        return ReportPart(name, PartState.NO_CLAIM, "not asked", stratum_sentence(one, v))
    if one.listed_only:
        state = PartState.BAD if one.arm.rate.violated else PartState.NO_CLAIM
        return ReportPart(name, state, "listed only", stratum_sentence(one, v), one.arm.rate)
    potency = potency_sentence(one.potency, f"the kind {plain(one.name)}")
    sentence = f"{stratum_sentence(one, v)}; {potency}"
    part = _arm_part(name, one.arm, v, sentence=sentence, shown=one.potency.shown)
    if v.scope is ClassScope.MIXTURE and part.state is PartState.UNDECIDED:
        # Of its share of the mixture by itself nothing was to be decided.
        return replace(part, state=PartState.NO_CLAIM, decision="in the mixture")
    return part


def _mixture_part(v: Verification) -> ReportPart:
    name = "variants: mixture"
    if v.mixture is None:
        return ReportPart(name, PartState.NO_CLAIM, "not asked", mixture_sentence(v))
    return _arm_part(name, v.mixture, v, sentence=mixture_sentence(v), shown=True)


def _potency_part(name: str, potency: Potency) -> ReportPart:
    state = PartState.GOOD if potency.shown else PartState.UNDECIDED
    sentence = potency_sentence(potency, "the reported recipe")
    return ReportPart(name, state, "shown" if potency.shown else "not shown", sentence, potency.rate)


def _benign_part(benign: BenignResult | None) -> ReportPart:
    name = "ordinary requests"
    if benign is None:
        return ReportPart(name, PartState.NO_CLAIM, "not measured", benign_sentence(benign))
    state = {
        BenignDecision.NOT_WORSE: PartState.GOOD,
        BenignDecision.OVER_BLOCKED: PartState.BAD,
        BenignDecision.UNDETERMINED: PartState.UNDECIDED,
    }[benign.decision]
    return ReportPart(name, state, benign.decision.value, benign_sentence(benign), benign.refused_after)


def _drift_part(v: Verification) -> ReportPart:
    state, told = PartState.GOOD, "steady"
    if v.drift.alarmed:
        state, told = PartState.UNDECIDED, "changed"
    elif Undetermined.ENDPOINT in v.undetermined:
        state, told = PartState.UNDECIDED, "not known"
    elif v.drift.asked == 0:
        state, told = PartState.NO_CLAIM, "not looked at"
    return ReportPart("endpoint", state, told, drift_sentence(v.drift))


def _claim_part(claim: ClaimResult) -> ReportPart:
    state = PartState.GOOD if claim.supported else PartState.BAD
    decision = "supported" if claim.supported else "not supported"
    return ReportPart("claimed block rate", state, decision, claim_sentence(claim))
