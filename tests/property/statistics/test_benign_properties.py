"""Laws of the benign test, of claimed block rates and of variants that differ, for any counts."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.statistics import (
    Answer,
    BenignPair,
    OverRefusalTest,
    change_interval,
    claim_supported,
    clopper_pearson_upper,
    over_refusal_log_e,
    rate_of_variant,
)

GIVEN, REFUSED = Answer.GIVEN, Answer.REFUSED
ANSWERS = st.sampled_from(list(Answer))
CELLS = st.dictionaries(st.tuples(ANSWERS, ANSWERS), st.integers(0, 200))
DETERMINED = st.sampled_from([GIVEN, REFUSED])


def mean_e(pairs: int, new: float, lost: float, margin: float) -> tuple[float, float]:
    """Return the mean of both e-values after a number of pairs, over every outcome."""
    fine, blocked = [], []
    for rose in range(pairs + 1):
        for fell in range(pairs + 1 - rose):
            same = pairs - rose - fell
            paths = math.comb(pairs, rose) * math.comb(pairs - rose, fell)
            probability = paths * new**rose * lost**fell * (1 - new - lost) ** same
            cells = {(GIVEN, REFUSED): rose, (REFUSED, GIVEN): fell, (GIVEN, GIVEN): same}
            log_fine, log_blocked = over_refusal_log_e(cells, margin)
            fine.append(probability * math.exp(log_fine))
            blocked.append(probability * math.exp(log_blocked))
    return math.fsum(fine), math.fsum(blocked)


@pytest.mark.parametrize("pairs", [1, 4, 15])
@pytest.mark.parametrize("lost", [0.0, 0.05])
def test_both_e_values_are_one_on_average_at_their_nulls_and_less_inside(pairs: int, lost: float) -> None:
    assert mean_e(pairs, lost + 0.05, lost, 0.05)[0] == pytest.approx(1.0)
    assert mean_e(pairs, lost + 0.08, lost, 0.05)[0] < 1.0
    assert mean_e(pairs, lost + 0.01, lost, 0.05)[1] == pytest.approx(1.0)
    assert mean_e(pairs, lost, lost, 0.05)[1] < 1.0


@given(CELLS.flatmap(lambda cells: st.tuples(st.just(cells), st.permutations(list(cells)))))
@settings(max_examples=100, deadline=None)
def test_e_values_do_not_depend_on_the_order_of_the_counts(
    cells_and_order: tuple[dict[tuple[Answer, Answer], int], list[tuple[Answer, Answer]]],
) -> None:
    cells, order = cells_and_order
    assert over_refusal_log_e({cell: cells[cell] for cell in order}, 0.05) == over_refusal_log_e(cells, 0.05)


@given(CELLS, ANSWERS, ANSWERS)
@settings(max_examples=100, deadline=None)
def test_whatever_was_undetermined_supports_no_claim_more_than_it_would_have_determined(
    cells: dict[tuple[Answer, Answer], int], before: Answer, after: Answer
) -> None:
    could_be = [[GIVEN, REFUSED] if one is Answer.UNDETERMINED else [one] for one in (before, after)]
    for told in product(*could_be):
        with_unknown = Counter(cells) + Counter([(before, after)])
        with_told = Counter(cells) + Counter([(told[0], told[1])])
        unknown, known = over_refusal_log_e(with_unknown, 0.05), over_refusal_log_e(with_told, 0.05)
        assert all(a <= b + 1e-9 for a, b in zip(unknown, known, strict=True))
        wide, narrow = change_interval(with_unknown), change_interval(with_told)
        assert wide.lower <= narrow.lower + 1e-12
        assert narrow.upper <= wide.upper + 1e-12


@given(CELLS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
@settings(max_examples=150, deadline=None)
def test_the_interval_holds_every_change_that_the_pairs_allow(
    cells: dict[tuple[Answer, Answer], int], level: float
) -> None:
    interval = change_interval(cells, level)
    total = sum(cells.values())
    least = sum(BenignPair(*cell).least_change * count for cell, count in cells.items())
    most = sum(BenignPair(*cell).most_change * count for cell, count in cells.items())
    assert -1.0 <= interval.lower <= interval.upper <= 1.0
    if total:
        assert interval.lower - 1e-12 <= least / total
        assert most / total <= interval.upper + 1e-12


@given(st.lists(st.tuples(DETERMINED, DETERMINED), max_size=40), st.floats(0.02, 0.5))
@settings(max_examples=60, deadline=None)
def test_the_pairs_to_the_end_are_those_that_end_it(
    pairs: list[tuple[Answer, Answer]], margin: float
) -> None:
    test = OverRefusalTest(margin=margin)
    for pair in pairs:
        if test.consume(BenignPair(*pair)) is not None:
            break
    further = test.pairs_to_end
    assert (further == 0) == (test.verdict is not None)
    for _ in range(further - 1):
        # Pairs without a change never speak for over-blocking.
        assert test.consume(BenignPair(GIVEN, GIVEN)) is None
    if further:
        assert test.consume(BenignPair(GIVEN, GIVEN)) == "not-worse"


@given(st.integers(0, 20), st.integers(1, 400), st.floats(0.01, 0.995), st.sampled_from([0.8, 0.95, 0.99]))
@settings(max_examples=200, deadline=None)
def test_a_claim_is_supported_when_the_bound_is_below_it(
    violated: int, more: int, block_rate: float, level: float
) -> None:
    n = violated + more
    upper = clopper_pearson_upper(violated, n, level=level)
    if abs(upper - (1 - block_rate)) > 1e-9:
        assert claim_supported(block_rate, violated, n, level=level) == (upper < 1 - block_rate)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 8))
@settings(max_examples=100, deadline=None)
def test_ties_are_exact_whatever_binary_fractions_make_of_them(blocked: int, more: int, n: int) -> None:
    rate = Fraction(blocked, 10 ** len(str(blocked + more)))
    limit = 1 - rate**n
    if Fraction(repr(float(limit))) == limit and 0 < rate < 1:
        assert claim_supported(float(rate), 0, n, level=float(limit))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.just(0.0) | st.floats(1e-3, 1))
@settings(max_examples=200, deadline=None)
def test_rates_of_variants_are_rates_and_rise_with_their_place(
    low: float, high: float, mean: float, correlation: float
) -> None:
    low, high = sorted((low, high))
    rates = [rate_of_variant(place, mean=mean, correlation=correlation) for place in (low, high)]
    assert 0.0 <= rates[0] <= rates[1] + 1e-6
    assert rates[1] <= 1.0
