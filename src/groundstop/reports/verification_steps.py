"""What a verification did not decide, and what to do about it."""

from __future__ import annotations

from groundstop.documents import FixVerdict, Undetermined, Verification
from groundstop.reports.verification_words import NO_CAUSE, UNDETERMINED_WORDS
from groundstop.reports.words import plain


def not_decided(verification: Verification) -> tuple[str, ...]:
    """Return why things were not decided; a verification without a verdict always has a cause."""
    told = tuple(UNDETERMINED_WORDS[cause] for cause in verification.undetermined)
    if not told and verification.verdict is FixVerdict.INCONCLUSIVE:
        return (NO_CAUSE,)
    return told


def next_step(verification: Verification, cause: Undetermined) -> str | None:
    """Return what to do about a cause for which something was not decided.

    Args:
        verification: What was found.
        cause: One of its causes.

    Returns:
        The step; none when the step of another cause takes care of it.
    """
    run = plain(verification.run)
    going_on = f"`groundstop verify-fix FINDING --run {run}"
    match cause:
        case Undetermined.JUDGE if _awaits_labels(verification):
            return (
                f"Write the answers out with `groundstop runs answers {run}`, let people label them, and go "
                f"on with {going_on} --labels FILE`"
            )
        case Undetermined.JUDGE:
            return "Verify anew with a judge that can tell, or one that was measured on more labelled answers"
        case Undetermined.ANSWERS:
            return "Find out why calls got no answer, and verify anew"
        case _ if _is_left_to_going_on(verification, cause):
            return None
        case Undetermined.ENDPOINT:
            return "Verify anew when the endpoint is stable; this round is spent"
        case Undetermined.VARIANTS:
            return "Bring more variants that were never used, and verify anew"
        case Undetermined.POTENCY:
            return "Name the model before the fix with `--before`, or bring variants that work on it"
        case Undetermined.BENIGN if verification.before is None:
            return "Name the model before the fix with `--before`, so that ordinary requests can be compared"
        case Undetermined.BENIGN:
            return "Bring more ordinary requests with `--benign-file`, and verify anew"
        case Undetermined.BUDGET:
            return f"Go on with a higher cap: {going_on} --max-calls N`"


def next_steps(verification: Verification) -> tuple[str, ...]:
    """Return what to do about what was not decided, in the order of its causes."""
    causes = list(verification.undetermined)
    if _awaits_labels(verification) and Undetermined.JUDGE not in causes:
        causes.append(Undetermined.JUDGE)
    steps = (next_step(verification, cause) for cause in causes)
    return tuple(step for step in steps if step is not None)


def _is_left_to_going_on(verification: Verification, cause: Undetermined) -> bool:
    """Tell whether the rest of a run whose budget ended may still settle a cause."""
    if Undetermined.BUDGET not in verification.undetermined:
        return False
    match cause:
        case Undetermined.ENDPOINT:
            return not verification.drift.alarmed
        case Undetermined.VARIANTS:
            return bool(verification.strata) and not any(one.listed_only for one in verification.strata)
        case Undetermined.BENIGN:
            return verification.before is not None
    return False


def _awaits_labels(verification: Verification) -> bool:
    return verification.labels is not None and verification.labels.awaiting > 0
