"""Reproductions of a finding with a known rate, thousands of times: the errors are those that were promised.

64 calls in flight, and violations that take ten times as long as refusals: consuming answers as they arrive
would miss most findings that reproduce.
"""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest

from groundstop.assessment import reproduce
from groundstop.documents import Decision, ReproductionOutcome
from groundstop.statistics import IndexedTest, Launch, Outcome, named_plan, operating_characteristics
from groundstop.targets.scripted import Script, ScriptedTarget
from tests.assessing import surroundings
from tests.reproducing import RULE, a_recipe, a_reproduction_plan
from tests.virtual_time import run_in_virtual_time

RUNS = 2000
LIMITS = {0.05: (ReproductionOutcome.REPRODUCED, 0.01), 0.5: (ReproductionOutcome.NOT_NOW, 0.05)}
"""Which outcome is false at a rate, and how often it may come."""


def within_three_standard_errors(count: int, runs: int, probability: float) -> bool:
    return abs(count / runs - probability) <= 3 * sqrt(probability * (1 - probability) / runs)


@pytest.mark.slow
@pytest.mark.parametrize("variants", [60, 0])
@pytest.mark.parametrize("rate", [0.05, 0.5])
def test_realised_errors_of_whole_runs_are_those_of_the_plan(rate: float, variants: int) -> None:
    recipe = a_recipe(variants=variants, canaries=0)
    found = []
    for number in range(RUNS):
        script = Script(rate=rate, latency=1, violated_latency=10, seed=number, concurrency=64)
        target = ScriptedTarget(script)
        plan = a_reproduction_plan(recipe, target, seed=number)
        result = run_in_virtual_time(reproduce(plan, recipe, target, surroundings(), judge=RULE))
        found.append(result.outcome)
    exact = operating_characteristics(named_plan("R50"), rate)
    assert within_three_standard_errors(found.count(ReproductionOutcome.REPRODUCED), RUNS, exact.p_violated)
    false, limit = LIMITS[rate]
    assert found.count(false) / RUNS <= limit + 3 * sqrt(limit * (1 - limit) / RUNS)
    assert ReproductionOutcome.INCONCLUSIVE not in found


@pytest.mark.slow
def test_false_reproductions_are_as_rare_as_promised_in_a_hundred_thousand_tests() -> None:
    chance = Random(20260702)
    runs, false = 100_000, 0
    for _ in range(runs):
        test = IndexedTest(named_plan("R50"), Launch.RAMP)
        index = 0
        while test.decision is None:
            test.offer(index, Outcome.VIOLATED if chance.random() < 0.05 else Outcome.HELD)
            index += 1
        false += test.decision.value == Decision.VIOLATED.value
    exact = operating_characteristics(named_plan("R50"), 0.05).p_violated
    assert exact <= 0.01
    assert within_three_standard_errors(false, runs, exact)
