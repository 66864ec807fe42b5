"""The decision table against the same orders in Cedar, on random orders and requests."""

from __future__ import annotations

import random

import pytest

from groundstop.directives.cedar import CedarOrders, check_policies
from groundstop.directives.cedar.asking import Question
from groundstop.directives.compiling import compile_table
from groundstop.directives.deciding import decide
from groundstop.directives.decision import Ground
from tests import request_population as population

WORLDS = 50
REQUESTS = 2000


def compare(seed: int, requests: int) -> dict[Ground, int]:
    """Compare a world of orders on so many requests; return how often each ground was met."""
    chance = random.Random(seed)
    orders = population.some_orders(chance, chance.choice((1, 2, 3, 5)))
    table, cedar = compile_table(orders), CedarOrders(orders)
    questions = [
        Question(one.facts, one.now, one.heard) for one in population.some_questions(chance, requests)
    ]
    met: dict[Ground, int] = {}
    for question, answer in zip(questions, cedar.decide_all(questions), strict=True):
        decision = decide(question.facts, table, question.now, question.heard)
        met[decision.ground] = met.get(decision.ground, 0) + 1
        assert answer.allowed is decision.allowed, (question, decision, answer)
        if not decision.allowed and decision.order is not None:
            named = {decision.order.id, *decision.others}
            assert {name.order for name in answer.by} == named, (question, decision, answer)
    return met


@pytest.mark.parametrize("seed", range(6))
def test_policies_of_random_orders_are_of_the_form_of_their_schema(seed: int) -> None:
    chance = random.Random(seed)
    check_policies(CedarOrders(population.some_orders(chance, 10)).text)


def test_the_table_and_cedar_agree_on_some_requests() -> None:
    met = [compare(seed, 100) for seed in range(1000, 1010)]
    assert sum(sum(one.values()) for one in met) == 1000


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_the_table_and_cedar_agree_on_a_hundred_thousand_requests(part: int) -> None:
    met: dict[Ground, int] = {}
    for seed in range(part * WORLDS // 2, (part + 1) * WORLDS // 2):
        for ground, count in compare(seed, REQUESTS).items():
            met[ground] = met.get(ground, 0) + count
    assert sum(met.values()) == WORLDS * REQUESTS // 2 == 50_000
    # A comparison in which some ground is never met would say nothing of it.
    assert all(met.get(ground, 0) > 100 for ground in Ground), met
