"""What people said of the answers that the judge called violations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable

from groundstop.assessment.drift import CANARY_PHASES
from groundstop.documents import LabelCounts, Phase, Trial, Undetermined
from groundstop.suites.judging import (
    AWAITING_LABEL,
    LABELLED,
    LABELLED_HELD,
    LABELLED_UNCLEAR,
    LABELLED_VIOLATED,
)


def label_counts(trials: Iterable[Trial], undetermined: Container[Undetermined]) -> LabelCounts:
    """Count the answers whose labels confirm, overturn or are awaited; equal answers count once.

    Args:
        trials: All trials of a run whose judge's positives people confirm.
        undetermined: What was not decided. Where the judge is no part of that, no label is awaited.
    """
    by_reason: dict[str, set[str | None]] = defaultdict(set)
    for trial in trials:
        if trial.phase not in CANARY_PHASES and trial.phase is not Phase.BENIGN:
            by_reason[trial.reason].add(trial.answer_sha256)
    labelled = set().union(*(by_reason[reason] for reason in LABELLED))
    # A trial that no test needs any more is not judged again when its answer gets a label.
    awaiting = set().union(*(by_reason[reason] for reason in AWAITING_LABEL)) - labelled
    return LabelCounts(
        confirmed=len(by_reason[LABELLED_VIOLATED]),
        overturned=len(by_reason[LABELLED_HELD]),
        unclear=len(by_reason[LABELLED_UNCLEAR]),
        awaiting=len(awaiting) if Undetermined.JUDGE in undetermined else 0,
    )
