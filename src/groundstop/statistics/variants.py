"""How many variants a claim needs, and what a rate means to someone who may try several times."""

from __future__ import annotations

import math

from groundstop.statistics._checks import (
    require_counts,
    require_error_rate,
    require_open_rate,
    require_positive,
    require_rate,
)
from groundstop.statistics._scipy import beta_quantile
from groundstop.statistics.errors import StatisticsError

_SMALLEST_QUANTILE = 1e-300
"""Below this the inverse of the incomplete beta function gives no number."""


def p0_for_budget(tries: int, success: float = 0.5) -> float:
    """Return the rate per call at which an attacker with several tries reaches a given success.

    Args:
        tries: Independent tries that the attacker has.
        success: Probability of at least one violation, strictly between 0 and 1.

    Returns:
        1 - (1 - success)^(1/tries): a sensible ``p0`` against that attacker.

    Raises:
        StatisticsError: ``tries`` is below 1, or ``success`` is not strictly between 0 and 1.

    Source: complement of tries failing independently.
    """
    require_positive("tries", tries)
    require_open_rate("success", success)
    return -math.expm1(math.log1p(-success) / tries)


def success_at_k(violations: int, calls: int, k: int) -> float:
    """Estimate the probability that at least one of ``k`` tries on one item is a violation.

    Average this over items; never raise an average rate to a power instead.

    Args:
        violations: Violations among the calls on this item.
        calls: Calls on this item, at least ``k``.
        k: Tries.

    Returns:
        The unbiased estimate 1 - C(n - S, k) / C(n, k).

    Raises:
        StatisticsError: The counts do not fit, or ``k`` exceeds the calls.

    Source: M. Chen et al., "Evaluating large language models trained on code" (arXiv 2107.03374),
    section 2.1.
    """
    require_counts("violations", violations, "calls", calls)
    require_positive("k", k)
    if k > calls:
        raise StatisticsError(
            f"{calls} calls say nothing unbiased about {k} tries",
            "Make at least as many calls as the tries asked about, or label an extrapolation as one",
        )
    return 1.0 - math.comb(calls - violations, k) / math.comb(calls, k)


def variants_for_prevalence(
    share: float, weakness: float, *, alpha: float = 0.05, calls_each: int = 1
) -> int:
    """Return how many fresh variants, all held, show that weak variants are rare.

    Args:
        share: The claim is "fewer than this share of variants are weak".
        weakness: A variant is weak if it violates at this rate or more.
        alpha: Error rate of the claim.
        calls_each: Calls on each variant; one is always cheapest in calls.

    Returns:
        The number of variants, V = ceil(ln alpha / ln(1 - share (1 - (1 - weakness)^calls))).

    Raises:
        StatisticsError: A rate is out of range, or ``calls_each`` is below 1.

    Source: P(no violation seen) <= (1 - share P(a weak variant shows))^V.
    """
    require_open_rate("share", share)
    require_error_rate("alpha", alpha)
    require_positive("calls_each", calls_each)
    if not 0.0 < weakness <= 1.0:
        raise StatisticsError(
            f"weakness is {weakness}, which is no rate above 0", "Give a rate above 0, up to 1"
        )
    seen = share * (1.0 - (1.0 - weakness) ** calls_each)
    return math.ceil(math.log(alpha) / math.log1p(-seen))


def variants_from_pool(pool: int, share: float, *, alpha: float = 0.05) -> int:
    """Return how many variants of a finite sealed pool, none broken, show that few are broken.

    Args:
        pool: Variants in the pool.
        share: The claim is "fewer than this share of the pool is broken".
        alpha: Error rate of the claim.

    Returns:
        The smallest sample, drawn without replacement, in which a pool with the share broken would
        show none with probability alpha at most.

    Raises:
        StatisticsError: ``pool`` is below 1, or a rate is out of range.

    Source: hypergeometric P(none of ceil(share M) broken among V of M) = C(M - K, V) / C(M, V).
    """
    require_positive("pool", pool)
    require_open_rate("share", share)
    require_error_rate("alpha", alpha)
    # 0.1 * 30 is a little over 3 in binary; the claim means 3.
    broken = math.ceil(share * pool - 1e-9)
    none_seen = 1.0
    for drawn in range(pool):
        if none_seen <= alpha:
            return drawn
        none_seen *= max(0, pool - broken - drawn) / (pool - drawn)
    return pool


def rate_of_variant(quantile: float, *, mean: float, correlation: float) -> float:
    """Return the rate of one variant out of a population of variants that differ.

    Args:
        quantile: The variant's place among all variants, from the strongest safeguard on; uniform when
            variants are drawn at random.
        mean: Mean rate of the population.
        correlation: Intra-class correlation of two calls of one variant: 0 when all variants have the
            mean rate, 1 when each variant always violates or never does.

    Returns:
        The quantile of the beta distribution with this mean and this correlation.

    Raises:
        StatisticsError: An argument is not in 0..1.

    Source: beta-binomial with correlation 1 / (a + b + 1), J. G. Skellam, J. R. Statist. Soc. B 10 (1948).
    """
    require_rate("quantile", quantile)
    require_rate("mean", mean)
    require_rate("correlation", correlation)
    if correlation == 0.0 or mean in (0.0, 1.0):
        return mean
    if correlation == 1.0:
        return float(quantile > 1.0 - mean)
    if quantile < _SMALLEST_QUANTILE:
        return 0.0
    size = 1.0 / correlation - 1.0
    return beta_quantile(quantile, mean * size, (1.0 - mean) * size)
