"""Trees of rules, grown by several threads at once, and of rules that ask very much."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from groundstop.directives import branching
from groundstop.directives.branching import walk_of
from groundstop.directives.compiling import compile_table
from groundstop.directives.conditions import Claims, judge_rules, rules_of
from groundstop.directives.deciding import decide
from groundstop.directives.facts import Facts
from groundstop.documents.directives import (
    AnyOf,
    ClaimIs,
    ClaimName,
    ClaimNeeded,
    Condition,
    PersonClass,
    Rule,
)
from tests.deciding_parts import attested, standing
from tests.directive_parts import a_directive, at, signed

STANDS = standing(signed(a_directive()))
NOW = at(2).timestamp()
CITIZEN: Claims = {
    ClaimName.SUBJECT_TYPE: attested("natural-person"),
    ClaimName.NATIONALITY: attested("XA"),
    ClaimName.INCORPORATED_IN: attested("XA"),
}
FOREIGN: Claims = {
    ClaimName.SUBJECT_TYPE: attested("natural-person"),
    ClaimName.NATIONALITY: attested("XB"),
    ClaimName.PERMANENT_RESIDENCE: attested("none"),
    ClaimName.PROTECTED_IN: attested("none"),
    ClaimName.INCORPORATED_IN: attested("XA"),
}


@pytest.mark.parametrize(("first", "second"), [(CITIZEN, FOREIGN), (FOREIGN, CITIZEN)])
@pytest.mark.parametrize("place", range(1, 8))
def test_whoever_grows_a_tree_in_the_midst_of_another_is_not_taken_for_them(
    first: Claims, second: Claims, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, calls = compile_table(STANDS), 0

    def judge(*args: Any, **named: Any) -> Any:
        nonlocal calls
        try:
            return judge_rules(*args, **named)
        finally:
            calls += 1
            if calls == place:
                # As another thread would that is given its turn here.
                decide(Facts("desk-helper", claims=second), table, NOW, NOW)

    monkeypatch.setattr(branching, "judge_rules", judge)
    decide(Facts("desk-helper", claims=first), table, NOW, NOW)
    monkeypatch.undo()
    assert calls
    assert decide(Facts("desk-helper", claims=CITIZEN), table, NOW, NOW).allowed
    assert not decide(Facts("desk-helper", claims=FOREIGN), table, NOW, NOW).allowed


@pytest.fixture
def threads_that_switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("threads_that_switch_often")
def test_threads_that_grow_one_tree_at_once_decide_of_each_what_is_so() -> None:
    people = (CITIZEN, FOREIGN, CITIZEN, FOREIGN)
    with ThreadPoolExecutor(len(people)) as pool:
        for _ in range(150):
            table, together = compile_table(STANDS), Barrier(len(people))

            def asks(claims: Claims, table: Any = table, together: Barrier = together) -> list[bool]:
                together.wait(timeout=60)
                return [
                    decide(Facts("desk-helper", claims=claims), table, NOW, NOW).allowed for _ in range(2)
                ]

            assert list(pool.map(asks, people)) == [[True] * 2, [False] * 2] * 2


def many_questions(classes: int, each: int, rules: int) -> Any:
    """Return rules of classes of so many questions each."""

    def condition(number: int) -> Condition:
        asked = [ClaimIs(claim=ClaimName.NATIONALITY, any_of=(f"{number}-{place}",)) for place in range(each)]
        return AnyOf(of=tuple(AnyOf(of=tuple(asked[place::20])) for place in range(20)))

    definitions = tuple(
        PersonClass(
            id=f"class-{number}",
            revision=1,
            text="Any of many.",
            citation="The Office's rules, 1",
            source="https://office.example/rules",
            as_of=at(0),
            condition=condition(number),
        )
        for number in range(classes)
    )
    return a_directive(
        definitions=definitions,
        scope=tuple(
            Rule(id=f"rule-{number}", persons=f"class-{number % classes}") for number in range(rules)
        ),
        claims=(ClaimNeeded(claim=ClaimName.NATIONALITY),),
    )


@pytest.mark.parametrize("classes", [1, 10])
def test_rules_that_ask_very_much_are_judged_once_for_a_request(
    classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = many_questions(classes, 200, 10)
    rules, judged = rules_of(order.scope, order), 0

    def judge(*args: Any, **named: Any) -> Any:
        nonlocal judged
        judged += 1
        return judge_rules(*args, **named)

    monkeypatch.setattr(branching, "judge_rules", judge)
    walk = walk_of(rules, doubt=True)
    for nationality, truth in (("9-199" if classes == 10 else "0-199", True), ("XB", False)):
        claims = {ClaimName.NATIONALITY: attested(nationality)}
        end, whose = walk(claims, NOW)
        assert (end.outcome.truth, whose) == (truth, None)
    assert walk({}, NOW)[0].outcome.truth is None
    assert judged == 3


def test_an_order_asks_about_a_bounded_number_of_claims() -> None:
    assert many_questions(10, 200, 10)
    with pytest.raises(ValueError, match="ask about at most 2000 claims in all"):
        many_questions(10, 200, 11)
    with pytest.raises(ValueError, match="a condition asks about at most 200 claims"):
        many_questions(1, 201, 1)
