"""Who is in which class, and what is decided of them: the population matrix, exact under both definitions.

Another implementation reads ``population_matrix.json``.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from groundstop.directives.asked import facts_of
from groundstop.directives.branching import walk_of
from groundstop.directives.cedar import CedarOrders
from groundstop.directives.cedar.asking import Question
from groundstop.directives.compiling import compile_table
from groundstop.directives.conditions import rules_of
from groundstop.directives.deciding import decide
from groundstop.directives.definitions import definition, definition_names
from groundstop.directives.facts import Facts
from groundstop.directives.folding import fold
from groundstop.directives.orders import Orders
from groundstop.directives.table import Table
from groundstop.documents.directives import Asked, Assurance, ClaimNeeded, Directive, Rule, claims_of
from tests.directive_parts import a_directive, a_licence, at, published, signed

MATRIX = json.loads((Path(__file__).parent / "population_matrix.json").read_text("utf-8"))
PEOPLE: list[dict[str, Any]] = MATRIX["people"]
NOW = at(30).timestamp()
TRUTH = {"in": True, "out": False, "unknown": None}

each_person = pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["who"])
each_definition = pytest.mark.parametrize("name", ["foreign-person", "foreign-national"])


@cache
def order(name: str) -> Directive:
    """Return an order that keeps a class of persons out, on the word of one registry."""
    persons = definition(name, home=MATRIX["home"], as_of=at(-24))
    return a_directive(
        definitions=(persons,),
        scope=(Rule(id="foreign", persons=name),),
        claims=tuple(
            ClaimNeeded(claim=claim, issuers=("civil-registry",), assurance=Assurance.SUBSTANTIAL)
            for claim in sorted(claims_of(persons.condition))
        ),
    )


@cache
def standing(name: str) -> Orders:
    return fold([published(signed(order(name)), signed(a_licence(order(name))))])


@cache
def table(name: str) -> Table:
    return compile_table(standing(name))


@cache
def cedar(name: str) -> CedarOrders:
    return CedarOrders(standing(name))


def facts(person: dict[str, Any]) -> Facts:
    asked = facts_of(Asked.model_validate({"model": "desk-helper", "claims": person["claims"]}))
    if not person.get("expired"):
        return asked
    claims = {name: one._replace(until=NOW) for name, one in asked.claims.items()}
    return asked._replace(claims=claims)


def test_the_matrix_is_of_the_definitions_that_are_shipped() -> None:
    assert list(definition_names()) == sorted(PEOPLE[0]["expected"])
    assert MATRIX["source"]


@each_definition
@each_person
def test_who_is_in_a_class_follows_from_the_claims(person: dict[str, Any], name: str) -> None:
    walk = walk_of(rules_of(order(name).scope, order(name)), doubt=True)
    assert walk(facts(person).claims, NOW)[0].outcome.truth is TRUTH[person["expected"][name]["class"]]


@each_definition
@each_person
def test_what_is_decided_of_them_is_exact(person: dict[str, Any], name: str) -> None:
    expected = person["expected"][name]["ground"]
    decision = decide(facts(person), table(name), NOW, NOW)
    assert decision.ground == expected
    assert decision.allowed is (expected in ("outside the scope", "licensed"))


@each_definition
@each_person
def test_cedar_decides_the_same(person: dict[str, Any], name: str) -> None:
    answer = cedar(name).decide(Question(facts(person), NOW, NOW))
    assert answer.allowed is (person["expected"][name]["ground"] in ("outside the scope", "licensed"))


def test_the_two_definitions_differ_for_residents_and_for_organisations() -> None:
    differ = {
        person["who"]
        for person in PEOPLE
        if person["expected"]["foreign-person"] != person["expected"]["foreign-national"]
    }
    assert {"permanent resident", "foreign-incorporated organisation"} <= differ
    assert not any("citizen" in who for who in differ)


def test_no_lawful_person_with_a_valid_claim_or_licence_is_cut_off() -> None:
    lawful = [
        person
        for person in PEOPLE
        if person["expected"]["foreign-person"]["class"] == "out" or person["who"].startswith("licensee: ")
    ]
    assert len(lawful) > 8
    assert all(decide(facts(person), table("foreign-person"), NOW, NOW).allowed for person in lawful)


def test_claims_that_were_asked_have_no_end() -> None:
    assert all(one.until == math.inf for one in facts(PEOPLE[0]).claims.values())
