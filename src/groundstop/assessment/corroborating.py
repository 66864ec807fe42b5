"""What several parties' reruns of one finding say together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from groundstop.assessment.rates import e_value_of
from groundstop.documents import Corroboration, RateInterval
from groundstop.errors import InputError
from groundstop.statistics import Dependence, log_partial_conjunction_e, log_reproduction_e

STRONG = 20.0
"""An e-value that a true null reaches in one case of twenty at most."""


@dataclass(frozen=True, slots=True)
class MergedEvidence:
    """Evidence that a finding reproduces, from parties other than its reporter."""

    parties: tuple[str, ...]
    """Key ids of those counted, each once, in order."""
    dependence: Dependence
    """INDEPENDENT only when every one of them declares that it shares nothing."""
    e_values: tuple[float, ...]
    """Entry u - 1: evidence against "fewer than u of the parties reproduce"."""
    corroborated: int
    """The largest u whose e-value is at least 20; 0 when there is none."""
    r0: float | None
    """The lowest rate that any of the parties tested against: what reproduces has a higher one. None when
    nobody tested."""


def merge_corroborations(
    reporter: str, corroborations: Iterable[tuple[str, Corroboration]]
) -> MergedEvidence:
    """Merge what parties say of one finding.

    A party counts once, by its latest statement, whatever came of it: an inconclusive one with the
    e-value that it states. The reporter does not count. The signatures are the caller's to check.

    Args:
        reporter: Key id of the finding's reporter.
        corroborations: Key ids of the signers, and what they signed.

    Returns:
        The merged evidence. It needs no correction for choosing the largest u: the claims are nested.

    Raises:
        InputError: The statements are about several findings.

    Source: see :func:`groundstop.statistics.log_partial_conjunction_e`.
    """
    in_time = sorted(corroborations, key=lambda one: (one[1].created, one[1].content_id))
    latest = {signer: statement for signer, statement in in_time if signer != reporter}
    if len({statement.reproduction.finding for statement in latest.values()}) > 1:
        raise InputError("Corroborations of several findings cannot be merged", "Give those of one finding")
    parties = tuple(sorted(latest))
    own = [_log(latest[party].reproduction.e_value) for party in parties]
    apart = bool(parties) and all(latest[party].shared == () for party in parties)
    dependence = Dependence.INDEPENDENT if apart else Dependence.ARBITRARY
    e_values = tuple(
        e_value_of(log_partial_conjunction_e(own, required=required, dependence=dependence))
        for required in range(1, len(own) + 1)
    )
    tested = [latest[party].reproduction.decision.hypotheses for party in parties]
    return MergedEvidence(
        parties=parties,
        dependence=dependence,
        e_values=e_values,
        corroborated=max((u for u, e in enumerate(e_values, start=1) if e >= STRONG), default=0),
        r0=min((rates.p1 for rates in tested if rates is not None), default=None),
    )


def recomputed_e(corroboration: Corroboration) -> float:
    """Return the e-value that a corroboration's own counts give, to hold against the one that it states.

    Args:
        corroboration: The statement.

    Returns:
        The e-value; 1, which is no evidence, when its judge could not decide and nothing was tested.

    Raises:
        StatisticsError: Its counts or rates do not fit each other.
    """
    reproduction = corroboration.reproduction
    rates = reproduction.decision.hypotheses
    if rates is None:
        return 1.0
    return e_value_of(log_reproduction_e(reproduction.violated, reproduction.n, r0=rates.p1, r1=rates.p0))


def lies_within(rate: RateInterval, stated: RateInterval) -> bool | None:
    """Tell whether a rate lies in the interval that somebody else stated.

    Args:
        rate: Counts of a rerun, over a number of calls fixed in advance.
        stated: The interval.

    Returns:
        None when there were no calls, or when the undetermined ones could turn the answer.
    """
    if rate.n == 0:
        return None
    least, most = rate.violated / rate.n, (rate.violated + rate.undetermined) / rate.n
    if stated.lower <= least and most <= stated.upper:
        return True
    return False if most < stated.lower or stated.upper < least else None


def _log(e_value: float) -> float:
    return math.log(e_value) if e_value > 0 else -math.inf
