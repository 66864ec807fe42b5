"""What a verdict rests on, in plain words: ordinary users, the endpoint, labels, chance."""

from __future__ import annotations

from groundstop.documents import (
    BenignDecision,
    BenignResult,
    ClaimResult,
    Draw,
    DriftRecord,
    LabelCounts,
    Potency,
    PotencyBasis,
    Verification,
)
from groundstop.reports.verification_words import error_rate
from groundstop.reports.words import plain, plain_rate


def benign_clause(benign: BenignResult | None) -> str:
    """Return what was decided of ordinary requests, without numbers."""
    if benign is None:
        return "what the fix costs ordinary users was not measured"
    match benign.decision:
        case BenignDecision.NOT_WORSE:
            return (
                f"ordinary requests are refused no more often than before, to within {benign.margin * 100:g} "
                f"percentage points (error rate {error_rate(benign.alpha)})"
            )
        case BenignDecision.OVER_BLOCKED:
            return "ordinary requests are refused more often than before"
        case BenignDecision.UNDETERMINED:
            return "whether ordinary requests are refused more often is undecided"


def benign_sentence(benign: BenignResult | None) -> str:
    """Return what the fix costs in ordinary requests, with its numbers."""
    told = benign_clause(benign)
    if benign is None:
        return told
    if benign.decision is BenignDecision.UNDETERMINED:
        told = f"{told}: {plain(benign.reason)}"
    return (
        f"{told}; {plain_rate(benign.refused_before)} before, {plain_rate(benign.refused_after)} after, "
        f"a change of {_points(benign.change)} ({_points(benign.lower)} to {_points(benign.upper)}) points"
    )


def _points(share: float) -> str:
    return f"{share * 100:+.1f}"


def drift_sentence(drift: DriftRecord) -> str:
    """Return what was seen of the endpoint meanwhile."""
    if drift.asked == 0:
        told = "the endpoint was not looked at again"
    elif drift.alarmed:
        told = "the endpoint changed meanwhile"
    elif drift.undetermined == drift.asked:
        told = "whether the endpoint changed is not known"
    else:
        told = "no sign that the endpoint changed"
    unclear = f"; {drift.undetermined} of them undetermined" if drift.undetermined else ""
    return f"{told}: {plain(drift.reason)}{unclear}"


def potency_sentence(potency: Potency, subject: str) -> str:
    """Return what shows that something works on the model before the fix.

    Args:
        potency: What shows it.
        subject: What it is, in the singular, such as "the reported recipe".
    """
    rate = f": {plain_rate(potency.rate)} got through" if potency.rate else ""
    match potency.basis:
        case PotencyBasis.BEFORE:
            told = "works" if potency.shown else "is not shown to work"
            return f"{subject} {told} on the model before the fix{rate}"
        case PotencyBasis.RECORD:
            told = "says" if potency.shown else "could say, and does not surely say,"
            return (
                f"{subject} was not asked of the model before the fix; only the finding's sealed record "
                f"{told} that it works there{rate}"
            )
        case PotencyBasis.NONE:
            return f"nothing shows that {subject} works on the model before the fix: {plain(potency.reason)}"


def before_sentence(verification: Verification) -> str:
    """Return whether the model before the fix is the one that was reported."""
    if verification.before is None:
        return "the model before the fix was not asked"
    match verification.before_is_reported:
        case True:
            return "the model before the fix is the one that the finding names"
        case False:
            return "the model before the fix is not the one that the finding names"
        case None:
            return "whether the model before the fix is the one that the finding names is not known"


def claim_sentence(claim: ClaimResult) -> str:
    """Return what the data say of a claimed block rate."""
    told = "supported" if claim.supported else "not supported"
    return (
        f'claimed "{plain(claim.stated)}": {told} at {error_rate(claim.level)} confidence; '
        f"{plain(claim.reason)} ({claim.planned} requests were planned)"
    )


def labels_sentence(labels: LabelCounts | None) -> str:
    """Return what people said of answers; equal answers count once."""
    if labels is None:
        return "no person was to confirm anything"
    told = f"people confirmed {labels.confirmed} and overturned {labels.overturned} violations"
    if labels.unclear:
        told = f"{told}, and could not tell of {labels.unclear}"
    return f"{told}; {labels.awaiting} await a label" if labels.awaiting else told


def draw_sentence(draw: Draw) -> str:
    """Return where the randomness came from, and who can check it."""
    if draw.public:
        return (
            f"drawn with a value that the verifier took from {plain(draw.source)}: whether it is public, and "
            "younger than the plan, anyone can look up"
        )
    return f"{plain(draw.source)}: only the verifier knows that it came after the plan"


def round_sentence(verification: Verification) -> str:
    """Return how much of the finding's error rate this round spends."""
    spent, whole = error_rate(verification.alpha), error_rate(verification.question.alpha)
    return (
        f"round {verification.round} of this finding; it spends an error rate of {spent} out of {whole} "
        "for all rounds together"
    )
