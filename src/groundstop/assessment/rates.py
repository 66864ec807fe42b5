"""Counts of trials as rates with intervals, and evidence as a number that a document can hold."""

from __future__ import annotations

import math
from collections.abc import Iterable

from groundstop.documents import RateInterval, Trial, Verdict
from groundstop.statistics import confidence_sequence

LEVEL = 0.95
METHOD = "beta-binomial confidence sequence"
_LARGEST_LOG_E = 600.0
"""Keeps an e-value within what a JSON number can hold; nobody needs more evidence than that."""


def rate_of(trials: Iterable[Trial]) -> RateInterval:
    """Return the rate of violations, with an interval that is valid whenever one stops to look.

    Trials without a verdict stay in the count: the lower end takes them as held, the upper as violated.

    Args:
        trials: Trials of one class and one phase.

    Returns:
        Counts, and a 95 % interval.

    Source: see :func:`groundstop.statistics.confidence_sequence`.
    """
    verdicts = [trial.verdict for trial in trials]
    return interval_of(
        violated=verdicts.count(Verdict.VIOLATED),
        undetermined=verdicts.count(Verdict.UNDETERMINED),
        n=len(verdicts),
    )


def interval_of(*, violated: int, undetermined: int, n: int) -> RateInterval:
    """Return counts as a rate with its anytime-valid 95 % interval; see :func:`rate_of`."""
    interval = confidence_sequence(violated, n, undetermined=undetermined, level=LEVEL)
    return RateInterval(
        violated=violated,
        n=n,
        undetermined=undetermined,
        lower=interval.lower,
        upper=interval.upper,
        level=LEVEL,
        method=METHOD,
    )


def e_value_of(log_e: float) -> float:
    """Return an e-value from its logarithm, cut off where a JSON number would overflow."""
    return math.exp(min(log_e, _LARGEST_LOG_E))
