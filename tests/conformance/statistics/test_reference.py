"""Every published number, computed again."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundstop.statistics import (
    Answer,
    BenignPair,
    Dependence,
    Hypotheses,
    OverRefusalTest,
    ScreeningRule,
    calls_for_claim,
    clopper_pearson,
    clopper_pearson_upper,
    confidence_sequence,
    fixed_design,
    labelled_negatives_needed,
    log_improvement_e,
    log_improvement_mixture_e,
    log_mixture_e,
    log_partial_conjunction_e,
    lower_bound,
    named_plan,
    operating_characteristics,
    p0_for_budget,
    supported_block_rate,
    variants_for_prevalence,
    variants_from_pool,
    zero_violation_floor,
)

VECTORS = json.loads(Path(__file__).with_name("reference.json").read_text("utf-8"))["vectors"]


def _pairs_without_change() -> int:
    test = OverRefusalTest()
    while test.consume(BenignPair(Answer.GIVEN, Answer.GIVEN)) is None:
        pass
    return test.pairs


def _first_call(met: Callable[[int], bool]) -> int:
    return next(n for n in range(1, 2000) if met(n))


def _partial_conjunction(e_values: list[float], required: int, dependence: str) -> float:
    logs = [math.log(e) for e in e_values]
    return math.exp(log_partial_conjunction_e(logs, required=required, dependence=Dependence(dependence)))


def _design(hypotheses: list[float]) -> list[int]:
    design = fixed_design(Hypotheses(*hypotheses))
    return [design.calls, design.most_violations]


def _dropped(calls: int) -> int:
    rule = ScreeningRule()
    return int(log_mixture_e(0, calls, r0=rule.null_rate, grid=rule.grid) < rule.drop_below)


def ratio_to_bound(plan: str, at: str) -> float:
    it = named_plan(plan)
    p0, p1 = it.hypotheses.p0, it.hypotheses.p1
    if at == "zero":
        return it.held_at[0] / zero_violation_floor(it.hypotheses)
    p = {"p0": p0, "p1": p1, "between": math.sqrt(p0 * p1)}[at]
    return operating_characteristics(it, p).expected_calls / lower_bound(it.hypotheses, p)


COMPUTE: dict[str, Callable[..., Any]] = {
    "p_held": lambda plan, p: operating_characteristics(named_plan(plan), p).p_held,
    "p_violated": lambda plan, p: operating_characteristics(named_plan(plan), p).p_violated,
    "expected_calls": lambda plan, p: operating_characteristics(named_plan(plan), p).expected_calls,
    "calls_p95": lambda plan, p: operating_characteristics(named_plan(plan), p).calls_p95,
    "lower_bound": lambda hypotheses, p: lower_bound(Hypotheses(*hypotheses), p),
    "zero_violation_floor": lambda hypotheses: zero_violation_floor(Hypotheses(*hypotheses)),
    "fixed_design": _design,
    "clopper_pearson_upper": lambda **counts: clopper_pearson_upper(**counts),
    "clopper_pearson_two_sided_upper": lambda **counts: clopper_pearson(**counts).upper,
    "improvement_e": lambda wins, losses: math.exp(log_improvement_e(wins, losses)),
    "improvement_mixture_e": lambda wins, losses: math.exp(log_improvement_mixture_e(wins, losses)),
    "p0_for_budget": p0_for_budget,
    "labelled_negatives_needed": lambda hypotheses, **judge: labelled_negatives_needed(
        Hypotheses(*hypotheses), **judge
    ),
    "variants_for_prevalence": variants_for_prevalence,
    "variants_from_pool": variants_from_pool,
    "benign_pairs_without_change": _pairs_without_change,
    "partial_conjunction_e": _partial_conjunction,
    "calls_for_claim": calls_for_claim,
    "supported_block_rate": supported_block_rate,
    "calls_until_upper_below": lambda rate: _first_call(lambda n: confidence_sequence(0, n).upper < rate),
    "calls_until_half_width": lambda half_width: _first_call(
        lambda n: confidence_sequence(0, n).width / 2 <= half_width
    ),
    "mixture_drop": _dropped,
    "any_pass_in_five_rounds_constant": lambda: (
        1.0 - (1.0 - operating_characteristics(named_plan("F5"), 0.05).p_held) ** 5
    ),
}

LIMITS: dict[str, Callable[..., float]] = {
    "ratio_to_bound_at_most": ratio_to_bound,
    "cap_to_fixed_at_most": lambda plan: (
        named_plan(plan).cap / fixed_design(named_plan(plan).hypotheses).calls
    ),
}


def _name(vector: dict[str, Any]) -> str:
    arguments = ",".join(str(value) for value in vector["arguments"].values())
    return f"{vector['function']}({arguments})"


@pytest.mark.parametrize("vector", VECTORS, ids=_name)
def test_the_code_gives_the_reference_value(vector: dict[str, Any]) -> None:
    name, arguments, expected = vector["function"], vector["arguments"], vector["expected"]
    if name in LIMITS:
        assert LIMITS[name](**arguments) <= expected
    else:
        value = COMPUTE[name](**arguments)
        assert value == pytest.approx(expected, rel=0.0, abs=vector["tolerance"])


def test_every_vector_names_its_source() -> None:
    assert all(vector["source"] for vector in VECTORS)
