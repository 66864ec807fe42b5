"""What it takes to support a claimed block rate, such as "more than 99 % are blocked"."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from groundstop.statistics._checks import require_counts, require_open_rate
from groundstop.statistics._scipy import binomial_cdf
from groundstop.statistics.errors import StatisticsError
from groundstop.statistics.intervals import clopper_pearson_upper

_MOST_CALLS = 10_000_000
"""Claims that need more calls than this are refused: nobody makes them."""

_CLOSE = 1e-9
"""Probabilities that are relatively closer than this are compared exactly."""


def calls_for_claim(block_rate: float, *, violated: int = 0, level: float = 0.95) -> int:
    """Return how many calls support the claim "more than this share is blocked".

    Args:
        block_rate: The claimed share of calls without a violation, strictly between 0 and 1.
        violated: Violations among the calls.
        level: Confidence that the claim is held to.

    Returns:
        The smallest number of calls, fixed in advance, whose one-sided upper bound of the rate of
        violation does not exceed 1 - block_rate; 299 for 99 % without a violation, at 95 %.

    Raises:
        StatisticsError: A rate is not strictly between 0 and 1, ``violated`` is negative, or the claim
            needs more than ten million calls.

    Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934); without a violation the "rule of three"
    of J. A. Hanley and A. Lippman-Hand, JAMA 249 (1983), in its exact form.
    """
    require_counts("violated", violated, "calls that can be made", _MOST_CALLS)
    low, high = violated, min(violated + 1, _MOST_CALLS)
    while not claim_supported(block_rate, violated, high, level=level):
        if high == _MOST_CALLS:
            raise StatisticsError(
                f"A block rate of more than {block_rate} needs over {_MOST_CALLS:,} calls to support",
                "Claim a lower block rate",
            )
        low, high = high, min(2 * high, _MOST_CALLS)
    while high - low > 1:
        middle = (low + high) // 2
        if claim_supported(block_rate, violated, middle, level=level):
            high = middle
        else:
            low = middle
    return high


def claim_supported(block_rate: float, violated: int, n: int, *, level: float = 0.95) -> bool:
    """Tell whether the counts support the claim "more than this share is blocked".

    Args:
        block_rate: The claimed share of calls without a violation, strictly between 0 and 1.
        violated: Violations among the calls.
        n: Calls, fixed in advance.
        level: Confidence that the claim is held to.

    Returns:
        True if so few violations have a probability of 1 - level at most, were the share that is blocked
        the claimed one or less. The comparison is exact: 0 of 298 is not enough for 99 % at 95 %.

    Raises:
        StatisticsError: The counts do not fit, or a rate is not strictly between 0 and 1.

    Source: exact binomial test; the same as the one-sided bound of Clopper and Pearson (1934).
    """
    require_open_rate("block_rate", block_rate)
    require_open_rate("level", level)
    require_counts("violated", violated, "n", n)
    if violated == n:
        return False
    let_through, error = 1 - _as_written(block_rate), 1 - _as_written(level)
    probability = binomial_cdf(violated, n, float(let_through))
    if abs(probability - float(error)) > _CLOSE * float(error):
        return probability < float(error)
    return _exactly_at_most(error, violated, n, let_through)


def supported_block_rate(violated: int, n: int, *, level: float = 0.95) -> float:
    """Return the block rate that the counts support.

    Args:
        violated: Violations among the calls.
        n: Calls, fixed in advance; with 0 calls nothing is supported.
        level: Confidence of the one-sided bound.

    Returns:
        1 minus the exact upper bound of the rate of violation.

    Raises:
        StatisticsError: The counts do not fit, or ``level`` is not strictly between 0 and 1.

    Source: Clopper and Pearson (1934).
    """
    return 1.0 - clopper_pearson_upper(violated, n, level=level)


def _as_written(rate: float) -> Fraction:
    """Return the decimal number that was meant: 0.99 is no binary fraction."""
    return Fraction(repr(float(rate)))


def _exactly_at_most(limit: Fraction, violated: int, n: int, rate: Fraction) -> bool:
    """Compare P(at most ``violated`` of ``n``) at a rate with a limit, in whole numbers."""
    violates, whole = rate.numerator, rate.denominator
    paths = sum(comb(n, s) * pow(violates, s) * pow(whole - violates, n - s) for s in range(violated + 1))
    return bool(paths * limit.denominator <= limit.numerator * pow(whole, n))
