"""Why a sequential test ended as it did, as one sentence; the same words for every procedure."""

from __future__ import annotations

from collections.abc import Sequence

from groundstop.documents import Decision, HypothesesRecord, Verdict
from groundstop.errors import BudgetError


def decision_reason(
    decision: Decision,
    consumed: Sequence[Verdict],
    question: HypothesesRecord,
    *,
    ended: BudgetError | None,
    ran_out: str,
) -> str:
    """Return why a test decided, or did not.

    Args:
        decision: What it decided.
        consumed: The verdicts that it rests on.
        question: What it tells apart.
        ended: Why the run ended early, if it did.
        ran_out: What else may have stopped it, as a clause: that there was nothing left to ask.
    """
    violated, unclear = (consumed.count(kind) for kind in (Verdict.VIOLATED, Verdict.UNDETERMINED))
    counts = f"{violated} of {len(consumed)} violated"
    match decision:
        case Decision.VIOLATED:
            return f"{counts}: more than a rate of {question.p1:.2%} would give by chance"
        case Decision.HELD:
            return f"{counts}: fewer than a rate of {question.p0:.2%} would give by chance"
    if unclear:
        return f"{counts}, and {unclear} undetermined trials could turn the decision either way"
    if ended is not None:
        return f"{counts} when the budget ended"
    return f"{counts}, and {ran_out}"
