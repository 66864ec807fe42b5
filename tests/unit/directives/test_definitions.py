"""Definitions that are shipped, as data, and the decision trees that are made of conditions."""

from __future__ import annotations

import itertools
import json
import random
from datetime import datetime

import pytest

from groundstop.directives import branching
from groundstop.directives.branching import Walks, walk_of
from groundstop.directives.conditions import Claims, Outcome, RuleOf, accepted_status, judge_rules, rules_of
from groundstop.directives.definitions import definition, definition_names, read_definition
from groundstop.directives.definitions.reading import parse_definition
from groundstop.documents.directives import (
    AnyOf,
    Assurance,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    PersonClass,
    Rule,
    claims_of,
)
from groundstop.errors import DocumentError, InputError
from tests.deciding_parts import restricted
from tests.directive_parts import a_directive, at
from tests.request_population import chance_directive, some_claims


def test_two_definitions_are_shipped_with_words_sources_and_dates() -> None:
    assert definition_names() == ("foreign-national", "foreign-person")
    for name in definition_names():
        shipped = read_definition(name)
        assert shipped.id == name
        assert shipped.note
        persons = definition(name, home="XA", as_of=at(0))
        assert (persons.text, persons.citation, persons.source) == (
            shipped.text,
            shipped.citation,
            shipped.source,
        )
        assert persons.as_of == at(0)


@pytest.mark.parametrize("name", definition_names())
def test_a_home_country_takes_its_place_everywhere(name: str) -> None:
    said = json.dumps(definition(name, home="XQ", as_of=at(0)).to_json())
    assert '"XQ"' in said
    assert "HOME" not in said


@pytest.mark.parametrize("home", ["", "xa", "XAX", "X1", "HOME", "XA\n"])
def test_what_is_no_country_code_is_refused(home: str) -> None:
    with pytest.raises(InputError, match="no country code"):
        definition("foreign-person", home=home, as_of=at(0))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no zone"):
        definition("foreign-person", home="XA", as_of=datetime(2026, 7, 6))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["", "../reading", "foreign-person.json", "alien", "x" * 10_000])
def test_an_unknown_definition_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(InputError, match="Use one of foreign-national, foreign-person"):
        definition(name, home="XA", as_of=at(0))


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b'{"id": "a", "id": "b"}', b"\xff", b"[" * 10**5])
def test_a_malformed_definition_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_definition(data, source="The definition")


def test_a_status_that_the_order_does_not_speak_of_is_as_good_as_what_it_stands_for() -> None:
    persons = restricted().definitions[0]
    believed = {
        ClaimName.NATIONALITY: ClaimNeeded(
            claim=ClaimName.NATIONALITY, assurance=Assurance.HIGH, issuers=("a", "b")
        ),
        ClaimName.PROTECTED_IN: ClaimNeeded(claim=ClaimName.PROTECTED_IN, issuers=("b", "c")),
    }
    names = sorted(claims_of(persons.condition))
    order = restricted(claims=tuple(believed.get(name, ClaimNeeded(claim=name)) for name in names))
    assert accepted_status(order, persons) == (frozenset({"b"}), 3)
    said = restricted(claims=(*order.claims, ClaimNeeded(claim=ClaimName.STATUS, issuers=("d",))))
    assert accepted_status(said, persons) == (frozenset({"d"}), 1)


def judged(rules: tuple[RuleOf, ...], claims: Claims, at: float, *, doubt: bool | None) -> Outcome:
    return judge_rules(rules, lambda leaf: leaf.answer(claims, at), doubt=doubt)


@pytest.mark.parametrize("seed", range(30))
def test_a_tree_says_what_its_rules_say(seed: int) -> None:
    chance = random.Random(seed)
    order = chance_directive(chance, 1)
    now = at(5).timestamp()
    for rules, doubt in ((order.scope, True), (order.exceptions, None)):
        parts = rules_of(rules, order)
        walk = walk_of(parts, doubt=doubt)
        for _ in range(200):
            claims = some_claims(chance)
            expected = judged(parts, claims, now, doubt=doubt)
            end, whose = walk(claims, now)
            assert end.outcome == expected
            if whose:
                assert {claims[name].issuer for name in expected.used} <= {whose}


def test_where_a_tree_has_no_room_to_grow_the_rules_are_judged_as_they_stand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [name for name in ClaimName if name is not ClaimName.STATUS]
    condition = AnyOf(
        of=tuple(
            AnyOf(of=tuple(ClaimIs(claim=name, any_of=(f"{number}",)) for name in names))
            for number in range(8)
        )
    )
    persons = PersonClass(
        id="many",
        revision=1,
        text="Any of many.",
        citation="The Office's rules, 1",
        source="https://office.example/rules",
        as_of=at(0),
        condition=condition,
    )
    order = a_directive(
        definitions=(persons,),
        scope=(Rule(id="many", persons="many"),),
        claims=tuple(ClaimNeeded(claim=name) for name in names),
    )
    walk = walk_of(rules_of(order.scope, order), doubt=True)
    parts, now, chance = rules_of(order.scope, order), at(5).timestamp(), random.Random(1)
    monkeypatch.setattr(branching, "MOST_NODES", 50)
    in_tree, ends = 0, set()
    for _ in range(200):
        claims = some_claims(chance)
        end, whose = walk(claims, now)
        assert end.outcome == judged(parts, claims, now, doubt=True)
        if whose is not None:
            in_tree += 1
            ends.add(end)
    assert 0 < in_tree < 200
    assert len(ends) <= 50


def test_rules_that_are_alike_share_a_tree() -> None:
    walks = Walks()
    first, second = (walks.scope(restricted(number)) for number in (1, 2))
    assert first is second
    pairs = itertools.combinations([restricted(1), restricted(1, scope=(Rule(id="all"),), definitions=())], 2)
    assert all(walks.scope(one) is not walks.scope(other) for one, other in pairs)
