"""What a verification uses up: its round, and the right to another result of the same plan."""

from __future__ import annotations

from groundstop.documents import BenignDecision, FixVerdict, Undetermined, Verification


def spends_round(told: Verification) -> bool:
    """Tell whether a round counts as spent: every one does that did not end well.

    It ended well when the class is mitigated, a claim that was checked is supported, and ordinary requests
    that were asked are decided. Else one could ask for the rest until it comes out.
    """
    open_claim = told.claim is not None and not told.claim.supported
    open_benign = told.benign is not None and told.benign.decision is BenignDecision.UNDETERMINED
    return told.verdict is not FixVerdict.CLASS_MITIGATED or open_claim or open_benign


def goes_on(told: Verification) -> bool:
    """Tell whether a run may still come to another result: it waits for labels, or its budget ended."""
    waits = told.labels is not None and told.labels.awaiting > 0
    return waits or Undetermined.BUDGET in told.undetermined


def gives_way(earlier: Verification, later: Verification) -> bool:
    """Tell whether a later result of one plan takes an earlier one's place: of the same run, by its party."""
    return goes_on(earlier) and (earlier.run, earlier.by) == (later.run, later.by)
