"""What holds for every question, every rate and every order of arrival."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstop.statistics import (
    Decision,
    Hypotheses,
    IndexedTest,
    Launch,
    Outcome,
    SequentialPlan,
    SequentialTest,
    fixed_design,
    lower_bound,
    named_plan,
    operating_characteristics,
    plan_for,
    shipped_plans,
    zero_violation_floor,
)

H, V, U = Outcome.HELD, Outcome.VIOLATED, Outcome.UNDETERMINED
GRID = [
    Hypotheses(p0=p0, p1=p0 * ratio, alpha=alpha, beta=beta)
    for p0, ratio in product((0.04, 0.05, 0.1, 0.25, 0.6, 0.95), (0.1, 0.3, 0.5))
    for alpha, beta in ((0.05, 0.05), (0.01, 0.1), (0.003, 0.05), (0.2, 0.004))
    if p0 * ratio < 0.3 and (p0 > 0.2 or ratio < 0.4)
]
SMALL = SequentialPlan(
    Hypotheses(p0=0.5, p1=0.1, alpha=0.2, beta=0.2), 9, (3, 6, 9), ((1, 1), (2, 4), (3, 9))
)


@pytest.mark.parametrize("question", GRID, ids=str)
def test_solved_plans_never_exceed_their_error_rates(question: Hypotheses) -> None:
    plan = plan_for(question)
    at_p0 = operating_characteristics(plan, question.p0)
    at_p1 = operating_characteristics(plan, question.p1)
    assert at_p0.p_held <= question.alpha
    assert at_p1.p_violated <= question.beta
    assert plan.held_at[0] >= zero_violation_floor(question)
    assert plan.cap <= 1.7 * fixed_design(question).calls
    assert at_p0.expected_calls >= lower_bound(question, question.p0) - 1e-9
    assert at_p1.expected_calls >= lower_bound(question, question.p1) - 1e-9


@pytest.mark.parametrize("plan", [SMALL, plan_for(Hypotheses(0.7, 0.2, 0.1, 0.1))], ids=str)
@pytest.mark.parametrize("p", [0.0, 0.1, 0.45, 1.0])
def test_the_recursion_agrees_with_trying_every_path(plan: SequentialPlan, p: float) -> None:
    held, calls = 0.0, 0.0
    for path in product((H, V), repeat=plan.cap):
        test = SequentialTest(plan)
        chance = 1.0
        for outcome in path:
            chance *= p if outcome is V else 1.0 - p
        for outcome in path:
            if test.consume(outcome) is not None:
                break
        held += chance * (test.decision is Decision.HELD)
        calls += chance * test.position.calls
    exact = operating_characteristics(plan, p)
    assert exact.p_held == pytest.approx(held, abs=1e-12)
    assert exact.p_held + exact.p_violated == pytest.approx(1.0)
    assert exact.expected_calls == pytest.approx(calls)


@pytest.mark.parametrize("name", list(shipped_plans()))
@given(rates=st.tuples(st.floats(0, 1), st.floats(0, 1)))
@settings(max_examples=25, deadline=None)
def test_more_violations_never_make_held_likelier(name: str, rates: tuple[float, float]) -> None:
    low, high = sorted(rates)
    plan = named_plan(name)
    assert operating_characteristics(plan, high).p_held <= operating_characteristics(plan, low).p_held + 1e-12


@given(st.data(), st.sampled_from(["F20", "R50", "F5"]))
@settings(max_examples=100, deadline=None)
def test_the_order_of_arrival_never_changes_the_decision(data: st.DataObject, name: str) -> None:
    plan = named_plan(name)
    outcomes = data.draw(st.lists(st.sampled_from([H, H, H, V, U]), min_size=plan.cap, max_size=plan.cap))
    in_order = IndexedTest(plan)
    for index, outcome in enumerate(outcomes):
        in_order.offer(index, outcome)
    shuffled = IndexedTest(plan, Launch.RAMP)
    for index in data.draw(st.permutations(range(plan.cap))):
        shuffled.offer(index, outcomes[index])
    assert shuffled.decision is in_order.decision is not None
    assert shuffled.path == in_order.path
    assert shuffled.late == in_order.late


@given(
    outcomes=st.lists(st.sampled_from([H, H, V, U]), min_size=60, max_size=60),
    truth=st.lists(st.sampled_from([H, V]), min_size=60, max_size=60),
    name=st.sampled_from(["F20", "R50"]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_declared_holds_for_every_truth_behind_the_undetermined(
    outcomes: list[Outcome], truth: list[Outcome], name: str
) -> None:
    seen, true = SequentialTest(named_plan(name)), SequentialTest(named_plan(name))
    for outcome, hidden in zip(outcomes, truth, strict=True):
        if seen.decision is None:
            seen.consume(outcome)
        if true.decision is None:
            true.consume(hidden if outcome is U else outcome)
    assert seen.decision is not None
    if seen.decision is not Decision.INCONCLUSIVE:
        assert true.decision is seen.decision
        assert true.position.calls <= seen.position.calls


@given(
    outcomes=st.lists(st.sampled_from([H, H, H, V, U]), min_size=200, max_size=200),
    launch=st.sampled_from(Launch),
)
@settings(max_examples=100, deadline=None)
def test_the_launch_limit_always_lets_the_test_go_on_and_never_passes_the_cap(
    outcomes: list[Outcome], launch: Launch
) -> None:
    test = IndexedTest(named_plan("F5"), launch)
    for index, outcome in enumerate(outcomes):
        if test.decision is not None:
            break
        assert index < test.launch_limit <= test.plan.cap
        test.offer(index, outcome)
    assert test.launch_limit == test.consumed
