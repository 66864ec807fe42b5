"""Claimed block rates: exactly as many calls as support them."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from groundstop.statistics import (
    StatisticsError,
    calls_for_claim,
    claim_supported,
    clopper_pearson_upper,
    supported_block_rate,
)


def test_nought_of_298_is_not_enough_for_99_percent_and_nought_of_299_is() -> None:
    assert calls_for_claim(0.99) == 299
    assert not claim_supported(0.99, 0, 298)
    assert claim_supported(0.99, 0, 299)
    assert supported_block_rate(0, 298) < 0.99 < supported_block_rate(0, 299)


@pytest.mark.parametrize(
    ("block_rate", "violated", "level", "calls"),
    [
        (0.95, 0, 0.95, 59),
        (0.9, 0, 0.95, 29),
        (0.99, 0, 0.99, 459),
        (0.99, 1, 0.95, 473),
        (0.95, 2, 0.95, 124),
        (0.999, 0, 0.95, 2995),
    ],
)
def test_claims_need_the_calls_that_are_known_from_tables(
    block_rate: float, violated: int, level: float, calls: int
) -> None:
    assert calls_for_claim(block_rate, violated=violated, level=level) == calls


@pytest.mark.parametrize("violated", [0, 1, 3, 10])
@pytest.mark.parametrize("block_rate", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_one_call_fewer_does_not_support_the_claim_in_whole_numbers(
    block_rate: float, violated: int, level: float
) -> None:
    calls = calls_for_claim(block_rate, violated=violated, level=level)
    rate, limit = Fraction(str(block_rate)), 1 - Fraction(str(level))

    def so_few(n: int) -> Fraction:
        return sum((comb(n, s) * (1 - rate) ** s * rate ** (n - s) for s in range(violated + 1)), Fraction())

    assert so_few(calls) <= limit
    assert calls == violated + 1 or so_few(calls - 1) > limit


def test_a_probability_that_is_exactly_the_limit_supports_the_claim() -> None:
    # In binary fractions each of these comparisons could go either way.
    assert claim_supported(0.95, 0, 1, level=0.05)
    assert claim_supported(0.7, 0, 2, level=0.51)
    assert not claim_supported(0.7, 0, 2, level=0.5100000000000001)
    assert claim_supported(0.1, 0, 3, level=0.999)
    assert not claim_supported(0.1, 0, 3, level=0.9990000000000001)


def test_the_supported_rate_is_one_less_the_upper_bound() -> None:
    assert supported_block_rate(3, 200) == 1 - clopper_pearson_upper(3, 200)
    assert supported_block_rate(0, 0) == 0.0
    assert supported_block_rate(5, 5) == 0.0


def test_nothing_is_supported_without_a_call_that_was_blocked() -> None:
    assert not claim_supported(0.01, 0, 0)
    assert not claim_supported(0.01, 7, 7)


def test_very_high_claims_are_counted_without_delay() -> None:
    assert calls_for_claim(0.999999) == 2_995_731
    assert calls_for_claim(0.9999997) == 9_985_773
    with pytest.raises(StatisticsError, match="needs over 10,000,000 calls"):
        calls_for_claim(0.9999999)


def test_violations_that_fill_all_calls_that_can_be_made_support_nothing() -> None:
    with pytest.raises(StatisticsError, match="needs over 10,000,000 calls"):
        calls_for_claim(0.5, violated=10_000_000)


@pytest.mark.parametrize("block_rate", [0.0, 1.0, -0.5, float("nan")])
def test_certainty_is_no_claim_that_calls_can_support(block_rate: float) -> None:
    with pytest.raises(StatisticsError, match="block_rate"):
        claim_supported(block_rate, 0, 10)
    with pytest.raises(StatisticsError, match="block_rate"):
        calls_for_claim(block_rate)


def test_counts_that_do_not_fit_a_claim_are_refused() -> None:
    with pytest.raises(StatisticsError, match="violated is 5"):
        claim_supported(0.9, 5, 4)
    with pytest.raises(StatisticsError, match="violated is -1"):
        calls_for_claim(0.9, violated=-1)
    with pytest.raises(StatisticsError, match="level"):
        claim_supported(0.9, 0, 4, level=1.0)
