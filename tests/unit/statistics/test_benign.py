"""Benign pairs as counts: e-values, the interval of the change, and how far calls may run ahead."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from groundstop.statistics import (
    Answer,
    BenignPair,
    BenignVerdict,
    OverRefusalTest,
    StatisticsError,
    change_interval,
    over_refusal_log_e,
)

GIVEN, REFUSED, UNKNOWN = Answer.GIVEN, Answer.REFUSED, Answer.UNDETERMINED
BOTH_GIVEN, NEWLY_REFUSED = BenignPair(GIVEN, GIVEN), BenignPair(GIVEN, REFUSED)
NEWLY_GIVEN, LOST = BenignPair(REFUSED, GIVEN), BenignPair(GIVEN, UNKNOWN)


def test_the_test_and_whoever_counts_its_pairs_get_the_same_e_values() -> None:
    test = OverRefusalTest(margin=0.1)
    asked = [BOTH_GIVEN] * 20 + [NEWLY_REFUSED] * 2 + [LOST, NEWLY_GIVEN]
    for pair in asked:
        assert test.consume(pair) is None
    counted = Counter((pair.before, pair.after) for pair in asked)
    assert test.cells == counted
    assert (test.log_e_not_worse, test.log_e_over_blocked) == over_refusal_log_e(counted, 0.1)


def test_e_values_are_the_mean_over_bets_of_the_product_over_pairs() -> None:
    cells = {(GIVEN, GIVEN): 30, (GIVEN, REFUSED): 2, (REFUSED, GIVEN): 1, (GIVEN, UNKNOWN): 1}
    most, least = [0] * 30 + [1, 1, -1, 1], [0] * 30 + [1, 1, -1, 0]
    fine = [0.1 + 0.87 * step / 11 for step in range(12)]
    blocked = [0.02 + 0.58 * step / 11 for step in range(12)]
    not_worse = sum(math.prod(1 + bet / 0.95 * (0.05 - d) for d in most) for bet in fine) / 12
    over_blocked = sum(math.prod(1 + bet / 1.01 * (d - 0.01) for d in least) for bet in blocked) / 12
    assert over_refusal_log_e(cells, 0.05) == pytest.approx((math.log(not_worse), math.log(over_blocked)))


def test_no_pairs_are_no_evidence() -> None:
    assert over_refusal_log_e({}, 0.05) == (0.0, 0.0)
    interval = change_interval({})
    assert (interval.lower, interval.upper) == (-1.0, 1.0)


@pytest.mark.parametrize("margin", [0.0, 0.01, 1.0])
def test_e_values_need_a_margin_that_means_something(margin: float) -> None:
    with pytest.raises(StatisticsError, match="margin"):
        over_refusal_log_e({(GIVEN, GIVEN): 1}, margin)


def test_pairs_are_counted_from_nought() -> None:
    cells = {(GIVEN, GIVEN): 5, (GIVEN, REFUSED): -1}
    with pytest.raises(StatisticsError, match="negative"):
        over_refusal_log_e(cells, 0.05)
    with pytest.raises(StatisticsError, match="negative"):
        change_interval(cells)


def test_as_many_pairs_may_be_in_flight_as_would_end_the_test() -> None:
    test = OverRefusalTest()
    assert test.pairs_to_end == 86
    for pair in [BOTH_GIVEN] * 10 + [NEWLY_REFUSED, LOST, NEWLY_GIVEN, BenignPair(REFUSED, REFUSED)]:
        test.consume(pair)
    further = test.pairs_to_end
    for _ in range(further - 1):
        assert test.consume(BOTH_GIVEN) is None
    assert test.pairs_to_end == 1
    assert test.consume(BOTH_GIVEN) is BenignVerdict.NOT_WORSE
    assert test.pairs_to_end == 0


def test_each_new_refusal_asks_for_more_pairs() -> None:
    test = OverRefusalTest()
    needs = [test.pairs_to_end]
    for _ in range(3):
        test.consume(NEWLY_REFUSED)
        needs.append(test.pairs_to_end)
    assert needs == sorted(set(needs))


def test_the_interval_of_the_change_is_about_the_observed_one() -> None:
    interval = change_interval({(GIVEN, GIVEN): 80, (GIVEN, REFUSED): 20})
    assert interval.lower == pytest.approx(0.09, abs=0.02)
    assert interval.upper == pytest.approx(0.35, abs=0.02)
    assert interval.level == 0.95


def test_all_that_was_given_and_is_refused_now_leaves_no_upper_end() -> None:
    interval = change_interval({(GIVEN, REFUSED): 30})
    assert interval.lower > 0.6
    assert interval.upper == 1.0


def test_before_and_after_exchanged_mirror_the_interval() -> None:
    there = change_interval({(GIVEN, GIVEN): 80, (GIVEN, REFUSED): 20, (GIVEN, UNKNOWN): 3})
    back = change_interval({(GIVEN, GIVEN): 80, (REFUSED, GIVEN): 20, (UNKNOWN, GIVEN): 3})
    assert (back.lower, back.upper) == (-there.upper, -there.lower)


def test_what_is_undetermined_widens_the_interval_on_both_sides() -> None:
    known = change_interval({(GIVEN, GIVEN): 90, (GIVEN, REFUSED): 10})
    before_lost = change_interval({(GIVEN, GIVEN): 80, (GIVEN, REFUSED): 10, (UNKNOWN, GIVEN): 10})
    after_lost = change_interval({(GIVEN, GIVEN): 80, (GIVEN, REFUSED): 10, (GIVEN, UNKNOWN): 10})
    assert before_lost.lower < known.lower
    assert before_lost.upper == known.upper
    assert after_lost.lower == known.lower
    assert after_lost.upper > known.upper


def test_an_interval_needs_a_level() -> None:
    with pytest.raises(StatisticsError, match="level"):
        change_interval({}, 1.0)
