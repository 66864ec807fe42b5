"""Coverage, power and false alarms by simulation with fixed seeds."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from groundstop.statistics import (
    Answer,
    BenignPair,
    BenignVerdict,
    Canary,
    Decision,
    DriftMonitor,
    Outcome,
    OverRefusalTest,
    Screening,
    SequentialTest,
    TwoPhaseSample,
    change_interval,
    confidence_sequence,
    named_plan,
    two_phase_exact_interval,
    two_phase_interval,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("p", [0.005, 0.05, 0.3])
def test_the_confidence_sequence_covers_at_every_call_at_once(p: float) -> None:
    generator = np.random.default_rng(11)
    repetitions, longest = 300, 300
    limit = math.log(20)
    missed = 0
    for _ in range(repetitions):
        counts = np.cumsum(generator.random(longest) < p)
        calls = np.arange(1, longest + 1)
        # The interval misses p exactly where the log mixture ratio at p reaches the limit.
        lgamma = np.vectorize(math.lgamma)
        ratio = (
            lgamma(counts + 0.5)
            + lgamma(calls - counts + 0.5)
            - lgamma(calls + 1)
            - math.log(math.pi)
            - counts * math.log(p)
            - (calls - counts) * math.log1p(-p)
        )
        first = int(np.argmax(ratio >= limit)) if (ratio >= limit).any() else None
        missed += first is not None
        at = longest - 1 if first is None else first
        interval = confidence_sequence(int(counts[at]), at + 1)
        assert (p in interval) is (first is None)
    assert missed / repetitions <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / repetitions)


@pytest.mark.parametrize(("rate", "labels"), [(0.02, 100), (0.05, 200), (0.3, 200)])
def test_two_phase_intervals_cover_the_true_rate(rate: float, labels: int) -> None:
    generator = np.random.default_rng(labels + int(1000 * rate))
    repetitions, answers = 300, 1000
    covered = covered_exactly = 0
    for _ in range(repetitions):
        true = generator.random(answers) < rate
        judged = generator.random(answers) < np.where(true, 0.9, 0.05)
        positives, negatives = true[judged], true[~judged]
        first = min(labels // 2, len(positives))
        second = labels - first
        sample = TwoPhaseSample(
            judged_positive=len(positives),
            judged_negative=len(negatives),
            labelled_positive=first,
            confirmed=int(positives[:first].sum()),
            labelled_negative=second,
            missed=int(negatives[:second].sum()),
        )
        covered += rate in two_phase_interval(sample, generator, draws=4000)
        covered_exactly += rate in two_phase_exact_interval(sample)
    noise = math.sqrt(0.95 * 0.05 / repetitions)
    assert covered / repetitions >= 0.92 - 3 * noise
    assert covered_exactly / repetitions >= 0.95


@pytest.mark.parametrize(
    ("new", "lost", "verdict", "mean_pairs"),
    [
        (0.01, 0.01, BenignVerdict.NOT_WORSE, 118),
        (0.2, 0.0, BenignVerdict.OVER_BLOCKED, 50),
        (0.4, 0.0, BenignVerdict.OVER_BLOCKED, 25),
    ],
)
def test_over_refusal_is_decided_in_the_published_number_of_pairs(
    new: float, lost: float, verdict: BenignVerdict, mean_pairs: float
) -> None:
    generator = np.random.default_rng(21)
    pairs, verdicts = [], []
    for _ in range(200):
        test = OverRefusalTest()
        while test.verdict is None and test.pairs < 2000:
            test.consume(_pair(float(generator.random()), new, lost))
        pairs.append(test.pairs)
        verdicts.append(test.verdict)
    assert np.mean(pairs) == pytest.approx(mean_pairs, rel=0.1)
    assert verdicts.count(verdict) / len(verdicts) >= 0.98


def test_a_rise_at_the_margin_is_rarely_called_fine() -> None:
    generator = np.random.default_rng(22)
    repetitions = 300
    fine = 0
    for _ in range(repetitions):
        test = OverRefusalTest()
        while test.verdict is None and test.pairs < 1500:
            test.consume(_pair(float(generator.random()), 0.05, 0.0))
        fine += test.verdict is BenignVerdict.NOT_WORSE
    assert fine / repetitions <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / repetitions)


@pytest.mark.parametrize(("new", "lost"), [(0.05, 0.0), (0.05, 0.05), (0.3, 0.02), (0.02, 0.3)])
def test_the_interval_of_a_change_holds_it_however_often_one_looks(new: float, lost: float) -> None:
    generator = np.random.default_rng(23)
    repetitions, looks, missed = 200, 30, 0
    for _ in range(repetitions):
        cells: Counter[tuple[Answer, Answer]] = Counter()
        for _ in range(looks):
            pairs = [_pair(float(draw), new, lost) for draw in generator.random(10)]
            cells.update((pair.before, pair.after) for pair in pairs)
            if new - lost not in change_interval(cells):
                missed += 1
                break
    assert missed / repetitions <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / repetitions)


def _pair(draw: float, new: float, lost: float) -> BenignPair:
    if draw < new:
        return BenignPair(Answer.GIVEN, Answer.REFUSED)
    if draw < new + lost:
        return BenignPair(Answer.REFUSED, Answer.GIVEN)
    return BenignPair(Answer.GIVEN, Answer.GIVEN)


@pytest.mark.parametrize(("variants", "low", "high"), [(None, 0.03, 0.07), (20, 0.18, 0.30), (5, 0.45, 0.60)])
def test_only_fresh_variants_keep_the_error_of_a_class_claim(
    variants: int | None, low: float, high: float
) -> None:
    # Rates of variants are Beta(.05, .95): mean 5 %, intra-class correlation 1/2.
    generator = np.random.default_rng(51)
    held, repetitions = 0, 600
    for _ in range(repetitions):
        rates = generator.beta(0.05, 0.95, size=variants or 200)
        test = SequentialTest(named_plan("F5"))
        while test.decision is None:
            violated = generator.random() < rates[test.position.calls % len(rates)]
            test.consume(Outcome.VIOLATED if violated else Outcome.HELD)
        held += test.decision is Decision.HELD
    assert low <= held / repetitions <= high


def test_screening_finds_most_weak_arms_in_the_published_number_of_calls() -> None:
    generator = np.random.default_rng(31)
    calls = found = weak_arms = false = 0
    repetitions = 12
    for _ in range(repetitions):
        weak = generator.random(200) < 0.1
        rates = np.where(weak, generator.uniform(0.1, 0.9, 200), 0.003)
        screening = Screening.of(200)
        while batch := screening.next_batch(8, generator):
            for arm in batch:
                violated = generator.random() < rates[arm]
                screening = screening.record(arm, Outcome.VIOLATED if violated else Outcome.HELD)
                calls += 1
        chosen = list(screening.selected())
        found += int(weak[chosen].sum())
        false += int((~weak[chosen]).sum())
        weak_arms += int(weak.sum())
    # The exact share found is 0.82 for a selection of 18 to 20 arms.
    assert found / weak_arms >= 0.82 - 3 * math.sqrt(0.82 * 0.18 / weak_arms)
    assert calls / repetitions == pytest.approx(1080, rel=0.05)
    assert false <= 1


def test_the_monitor_is_quiet_without_a_change_and_quick_after_one() -> None:
    generator = np.random.default_rng(41)

    def mean_time_to_alarm(rate: float, repetitions: int) -> float:
        times = []
        for _ in range(repetitions):
            monitor, time = DriftMonitor(), 0
            while not monitor.alarmed:
                violated = generator.random() < rate
                monitor = monitor.after(Canary.UNEXPECTED if violated else Canary.EXPECTED)
                time += 1
            times.append(time)
        return float(np.mean(times))

    assert mean_time_to_alarm(0.01, 150) >= 1000
    assert mean_time_to_alarm(0.15, 300) == pytest.approx(20, rel=0.15)
    assert mean_time_to_alarm(0.6, 300) == pytest.approx(5, rel=0.15)
